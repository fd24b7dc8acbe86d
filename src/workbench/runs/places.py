"""Lines of a flow as lines of its notebook: the cell, its number as people count, the line within it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.notebook.ipynb import parse
from workbench.notebook.model import Cell, headings, short_ids
from workbench.runs.record import Place

Lines = Sequence[tuple[str, int] | None]
"""For each line of a flow the id of its cell, and the line in that cell from 1; None for what is no cell's."""

_MARKER = re.compile(r"^\s*# %% (?:\[setup\] )?(?P<cell>\S+)(?: (?P<heading>.*))?$")
_DEF = re.compile(r"^ {0,4}(?:async )?def ")  # of the flow or of a step; a cell's own are deeper


class Places:
    """source: the flow's text; notebook: the JSON of its notebook, None where it isn't there.

    lines: as compiling it gave them, () where it wasn't compiled: then a line is found again by its text.
    """

    def __init__(self, source: str, notebook: Mapping[str, Any] | None = None, lines: Lines = ()) -> None:
        self._source = source.splitlines()
        self._cells = parse(dict(notebook), "the notebook").cells if notebook is not None else ()
        self._short = short_ids(parse(dict(notebook), "the notebook")) if notebook is not None else {}
        self._lines = lines

    def of(self, place: Mapping[str, Any]) -> Place | None:
        """The notebook's place; place: as a task recorded it (workbench.runtime.failure). None where no cell has it."""
        function, at = str(place.get("function", "")), int(place["at"])
        if not 0 < at <= len(self._source):
            return None
        marked = self._marked(at)
        found = self._compiled(at) or self._searched(str(place["source"]), function, marked)
        if found is None:
            if marked is None:
                return None
            name, heading, line = marked
            return Place(name, None, heading, line, place["source"], place["start"], place["end"], function)
        cell, line = found
        text = (cell.source.splitlines()[line - 1 : line] or [str(place["source"])])[0]
        start, end = _columns(text.strip(), place)
        return Place(self._short[cell.id], cell.number, self._heading(cell), line, text.strip(), start, end, function)

    def cell(self, name: str) -> tuple[int | None, str]:
        """The number and the heading of a cell, by its name in the flow."""
        cell = next((each for each in self._cells if self._short[each.id] == name), None)
        return (None, "") if cell is None else (cell.number, self._heading(cell))

    def _compiled(self, at: int) -> tuple[Cell, int] | None:
        origin = self._lines[at - 1] if at <= len(self._lines) else None
        if origin is None or origin[1] < 1:
            return None
        return next(((cell, origin[1]) for cell in self._cells if cell.id == origin[0]), None)

    def _searched(self, source: str, function: str, marked: tuple[str, str, int] | None) -> tuple[Cell, int] | None:
        """A line with the same text: in the cell that the flow names, or in the one that defines the function."""
        found: list[tuple[int, Cell, int]] = []
        for cell in self._cells if source else ():
            named = marked is not None and self._short[cell.id] == marked[0]
            if cell.kind == "code" and (named or (marked is None and f"def {function}(" in cell.source)):
                wanted = marked[2] if marked is not None else 0
                for number, line in enumerate(cell.source.splitlines(), 1):
                    if line.strip() == source or line.strip() in _shown(source):
                        found.append((abs(number - wanted), cell, number))
        return min(found, key=lambda each: each[0])[1:] if found else None

    def _marked(self, at: int) -> tuple[str, str, int] | None:
        """The cell of a step's line by the flow's own markers: its name, its heading, the line below the marker."""
        for above in range(at - 1, 0, -1):
            if marker := _MARKER.match(self._source[above - 1]):
                return marker["cell"], marker["heading"] or "", at - above
            if _DEF.match(self._source[above - 1]):
                return None
        return None

    def _heading(self, cell: Cell) -> str:
        """The heading right above a code cell."""
        for other in reversed(self._cells[: cell.index]):
            if other.kind == "code":
                return ""
            if found := headings(other):
                return found[-1][1]
        return ""


def _shown(source: str) -> Iterator[str]:
    """A line of the flow without what displays its value."""
    if match := re.fullmatch(r"show\((.*)\)", source):
        yield match[1]
        yield match[1].removeprefix("(").removesuffix(")")


def _columns(text: str, place: Mapping[str, Any]) -> tuple[int, int]:
    """What failed in a line, where that line has it; else all of it."""
    source, start, end = str(place["source"]), int(place["start"]), int(place["end"])
    if text == source:
        return start, end
    part = source[start:end]
    at = text.find(part) if part else -1
    return (at, at + len(part)) if at >= 0 else (0, len(text))
