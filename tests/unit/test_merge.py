"""The three-way merge of texts, and the line by which a flow says what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.roundtrip.merge import merged
from workbench.roundtrip.sameness import says_the_same
from workbench.roundtrip.stamp import as_emitted, checksum, stamped, unstamped

LINES = st.lists(st.sampled_from("abcdefg"), max_size=8)
FLOW = '"""A flow."""\n\n__notebook__ = "../n.ipynb"\n\nx = 1\n'


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "wanted"),
    [
        ("a b c", "a B c", "a b c d", "a B c d"),
        ("a b c", "x a b c", "a b", "x a b"),
        ("a b c", "a c", "a b c d", "a c d"),
        ("a b c", "a B c", "a B c", "a B c"),  # both made the same change
        ("a b", "a @x b", "a @y b", "a @y @x b"),  # decorators
        ("a b", "a @x b", "a @x @y b", "a @x @y b"),
        ("a c", "a xyz c", "a 123 xyz c", "a 123 xyz c"),  # ours has theirs, and something before it
        ("a bbb c", "a xyz c", "a G123 xyz c", "a G123 xyz c"),  # and so here, because what is more is glue
        ("a bbb ccc", "a bbb", "a G", "a G"),
    ],
)
def test_changes_of_both_sides_are_put_together(base: str, theirs: str, ours: str, wanted: str) -> None:
    """What only one side changed is taken; what both added in ways that agree is there once."""
    lines = ours.split()
    result = merged(base.split(), theirs.split(), lines, glue=lambda at: lines[at].startswith("G"))
    assert (" ".join(result.lines), result.conflicts) == (wanted, ())


@pytest.mark.parametrize(
    ("base", "theirs", "ours"),
    [
        ("a b c", "a x c", "a y c"),
        ("a b c", "a c", "a y c"),  # one took away what the other rewrote
        ("a bbb c", "a xyz c", "a 123 xyz c"),  # what is more may be another answer to what was there
        ("a bbb c", "a c", "a Gbbb c"),
        ("a x=1 y=1", "a y=2", "a x=3 y=2"),  # the same, beside a change that both made
        ("a b c d", "a B c d", "a b C d"),  # side by side
        ("a", "a b", "a c"),
    ],
)
def test_contradictions_are_told_and_ours_stays_in_place(base: str, theirs: str, ours: str) -> None:
    """Two different changes of one place are a conflict that names all three texts; nothing is chosen silently."""
    result = merged(base.split(), theirs.split(), ours.split())
    assert " ".join(result.lines) == ours
    (conflict,) = result.conflicts
    assert conflict.theirs != conflict.ours


@given(LINES, LINES)
def test_one_side_alone_is_taken_whole(base: list[str], other: list[str]) -> None:
    """A side that changed nothing has no say, whichever side it is."""
    assert merged(base, other, base) == (tuple(other), ())
    assert merged(base, base, other) == (tuple(other), ())
    assert merged(base, other, other) == (tuple(other), ())


def test_imports_of_both_sides_are_joined() -> None:
    """Imports that two sides add on one line, or beside each other, are no contradiction; a removed one stays away."""
    base = ["import os", "from metaflow import FlowSpec, step"]
    theirs = ["import json", "import os", "from metaflow import FlowSpec, retry, step"]
    ours = ["from metaflow import FlowSpec, resources, step"]
    result = merged(base, theirs, ours)
    assert result.lines == ("import json", "from metaflow import FlowSpec, resources, retry, step")
    assert not result.conflicts


def test_a_flow_says_whether_it_is_as_it_was_written() -> None:
    """The stamp holds whatever git made of the line ends, and no longer where a character was changed."""
    text = stamped(FLOW)
    assert unstamped(text) == (FLOW, checksum(FLOW))
    assert text.splitlines()[3].startswith('__promoted__ = "crc32:')
    assert as_emitted(text)
    assert as_emitted(text.replace("\n", "\r\n"))
    assert not as_emitted(text.replace("x = 1", "x = 2"))
    assert not as_emitted(FLOW)
    assert unstamped(stamped(FLOW + "y = 2\n", FLOW)) == (FLOW + "y = 2\n", checksum(FLOW))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = f(1,\n  2)  # why", "x = f(\n    1,\n    2,\n)  #  why", True),
        ("x = 'a'", 'x = "a"', True),
        ('def f():\n  """A\n  b. """', 'def f():\n    """A\n    b."""', True),
        ("x = 1  # why", "x = 1  # how", False),
        ("x = 1", "x = 2", False),
        ("x = 'a b'", "x = 'a  b'", False),
        ("x = (", "x = 1", False),
    ],
)
def test_layout_is_no_edit(one: str, other: str, same: bool) -> None:
    """What a formatter changes says the same; another comment, value or text doesn't."""
    assert says_the_same(one, other) is same


def test_a_cell_s_first_text_is_a_value() -> None:
    """In a module the first text is its docstring, in a cell it is what the cell shows."""
    assert says_the_same('"""a  """', '"""a"""')
    assert not says_the_same('"""a  """', '"""a"""', cell=True)
