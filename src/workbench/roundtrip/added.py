"""Cells that were added to a flow by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from textwrap import dedent

from workbench.notebook.model import Cell, Notebook
from workbench.roundtrip.places import MARKER, Place
from workbench.roundtrip.rewriting import Edited
from workbench.roundtrip.unlower import without_runtime


def new_cells(
    book: Notebook, now: Edited, there: Sequence[Sequence[Place]], names: dict[str, str]
) -> dict[str, list[Cell]]:
    """The cells that were added by hand: below a marker of their own, at the end of another cell."""
    taken = {cell.id for cell in book.cells}
    found: dict[str, list[Cell]] = {}
    ends = {place.end: place for one in there for place in one if place.body}
    for change in now.changes:
        place = ends.get(change.start)
        if change.start != change.end or place is None:
            continue
        above = next(cell for cell in book.cells if cell.id == place.cell)
        begins = [at for at, line in enumerate(change.new) if MARKER.match(line)]
        for at, end in pairwise([*begins, len(change.new)]):
            match = MARKER.match(change.new[at])
            assert match
            lines = "\n".join(change.new[at + 1 : end])
            source = without_runtime(dedent(lines).strip("\n"), names)
            if not source.strip():
                continue
            name = match["id"] if _is_free(match["id"], taken) else _fresh(above.id, taken)
            taken.add(name)
            part = tuple(tag for tag in above.tags if tag == "setup" or tag.startswith("step:"))
            found.setdefault(above.id, []).append(Cell(0, name, "code", source, part))
    return found


def _is_free(name: str, taken: set[str]) -> bool:
    plain = name.replace("-", "").replace("_", "")
    return plain.isalnum() and plain.isascii() and 3 < len(name) <= 12 and name not in taken


def _fresh(above: str, taken: set[str]) -> str:
    number = 2
    while (name := f"{above[:56]}-{number}") in taken:
        number += 1
    return name
