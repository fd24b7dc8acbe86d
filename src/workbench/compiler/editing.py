"""A notebook that is being edited: its steps and findings after each keystroke; only what changed is read again."""

from __future__ import annotations

from workbench.compiler.cells import cell_facts
from workbench.compiler.graph import Stages, stages
from workbench.compiler.model import CellFacts
from workbench.notebook.model import Cell, Notebook

# the text, whether the cell may fail, whether annotations are postponed, and how many cells before it are the same:
# no two cells share their statements
_Content = tuple[str, bool, bool, int]


class Editing:
    """Of one notebook, or of several with most of their cells in common. For one thread at a time."""

    def __init__(self) -> None:
        self._known: dict[_Content, CellFacts] = {}

    def stages(self, notebook: Notebook, steps: str = "tags") -> Stages:
        """What workbench.compiler.graph.stages gives. What was read of cells that are gone is forgotten."""
        now: dict[_Content, CellFacts] = {}
        alike: dict[tuple[str, bool, bool], int] = {}

        def read(cell: Cell, postponed: bool) -> CellFacts:
            content = (cell.source, "raises-exception" in cell.tags, postponed)
            number = alike[content] = alike.get(content, -1) + 1
            known = self._known.get((*content, number))
            facts = now[*content, number] = cell_facts(cell, postponed) if known is None else _as_of(cell, known)
            return facts

        found = stages(notebook, steps, read)
        self._known = now
        return found


def _as_of(cell: Cell, facts: CellFacts) -> CellFacts:
    """The facts of a cell that has the same content, wherever it stood, and whatever it was called."""
    if facts.cell == cell:
        return facts
    return facts._replace(cell=cell, problems=tuple(problem._replace(cell=cell) for problem in facts.problems))
