"""Notebook and Cell: what an .ipynb file says, as frozen values."""

from __future__ import annotations

from workbench.records import NamedTuple


class Cell(NamedTuple):
    """One cell. index: its 0-based place; id: nbformat's, or `cell-<index>` where the file has none.

    counted: the place as people count, where cells before it were cut into parts and index isn't that any more.
    """

    index: int  # type: ignore[assignment]  # hides tuple's method, which a cell has no use for
    id: str
    kind: str  # "code", "markdown" or "raw"
    source: str
    tags: tuple[str, ...] = ()
    counted: int = 0

    @property
    def number(self) -> int:
        """The place as people count: the first cell is 1."""
        return self.counted or self.index + 1


class Notebook(NamedTuple):
    """A notebook. name: how messages call it (a path as the user gave it); cells: all of them, in order."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The text of the first H1 heading, or ''."""
        return next((text for cell in self.cells for level, text in headings(cell) if level == 1), "")


def headings(cell: Cell) -> tuple[tuple[int, str], ...]:
    """The (level, text) of a markdown cell's `#` headings, outside fenced code."""
    if cell.kind != "markdown":
        return ()
    found: list[tuple[int, str]] = []
    fence = ""
    for line in cell.source.splitlines():
        text = line.strip()
        if fence:
            fence = "" if text.startswith(fence) else fence
        elif text.startswith(("```", "~~~")):
            fence = text[:3]
        elif line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            if level <= 6 and line[level:].startswith((" ", "\t")):
                found.append((level, line[level:].strip().rstrip("#").strip()))
    return tuple(found)


def short_ids(notebook: Notebook) -> dict[str, str]:
    """A short name for each cell id: up to 12 characters the id, else its shortest unique prefix of 8 or more."""
    ids = sorted(cell.id for cell in notebook.cells)
    short: dict[str, str] = {}
    for place, cell_id in enumerate(ids):
        # sorted, an id shares its longest prefix with a neighbour
        near = [*ids[max(place - 1, 0) : place], *ids[place + 1 : place + 2]]
        length = len(cell_id) if len(cell_id) <= 12 else 8
        while length < len(cell_id) and any(other.startswith(cell_id[:length]) for other in near):
            length += 1
        short[cell_id] = cell_id[:length]
    return short
