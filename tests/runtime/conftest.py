"""Flows of the tests, written by hand in the shape that the compiler emits, run with real Metaflow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FLOWS = Path(__file__).parent / "flows"


@dataclass(frozen=True)
class Ran:
    """A flow that was run. log: what Metaflow printed, both streams; folder: where it ran."""

    flow: str
    status: int
    log: str
    folder: Path

    def task(self, step: str) -> Any:
        """Metaflow's own view of a step's task."""
        import metaflow

        metaflow.namespace(None)
        metaflow.metadata(f"local@{self.folder}")
        return metaflow.Flow(self.flow).latest_run[step].task

    def cells(self, step: str) -> dict[str, dict[str, Any]]:
        """The records of a step's cells, by id."""
        return {cell["id"]: cell for cell in self.task(step)["_workbench_cells"].data}

    def texts(self, step: str) -> dict[str, str]:
        """What the cells of a step printed to stdout, by id."""
        return {
            id: "".join(each["text"] for each in cell["outputs"] if each.get("name") == "stdout")
            for id, cell in self.cells(step).items()
        }


def _run_flow(source: Path, folder: Path, *arguments: str, **environment: str) -> Ran:
    """Run a flow's file in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = Path(shutil.copy(source, folder))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("METAFLOW", "COMET", "MPL"))}
    env = inherited | {
        "METAFLOW_USER": "tester",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "WORKBENCH_ROOT": str(folder),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, file.name, *(arguments or ("run",))], cwd=folder, env=env, capture_output=True, text=True
    )
    name = next(line for line in file.read_text().splitlines() if line.startswith("class ") and "FlowSpec" in line)
    return Ran(name.split("(")[0].removeprefix("class "), done.returncode, done.stdout + done.stderr, folder)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    """The run of one of the flows beside this file; each is run once for all tests."""
    known: dict[str, Ran] = {}

    def of(name: str) -> Ran:
        if name not in known:
            known[name] = _run_flow(FLOWS / f"{name}.py", tmp_path_factory.mktemp(name))
        return known[name]

    return of


@pytest.fixture(scope="session")
def run_flow() -> Callable[..., Ran]:
    """Run a flow's file in a folder of its own: run_flow(file, folder, *arguments, **environment)."""
    return _run_flow
