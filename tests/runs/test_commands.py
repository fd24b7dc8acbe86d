"""The commands as a user gives them: real notebooks, real Metaflow, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

pytestmark = pytest.mark.slow

WORKBENCH = Path(sys.executable).with_name("workbench")


def code(cell_id: str, source: str, *tags: str) -> dict[str, Any]:
    base = {"cell_type": "code", "id": cell_id, "execution_count": None, "outputs": []}
    return {**base, "metadata": {"tags": list(tags)}, "source": source.splitlines(keepends=True)}


def write_notebook(path: Path, *cells: dict[str, Any]) -> Path:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def environment(root: Path | None) -> dict[str, str]:
    """Ours, without what would lead elsewhere."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("COMET_", "METAFLOW_", "WORKBENCH_"))
    }
    return clean | ({"WORKBENCH_ROOT": str(root)} if root else {})


def workbench(folder: Path, *arguments: object, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(WORKBENCH), *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment(root), capture_output=True, text=True, timeout=300, check=False
    )


def record(folder: Path) -> dict[str, Any]:
    """The latest run's record."""
    (latest, *_) = json.loads(workbench(folder, "runs", "--format", "json").stdout)
    return latest


GOOD = (
    code("params", "n = 3  # how many", "parameters"),
    code("load0001", "numbers = list(range(n))\nprint(numbers)", "step:load"),
    code(
        "sum00001", "import workbench\ntotal = sum(numbers)\nworkbench.log_metric('total', total)\ntotal", "step:total"
    ),
    code("explore1", "1 / 0"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, subprocess.CompletedProcess[str]]:
    """A folder that is no project, its name with a space; the notebook before, and the run."""
    folder = tmp_path_factory.mktemp("not a project")
    notebook = write_notebook(folder / "my numbers.ipynb", *GOOD)
    before = notebook.read_bytes()
    done = workbench(folder, "run", "my numbers.ipynb", "-p", "n", 4, "--executed", "out.ipynb", "--format", "json")
    assert done.returncode == 0, done.stderr
    return folder, before, done


def test_a_run_says_how_it_went(project: tuple[Path, bytes, subprocess.CompletedProcess[str]]) -> None:
    """stdout has the record, stderr the steps, and the record the parameters, metrics and paths."""
    folder, _, done = project
    ended = json.loads(done.stdout)
    assert (ended["status"], ended["parameters"], ended["metrics"]) == ("succeeded", {"n": 4}, {"total": 6})
    assert [line.split(" in ")[0] for line in done.stderr.splitlines() if " in " in line] == [
        "  load succeeded",
        "  total succeeded",
    ]
    assert (folder / ended["executed"]).exists()
    assert (folder / ended["experiment"]["archive"]).exists()
    assert record(folder) == ended


def test_the_executed_notebook_has_the_runs_outputs(
    project: tuple[Path, bytes, subprocess.CompletedProcess[str]],
) -> None:
    """It is valid, in the notebook's order, and the cell that isn't promoted has no output."""
    folder, _, _ = project
    executed = nbformat.read(folder / "out.ipynb", 4)
    nbformat.validate(executed)
    outputs = [cell.outputs for cell in executed.cells]
    assert [len(each) for each in outputs] == [0, 1, 1, 0]
    assert outputs[1][0].text == "[0, 1, 2, 3]\n"
    assert outputs[2][0].data["text/plain"] == "6"


def test_the_notebook_has_its_links(project: tuple[Path, bytes, subprocess.CompletedProcess[str]]) -> None:
    """One managed cell at the end; its links lead to files; the cells before it are as they were."""
    folder, before, _ = project
    after = json.loads((folder / "my numbers.ipynb").read_text())
    managed = after["cells"].pop()
    assert after["cells"] == json.loads(before)["cells"]
    assert "succeeded" in "".join(managed["source"])
    (run,) = after["metadata"]["workbench"]["runs"]
    assert run["metrics"] == {"total": 6}
    for path in (run["page"], run["experiment"]["archive"], *run["cards"].values()):
        assert (folder / path).is_file(), path


def test_open_writes_the_page(project: tuple[Path, bytes, subprocess.CompletedProcess[str]]) -> None:
    """The page's path is on stdout; it holds the notebook, and a frame for each card."""
    folder, _, done = project
    page = Path(workbench(folder, "open", "my numbers.ipynb", "--no-browser").stdout.strip())
    ended = json.loads(done.stdout)
    assert page == folder / ".workbench" / "runs" / ended["name"].replace("/", "-") / "index.html"
    assert page.read_text().count("<iframe") == 1 + len(ended["cards"])


def test_a_bad_parameter_stops_before_anything_runs(
    project: tuple[Path, bytes, subprocess.CompletedProcess[str]],
) -> None:
    """Exit 2 and one line with a hint, for a run and for a rerun; no run is recorded for it."""
    folder, _, _ = project
    count = len(list((folder / ".workbench" / "runs").iterdir()))
    for command in ("run", "rerun"):
        for name, value, said in (("nn", "1", "did you mean 'n'?"), ("n", "x", "'n' is a whole number, found 'x'")):
            done = workbench(folder, command, "my numbers.ipynb", "-p", name, value)
            assert (done.returncode, done.stdout) == (2, "")
            assert said in done.stderr
            assert "Traceback" not in done.stderr
    assert len(list((folder / ".workbench" / "runs").iterdir())) == count


def test_a_failing_cell_is_named(tmp_path: Path) -> None:
    """Exit 1; stderr has the step, the cell, its heading, the line, a caret, values; what ran until then is kept."""
    heading = {"cell_type": "markdown", "id": "h", "metadata": {}, "source": "## Train it"}
    write_notebook(
        tmp_path / "n.ipynb",
        code("load0001", "x = 1\nprint(x)", "step:load"),
        heading,
        code("train001", "import json\n\ny = [x]\n(x, y[5])", "step:train"),
    )
    done = workbench(tmp_path, "run", "n.ipynb", "--executed", "out.ipynb", root=tmp_path)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(
        "error: step train, cell 3 (train001, “Train it”), line 4: IndexError: list index out of range\n"
        " 4 | (x, y[5])\n   |     ^^^^\n   x = 1\n   y = [1]"
    )
    failure = record(tmp_path)["failure"]
    assert (failure["number"], failure["line"], failure["start"], failure["end"]) == (3, 4, 4, 8)
    assert failure["values"] == {"x": "1", "y": "[1]"}
    assert "Traceback" not in done.stderr
    load, _, train = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    assert load["outputs"][0]["text"] == "1\n"
    assert train["outputs"][-1]["ename"] == "IndexError"
    assert "failed" in "".join(json.loads((tmp_path / "n.ipynb").read_text())["cells"][-1]["source"])


def test_what_cannot_be_handed_over_keeps_its_message(tmp_path: Path) -> None:
    """A WB4xx error is on stderr as the task said it, and the exit status is 1."""
    write_notebook(
        tmp_path / "n.ipynb",
        code("load0001", "import threading\nlock = threading.Lock()", "step:load"),
        code("train001", "print(lock)", "step:train"),
    )
    done = workbench(tmp_path, "run", "n.ipynb", root=tmp_path)
    assert done.returncode == 1
    assert "WB401: 'lock' (lock, bound in cell 1 (load0001)) can't go to the next step" in done.stderr
    assert "needed by cell 2 (train001) of step train" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_that_cannot_be_written_does_not_fail_its_run(tmp_path: Path) -> None:
    """The command fails and says why, the record says that the run succeeded, and the notebook is as it was."""
    notebook = write_notebook(tmp_path / "n.ipynb", *GOOD[:3])
    content = json.loads(notebook.read_text())
    content["metadata"]["workbench"] = "mine"
    notebook.write_text(json.dumps(content))
    before = notebook.read_bytes()
    done = workbench(tmp_path, "run", "n.ipynb", root=tmp_path)
    assert done.returncode == 1
    assert "metadata.workbench" in done.stderr
    assert record(tmp_path)["status"] == "succeeded"
    assert notebook.read_bytes() == before


SLOW = (code("load0001", "import subprocess\nprint('begun')\nsubprocess.run(['sleep', '120'])", "step:load"),)


def started(folder: Path) -> subprocess.Popen[str]:
    """A run in its slow cell."""
    process = subprocess.Popen(
        [str(WORKBENCH), "run", "n.ipynb"],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: any(each.name() == "sleep" for each in family(process.pid)))
    return process


def family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition, for as long as a loaded machine may take."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_tasks(tmp_path: Path, number: int) -> None:
    """Exit 130, no process is left, the record says interrupted, and the outputs until then are in the page."""
    write_notebook(tmp_path / "n.ipynb", *SLOW)
    process = started(tmp_path)
    below = family(process.pid)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the run was interrupted" in stderr
    assert "Traceback" not in stderr
    assert psutil.wait_procs(below, timeout=10)[1] == []
    ended = record(tmp_path)
    assert ended["status"] == "interrupted"
    (cell,) = json.loads((tmp_path / ended["executed"]).read_text())["cells"]
    assert cell["outputs"][0]["text"] == "begun\n"


def test_kill_9_leaves_nothing_behind(tmp_path: Path) -> None:
    """No process goes on, the run is listed as interrupted, the notebook is as it was, and another run works."""
    notebook = write_notebook(tmp_path / "n.ipynb", *SLOW)
    before = notebook.read_bytes()
    process = started(tmp_path)
    below = family(process.pid)
    process.kill()
    process.communicate()
    assert psutil.wait_procs(below, timeout=60)[1] == []
    assert record(tmp_path)["status"] == "interrupted"
    assert notebook.read_bytes() == before
    write_notebook(notebook, code("load0001", "print(1)", "step:load"))
    assert workbench(tmp_path, "run", "n.ipynb", root=tmp_path).returncode == 0


def test_a_rerun_has_its_own_file(tmp_path: Path) -> None:
    """The parameter is the given one, the notebook stays to the byte, and the run is listed with the notebook's."""
    notebook = write_notebook(
        tmp_path / "{n}.ipynb", code("params", "day = '1'", "parameters"), code("c", "print(day)")
    )
    before = notebook.read_bytes()
    done = workbench(tmp_path, "rerun", "{n}.ipynb", "-p", "day", "2026-10-01", "-o", "out.ipynb", root=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.ipynb").read_text())["cells"][-1]["outputs"][0]["text"] == ["2026-10-01\n"]
    assert notebook.read_bytes() == before
    assert (record(tmp_path)["kind"], record(tmp_path)["parameters"]) == ("rerun", {"day": "2026-10-01"})


def test_a_failing_rerun_names_the_cell(tmp_path: Path) -> None:
    """Exit 1, with the cell and the line; the outputs until then are kept."""
    write_notebook(tmp_path / "n.ipynb", code("first", "print('x')"), code("second", "a = 1\n{}['k']"))
    done = workbench(tmp_path, "rerun", "n.ipynb", root=tmp_path)
    assert done.returncode == 1
    assert "error: cell second, line 2: KeyError: 'k'\n 2 | {}['k']\n" in done.stderr
    assert "Traceback" not in done.stderr
    executed = json.loads((tmp_path / record(tmp_path)["executed"]).read_text())
    assert any(
        "x" in "".join(output.get("text", "")) for cell in executed["cells"] for output in cell.get("outputs", ())
    )


def test_the_doctor_reports(tmp_path: Path) -> None:
    """Every finding has a state, every problem says what to do, and nothing is started or written."""
    done = workbench(tmp_path, "doctor", "--format", "json", root=tmp_path)
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == (1 if any(check["state"] == "broken" for check in found.values()) else 0)
    assert all(check["do"] for check in found.values() if check["state"] != "ok")
    assert {"Python", "metaflow", "Metaflow", "Comet", "warehouse", "git"} <= set(found)
    assert list(tmp_path.iterdir()) == []
