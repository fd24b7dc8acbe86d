"""What an explanation says: where values come from, and which steps could run beside each other."""

from __future__ import annotations

import pytest

from workbench.compiler.explain import Explanation, Where, explain
from workbench.compiler.explained import explained
from workbench.notebook.model import Cell, Notebook


def book(*cells: tuple[str, str]) -> Notebook:
    """A notebook of (tags, source) cells."""
    return Notebook(
        "n.ipynb",
        tuple(
            Cell(place, f"cell-{place}", "code", source, tuple(tags.split()))
            for place, (tags, source) in enumerate(cells)
        ),
    )


def could(*sources: str) -> list[tuple[str, ...]]:
    """The runs of steps that could run beside each other, of a notebook with a step for each source: s0, s1, …"""
    found = explain(book(*((f"step:s{place}", source) for place, source in enumerate(sources))))
    assert not found.refused
    return [one.steps for one in found.could]


def test_steps_that_need_nothing_of_one_another_are_pointed_out_with_their_tags() -> None:
    """The longest run of such steps, and the tags that let them run so."""
    found = explain(
        book(
            ("step:load", "rows = [1, 2]"),
            ("step:low", "low = min(rows)"),
            ("step:high", "high = max(rows)"),
            ("step:count", "count = len(rows)"),
            ("step:report", "print(low, high, count)"),
        )
    )
    assert [(one.steps, one.tags) for one in found.could] == [
        (("low", "high", "count"), (("high", ("after:load",)), ("count", ("after:load",))))
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "b = a"),  # reads what the first binds
        ("xs.append(1)", "b = len(xs)"),  # reads what the first changes
        ("a = f(xs)", "exec(text)"),  # may read anything
        ("import random\na = random.random()", "import random\nb = random.random()"),  # draw from one generator
        ("import numpy as np\na = np.random.rand()", "from numpy import random\nb = random.normal()"),
        ("a = rng.normal()", "b = rng.normal()"),
        ("a = next(it)", "b = next(it)"),
        ("a = draw()", "b = draw()"),  # by way of a function
        ("import pandas as pd\npd.set_option('display.width', 80)", "b = frame"),  # sets what later outputs show
        ("import os\nos.environ['A'] = '1'", "b = 1"),
        ("%cd ..", "b = 1"),
        ("1 + 1", "print(_)"),
    ],
)  # fmt: skip
def test_steps_with_a_tie_are_not(one: str, other: str) -> None:
    """A step that reads what another changes, or shares state of the process with it, stays after it."""
    load = (
        "import numpy as np\nimport random as dice\nxs, frame, text = [1], 1, 'c = 1'\nrng = np.random.default_rng(1)\n"
        "it = iter(xs)\n\n\ndef f(v):\n    return v\n\n\ndef draw():\n    return dice.random()"
    )
    assert could(load, one, other, "print(1)") in ([], [("s2", "s3")])


def test_generators_of_their_own_tie_nothing_together() -> None:
    """Two steps that each make a generator could run beside each other."""
    own = "import numpy as np\n{0} = np.random.default_rng({1}).normal()"
    assert could("n = 1", own.format("a", 1), own.format("b", 2), "print(a, b)") == [("s1", "s2")]


def test_nothing_is_said_of_steps_that_do_run_beside_each_other() -> None:
    """What the tags have brought about needs no mention."""
    found = explain(
        book(
            ("step:load", "rows = [1, 2]"),
            ("step:low after:load", "low = min(rows)"),
            ("step:high after:load", "high = max(rows)"),
            ("step:report", "print(low, high)"),
        )
    )
    assert found.could == ()
    assert [one.beside for one in found.steps if one.cells] == [(), ("high",), ("low",), ()]


def _step(found: Explanation, name: str) -> object:
    return next(one for one in found.steps if one.name == name)


def test_a_value_is_traced_to_the_line_that_bound_it_through_steps_and_joins_that_pass_it_on() -> None:
    """The step is the one that bound the value, the branch the one that a join has it by."""
    found = explain(
        book(
            ("step:load", "x = 1\nx = 2"),
            ("step:a after:load", "a = x"),
            ("step:b after:load", "b = 1"),
            ("step:c after:a after:b", "c = a + b"),
            ("step:d", "print(c,\n      x)"),
        )
    )
    taken = {one.name: one for one in _step(found, "d").takes}  # type: ignore[attr-defined]
    assert (taken["x"].source, taken["x"].how, taken["x"].changed) == ("load", "bound", Where(1, 2))
    assert taken["x"].read == Where(5, 2)
    given = {one.name: one.readers for one in _step(found, "load").gives}  # type: ignore[attr-defined]
    assert given == {"x": ("a", "d")}


def test_what_the_code_does_not_tell_is_said() -> None:
    """Names that may be unbound, functions that bind the notebook's names, code that may read anything, stars."""
    notebook = book(
        ("step:a", "from math import *\nn = 0\nif n:\n    m = 1\ndef bump():\n    global n\n    n += 1"),
        ("step:b", "bump()\nif n > 5:\n    print(m)\nprint(eval('n'), pi)"),
    )
    text = explained(explain(notebook), notebook)
    proven, _, rest = text.partition("what could not be proven\n")
    assert proven
    for part in ("`m` may be left unbound", "`bump` binds `n`", "what it reads isn't known", "may be one of them"):
        assert part in rest


def test_a_notebook_that_is_refused_is_explained_as_far_as_it_goes() -> None:
    """Its findings come first, then the steps, though tags are wrong."""
    notebook = book(("step:a after:b", "x = 1"), ("", "y = 1"), ("step:c", "print(x)"))
    found = explain(notebook)
    text = explained(found, notebook)
    assert found.refused
    assert "error[WB106]" in text
    assert text.index("WB106") < text.index("c\n  cell")
    assert "left behind\n  2  y = 1" in text
