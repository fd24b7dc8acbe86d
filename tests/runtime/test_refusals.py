"""What can't be promised fails the run, with a code, the names, and the way out."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HEAD = """
from metaflow import FlowSpec, catch, retry, step
from workbench.runtime import notebook_step


class RefusedFlow(FlowSpec):
"""

LINEAR = (
    HEAD
    + '''
    @notebook_step
    @step(start=True)
    def first(self):
        """First."""
{first}
        self.next(self.last)

    @notebook_step
    @step(end=True)
    def last(self):
        """Last."""
{last}


if __name__ == "__main__":
    RefusedFlow()
'''
)

SPLIT = (
    HEAD
    + '''
    @notebook_step
    @step(start=True)
    def load(self):
        """Load."""
        import random
        # %% load
        x = [1]
        other = x
        random.seed(1)

        self.x, self.other = x, other
        self.next(self.one, self.two)

    @notebook_step
    @step
    def one(self):
        """One."""
{one}
        self.next(self.join)

    @notebook_step
    @step
    def two(self):
        """Two."""
{two}
        self.next(self.join)

    @notebook_step
    @step
    def join(self, inputs):
        """Join."""
        self.x = inputs.one.x
        self.next(self.last)

    @notebook_step
    @step(end=True)
    def last(self):
        """Last."""
        x = self.x
        # %% last
        print(x)


if __name__ == "__main__":
    RefusedFlow()
'''
)


@pytest.fixture
def failed(tmp_path: Path, run_flow: Any) -> Callable[..., Any]:
    """Run a flow made of a template and the bodies of its steps; it is to fail."""

    def run(template: str, **bodies: str) -> Any:
        file = tmp_path / "source" / "refused.py"
        file.parent.mkdir()
        indented = {
            name: "\n".join(" " * 8 + line for line in (body or "pass").splitlines()) for name, body in bodies.items()
        }
        file.write_text(template.format(**indented))
        done = run_flow(file, tmp_path / "run")
        assert done.status != 0, done.log
        return done

    return run


def test_a_value_that_cannot_cross(failed: Callable[..., Any]) -> None:
    """WB401 names the variable, its cell and heading, why, and the choices."""
    run = failed(
        LINEAR,
        first="# %% a1 Fine\nok = 1\n# %% b2 Make a generator\ngen = (i for i in [ok])\n\nself.ok, self.gen = ok, gen",
        last="gen = self.gen\n# %% c3\nprint(next(gen))",
    )
    assert "WB401: 'gen' (generator, bound in cell b2 “Make a generator”) can't go to the next step" in run.log
    assert "hint: make it anew in a cell tagged `setup`" in run.log
    assert [cell["id"] for cell in run.task("first")["_workbench_cells"].data] == ["a1", "b2"]


def test_a_setup_value_that_a_step_changes(failed: Callable[..., Any]) -> None:
    """WB404: a setup cell would bind the value of before the change in the step that needs it."""
    setup = "# %% [setup] s1 Options\noptions = {'k': 1}\n"
    run = failed(LINEAR, first=setup + "# %% a1\noptions['k'] = 2\n", last=setup + "# %% b2\nprint(options)")
    assert "WB404: step first changes 'options', which the setup cell s1 “Options” binds anew in step last" in run.log


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("x = self.x\n# %% a\nx.append(2)\nself.x = x", "x = self.x\n# %% b\nx.append(3)\nself.x = x", "both change"),
        ("x = self.x\n# %% a\nx.append(2)\nself.x = x", "x = self.x\n# %% b\nprint(x)", "which step two uses after it"),
        ("x = self.x\n# %% a\nprint(x)", "x = self.x\n# %% b\nx.append(2)", "takes it from the branch one"),
        ("x = self.x\n# %% a\nprint(x)", "other = self.other\n# %% b\nother.append(2)", "takes it from the branch one"),
    ],
    ids=["both", "used_after", "taken", "alias"],
)  # fmt: skip
def test_branches_that_change_a_value(failed: Callable[..., Any], one: str, two: str, message: str) -> None:
    """WB402: the join says which steps, and which value."""
    run = failed(SPLIT, one=one, two=two)
    assert "WB402: step" in run.log
    assert message in run.log


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("import random\n# %% a\nrandom.random()", "import random\n# %% b\nrandom.random()", "both change Python's"),
        ("import os\n# %% a\nos.environ['Q'] = '1'", "# %% b\nprint(1)", "step two comes after it"),
    ],
    ids=["random", "environment"],
)  # fmt: skip
def test_branches_that_disagree_on_state(failed: Callable[..., Any], one: str, two: str, message: str) -> None:
    """WB403: the join says which steps, and what of the process."""
    run = failed(SPLIT, one=one, two=two)
    assert "WB403: step" in run.log
    assert message in run.log


def test_a_failing_cell_is_named(failed: Callable[..., Any]) -> None:
    """An error keeps its type, and says the cell, its heading and the line; the outputs so far stay."""
    run = failed(
        LINEAR,
        first="# %% a1 Before\nprint(1)\n# %% b2 Divide\nprint(2)\ny = 1\nz = y / 0\n# %% c3 Never\nprint(3)\n",
        last="# %% d4\npass",
    )
    assert "ZeroDivisionError" in run.log
    assert "in cell b2 “Divide”, line 3: z = y / 0" in run.log
    cells = run.cells("first")
    assert list(cells) == ["a1", "b2"]
    assert [each["output_type"] for each in cells["b2"]["outputs"]] == ["stream", "error"]
    assert cells["b2"]["outputs"][1]["ename"] == "ZeroDivisionError"
    failed = cells["b2"]["failed"]
    assert (failed["line"], failed["source"], failed["start"], failed["end"]) == (3, "z = y / 0", 4, 9)
    assert failed["values"] == {"y": "1"}
    assert " ^^^^^\n" in run.log
    assert " y = 1\n" in run.log


def test_branches_that_seed_first_agree(tmp_path: Path, run_flow: Any) -> None:
    """A branch that seeds before it draws doesn't depend on what the other drew; the last one's state goes on."""
    file = tmp_path / "source" / "seeded.py"
    file.parent.mkdir()
    draws = "import random\n# %% {id}\nrandom.seed({seed})\nrandom.random()"
    bodies = {"one": draws.format(id="a", seed=1), "two": draws.format(id="b", seed=2)}
    indented = {name: "\n".join(" " * 8 + line for line in body.splitlines()) for name, body in bodies.items()}
    source = SPLIT.format(**indented).replace(
        "        print(x)", "        import random\n        print(random.random())"
    )
    file.write_text(source)
    run = run_flow(file, tmp_path / "run")
    assert run.status == 0, run.log
    random.seed(2)
    random.random()
    assert run.texts("last")["last"] == f"{random.random()}\n"
