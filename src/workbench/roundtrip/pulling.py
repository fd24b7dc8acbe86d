"""Hand edits of a flow brought into its notebook.

Each edited cell gets a new text; then the notebook is compiled again. What doesn't come back as it stands in the flow
is not taken, and said, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import NamedTuple

from workbench.compiler.model import Compilation, FlowSource
from workbench.notebook.model import Cell, Notebook
from workbench.roundtrip import added, definitions, parameters, steptags
from workbench.roundtrip.carry import Unclear
from workbench.roundtrip.handedits import HandEdit, hand_edits, merged_into
from workbench.roundtrip.places import Place, cell_label, places
from workbench.roundtrip.rewriting import Edited, sources
from workbench.roundtrip.sameness import says_the_same
from workbench.roundtrip.unlower import leftover, runtime_names, silenced

Compile = Callable[[Notebook], Compilation]


_ELSEWHERE = "promoted again, it would stand elsewhere in the flow; edit it in the notebook"


class CellChange(NamedTuple):
    """A cell before and after; before: None for a new one."""

    where: str
    before: Cell | None
    after: Cell


class Refusal(NamedTuple):
    """An edit that isn't taken, and why."""

    where: str
    reason: str


class Pulled(NamedTuple):
    """book: the notebook as it is to be; left: what stays in the flow alone, because no cell can say it."""

    book: Notebook
    changes: tuple[CellChange, ...]
    refused: tuple[Refusal, ...]
    left: tuple[HandEdit, ...]


def pull(book: Notebook, emitted: FlowSource, text: str, compiled: Compile) -> Pulled:
    """Bring the edits that made `text` of an emitted flow into the notebook that it was emitted from.

    compiled: compiles a notebook as the flow was. The text is Python.
    """
    return _Pull(book, emitted, text, compiled).done()


class _Pull:
    def __init__(self, book: Notebook, emitted: FlowSource, text: str, compiled: Compile) -> None:
        self.book = book
        self.text = text
        self.emitted = emitted
        self.compiled = compiled
        self.edited = Edited(emitted, text)
        self.names = runtime_names(emitted.text) | runtime_names(text)
        self.waiting: dict[str, list[Cell]] = {}  # cell id → what it may become, the likeliest first
        self.new: dict[str, list[str]] = {}  # cell id → the ids of the new cells below it
        self.refused: dict[str, str] = {}  # cell id → why

    def done(self) -> Pulled:
        self._propose()
        flow = self._prove()
        book = self._draft(self.waiting)
        before = {cell.id: cell for cell in self.book.cells}
        changed = [
            CellChange(cell_label(book, cell.id), before.get(cell.id), cell)
            for cell in book.cells
            if cell.id not in before or (before[cell.id].source, before[cell.id].tags) != (cell.source, cell.tags)
        ]
        refused = [Refusal(cell_label(self.book, cell), reason) for cell, reason in self.refused.items()]
        # what the flow will have that the notebook doesn't give, once it is promoted again
        together = "\n".join(merged_into(flow, self.emitted.text, self.text).lines)
        layout = _laid_out(Edited(flow, together))
        left = [
            one
            for one in hand_edits(together, flow, book)
            if one.cell not in self.refused and one.cell not in layout and not _is_layout(one)
        ]
        return Pulled(book, tuple(changed), tuple(refused), tuple(left))

    def _propose(self) -> None:
        """What each cell may become."""
        graph = self.compiled(self.book).graph
        bound = graph.bound_names if graph else frozenset()
        there: dict[str, list[Place]] = {}
        for place in places(self.emitted):
            there.setdefault(place.cell, []).append(place)
        tags = steptags.tags(self.book, self.emitted.text, self.text)
        values = parameters.parameter_sources(self.book, graph, self.emitted.text, self.text)
        helpers = definitions.added_definitions(self.edited, list(there.values()))
        for cell in self.book.cells:
            own = there.get(cell.id, [])
            if own and all(self._is_gone(place) for place in own):
                continue  # a deleted cell is no empty one: it stays in the notebook, and is told of
            try:
                found = sources(cell, own, self.edited, self.names)
            except Unclear as why:
                self.refused[cell.id] = str(why)
                continue
            if name := next((name for one in found if (name := leftover(one, cell.source, self.names, bound))), ""):
                self.refused[cell.id] = (
                    f"`{name}(...)` is the flow's: a notebook shows a cell's last expression, and times and waits by "
                    "`%time` and `await`"
                )
                continue
            found = values.get(cell.id, found) or [cell.source]
            found = [definitions.with_definitions(one, cell, helpers, bound) for one in found]
            made = [cell._replace(source=one, tags=tags.get(cell.id, cell.tags)) for one in found]
            if made != [cell]:
                self.waiting[cell.id] = made
        for above, cells in added.new_cells(self.book, self.edited, list(there.values()), self.names).items():
            self.new[above] = [one.id for one in cells]
            for one in cells:
                texts = [one.source, *filter(None, [silenced(one.source)])]
                self.waiting[one.id] = [
                    one._replace(source=definitions.with_definitions(text, one._replace(source=""), helpers, bound))
                    for text in texts
                ]

    def _is_gone(self, place: Place) -> bool:
        """Whether a cell's lines were deleted, marker and all."""
        return any(one.start <= place.start and place.end <= one.end and not one.new for one in self.edited.changes)

    def _prove(self) -> FlowSource:
        """Drop what doesn't come back as it stands in the flow; what is left does. Returns the flow that it gives."""
        reasons: dict[str, str] = {}
        while True:
            book = self._draft(self.waiting)
            result = self.compiled(book)
            if result.flow is None:
                failed = self._who_stands_in_the_way(result)
            else:
                failed = self._not_as_edited(result.flow, book) or self._moved_away(result.flow)
            if not failed and result.flow is not None:
                return result.flow
            for cell, reason in failed.items():
                reasons.setdefault(cell, reason)
                if len(self.waiting.get(cell, ())) > 1:
                    self.waiting[cell] = self.waiting[cell][1:]
                    continue
                self.refused[cell] = reasons[cell]
                self.waiting.pop(cell, None)

    def _draft(self, waiting: dict[str, list[Cell]]) -> Notebook:
        """The notebook with the likeliest of what each cell may become."""
        cells: list[Cell] = []
        for cell in self.book.cells:
            cells.append(waiting[cell.id][0] if cell.id in waiting else cell)
            cells += [waiting[one][0] for one in self.new.get(cell.id, ()) if one in waiting]
        return self.book._replace(cells=tuple(cell._replace(index=at) for at, cell in enumerate(cells)))

    def _who_stands_in_the_way(self, result: Compilation) -> dict[str, str]:
        """The edited cells because of which a notebook is no flow, each with the finding."""
        errors = [one for one in result.diagnostics if one.severity == "error"]
        found = {
            one.cell.id: f"{one.message} ({one.code})" for one in errors if one.cell and one.cell.id in self.waiting
        }
        if found:
            return found
        message = f"{errors[0].message} ({errors[0].code})" if errors else "the notebook gives no flow"
        alone = {
            cell: message
            for cell in self.waiting
            if self.compiled(self._draft({cell: self.waiting[cell]})).flow is None
        }
        return alone or dict.fromkeys(self.waiting, message)

    def _not_as_edited(self, flow: FlowSource, book: Notebook) -> dict[str, str]:
        """The edited cells that the flow of a notebook doesn't have as they stand in the edited one."""
        now = Edited(flow, self.text, self.edited.standing_glue())
        failed: dict[str, str] = {}
        moved: set[str] = set()
        for place in places(flow):
            if place.cell not in self.waiting or place.cell in failed or definitions.stands_there(now, place):
                continue
            try:
                if not now.touches(place):
                    continue
                if now.is_laid_out_only(place) or definitions.only_moved(now, place):
                    moved.add(place.cell)
                    continue
                start, end = now.bounds(place)
                first = place.start + 1 if place.body else place.start
                failed[place.cell] = _difference(now.before[first : place.end], now.after[start:end])
            except Unclear:
                failed[place.cell] = _ELSEWHERE
        for cell, lines in self._not_there(now).items():
            if cell not in moved:
                failed.setdefault(cell, _difference([], list(lines)))
        for cell, tags in {cell.id: cell.tags for cell in book.cells if cell.id in self.waiting}.items():
            gone = [tag for tag in tags if tag.startswith("@") and f"@{tag[1:]}".split("(")[0] not in flow.text]
            if gone and cell not in failed:
                failed[cell] = f"`{gone[0]}` doesn't come back"
        wrong = parameters.other_defaults(flow.text, self.text, book, self.waiting)
        return failed | {cell: reason for cell, reason in wrong.items() if cell not in failed}

    def _moved_away(self, flow: FlowSource) -> dict[str, str]:
        """The edited cells whose definition, as edited, is no definition of the flow's top any more."""
        lines = self.emitted.text.split("\n")
        bases = ["\n".join(one.base) for one in merged_into(flow, self.emitted.text, self.text).conflicts]
        return {
            place.cell: _ELSEWHERE
            for place in places(self.emitted)
            if place.cell in self.waiting and any("\n".join(lines[place.start : place.end]) in base for base in bases)
        }

    def _not_there(self, now: Edited) -> dict[str, tuple[str, ...]]:
        """The edited cells with lines of theirs that a flow doesn't have anywhere."""
        found: dict[str, tuple[str, ...]] = {}
        shift = 0
        for change in now.changes:
            begin = change.start + shift
            shift += len(change.new) - (change.end - change.start)
            if not any(line.strip() for line in change.new):
                continue
            for place in places(self.emitted):
                if (
                    place.cell in self.waiting
                    and self.edited.touches(place)
                    and not self.edited.is_laid_out_only(place)
                ):
                    start, end = self.edited.bounds(place)
                    if start < end and start < begin + len(change.new) and begin < end:
                        found.setdefault(place.cell, change.new)
        return found


def _laid_out(now: Edited) -> set[str]:
    """The cells whose lines differ only in their layout."""
    edited: dict[str, bool] = {}
    for place in places(now.emitted):
        try:
            same = not now.touches(place) or now.is_laid_out_only(place)
        except Unclear:
            same = False
        edited[place.cell] = edited.get(place.cell, False) or not same
    return {cell for cell, really in edited.items() if not really}


def _is_layout(edit: HandEdit) -> bool:
    """Whether an edit beside the cells says what it said."""
    was, now = (dedent("\n".join(lines)) for lines in (edit.removed, edit.added))
    return bool(was.strip() and now.strip()) and says_the_same(was, now, cell=True)


def _difference(promoted: list[str], edited: list[str]) -> str:
    """What promoting an edited cell would give, where that isn't what stands in the flow."""
    from workbench.roundtrip.merge import changes

    lines = ["promoted again, it would not be the same:"]
    for change in changes(edited, promoted):
        lines += [f"    - {line.strip()}" for line in edited[change.start : change.end] if line.strip()]
        lines += [f"    + {line.strip()}" for line in change.new if line.strip()]
    return "\n".join(lines)
