"""What `promote` wrote at some time: our own copy, or git's, or what the notebook of that time still gives."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from workbench.app.copies import kept
from workbench.compiler import compile_notebook
from workbench.errors import WorkbenchError
from workbench.notebook import ipynb
from workbench.roundtrip.stamp import checksum, notebook_of, unstamped
from workbench.runs.provenance import git

_VERSIONS = 100  # of a file, that are looked at in git


def emitted_before(notebook: Path, flow: Path, stamp: str, steps: str) -> str | None:
    """The text that promote wrote with a checksum, from whoever still has it.

    stamp: "" for a flow file that names none: then a text that is all that the file says.
    """
    if stamp and (copy := kept(notebook, str(flow), stamp)) is not None:
        return copy
    for text in _versions(flow):
        before, named = unstamped(text)
        if stamp and named == checksum(before) == stamp:
            return before
    return _from_notebooks(flow, stamp, steps)


def _from_notebooks(flow: Path, stamp: str, steps: str) -> str | None:
    """What a version of the notebook in git gives, where that is the text looked for."""
    text = flow.read_text("utf-8", errors="replace")
    named = notebook_of(text)
    if named is None:
        return None
    plain = unstamped(text)[0]
    for content in _versions(flow.parent / named):
        try:
            book = ipynb.parse(json.loads(content), named)
            emitted = compile_notebook(book, steps=steps, notebook_path=named).flow
        except (WorkbenchError, ValueError, RecursionError):
            continue
        if emitted and (checksum(emitted.text) == stamp or (not stamp and emitted.text == plain)):
            return emitted.text
    return None


def _versions(path: Path) -> Iterator[str]:
    """A file's committed versions, the newest first; none where there is no git, or no repository."""
    path = Path(os.path.realpath(path))
    log = git(path.parent, ["log", f"-n{_VERSIONS}", "--format=%H", "--", path.name])
    for commit in log.decode(errors="replace").split():
        content = git(path.parent, ["show", f"{commit}:./{path.name}"])
        if content:
            yield content.decode("utf-8", errors="replace")
