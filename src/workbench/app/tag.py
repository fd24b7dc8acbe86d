"""Tag: what a notebook's cells are tagged with, and tags written into the file."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.compiler.sections import RESERVED_STEPS, heading_tags
from workbench.errors import NotebookError, ParameterError
from workbench.notebook import tags as grammar
from workbench.notebook.ipynb import parse, read_json
from workbench.notebook.model import Cell, Notebook, headings
from workbench.project import Project
from workbench.runs.celltags import tagged
from workbench.runs.link import Linking


@dataclass(frozen=True, slots=True)
class Row:
    """A code cell with its tags. number: from 1, of all cells; heading: the nearest above it; line: its first one."""

    number: int
    id: str
    tags: tuple[str, ...]
    heading: str
    line: str


@dataclass(frozen=True, slots=True)
class Change:
    """A cell's tags before and after."""

    number: int
    id: str
    heading: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagging:
    """What became of a notebook. status: "written", "unchanged", or "would write" in a dry run."""

    notebook: Path
    status: str
    changes: tuple[Change, ...]


def cells(notebook: Path) -> tuple[Row, ...]:
    """The notebook's code cells. Raises NotebookError."""
    book = parse(read_json(notebook), str(notebook))
    return tuple(
        Row(cell.number, cell.id, cell.tags, _heading(book, cell), _first_line(cell))
        for cell in book.cells
        if cell.kind == "code"
    )


def by_headings(notebook: Path, *, mix: bool = False, dry_run: bool = False) -> Tagging:
    """Write the tags that `--steps headings` would use: a step for each H2 section. Tags that are there stay.

    mix: whether a notebook that has steps by tags already gets others by its headings. Raises NotebookError,
    ChangedOnDisk and TargetNotWritable; the file is then as it was.
    """
    linking, book = _opened(notebook)
    new = heading_tags(book)
    steps = list(dict.fromkeys(name for cell in book.cells for name in grammar.read(cell.tags).steps))
    if steps and new and not mix:
        count = f"{len(new)} code cell{'s have' if len(new) > 1 else ' has'} no step"
        raise NotebookError(
            f"{notebook} has steps by tags already ({', '.join(steps)}), and {count}: left behind, as it stands",
            hint="--mix puts these cells into steps by their headings, too",
        )
    if not new and not steps:
        raise NotebookError(f"{notebook} has no code cell that could be tagged", hint="add a code cell")
    wanted = {index: (*book.cells[index].tags, tag) for index, tag in new.items()}
    return _written(linking, book, notebook, wanted, dry_run)


def retag(notebook: Path, chosen: Sequence[str], tag: str | None, *, dry_run: bool = False) -> Tagging:
    """Give cells another part in the flow. chosen: numbers, ranges (`3-5`) or ids; tag: None takes all of ours off.

    Decorators, `after:` and other tools' tags stay with a cell that gets a tag. Raises as by_headings does, and
    ParameterError for a cell that there isn't, or that can't have this tag.
    """
    if tag is not None and tag.startswith("step:"):
        _check_step(tag.removeprefix("step:"))
    linking, book = _opened(notebook)
    wanted = {}
    for cell in _chosen(book, chosen):
        if cell.kind != "code" and tag not in (None, "skip"):
            raise ParameterError(f"cell {cell.number} is {cell.kind}: `{tag}` is for code", hint="name code cells")
        wanted[cell.index] = _retagged(cell.tags, tag)
    return _written(linking, book, notebook, wanted, dry_run)


def _opened(notebook: Path) -> tuple[Linking, Notebook]:
    linking = Linking(Project.around(notebook), notebook, later="run the command again")
    return linking, parse(read_json(notebook), str(notebook))


def _written(
    linking: Linking, book: Notebook, notebook: Path, wanted: dict[int, tuple[str, ...]], dry_run: bool
) -> Tagging:
    changes = tuple(
        Change(cell.number, cell.id, _heading(book, cell), cell.tags, wanted[cell.index])
        for cell in book.cells
        if wanted.get(cell.index, cell.tags) != cell.tags
    )
    content = tagged(linking.content, {change.number - 1: change.after for change in changes})
    if content == linking.content:
        return Tagging(notebook, "unchanged", ())
    if not dry_run:
        linking.write(content)
    return Tagging(notebook, "would write" if dry_run else "written", changes)


def _retagged(there: tuple[str, ...], tag: str | None) -> tuple[str, ...]:
    """The cell's tags with another part in the flow, at the place of the one before."""

    def is_part(one: str) -> bool:
        return one in ("parameters", "setup", "skip") or one.startswith("step:")

    if tag is None:
        prefixes = (*(f"{prefix}:" for prefix in grammar.PREFIXES), "@")
        return tuple(one for one in there if one not in grammar.WORDS and not one.startswith(prefixes))
    place = next((at for at, one in enumerate(there) if is_part(one)), len(there))
    kept = [one for one in there if not is_part(one)]
    return (*kept[:place], tag, *kept[place:])


def _check_step(name: str) -> None:
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
        raise ParameterError(f"{name!r} can't name a step", hint="use letters, digits and `_`")
    if name in RESERVED_STEPS or name.startswith("_"):
        raise ParameterError(
            f"{name!r} can't name a step: Metaflow has it for itself", hint=f"call it {name.strip('_')}_step"
        )


def _chosen(book: Notebook, chosen: Sequence[str]) -> list[Cell]:
    """The cells that the command line names, in notebook order."""
    found: set[int] = set()
    by_id = {cell.id: cell.index for cell in book.cells}
    for word in chosen:
        first, dash, last = word.partition("-")
        if word.isdecimal():
            numbers = range(int(word), int(word) + 1)
        elif word in by_id:
            numbers = range(by_id[word] + 1, by_id[word] + 2)
        elif dash and first.isdecimal() and last.isdecimal():
            numbers = range(int(first), int(last) + 1)
        else:
            numbers = range(0)
        if not numbers or numbers[0] < 1 or numbers[-1] > len(book.cells):
            raise ParameterError(
                f"{book.name} has no cell {word}: it has {len(book.cells)} cells", hint=f"`workbench tag {book.name}`"
            )
        found.update(number - 1 for number in numbers)
    return [book.cells[index] for index in sorted(found)]


def _heading(book: Notebook, cell: Cell) -> str:
    for above in reversed(book.cells[: cell.index]):
        if found := headings(above):
            return found[-1][1]
    return ""


def _first_line(cell: Cell) -> str:
    return next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
