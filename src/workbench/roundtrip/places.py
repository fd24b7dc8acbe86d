"""Where a cell's lines stand in an emitted flow, and how a place in it is called."""

from __future__ import annotations

import re
from typing import NamedTuple

from workbench.compiler.model import FlowSource
from workbench.notebook.model import Notebook, headings
from workbench.roundtrip.merge import Change, changes

MARKER = re.compile(r"\s*# %% (?:\[setup\] )?(?P<id>\S+)")

_CLASS = re.compile(r"class \w+\(.*FlowSpec")
_STEP = re.compile(r"    def (\w+)\(self\b")
_PARAMETER = re.compile(r"    (\w+) = Parameter_?\(")


class Place(NamedTuple):
    """Lines start to end (0-based, end not among them) of a flow are a cell's.

    body: they stand in a step, below the cell's marker; else they are a definition that stands elsewhere.
    """

    cell: str
    start: int
    end: int
    body: bool

    def holds(self, change: Change) -> bool:
        """Whether a change of the flow's lines is one of this place; a marker is never changed."""
        if change.start == change.end == self.end:
            return bool(lines_of_cell(change.new) if self.body else lines_below(change.new))
        if change.start == change.end == self.start:
            return not self.body and bool(lines_above(change.new))
        return self.start + self.body <= change.start and change.end <= self.end


def places(flow: FlowSource) -> list[Place]:
    """Every place of a cell in a flow, in order."""
    found: list[Place] = []
    last = 0
    for at, origin in enumerate(flow.lines):
        if origin is None:
            continue
        cell, number = origin
        current = found[-1] if found else None
        if (
            current is not None
            and number
            and current.cell == cell
            and (current.body or (current.end == at and number == last + 1))
        ):
            found[-1] = current._replace(end=at + 1)
        else:
            found.append(Place(cell, at, at + 1, number == 0))
        last = number
    return found


def place_of(there: list[Place], change: Change) -> Place | None:
    """The place that a change is in; None where it is outside of the cells, or in several."""
    return next((one for one in there if one.holds(change)), None)


def edits(before: list[str], after: list[str]) -> list[Change]:
    """The changes between a flow's lines, insertions below a blank line seen as above it: at the end of a cell."""
    return [_slid(one, before) for one in changes(before, after)]


def outside(lines: tuple[str, ...] | list[str], at: int) -> str:
    """What a line that is no cell's belongs to: a step, a parameter, the class or the module."""
    for line in reversed(lines[: at + 1]):
        if match := _STEP.match(line):
            return f"step `{match[1]}`"
        if match := _PARAMETER.match(line):
            return f"parameter `{match[1]}`"
        if _CLASS.match(line):
            return "the flow's class"
    return "the module"


def cell_label(notebook: Notebook, cell_id: str) -> str:
    """How people find a cell: its number, its id, and the heading right above it."""
    cell = next((one for one in notebook.cells if one.id == cell_id), None)
    if cell is None:
        return f"cell {cell_id[:12]}"
    above = notebook.cells[cell.index - 1] if cell.index else None
    titles = headings(above) if above else ()
    return f"cell {cell.number} ({cell.id[:12]}{f', “{titles[-1][1]}”' if titles else ''})"


def _slid(change: Change, before: list[str]) -> Change:
    """An insertion that ends with a blank line, as the same one above the blank line that it follows."""
    start, end, new = change
    while start == end and start and new and not new[-1] and not before[start - 1]:
        start, new = start - 1, (new[-1], *new[:-1])
        end = start
    return Change(start, end, new)


def lines_of_cell(new: tuple[str, ...]) -> int:
    """How many lines of an insertion below a cell are the cell's: those above a marker, if there is one."""
    return next((at for at, line in enumerate(new) if MARKER.match(line)), len(new))


def lines_below(new: tuple[str, ...]) -> int:
    """How many lines of an insertion below a definition are the definition's: the indented ones."""
    count = 0
    for at, line in enumerate(new, start=1):
        if line.startswith((" ", "\t")):
            count = at
        elif line.strip():
            break
    return count


def lines_above(new: tuple[str, ...]) -> int:
    """How many lines of an insertion above a definition are the definition's: its decorators and comments."""
    count = 0
    for line in reversed(new):
        if not line.startswith(("@", "#")):
            break
        count += 1
    return count
