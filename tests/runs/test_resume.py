"""Resumed runs with real Metaflow: what is kept didn't run again, and all of it is there in the new run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_commands import code, environment, workbench, write_notebook

pytestmark = pytest.mark.slow


def noting(name: str, body: str) -> str:
    """A cell that leaves its name in a file whenever it runs."""
    return f'with open("ran.txt", "a") as note:\n    note.write("{name} ")\n{body}'


CELLS = {
    "params": ("scale = 10", "parameters"),
    "best": ("def best(numbers):\n    return max(numbers)",),
    "load": (noting("load", "numbers = [1, 2, 3]\nnumbers"), "step:load"),
    "left": (noting("left", "most = best(numbers)\nmost"), "step:left", "after:load"),
    "right": (noting("right", "total = sum(numbers)\nnumbers = []\ntotal"), "step:right", "after:load"),
    "report": (
        noting("report", "import workbench\nworkbench.log_metric('m', (most + total) * scale)\nprint(most, total)"),
        "step:report",
    ),
}


class Story:
    """A notebook that is edited and run again and again."""

    def __init__(self, folder: Path, first: str = "") -> None:
        self.folder = folder
        self.first = first
        self.cells = dict(CELLS)

    def run(self, *options: object) -> subprocess.CompletedProcess[str]:
        """Write the notebook, and run it."""
        write_notebook(self.folder / "n.ipynb", *(code(name, *parts) for name, parts in self.cells.items()))
        (self.folder / "ran.txt").write_text("")
        return workbench(self.folder, "run", "n.ipynb", "--format", "json", *options, root=self.folder)

    def resumed(self, *options: object) -> dict[str, Any]:
        """Resume from an earlier run; the record. It must have succeeded."""
        done = self.run("--resume", *options)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace some text of a cell."""
        source, *tags = self.cells[name]
        assert old in source
        self.cells[name] = (source.replace(old, new), *tags)

    @property
    def ran(self) -> set[str]:
        """The steps whose cells ran last."""
        return set((self.folder / "ran.txt").read_text().split())

    def outputs(self, record: dict[str, Any]) -> list[str]:
        """What the cells of the executed notebook show."""
        executed = json.loads((self.folder / record["executed"]).read_text())
        outputs = [output for cell in executed["cells"] for output in cell.get("outputs", ())]
        return [each["text"] if "text" in each else each["data"]["text/plain"] for each in outputs]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the notebook, and the name of its first run."""
    made = Story(tmp_path_factory.mktemp("resume"))
    done = made.run()
    assert done.returncode == 0, done.stderr
    return made.folder, json.loads(done.stdout)["name"]


@pytest.fixture
def story(first: tuple[Path, str]) -> Story:
    """The notebook as it was first run; each test resumes from that run, in whatever order they come."""
    return Story(*first)


READ = """
import json, sys, metaflow
from metaflow.cards import get_cards

metaflow.namespace(None)
tasks = {step.id: step.task for step in metaflow.Run(sys.argv[1])}
print(json.dumps({
    "scale": {step: task["scale"].data for step, task in tasks.items()},
    "numbers": tasks["load"]["numbers"].data,
    "cards": {step: [len(card.get()) for card in get_cards(task)] for step, task in tasks.items()},
}))
"""


def read_through_metaflow(folder: Path, run: str) -> dict[str, Any]:
    """Artifacts and cards of a run, as Metaflow's own Client finds them."""
    own = {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder), "METAFLOW_USER": "tester"}
    done = subprocess.run(
        [sys.executable, "-c", READ, run], env=environment(folder) | own, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_nothing_changed_runs_nothing(story: Story) -> None:
    """The earlier run is the answer: exit status 0, no new run, and the way to run a step all the same."""
    before = sorted((story.folder / ".workbench" / "runs").iterdir())
    done = story.run("--resume")
    assert done.returncode == 0, done.stderr
    assert story.ran == set()
    assert "nothing changed" in done.stderr
    assert "--from STEP" in done.stderr
    assert json.loads(done.stdout)["resumed_from"] == json.loads(done.stdout)["name"] == story.first
    assert sorted((story.folder / ".workbench" / "runs").iterdir()) == before


def test_a_parameter_reruns_the_steps_that_read_it(story: Story) -> None:
    """The others are kept, with artifacts and cards that Metaflow finds, and every task has the new value."""
    story.edit("load", "numbers = [1, 2, 3]", "# three of them\nnumbers = [1, 2, 3]")
    record = story.resumed(story.first, "-p", "scale", 100)
    assert story.ran == {"report"}
    assert record["steps"]["report"] == {"kept": False, "why": "parameter scale 10 → 100"}
    kept = [step for step, decision in record["steps"].items() if decision["kept"]]
    assert kept == ["load", "left", "right", "join_left_right"]
    assert record["metrics"] == {"m": 900}
    assert story.outputs(record) == ["[1, 2, 3]", "3", "6", "3 6\n"]
    assert set(record["cards"]) >= {"load", "left", "right", "report"}
    found = read_through_metaflow(story.folder, record["name"])
    assert set(found["scale"].values()) == {100}
    assert found["numbers"] == [1, 2, 3]
    assert all(found["cards"].values())


def test_a_function_reruns_its_branch(story: Story) -> None:
    """A step that uses the function runs again, and what joins it; the branch beside it is kept."""
    story.edit("best", "max(numbers)", "min(numbers)")
    record = story.resumed(story.first)
    assert story.ran == {"left", "report"}
    assert record["steps"]["left"]["why"] == "function `best` in cell 2 changed"
    assert record["steps"]["report"]["why"] == "after `join_left_right`"
    assert story.outputs(record) == ["[1, 2, 3]", "1", "6", "1 6\n"]
    assert record["metrics"] == {"m": 70}


def test_a_failed_run_goes_on_where_it_failed(story: Story) -> None:
    """Mended, with a step added at the end: only these two run, on what the failed run had taken over itself."""
    story.edit("report", "print(most, total)", "print(most, total)\nresult = 1 / 0")
    failed = story.run("--resume", story.first)
    assert failed.returncode == 1
    assert story.ran == {"report"}
    story.edit("report", "1 / 0", "1")
    story.cells["more"] = (noting("more", "result + 1"), "step:more")
    record = story.resumed(json.loads(failed.stdout)["name"])
    assert story.ran == {"report", "more"}
    assert record["steps"]["more"]["why"] == "it has not run"
    story.edit("more", "+ 1", "+ 2")
    record = story.resumed(record["name"], "--from", "left")
    assert story.ran == {"left", "report", "more"}
    assert record["steps"]["left"]["why"] == "asked for"
    assert story.outputs(record)[-2:] == ["3 6\n", "3"]
