"""What fakesnow alone, without the mends of the local warehouse, gives for each case: `python alone.py` says it.

A line a case, as JSON: its name, and "same" as the documentation promises, "other" for another answer without an error,
or "error" for an error that isn't the promised one.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from casebook import Case, all_cases
from judging import hold
from snowflake.connector import connect
from snowflake.connector.errors import Error, OperationalError

SAME, OTHER, ERROR = "same", "other", "error"


def verdicts(said: Callable[[str], object] = lambda _: None, *, each: int = 1) -> dict[str, str]:
    """The verdict of each case, or each of so many, by its name. said: is called with the name of each that is done.

    The cases run in a process of their own: a case that ends it counts as an error, and another goes on behind it.
    """
    names, found = [str(case) for case in all_cases()[::each]], {}
    while len(found) < len(names):
        command = [sys.executable, __file__, str(len(found)), str(each)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                name, verdict = json.loads(line)
                found[name] = verdict
                said(name)
        if len(found) < len(names):
            found[names[len(found)]] = ERROR
    return found


def verdict(case: Case, settings: dict[str, Any], folder: Path) -> str:
    """What one case comes to, in a session of its own. settings: how the server is reached."""
    try:
        with connect(**settings, backoff_policy=_once) as connection:
            hold(connection, case, folder, local=False)
    except AssertionError as problem:
        return ERROR if isinstance(problem.__context__, Error) else OTHER
    except Exception:  # a value that the connector can't read, as well
        return ERROR
    return SAME


def _once() -> Iterator[int]:
    """The connector sends what ended with a status of 500 again, and again."""
    yield 0
    raise OperationalError(msg="the server can't answer")


def main(first: int, each: int) -> None:
    """Say the verdicts of each of so many cases, but for the first ones."""
    import fakesnow
    from fakesnow.transforms import stage

    logging.disable()  # uvicorn writes to the standard output
    with tempfile.TemporaryDirectory() as folder, fakesnow.server() as settings:
        stage.LOCAL_BUCKET_PATH = folder
        del settings["network_timeout"]  # ends each statement that takes longer
        for case in all_cases()[::each][first:]:
            found = verdict(case, {**settings, "database": "CONTRACT", "schema": "CASES"}, Path(folder))
            print(json.dumps([str(case), found]), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ("0", "1")))
