"""Pull: what was edited in a flow by hand, into the cells of its notebook."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from workbench.app.history import emitted_before
from workbench.compiler import compile_notebook
from workbench.compiler.diagnostics import rendered
from workbench.compiler.model import Compilation
from workbench.errors import FlowEdited, NotANotebook, PromotionRefused
from workbench.notebook import ipynb
from workbench.notebook.model import Cell, Notebook
from workbench.project import Project
from workbench.roundtrip.handedits import Contradiction, HandEdit, Reconciled, reconcile, syntax_problem
from workbench.roundtrip.pulling import CellChange, Pulled, Refusal, pull
from workbench.roundtrip.stamp import checksum, notebook_of, unstamped
from workbench.runs.cellsource import rewritten
from workbench.runs.celltags import tagged
from workbench.runs.link import Linking


@dataclass(frozen=True, slots=True)
class Change:
    """A cell's change. difference: a unified diff of its text; tags: before and after; stale: it has outputs."""

    where: str
    number: int
    id: str
    new: bool
    difference: str
    tags: tuple[tuple[str, ...], tuple[str, ...]]
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a flow's edits. status: "written", "unchanged", or "would write" where nothing is to be written.

    contradictions: what the notebook changed as well; refused: what no cell can say, with the reason; left: what stands
    beside the cells and stays in the flow; deleted: the cells whose lines are gone from the flow: the notebook keeps
    them.
    """

    flow: str
    notebook: str
    status: str
    changes: tuple[Change, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    refused: tuple[Refusal, ...] = ()
    left: tuple[HandEdit, ...] = ()
    deleted: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Whether an edit of a cell is still only in the flow."""
        return bool(self.contradictions or self.refused)


def pull_flow(flow: Path, notebook: Path | None = None, *, dry_run: bool = False, overwrite: bool = False) -> Outcome:
    """Bring a flow's hand edits into its notebook.

    notebook: default the one that the flow names. overwrite: take the flow's side of what the notebook changed as well.
    Raises FlowEdited for a file that is no promoted flow or no Python, NotebookError, PromotionRefused, ChangedOnDisk
    and TargetNotWritable; the notebook is then as it was.
    """
    text = _flow_text(flow)
    target = notebook or _notebook_of(flow, text)
    linking = Linking(Project.around(target), target, later="run the command again")
    book = ipynb.parse(ipynb.read_json(target), os.path.relpath(target))
    named = os.path.relpath(os.path.realpath(target), os.path.realpath(flow.parent)).replace(os.sep, "/")
    steps, result = _compiled(book, named, text)
    assert result.flow is not None
    emitted = result.flow
    both = reconcile(text, emitted, book, lambda stamp: emitted_before(target, flow, stamp, steps), flow_wins=overwrite)
    if both.problem:
        raise FlowEdited(f"{os.path.relpath(flow)} {both.problem}", hint="mend it by hand")
    pulled = pull(book, emitted, both.text, lambda one: compile_notebook(one, steps=steps, notebook_path=named))
    content = _content(linking.content, book, pulled)
    changed = content != linking.content
    if changed and not dry_run:
        linking.write(content)
    return Outcome(
        flow=os.path.relpath(flow),
        notebook=os.path.relpath(target),
        status="unchanged" if not changed else "would write" if dry_run else "written",
        changes=tuple(_change(one, linking.content) for one in pulled.changes),
        contradictions=() if overwrite else _of_cells(both),
        refused=pulled.refused,
        left=pulled.left,
        deleted=_deleted(book, text, emitted.text),
    )


def _flow_text(flow: Path) -> str:
    try:
        return flow.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FlowEdited(f"{flow} doesn't exist", hint="name a promoted flow, such as flows/analysis.py") from None
    except IsADirectoryError:
        raise FlowEdited(f"{flow} is a folder", hint="name a flow in it") from None
    except UnicodeDecodeError:
        raise FlowEdited(f"{flow} is not a flow: it is not UTF-8 text", hint="name a promoted flow") from None
    except OSError as error:
        raise FlowEdited(f"can't read {flow}: {error.strerror}", hint="check the file's permissions") from None


def _notebook_of(flow: Path, text: str) -> Path:
    if problem := syntax_problem(text):
        raise FlowEdited(f"{flow} is not Python: {problem}", hint="mend it, then pull again")
    named = notebook_of(text)
    if named is None:
        raise FlowEdited(
            f"{flow} was not promoted from a notebook: it has no `__notebook__`", hint="name a flow that was"
        )
    path = Path(os.path.relpath(flow.parent / named))
    if not path.exists():
        raise NotANotebook(
            f"{flow} was promoted from {path}, which doesn't exist", hint="say where it is by --notebook"
        )
    return path


def _compiled(book: Notebook, named: str, text: str) -> tuple[str, Compilation]:
    """("tags" or "headings", the notebook compiled so): as the flow was. Raises PromotionRefused."""
    plain, stamp = unstamped(text)
    best: tuple[int, str, Compilation] | None = None
    first: Compilation | None = None
    for steps in ("tags", "headings"):
        result = compile_notebook(book, steps=steps, notebook_path=named)
        first = first or result
        if result.flow is None or result.graph is None:
            continue
        alike = sum(f"    def {step.name}(self" in plain for step in result.graph.steps)
        score = 10_000 if checksum(result.flow.text) == stamp else alike
        if best is None or score > best[0]:
            best = (score, steps, result)
    if best is None:
        assert first is not None
        raise PromotionRefused(rendered(first.diagnostics, book), first.diagnostics)
    return best[1], best[2]


def _content(content: bytes, book: Notebook, pulled: Pulled) -> bytes:
    """The notebook's bytes with the pulled cells in it."""
    places = {cell.id: cell.index for cell in book.cells}
    sources: dict[int, str] = {}
    tags: dict[int, tuple[str, ...]] = {}
    added: dict[int, list[Cell]] = {}
    above = -1
    for cell in pulled.book.cells:
        if cell.id not in places:
            added.setdefault(above, []).append(cell)
            continue
        above = places[cell.id]
        if cell.source != book.cells[above].source:
            sources[above] = cell.source
        if cell.tags != book.cells[above].tags:
            tags[above] = cell.tags
    return rewritten(tagged(content, tags), sources, added)


def _change(one: CellChange, content: bytes) -> Change:
    before = one.before.source if one.before else ""
    lines = difflib.unified_diff(before.split("\n"), one.after.source.split("\n"), lineterm="", n=2)
    return Change(
        where=one.where,
        number=one.after.number,
        id=one.after.id,
        new=one.before is None,
        difference="\n".join(list(lines)[2:]),
        tags=(one.before.tags if one.before else (), one.after.tags),
        stale=one.before is not None and before != one.after.source and _has_outputs(content, one.before),
    )


def _has_outputs(content: bytes, cell: Cell) -> bool:
    import json

    return bool(json.loads(content.decode("utf-8-sig"))["cells"][cell.index].get("outputs"))


def _of_cells(both: Reconciled) -> tuple[Contradiction, ...]:
    return tuple(one for one in both.contradictions if one.cell)


def _deleted(book: Notebook, text: str, emitted: str) -> tuple[int, ...]:
    """The numbers of the cells whose markers the flow no longer has."""
    from workbench.roundtrip.places import MARKER

    def markers(of: str) -> set[str]:
        return {match["id"] for line in of.split("\n") if (match := MARKER.match(line))}

    gone = markers(emitted) - markers(text)
    return tuple(cell.number for cell in book.cells if any(cell.id.startswith(name) for name in gone))
