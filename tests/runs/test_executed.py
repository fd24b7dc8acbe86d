"""The executed notebook: the input's cells in the input's order, with what the tasks recorded."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat

from workbench.runs.executed import TaskCells, as_bytes, executed


def code(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None, **more}


def notebook(*cells: dict[str, Any], minor: int = 5) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def ran(cell: str, *outputs: dict[str, Any], setup: bool = False) -> dict[str, Any]:
    return {"id": cell, "heading": "", "outputs": list(outputs), "seconds": 0.5, "setup": setup}


RESULT = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 77}


def test_outputs_are_under_their_cells_in_the_notebooks_order() -> None:
    """Whatever order the steps ran in, each cell has its own outputs, and counts go down the notebook."""
    given = notebook(
        code("a", id="a"), {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "#"}, code("b", id="b")
    )
    done = executed(given, [TaskCells("late", [ran("b", RESULT)]), TaskCells("early", [ran("a", stream("x"))])], {})
    a, _, b = done["cells"]
    assert (a["outputs"], a["execution_count"], a["metadata"]["workbench"]["step"]) == ([stream("x")], 1, "early")
    assert (b["outputs"], b["execution_count"]) == ([{**RESULT, "execution_count": 2}], 2)


def test_cells_that_did_not_run_have_no_outputs() -> None:
    """Outputs of an earlier execution are not passed off as this run's."""
    given = notebook(code("a", id="a"), code("b", id="b", outputs=[stream("old")], execution_count=9))
    done = executed(given, [TaskCells("one", [ran("a")])], {})
    assert [(cell["outputs"], cell["execution_count"]) for cell in done["cells"]] == [([], 1), ([], None)]


def test_a_setup_cell_shows_what_it_gave_first() -> None:
    """A setup cell runs in every step, and its outputs are there once."""
    given = notebook(code("s", id="s"))
    tasks = [TaskCells(step, [ran("s", stream(step), setup=True)]) for step in ("one", "two")]
    assert executed(given, tasks, {})["cells"][0]["outputs"] == [stream("one")]


def test_long_ids_are_matched_by_their_short_form() -> None:
    """A marker is the shortest unique prefix of an id that is longer than twelve characters."""
    first, second = "b7e0aaaa-1111-2222", "b7e0aaaa-1999-2222"
    given = notebook(code("a", id=first), code("b", id=second))
    done = executed(given, [TaskCells("one", [ran("b7e0aaaa-19", stream("b")), ran("b7e0aaaa-11", stream("a"))])], {})
    assert [cell["outputs"] for cell in done["cells"]] == [[stream("a")], [stream("b")]]


def test_notebooks_without_ids_are_matched_by_place() -> None:
    """In nbformat 4.4 a cell is known by its index, and the result is 4.4 again."""
    given = notebook({"cell_type": "markdown", "metadata": {}, "source": ""}, code("a"), minor=4)
    done = executed(given, [TaskCells("one", [ran("cell-1", stream("x"))])], {})
    assert done["cells"][1]["outputs"] == [stream("x")]
    assert "id" not in done["cells"][1]
    nbformat.validate(nbformat.from_dict(done))


def test_the_result_is_valid_and_the_input_untouched() -> None:
    """nbformat validates the result, the run is in the metadata, and the given notebook isn't changed."""
    given = notebook(code("a", id="a", metadata={"tags": ["step:one"]}))
    before = copy.deepcopy(given)
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    done = json.loads(as_bytes(executed(given, [TaskCells("one", [ran("a", stream("x"), error)])], {"name": "F/1"})))
    nbformat.validate(nbformat.from_dict(done))
    assert done["metadata"]["workbench"]["run"] == {"name": "F/1"}
    assert done["cells"][0]["metadata"]["tags"] == ["step:one"]
    assert given == before
