"""Tags written into a notebook's cells: the rest of the file stays as it is, to the byte."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import NotebookError
from workbench.runs.jsontext import TAGS_DEPTH, Edits, Node


def tagged(content: bytes, wanted: Mapping[int, Sequence[str]]) -> bytes:
    """The notebook's bytes with these tags in it: pure. content: JSON of nbformat 4; wanted: cell index → all its tags.

    A cell that has its tags already isn't touched. Raises NotebookError.
    """
    bom, body = (content[:3], content[3:]) if content.startswith(b"\xef\xbb\xbf") else (b"", content)
    text = body.decode()
    notebook = json.loads(text)
    if notebook.get("nbformat") != 4:
        raise NotebookError(
            f"the cells of a notebook of nbformat {notebook.get('nbformat')} can't be tagged",
            hint="save it as nbformat 4",
        )
    edits = Edits(text, TAGS_DEPTH)
    cells = (edits.root.members or {})["cells"].items or []
    for index, tags in wanted.items():
        _set(edits, notebook["cells"][index], cells[index], list(tags))
    return bom + edits.done().encode()


def _set(edits: Edits, cell: Mapping[str, Any], node: Node, tags: list[str]) -> None:
    metadata = (node.members or {}).get("metadata")
    if metadata is None:
        edits.add_member(node, "metadata", {"tags": tags})
    elif metadata.members is None:
        raise NotebookError("a cell's metadata is no object", hint="open and save the notebook in JupyterLab")
    elif "tags" not in metadata.members:
        edits.add_member(metadata, "tags", tags)
    elif (there := cell["metadata"]["tags"]) != tags:
        known = metadata.members["tags"]
        if isinstance(there, list) and len(tags) == len(there) + 1 and tags[:-1] == there:
            edits.add_item(known, tags[-1])  # the others keep their lines
        else:
            edits.replace(known, tags)
