"""dbt in a process of its own: its imports and its logging stay out of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import WorkbenchError

DOCS = Path("target", "static_index.html")
_RESULTS = Path("target", "run_results.json")
TOLD = 30  # lines of dbt's output that an error quotes


def transform(folder: Path, environment: Mapping[str, str], *, anew: bool = False) -> None:
    """`dbt build` and `dbt docs generate` with the project in folder, on target `local`.

    environment: what its profile reads, on top of this process's own. anew: incremental models from the beginning, as
    they must be where their queries have changed. The documentation is one file, folder / DOCS.
    Raises WorkbenchError with the end of dbt's output where a model or a test fails.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "workbench.demo.transform", *(["--full-refresh"] if anew else [])],
        env={**os.environ, "DBT_PROJECT_DIR": str(folder), "DBT_PROFILES_DIR": str(folder), **environment},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        last = "\n".join(ended.stdout.strip().splitlines()[-TOLD:])
        raise WorkbenchError(f"dbt failed:\n{last}", hint=f"see {folder / 'logs' / 'dbt.log'}")


def _both(options: list[str]) -> int:
    """Build and document, with dbt imported once; dbt's own exit status."""
    from dbt.cli.main import dbtRunner

    runner, built = dbtRunner(), b""
    for arguments in (["build", *options], ["docs", "generate", "--static"]):
        result = runner.invoke(["--no-use-colors", "--log-level", "warn", *arguments, "--target", "local"])
        if not result.success:
            if result.exception:
                print(result.exception)
            return 1
        built = built or _RESULTS.read_bytes()
    _RESULTS.write_bytes(built)  # of what built the tables, not of what documented them
    return 0


if __name__ == "__main__":
    sys.exit(_both(sys.argv[1:]))
