"""Records of runs: whole or not there, and true about what is still running."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.runs import record
from workbench.runs.record import Failure, Place, RunRecord


def run(number: int = 1, **changes: object) -> RunRecord:
    started = f"2026-11-23T06:{number:02}:00+00:00"
    made = RunRecord(name=f"F/{number}", kind="flow", status="succeeded", started=started, notebook="notebooks/n.ipynb")
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    """What is written is read again, the failure included; numbers that JSON hasn't are their names."""
    project = Project(tmp_path)
    inside = Place("a1", 1, "", 2, "return y", 7, 8, "x")
    failure = Failure(
        "ValueError", "no", step="train", cell="b7e0", heading="Train", line=3, source="x()", inside=inside
    )
    written = run(metrics={"loss": 0.1 + 0.2, "bad": math.nan}, failure=failure, status="failed")
    record.write(project, written)
    back = record.read(record.folder_of(project, written))
    assert back == dataclasses.replace(written, metrics={"loss": 0.1 + 0.2, "bad": "nan"})
    json.loads((record.folder_of(project, written) / "run.json").read_text(), parse_constant=pytest.fail)


def test_runs_are_listed_latest_first_and_by_notebook(tmp_path: Path) -> None:
    """A notebook's list has its runs only; what is no record is passed over."""
    project = Project(tmp_path)
    for number in (2, 3, 1):
        record.write(project, run(number))
    record.write(project, run(4, notebook="notebooks/other.ipynb"))
    (project.runs / "rubbish").mkdir()
    (project.runs / "F-1" / "run.json").write_text("{")
    found = record.runs(project, tmp_path / "notebooks" / "n.ipynb")
    assert [each.name for each in found] == ["F/3", "F/2"]


@pytest.mark.parametrize("name", ["F/2", "F-2", "2"])
def test_a_run_is_found_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    """The pathspec, the folder's name and the run's id all name a run."""
    record.write(Project(tmp_path), run(2))
    assert record.find(Project(tmp_path), name).name == "F/2"


def test_no_such_run_is_an_error(tmp_path: Path) -> None:
    """A name that no run has is an error that says where the names are."""
    with pytest.raises(WorkbenchError, match="no run '9'"):
        record.find(Project(tmp_path), "9")


def test_a_later_versions_record_is_read(tmp_path: Path) -> None:
    """Members that aren't known here are left out."""
    project = Project(tmp_path)
    record.write(project, run())
    path = record.folder_of(project, run()) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "red"}))
    assert record.read(path.parent) == run()


@pytest.mark.slow
def test_a_run_whose_process_is_gone_was_interrupted(tmp_path: Path) -> None:
    """While the process lives the run is running; after kill -9 it is interrupted, not running for ever."""
    project = Project(tmp_path)
    running = run(status="running")
    record.write(project, running)
    code = (
        "import sys; from pathlib import Path; from workbench.runs.record import Running\n"
        "with Running() as lock: lock.hold(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    folder = record.folder_of(project, running)
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert record.runs(project)[0].status == "running"
        os.kill(process.pid, 9)
        process.wait()
    assert record.runs(project)[0].status == "interrupted"
