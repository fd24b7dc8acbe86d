"""What a cell has to say so that the flow says what it was edited to say: found here, proven by compiling again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workbench.compiler.cells import cell_facts
from workbench.compiler.model import FlowSource
from workbench.compiler.text import lines_inside_strings
from workbench.notebook.model import Cell
from workbench.roundtrip.carry import Unclear, carried
from workbench.roundtrip.merge import Change, applied, changes
from workbench.roundtrip.places import MARKER, Place, edits, lines_above, lines_below, lines_of_cell
from workbench.roundtrip.sameness import says_the_same
from workbench.roundtrip.unlower import cell_source, silenced, without_runtime


class Edited:
    """An emitted flow and the text that it was edited to be. changes: between the lines of the two.

    glue: lines of the text (0-based) that are known to be no cell's.
    """

    def __init__(self, emitted: FlowSource, text: str, glue: frozenset[int] = frozenset()) -> None:
        self.glue = glue
        self.emitted = emitted
        self.before = emitted.text.split("\n")
        self.after = text.split("\n")
        self.changes = edits(self.before, self.after)
        self.inside = lines_inside_strings(text)
        self.was_inside = lines_inside_strings(emitted.text)

    def bounds(self, place: Place) -> tuple[int, int]:
        """Where the lines of a place are now (of a body those below the marker). Raises Unclear."""
        first = place.start + 1 if place.body else place.start
        for change in self.changes:
            if change.start < place.end < change.end or change.start < first < change.end:
                raise Unclear("the edit reaches beyond the cell")
        start, end = self.moved(first), self.moved(place.end)
        for change in self.changes:
            if change.start != change.end:
                continue
            if change.start == first and not place.body:
                start += len(change.new) - lines_above(change.new)
            elif change.start == place.end:
                count = lines_of_cell(change.new) if place.body else lines_below(change.new)
                end += next((at for at in range(count) if end + at in self.glue), count)
        return start, end

    def standing_glue(self) -> frozenset[int]:
        """The lines of the text that are the emitted flow's own, and no cell's."""
        found: set[int] = set()
        at = shift = 0
        for change in [*self.changes, Change(len(self.before), len(self.before), ())]:
            lines = range(at, change.start)
            found.update(one + shift for one in lines if self.emitted.lines[one : one + 1] == (None,))
            at = change.end
            shift += len(change.new) - (change.end - change.start)
        return frozenset(one for one in found if self.after[one].strip())

    def moved(self, at: int) -> int:
        """Where a line is now; what was inserted right before it is not counted."""
        done = [one for one in self.changes if one.end <= at and not one.start == one.end == at]
        return at + sum(len(one.new) - (one.end - one.start) for one in done)

    def touches(self, place: Place) -> bool:
        """Whether anything in a place differs, be it only in its layout."""
        try:
            start, end = self.bounds(place)
        except Unclear:
            return True
        first = place.start + 1 if place.body else place.start
        return self.before[first : place.end] != self.after[start:end]

    def is_laid_out_only(self, place: Place) -> bool:
        """Whether a place says what it said."""
        start, end = self.bounds(place)
        first = place.start + 1 if place.body else place.start
        texts = ("\n".join(self.before[first : place.end]), "\n".join(self.after[start:end]))
        head = "if 1:\n" if place.body else ""
        return says_the_same(head + texts[0], head + texts[1], cell=True)


def sources(cell: Cell, there: Sequence[Place], edited: Edited, names: dict[str, str]) -> list[str]:
    """The texts that a cell may have to get, the likeliest first. there: its places. Raises Unclear."""
    python = cell_facts(cell).source
    made: list[Change] = []
    for place in there:
        if edited.touches(place) and not edited.is_laid_out_only(place):
            made += _python_changes(place, edited, python.split("\n"))
    made = sorted(set(made))
    for one, other in pairwise(made):
        if other.start < one.end or (one.start, one.end) == (other.start, other.end):
            raise Unclear("it stands in several places of the flow, which were edited differently")
    if not made:
        return []
    changed = "\n".join(applied(python.split("\n"), made))
    plain = without_runtime(changed, names)
    versions = [plain] if plain != changed else [one for one in (changed, silenced(changed)) if one is not None]
    found = [cell_source(one, python, cell.source) for one in versions]
    return list(dict.fromkeys(one for one in found if one is not None and one != cell.source))


def _python_changes(place: Place, edited: Edited, python: list[str]) -> list[Change]:
    """A place's edits, as changes of the lines of the cell's Python."""
    start, end = edited.bounds(place)
    first = place.start + 1 if place.body else place.start
    before = edited.before[first : place.end]
    pads: list[str] = []
    best: list[int] = []  # the lines that are as in the cell, and those that are made from one of its lines
    made: list[int] = []
    base: list[str] = []
    pairs: list[tuple[int, int]] = []
    for at, line in enumerate(before):
        origin = edited.emitted.lines[first + at]
        known = python[origin[1] - 1] if origin and 0 < origin[1] <= len(python) else None
        pads.append(_pad(line, known, pads[-1] if pads else _indentation(edited.before[place.start])))
        base.append(line.removeprefix(pads[-1]))
        if known:
            (best if known == base[-1] else made).append(at)
        if origin is None or known != base[-1] or (pairs and pairs[-1][1] >= origin[1] - 1):
            continue
        last = pairs[-1] if pairs else (-1, -1)
        above = (at - 1, origin[1] - 2)  # a blank line, which stands for all that there are
        if at and not base[-2] and last[0] < above[0] and last[1] < above[1] and not python[above[1]].strip():
            pairs.append(above)
        pairs.append((at, origin[1] - 1))
    new: list[str] = []
    at = 0
    for change in changes(before, edited.after[start:end]):
        new += base[at : change.start]
        for line in change.new:
            if MARKER.match(line):
                raise Unclear("a `# %%` line in the midst of a cell would split it: put it below the cell")
            inside = start + len(new) + 1 in edited.inside
            alike = [one for one in best or made if (first + one + 1 in edited.was_inside) == inside]
            near = min(alike, key=lambda one: _distance(one, change), default=None)
            pad = pads[near] if near is not None else "" if inside else _indentation(edited.before[place.start])
            new.append(line.removeprefix(pad) if line.startswith(pad) else line.lstrip(" \t"))
        at = change.end
    return carried(base, [*new, *base[at:]], python, pairs)


def _distance(at: int, change: Change) -> int:
    """How far a line is from a change."""
    return max(change.start - at, at - change.end + 1, 0)


def _pad(line: str, known: str | None, before: str) -> str:
    """What a line of the cell was indented by. known: the line of the cell's Python that it is made from."""
    if known is not None and line.endswith(known) and not line[: len(line) - len(known)].strip():
        return line[: len(line) - len(known)] if line.strip() else before
    if known is not None:
        return _indentation(line).removesuffix(_indentation(known))
    return before if line.startswith(before) else ""


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
