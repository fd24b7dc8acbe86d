"""The oracle tells right from wrong, leaves nothing behind, and shows a task what a new process would show it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import oracle
import psutil
import pytest
from cases import notebook
from oracle import warm
from oracle.libraries import LIBRARIES


def test_same_failure_is_equal() -> None:
    """A notebook that fails has a flow that fails in the same cell with the same error."""
    outcome = oracle.compare(notebook(("x = 1", "print('before')\n1 / 0", "print(x)")))
    assert outcome.kind == "equal", outcome.details


def test_refusals_have_codes() -> None:
    """Those of the compiler, and those of a task."""
    by_compiler = oracle.compare(notebook(("x = 1", "print(globals())")))
    by_task = oracle.compare(notebook(("import threading\nlock = threading.Lock()", "print(lock.locked())")))
    assert (by_compiler.kind, by_compiler.codes) == ("refused", ("WB303",))
    assert (by_task.kind, by_task.codes) == ("refused", ("WB401",))


def test_tasks_share_nothing() -> None:
    """What only a process holds is gone in the next task: here the writer says so by its process id."""
    here = "import os\nfirst = os.getpid()\nos.environ['PID'] = str(first)"
    outcome = oracle.compare(notebook((here, "print(first == os.getpid())")))
    assert outcome.kind == "different"
    assert "notebook: True" in outcome.details
    assert "flow:     False" in outcome.details


def test_hanging_cell_is_ended() -> None:
    """A cell that doesn't end ends with the time that it is given, on both sides."""
    outcome = oracle.compare(notebook(("x = 1", "while True:\n    pass")), seconds=2)
    assert "ended with" in outcome.details


def test_nothing_is_left(tmp_path: Path) -> None:
    """Neither processes that cells started, nor folders."""
    folders = set(_folders())
    file = tmp_path / "pid"
    start = f"import subprocess\nopen({str(file)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    assert oracle.compare(notebook((start, "print(1)"))).kind == "equal"
    left = int(file.read_text())
    deadline = time.monotonic() + 10
    while _lives(left):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert set(_folders()) == folders


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _folders() -> list[Path]:
    return list(Path(warm.MEMORY).glob(f"oracle-{os.getpid()}-*"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LIBRARIES if "." not in name])
def test_hidden_libraries_bring_what_they_import(name: str) -> None:
    """In a new process an import brings the libraries that the oracle brings with it."""
    code = f"import sys, {name}; print(*(each for each in {tuple(LIBRARIES)!r} if each in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {name, *LIBRARIES[name]}
