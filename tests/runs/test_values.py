"""Parameters from the command line: typed against what there is, and refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.errors import ParameterError
from workbench.notebook.model import Cell, Notebook
from workbench.runs.rerun import known_parameters
from workbench.runs.values import Known, typed

KNOWN = (
    Known("alpha", float, 0.1),
    Known("n", int, 3),
    Known("flag", bool, False),
    Known("day", str, "2026-10-01"),
    Known("bands", list, [1]),
    Known("options", dict, {}),
    Known("anything", None),
    Known("input_", str, ""),
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("alpha", "1", 1.0),
        ("alpha", "-1e-3", -0.001),
        ("n", "-50", -50),
        ("flag", "TRUE", True),
        ("flag", "no", False),
        ("day", "2026", "2026"),
        ("day", "", ""),
        ("bands", "[1, 5.5]", [1, 5.5]),
        ("bands", "('a', 'b')", ["a", "b"]),
        ("options", '{"a": {"b": null}}', {"a": {"b": None}}),
        ("anything", "None", None),
        ("anything", "3", 3),
        ("anything", "2026-10-01", "2026-10-01"),
    ],
)
def test_a_text_becomes_a_value_of_the_parameters_type(name: str, text: str, value: Any) -> None:
    """Each kind of parameter reads its own kind of text."""
    (result,) = typed(KNOWN, [(name, text)], owner="n.ipynb").values()
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alpha", "x"),
        ("n", "1.5"),
        ("n", ""),
        ("flag", "maybe"),
        ("bands", '{"a": 1}'),
        ("bands", "x"),
        ("options", "[1]"),
    ],
)
def test_another_type_is_an_error(name: str, text: str) -> None:
    """A text that isn't of the parameter's type is refused, and the message has both."""
    with pytest.raises(ParameterError, match=name) as raised:
        typed(KNOWN, [(name, text)], owner="n.ipynb")
    assert repr(text) in raised.value.message
    assert raised.value.exit_status == 2


def test_an_unknown_name_has_a_suggestion() -> None:
    """A name that is nearly right is asked back."""
    with pytest.raises(ParameterError) as raised:
        typed(KNOWN, [("alhpa", "1")], owner="n.ipynb")
    assert "did you mean 'alpha'?" in raised.value.hint


def test_a_name_twice_is_an_error() -> None:
    """Which of two values was meant isn't guessed."""
    with pytest.raises(ParameterError, match="twice"):
        typed(KNOWN, [("n", "1"), ("n", "2")], owner="n.ipynb")


def test_a_required_parameter_must_be_given() -> None:
    """A parameter without a default is asked for before anything runs."""
    with pytest.raises(ParameterError, match="'day'"):
        typed([Known("day", str, required=True)], [], owner="flow.py")


def test_a_name_that_metaflow_reserves_is_found() -> None:
    """The notebook's `input` is the flow's `input_`."""
    assert typed(KNOWN, [("input", "x")], owner="n.ipynb") == {"input_": "x"}


def test_the_parameters_cell_says_what_there_is() -> None:
    """Assignments of literals have a type; what is computed takes anything; magics are passed over."""
    lines = ["%matplotlib inline", "day = '2026-10-01'  # the day", "n: int = -3", "a = b = (1, 2)", "now = time()"]
    source = "\n".join([*lines, "obj.x = 1", "none = None"])
    found = known_parameters(Notebook("n.ipynb", (Cell(0, "c", "code", source, ("parameters",)),)))
    assert [(each.name, each.kind) for each in found] == [
        ("day", str),
        ("n", int),
        ("a", list),
        ("b", list),
        ("now", None),
        ("none", None),
    ]


def test_without_a_parameters_cell_nothing_can_be_given() -> None:
    """The error says how to get parameters."""
    assert known_parameters(Notebook("n.ipynb", (Cell(0, "c", "code", "x = 1"),))) == ()
    with pytest.raises(ParameterError, match="no parameter 'x'") as raised:
        typed([], [("x", "1")], owner="n.ipynb")
    assert "tag a cell" in raised.value.hint
