"""Cells' texts written into a notebook: the rest of the file stays as it is, to the byte."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import NotebookError
from workbench.notebook.model import Cell
from workbench.runs.jsontext import Edits, Node


def rewritten(content: bytes, sources: Mapping[int, str], added: Mapping[int, Sequence[Cell]]) -> bytes:
    """The notebook's bytes with other cells in it: pure. content: JSON of nbformat 4.

    sources: cell index → its text; added: index → the code cells that come right behind that cell. A cell's text stays
    one string, or a list of lines, as it was. Outputs are left alone: they are those of the last execution. Raises
    NotebookError.
    """
    bom, body = (content[:3], content[3:]) if content.startswith(b"\xef\xbb\xbf") else (b"", content)
    text = body.decode()
    notebook = json.loads(text)
    if notebook.get("nbformat") != 4:
        raise NotebookError(
            f"the cells of a notebook of nbformat {notebook.get('nbformat')} can't be written",
            hint="save it as nbformat 4",
        )
    edits = Edits(text)
    cells = (edits.root.members or {})["cells"]
    nodes: list[Node] = cells.items or []
    for index, source in sources.items():
        there = notebook["cells"][index].get("source", "")
        if there != source and (isinstance(there, str) or "".join(there) != source):
            edits.replace((nodes[index].members or {})["source"], _source(source, there))
    for index, new in added.items():
        like = notebook["cells"][index].get("source", "")
        edits.insert_items(cells, index, [_cell(cell, notebook, like) for cell in new])
    return bom + edits.done().encode()


def _source(text: str, like: object) -> str | list[str]:
    return text if isinstance(like, str) else text.splitlines(keepends=True)


def _cell(cell: Cell, notebook: Mapping[str, Any], like: object) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": "code", "execution_count": None}
    if notebook.get("nbformat_minor", 0) >= 5:
        made["id"] = cell.id
    return {**made, "metadata": {"tags": list(cell.tags)}, "outputs": [], "source": _source(cell.source, like)}
