"""Links in the notebook to its runs: in its metadata, and in one Markdown cell that is kept up to date.

The rest of the file stays as it is, to the byte, and a second write with nothing new writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.errors import ChangedOnDisk, NotebookError, TargetNotWritable
from workbench.files import write_atomic
from workbench.notebook.ipynb import read_json
from workbench.project import Project
from workbench.runs.jsontext import Edits, Node
from workbench.runs.record import PAGE, RunRecord, folder_of
from workbench.runs.runscell import TAG, markdown

KEPT = 5  # runs in a notebook; all of them are in `workbench runs`
_ATTEMPTS = 3
_LOCK_SECONDS = 10.0
_CELL_ID = "workbench-runs"

Entry = dict[str, Any]


def entry(project: Project, notebook: Path, run: RunRecord) -> Entry:
    """What the notebook's metadata has of a run; its paths are relative to the notebook's folder."""

    def there(path: str | Path) -> str:
        return Path(os.path.relpath(project.root / path, notebook.resolve().parent)).as_posix()

    made = run.as_json()
    page = folder_of(project, run) / PAGE
    experiment = made["experiment"]
    if experiment and experiment.get("archive"):
        experiment = {**experiment, "archive": there(experiment["archive"])}
    return {
        "cards": {step: there(path) for step, path in run.cards.items()},
        "error": None if run.failure is None else f"{run.failure.type}: {run.failure.message}".splitlines()[0],
        "experiment": experiment,
        "metrics": made["metrics"],
        "page": there(page) if page.exists() else None,
        "parameters": made["parameters"],
        "run": run.name,
        "seconds": run.seconds,
        "started": run.started,
        "status": run.status,
    }


def write(project: Project, notebook: Path, entries: Sequence[Entry]) -> bool:
    """Put runs into the notebook; returns whether its file had to change.

    Runs that are there already stay, the latest KEPT of all. Raises NotebookError, ChangedOnDisk (somebody keeps
    writing the file) and TargetNotWritable; the file is then as it was.
    """
    for attempt in range(_ATTEMPTS):
        linking = Linking(project, notebook)
        changed = linked(linking.content, entries)
        if changed == linking.content:
            return False
        try:
            linking.write(changed)
            return True
        except ChangedOnDisk:  # another run's link, or an editor: what they wrote is the new beginning
            if attempt == _ATTEMPTS - 1:
                raise
    return False


class Linking:
    """A notebook's file between being read and being written. content: its bytes as they were read.

    later: what to do where somebody else writes it meanwhile.
    """

    def __init__(
        self, project: Project, notebook: Path, *, later: str = "its runs are linked after the next run"
    ) -> None:
        read_json(notebook)  # says what is wrong with the file
        self.content = notebook.read_bytes()
        self._notebook = notebook
        self._later = later
        name = hashlib.sha256(os.fsencode(notebook.resolve())).hexdigest()[:16]
        self._lock = project.state / "locks" / f"{name}.lock"

    def write(self, content: bytes) -> None:
        """Write the file, unless somebody else has."""
        if not os.access(self._notebook, os.W_OK):
            raise TargetNotWritable(f"can't write {self._notebook}: it is read-only", hint="make it writable")
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TargetNotWritable(f"can't write {self._lock.parent}: {error.strerror}") from error
        try:
            with FileLock(self._lock, timeout=_LOCK_SECONDS):
                write_atomic(self._notebook, content, unless=self._changed)
        except Timeout:
            raise ChangedOnDisk(f"{self._notebook} is being written by somebody else", hint=self._later) from None

    def _changed(self) -> None:
        try:
            same = self._notebook.read_bytes() == self.content
        except OSError:
            same = False
        if not same:
            raise ChangedOnDisk(f"{self._notebook} was written by somebody else meanwhile", hint=self._later)


def linked(content: bytes, entries: Iterable[Entry]) -> bytes:
    """The notebook's bytes with these runs in it: pure. content: JSON of nbformat 4. Raises NotebookError."""
    bom, body = (content[:3], content[3:]) if content.startswith(b"\xef\xbb\xbf") else (b"", content)
    text = body.decode()
    notebook = json.loads(text)
    if notebook.get("nbformat") != 4:
        raise NotebookError(
            f"a notebook of nbformat {notebook.get('nbformat')} can't hold links", hint="save it as nbformat 4"
        )
    edits = Edits(text)
    runs = _merged(_runs_of(notebook), entries)
    _set_metadata(edits, notebook, runs)
    _set_cell(edits, notebook, markdown(runs))
    return bom + edits.done().encode()


def _merged(there: Sequence[Entry], new: Iterable[Entry]) -> list[Entry]:
    by_name = {run["run"]: run for run in [*there, *new]}
    return sorted(by_name.values(), key=lambda run: (str(run.get("started")), run["run"]), reverse=True)[:KEPT]


def _runs_of(notebook: dict[str, Any]) -> list[Entry]:
    ours = notebook.get("metadata", {}).get("workbench", {})
    runs = ours.get("runs", []) if isinstance(ours, dict) else []
    return [run for run in runs if isinstance(run, dict) and "run" in run] if isinstance(runs, list) else []


def _set_metadata(edits: Edits, notebook: dict[str, Any], runs: list[Entry]) -> None:
    root = _members(edits.root)
    metadata = notebook.get("metadata")
    if metadata is None:
        edits.add_member(edits.root, "metadata", {"workbench": {"runs": runs}})
    elif "workbench" not in metadata:
        edits.add_member(root["metadata"], "workbench", {"runs": runs})
    else:
        ours = _members(root["metadata"])["workbench"]
        if not isinstance(metadata["workbench"], dict):
            raise NotebookError("the notebook's metadata.workbench is no object", hint="take it out of the metadata")
        if "runs" not in metadata["workbench"]:
            edits.add_member(ours, "runs", runs)
        elif metadata["workbench"]["runs"] != runs:
            edits.replace(_members(ours)["runs"], runs)


def _set_cell(edits: Edits, notebook: dict[str, Any], source: str) -> None:
    lines = source.splitlines(keepends=True)
    cells = _members(edits.root)["cells"]
    for cell, node in zip(notebook["cells"], cells.items or [], strict=True):
        if cell.get("cell_type") == "markdown" and TAG in (cell.get("metadata", {}).get("tags") or ()):
            there = cell.get("source", "")
            if (there if isinstance(there, str) else "".join(there)) != source:
                edits.replace(_members(node)["source"], lines)
            return
    made: dict[str, Any] = {"cell_type": "markdown"}
    if notebook.get("nbformat_minor", 0) >= 5:
        made["id"] = _free_id(notebook)
    made |= {"metadata": {"editable": False, "tags": [TAG]}, "source": lines}
    edits.add_item(cells, made)


def _free_id(notebook: dict[str, Any]) -> str:
    taken = {cell.get("id") for cell in notebook["cells"]}
    number = 1
    while (name := _CELL_ID if number == 1 else f"{_CELL_ID}-{number}") in taken:
        number += 1
    return name


def _members(node: Node) -> dict[str, Node]:
    return node.members or {}
