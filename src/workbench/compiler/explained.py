"""An explanation as text for a terminal, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.diagnostics import rendered
from workbench.compiler.explain import CellPart, Explanation, StepPart, Taken, Where
from workbench.compiler.model import Diagnostic
from workbench.notebook.model import Notebook

LABEL = 10
WIDTH = 60  # of a cell's first line
WHY = {"needs": "whose values it reads", "join": "for Metaflow's join"}
ADDED = {
    "join": "Metaflow has no join that splits again or ends, and none of a part of a split",
    "split": "a branch, or what follows a join, can't begin with two steps",
    "end": "Metaflow has one end for all branches",
}


class Style:
    """What is set off, and how: nothing where there is no terminal."""

    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._colours else text

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colours else text

    def heading(self, text: str) -> str:
        return f"\x1b[1;36m{text}\x1b[0m" if self._colours else text


def explained(explanation: Explanation, notebook: Notebook, *, colours: bool = False) -> str:
    """The text of an explanation, with a newline at its end."""
    return "\n".join(_lines(explanation, notebook, Style(colours))) + "\n"


def _lines(found: Explanation, notebook: Notebook, style: Style) -> Iterator[str]:
    own = [step for step in found.steps if step.kind == "step"]
    count = f"{len(own)} step{'s' if len(own) != 1 else ''}"
    yield f"{style.bold(found.notebook)}: {'refused' if found.refused else count}"
    if found.diagnostics:
        yield ""
        yield rendered(found.diagnostics, notebook)
    if found.parameters:
        yield from ("", style.heading("parameters"))
        for one in found.parameters:
            readers = f" → {', '.join(one.readers)}" if one.readers else style.dim("  no step takes it")
            yield f"  {one.name} = {one.default}{readers}"
    for step in found.steps:
        yield ""
        yield from _step(step, found, style)
    if found.definitions or found.imports:
        yield from ("", style.heading("at the top of the flow"))
        for text in found.imports:
            yield f"  {text}"
        for definition in found.definitions:
            users = f"  → {', '.join(definition.users)}" if definition.users else style.dim("  no step uses it")
            yield f"  {definition.name}{style.dim(f' (cell {definition.cell})')}{users}"
    if found.left:
        yield from ("", style.heading("left behind"))
        for cell in found.left:
            yield f"  {_cell(cell, style)}  {style.dim(cell.why)}"
    if found.could:
        yield from ("", style.heading("could run beside each other"))
        for could in found.could:
            yield f"  {_listed(could.steps)} need nothing of one another:"
            for name, tags in could.tags:
                yield f"    tag a cell of {name} with {' and '.join(f'`{tag}`' for tag in tags)}"
        yield style.dim("  as far as the code tells: files and tables that one writes and another reads aren't seen")
    if found.unproven:
        yield from ("", style.heading("what could not be proven"))
        for unproven in found.unproven:
            place = f"{_at(unproven.where)}: " if unproven.where else ""
            yield f"  {place}{unproven.text}"


def _step(step: StepPart, found: Explanation, style: Style) -> Iterator[str]:
    follows = _listed([one.step for one in step.follows]) if step.follows else ""
    line = style.heading(step.name) + (f"  after {follows}" if follows else "")
    line += style.dim(f", beside {_listed(step.beside)}") if step.beside else ""
    yield line
    for one in step.follows:
        if one.why in WHY:
            yield style.dim(f"  after {one.step}, {WHY[one.why]}")
    if step.kind != "step":
        yield style.dim(f"  added: {ADDED[step.kind]}")
    for text in step.decorators:
        yield _row("with", text)
    for at, cell in enumerate(step.setup):
        yield _row("" if at else "setup", _cell(cell, style))
    for at, cell in enumerate(step.cells):
        yield _row("" if at else "cells" if len(step.cells) > 1 else "cell", _cell(cell, style))
    for at, text in enumerate(step.imports):
        yield _row("" if at else "imports", text)
    if step.placed:
        yield _row("defines", _listed(step.placed))
    names = [take.name for take in step.takes] + [give.name for give in step.gives]
    width = max(map(len, names), default=0)
    for at, take in enumerate(step.takes):
        yield _row("" if at else "takes", f"{take.name:{width}}  {_taken(take, style)}")
    for at, give in enumerate(step.gives):
        to = f"→ {', '.join(give.readers)}" if give.readers else style.dim("a result")
        kept = style.dim(f" (as `{give.artifact}`)") if give.artifact != give.name else ""
        yield _row("" if at else "gives", f"{give.name:{width}}  {to}{kept}")
    for at, (name, branch) in enumerate(step.passes):
        yield _row("" if at else "passes", f"{name} from {branch}")


def _taken(take: Taken, style: Style) -> str:
    source = f"from {take.source}" if take.source else "the parameter"
    by = f" by way of {take.branch}" if take.branch and take.branch != take.source else ""
    facts = [f"{take.how} in {_at(take.changed)}"] if take.changed else []
    if take.read and take.read.line:
        facts.append(f"read in {_at(take.read)}")
    elif take.why:
        facts.append(take.why)
    facts += ["where it is bound"] if take.guarded else []
    return f"{source}{by}" + (style.dim(f": {', '.join(facts)}") if facts else "")


def _row(label: str, text: str) -> str:
    return f"  {label:{LABEL}}{text}"


def _cell(cell: CellPart, style: Style) -> str:
    source = cell.source if len(cell.source) <= WIDTH else f"{cell.source[: WIDTH - 1]}…"
    heading = f"“{cell.heading}”  " if cell.heading else ""
    return f"{cell.number}  {heading}{style.dim(source)}"


def _at(where: Where) -> str:
    return f"cell {where.cell}" + (f", line {where.line}" if where.line else "")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def as_json(value: object) -> object:
    """Records as dictionaries, tuples as lists; a diagnostic's cell as its number and id."""
    if isinstance(value, Diagnostic):
        cell = {"number": value.cell.number, "id": value.cell.id} if value.cell else None
        return {**{name: as_json(each) for name, each in value._asdict().items()}, "cell": cell}
    if isinstance(value, tuple):
        fields = getattr(value, "_asdict", None)
        if fields is not None:
            return {name: as_json(each) for name, each in fields().items()}
        return [as_json(each) for each in value]
    return value
