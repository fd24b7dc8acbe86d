"""Which code cells belong to which step: by tags, or by headings."""

from __future__ import annotations

import keyword

from workbench.compiler.model import Diagnostic
from workbench.compiler.narrative import slug
from workbench.notebook import tags as tag_grammar
from workbench.notebook.model import Cell, Notebook, headings
from workbench.notebook.tags import CellTags

# names that a step can't have: Metaflow's own attributes of a flow (2.19), and what our text needs
RESERVED_STEPS = frozenset("cmd foreach_stack index input merge_artifacts name next script_name self".split())


class Section:
    """A step's cells and tags, before anything is known of what they do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.of = name  # the step that the notebook has, where this is a part of it
        self.cells: list[Cell] = []
        self.after: list[str] = []
        self.decorators: list[str] = []
        self.narrative: list[str] = []


class Layout:
    """A notebook's code cells by what becomes of them. left: exploration, left behind."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.parameters: list[Cell] = []
        self.setup: list[Cell] = []
        self.left: list[Cell] = []
        self.opening = ""  # the markdown of the cell that holds the title
        self.raises: set[str] = set()  # ids of cells tagged raises-exception
        self.problems: list[Diagnostic] = []


def layout(notebook: Notebook, steps: str) -> Layout:
    """Place each code cell. steps: "tags", or "headings" for a step each H2 section."""
    result = Layout()
    narrative: list[str] = []
    for cell in notebook.cells:
        tags = tag_grammar.read(cell.tags)
        if cell.kind == "markdown":
            if tag_grammar.RUNS_TAG in cell.tags or tags.skip:
                continue
            if not result.opening and any(level == 1 for level, _ in headings(cell)):
                result.opening = cell.source
                continue
            new = [text for level, text in headings(cell) if level == 2]
            if new:
                narrative = []  # what no kept code follows is not the next section's
            if new and steps == "headings":
                result.sections.append(Section(_fresh_name(new[-1], result.sections)))
            narrative.append(cell.source)
        elif cell.kind == "code":
            _place(result, cell, tags, steps, narrative, notebook)
    _check_names(result, steps)
    result.sections = [section for section in result.sections if section.cells]
    return result


def heading_tags(notebook: Notebook) -> dict[int, str]:
    """By a code cell's index the tag that says what `--steps headings` makes of it; none for a cell that has a step."""
    found = layout(notebook, "headings")
    return {
        cell.index: f"step:{section.name}"
        for section in found.sections
        for cell in section.cells
        if tag_grammar.read(cell.tags).step is None
    }


def _place(result: Layout, cell: Cell, tags: CellTags, steps: str, narrative: list[str], notebook: Notebook) -> None:
    result.problems += [
        Diagnostic("WB102", f"unknown tag `{tag}`: did you mean `{meant}`?", cell, hint=f"rename the tag to `{meant}`")
        for tag, meant in tags.unknown
    ]
    if tags.raises:
        result.raises.add(cell.id)
    kinds = [kind for kind, there in (("parameters", tags.parameters), ("setup", tags.setup)) if there]
    kinds += [f"step:{name}" for name in tags.steps]
    kinds += ["foreach"] if tags.foreach and (tags.parameters or tags.setup) else []
    if len(kinds) > 1:
        listed = " and ".join(f"`{kind}`" for kind in kinds)
        result.problems.append(Diagnostic("WB103", f"the cell is tagged {listed}", cell, hint="keep one of the tags"))
    if tags.skip:
        result.left.append(cell)
    elif tags.parameters:
        result.parameters.append(cell)
    elif tags.setup:
        result.setup.append(cell)
    elif tags.step is not None or steps == "headings":
        section = _section(result, tags, steps, notebook)
        section.cells.append(cell)
        section.after += [name for name in tags.after if name not in section.after]
        section.decorators += [text for text in tags.decorators if text not in section.decorators]
        section.narrative += narrative
        narrative.clear()
    else:
        result.left.append(cell)
        if tags.after or tags.decorators or tags.foreach:
            what = (*(f"after:{name}" for name in tags.after), *tags.decorators, "foreach")[0]
            result.problems.append(
                Diagnostic("WB104", f"`{what}` is on a cell of no step", cell, hint="add a `step:NAME` tag")
            )


def _section(result: Layout, tags: CellTags, steps: str, notebook: Notebook) -> Section:
    """The section that a cell belongs to, made where it is the first of it."""
    if steps == "headings" and tags.step is None:
        if not result.sections:
            result.sections.append(Section(_fresh_name(notebook.title or "start", [])))
        return result.sections[-1]
    for section in result.sections:
        if section.name == tags.step:
            return section
    result.sections.append(Section(tags.step or ""))
    return result.sections[-1]


def _fresh_name(heading: str, sections: list[Section]) -> str:
    """A step's name from a heading: lower case ASCII words, not taken, no keyword, nothing reserved."""
    name = slug(heading) or "section"
    if name[0].isdigit():
        name = f"section_{name}"
    if keyword.iskeyword(name) or name in RESERVED_STEPS:
        name += "_step"
    taken = {section.name for section in sections}
    number = 2
    fresh = name
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    return fresh


def _check_names(result: Layout, steps: str) -> None:
    names = {section.name for section in result.sections}
    for section in result.sections:
        if not section.cells:
            continue
        cell = section.cells[0]
        if not section.name.isidentifier() or not section.name.isascii() or keyword.iskeyword(section.name):
            message = f"`{section.name}` can't name a step: it is not a Python identifier"
            result.problems.append(Diagnostic("WB105", message, cell, hint="use letters, digits and `_`"))
        elif section.name in RESERVED_STEPS or section.name.startswith("_"):
            message = f"`{section.name}` can't name a step: Metaflow has it for itself"
            result.problems.append(Diagnostic("WB105", message, cell, hint=f"call it `{section.name.strip('_')}_step`"))
        for other in section.after:
            if other not in names or other == section.name:
                message = f"`after:{other}` names no {'other ' if other == section.name else ''}step"
                hint = f"the steps are {', '.join(sorted(names - {section.name})) or 'only this one'}"
                result.problems.append(Diagnostic("WB106", message, cell, hint=hint))
    if len(result.parameters) > 1:
        result.problems.append(
            Diagnostic("WB107", "a second cell is tagged `parameters`", result.parameters[1], hint="keep one")
        )
    if not any(section.cells for section in result.sections):
        cells = result.left or result.setup or result.parameters
        message = "no cell is tagged `step:NAME`" if steps == "tags" else "the notebook has no code cell"
        hint = "tag the cells worth keeping, or use --steps headings" if steps == "tags" else "add a code cell"
        result.problems.append(Diagnostic("WB108", message, cells[0] if cells else None, hint=hint))
    _check_order(result)


def _check_order(result: Layout) -> None:
    """A step's cells follow one another: the flow runs step by step, the notebook cell by cell."""
    ended: dict[str, Section] = {}
    order = sorted(
        ((cell.index, section) for section in result.sections for cell in section.cells), key=lambda pair: pair[0]
    )
    current: Section | None = None
    for index, section in order:
        if section is current:
            continue
        if section.name in ended:
            cell = next(cell for cell in section.cells if cell.index == index)
            assert current is not None
            result.problems.append(
                Diagnostic(
                    "WB109",
                    f"step `{section.name}` goes on after step `{current.name}` began: the two need each other, "
                    "and a flow runs one step after the other",
                    cell,
                    hint=f"move the cell up to the others of `{section.name}`, or give it a step of its own",
                )
            )
        if current is not None:
            ended[current.name] = current
        current = section
