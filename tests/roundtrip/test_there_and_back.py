"""Any line of any golden flow that stands as in its cell can be edited, pulled, and promoted again."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.compiler import compile_notebook
from workbench.compiler.cells import cell_facts
from workbench.compiler.model import Compilation, FlowSource
from workbench.notebook import ipynb
from workbench.notebook.model import Notebook
from workbench.roundtrip.handedits import merged_into, syntax_problem
from workbench.roundtrip.places import places
from workbench.roundtrip.pulling import pull

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/flow.py"))


@functools.cache
def golden(case: str) -> tuple[Notebook, str, FlowSource, tuple[int, ...]]:
    """A golden notebook, where its steps come from, its flow, and the flow's lines that stand once, as in the cell."""
    file = GOLDEN / case / "notebook.ipynb"
    book = ipynb.read(file, "notebook.ipynb")
    steps = json.loads(file.read_text())["metadata"].get("workbench", {}).get("steps", "tags")
    flow = compile_notebook(book, steps=steps).flow
    assert flow
    lines = flow.text.split("\n")
    python = {cell.id: cell_facts(cell).source.split("\n") for cell in book.cells if cell.kind == "code"}
    written = {cell.id: cell.source.split("\n") for cell in book.cells}
    count = Counter(flow.lines)
    found = []
    for place in places(flow):
        for at in range(place.start + place.body, place.end):
            origin = flow.lines[at]
            known = python[place.cell][origin[1] - 1] if origin else ""
            verbatim = known.strip() and lines[at].strip() == known.strip() and known in written[place.cell]
            if verbatim and count[origin] == 1:
                found.append(at)
    return book, steps, flow, tuple(found)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_an_edited_line_comes_back(data: st.DataObject) -> None:
    """A changed, added or removed line is in the notebook after a pull, and promoting gives the edited flow, or it is
    refused because the notebook would be no flow without the line; nothing is lost or left open."""
    book, steps, flow, verbatim = golden(data.draw(st.sampled_from(CASES)))

    def compiled(one: Notebook) -> Compilation:
        return compile_notebook(one, steps=steps)

    lines = flow.text.split("\n")
    assume(verbatim)
    at = data.draw(st.sampled_from(verbatim))
    edit = data.draw(st.sampled_from(["comment", "above", "below", "away"]))
    pad = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    edited = {
        "comment": [f"{lines[at]}  # seen in review"],
        "above": [f"{pad}reviewed = 1", lines[at]],
        "below": [lines[at], f"{pad}print('reviewed')"],
        "away": [],
    }[edit]
    text = "\n".join([*lines[:at], *edited, *lines[at + 1 :]])
    assume(not syntax_problem(text))
    assume(pad or edit in ("comment", "away"))  # a statement of the module is no cell's
    result = pull(book, flow, text, compiled)
    if result.refused:
        assert edit == "away" or "stand elsewhere" in result.refused[0].reason, result.refused
        assert result.book == book
        return
    again = compiled(result.book).flow
    assert again
    together = merged_into(again, flow.text, text)
    assert not together.conflicts
    assert "\n".join(together.lines) == again.text
    if edit == "comment":
        assert again.text == text


def test_a_definition_that_an_edit_moves_is_refused() -> None:
    """A class whose body does something no longer stands at the flow's top: the edit stays in the flow, and is said."""
    book, steps, flow, _ = golden("definitions")
    text = flow.text.replace("    rate: float = 0.1", "    rate: float = 0.1\n    print('reviewed')")
    result = pull(book, flow, text, lambda one: compile_notebook(one, steps=steps))
    assert result.book == book
    assert ["stand elsewhere" in one.reason for one in result.refused] == [True]
