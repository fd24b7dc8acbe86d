"""What an editor is told of a notebook that is being edited is what a fresh look at it would find."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategies import notebooks
from workbench.compiler.editing import Editing
from workbench.compiler.emit import flow_source
from workbench.compiler.graph import Stages, stages
from workbench.notebook.ipynb import parse
from workbench.notebook.model import Notebook

Json = dict[str, Any]
TEXTS = ("a = [1]", "print(a)", "a.append(2)", "%%time\nb = a", "def f(:", "from __future__ import annotations", "")


@st.composite
def edits(draw: Any) -> list[Json]:
    """A notebook, and what becomes of it: cells typed in, copied, moved, tagged and taken out, one after the other."""
    notebook = draw(notebooks())
    versions = [notebook]
    for _ in range(draw(st.integers(1, 5))):
        notebook = copy.deepcopy(notebook)
        cells = notebook["cells"]
        at = draw(st.integers(0, len(cells) - 1))
        edit = draw(st.sampled_from(("type", "add", "copy", "move", "tag", "take out")))
        if edit == "type":
            cells[at]["source"] = draw(st.sampled_from(TEXTS))
        elif edit == "add":
            cells[at]["source"] += "\nprint('more')"
        elif edit == "copy":
            cells.insert(draw(st.integers(0, len(cells))), {**copy.deepcopy(cells[at]), "id": f"copy-{len(versions)}"})
        elif edit == "move":
            cells.insert(draw(st.integers(0, len(cells) - 1)), cells.pop(at))
        elif edit == "tag":
            cells[at]["metadata"] = {"tags": draw(st.sampled_from((["step:a"], ["setup"], [], ["raises-exception"])))}
        elif len(cells) > 1:
            del cells[at]
        versions.append(notebook)
    return versions


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits())
def test_an_edited_notebook_is_as_a_new_one(versions: list[Json]) -> None:
    """After each edit the findings and the flow are those of a notebook that nobody has looked at before."""
    editing = Editing()
    for version in versions:
        notebook = parse(version, "edited.ipynb")
        assert _told(editing.stages(notebook), notebook) == _told(stages(notebook), notebook)


def _told(found: Stages, notebook: Notebook) -> tuple[Any, ...]:
    graph = found.graph
    return found.diagnostics, graph and flow_source(graph, notebook, "edited.ipynb").text


def test_only_what_changed_is_read_again(monkeypatch: Any) -> None:
    """Each cell's text is read once, wherever it goes, and again where it changes."""
    read = []
    from workbench.compiler import editing as module

    def counted(cell: Any, postponed: bool) -> Any:
        read.append(cell.source)
        return original(cell, postponed)

    original = module.cell_facts
    monkeypatch.setattr(module, "cell_facts", counted)
    made = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {"tags": ["step:a"]}, "source": text, "outputs": []}
        for at, text in enumerate(("x = 1", "y = 2", "print(x + y)"))
    ]
    editing = Editing()
    for cells in (made, [made[1], made[0], made[2]], [{**made[0], "source": "x = 3"}, *made[1:]]):
        editing.stages(parse({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, "edited.ipynb"))
    assert read == ["x = 1", "y = 2", "print(x + y)", "x = 3"]
