"""The executed notebook: the input's cells in the input's order, with the outputs that a run's tasks recorded."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.notebook import tags
from workbench.notebook.ipynb import parse
from workbench.notebook.model import short_ids

Json = dict[str, Any]
Said = tuple[str, list[Json]]
"""Of a module: the step that imported it, and its outputs."""


@dataclass(frozen=True, slots=True)
class TaskCells:
    """What a task recorded: its step, and `_workbench_cells` (see workbench.runtime), in order."""

    step: str
    cells: Sequence[Json]


def markers(notebook: Json) -> list[str]:
    """For each cell its name in the flow: its id, shortened where it is long, `cell-<index>` where it has none."""
    parsed = parse(notebook, "the notebook")
    short = short_ids(parsed)
    return [short[cell.id] for cell in parsed.cells]


def executed(notebook: Json, tasks: Iterable[TaskCells], run: Mapping[str, Any]) -> Json:
    """Assemble the executed notebook of a run; notebook (nbformat 4, as JSON) isn't changed.

    tasks: in the order in which they began, those of a loop in its order. run: goes into the metadata as
    `workbench.run`. A setup cell, which runs in every step, shows what it gave where it first ran. Cells that didn't
    run have no outputs. A display that a later cell updated by its id shows what it was updated to.
    """
    recorded: dict[str, Json] = {}
    displayed: dict[str, list[Json]] = {}
    imported: dict[str, Said] = {}
    for task in tasks:
        said: dict[str, Said] = {}
        for cell in task.cells:
            for one in cell.get("imported", ()):
                outputs = said.setdefault(one["module"], (task.step, []))[1]
                outputs.append({"output_type": "stream", "name": one["name"], "text": one["text"]})
            if not cell["id"]:
                continue
            merged = recorded.setdefault(cell["id"], {"outputs": [], "seconds": 0.0, "step": task.step})
            if cell.get("setup") and merged["outputs"]:
                continue
            outputs = copy.deepcopy(list(cell["outputs"]))
            for update in cell.get("updates", ()):
                for shown in displayed.get(update["id"], ()):
                    shown |= {"data": update["data"], "metadata": update["metadata"]}
            for name, places in cell.get("displays", {}).items():
                displayed.setdefault(name, []).extend(outputs[place] for place in places)
            _go_on(merged, cell, outputs)
            merged["seconds"] += cell.get("seconds", 0.0)
        imported = {**said, **imported}  # the notebook imports it once: what later tasks say is the same again
    result = copy.deepcopy(notebook)
    _add_imported(recorded, imported, notebook)
    count = 0
    for cell, marker in zip(result["cells"], markers(notebook), strict=True):
        if cell["cell_type"] != "code":
            continue
        cell["outputs"], cell["execution_count"] = [], None
        if (found := recorded.get(marker)) is not None:
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = [_numbered(output, count) for output in found["outputs"]]
            cell["metadata"]["workbench"] = {"step": found["step"], "seconds": round(found["seconds"], 3)}
    result.setdefault("metadata", {})["workbench"] = {"run": dict(run)}  # not the input's links: they lead elsewhere
    return result


def _add_imported(recorded: dict[str, Json], imported: Mapping[str, Said], notebook: Json) -> None:
    """Put what modules said, as they were imported at the top of a step, first in the cell that imports them first."""
    if not imported:
        return
    cells = parse(notebook, "the notebook")
    short = short_ids(cells)
    tagged = [(cell, tags.read(cell.tags)) for cell in cells.cells if cell.kind == "code"]
    promoted = [cell for cell, read in tagged if (read.step or read.setup) and not read.skip]
    for module, (step, outputs) in reversed(list(imported.items())):
        marker = next((short[cell.id] for cell in promoted if _imports(cell.source, module)), None)
        if marker is not None:
            before = recorded.get(marker, {"outputs": [], "seconds": 0.0, "step": step})
            recorded[marker] = {**before, "outputs": []}
            _go_on(recorded[marker], {}, [*outputs, *before["outputs"]])


def _imports(source: str, module: str) -> bool:
    """Whether a line of a cell imports a module, or one of those in it."""
    for line in source.split("\n"):
        if match := _IMPORT.match(line):
            package, names, whole = match.groups()
            found = [f"{package}.{name}" for name in _names(names)] if package else _names(whole)
            if any(name == module or name.startswith(f"{module}.") for name in found):
                return True
    return False


def _names(text: str) -> list[str]:
    """The names of `a as b, c` without what they are called; `(` alone, which goes on in other lines, is one too."""
    return [part.split()[0] for part in text.partition("#")[0].split(",") if part.split()]


_IMPORT = re.compile(r"\s*(?:from\s+([\w.]+)\s+import\s+(.+)|import\s+(.+))")


def _go_on(merged: Json, cell: Json, new: list[Json]) -> None:
    """Add what a cell's next part showed: texts in a row are one output, and what was cleared away is gone."""
    if cell.get("cleared") or (merged.get("clears_next") and new):
        merged["outputs"], merged["clears_next"] = [], False
    merged["clears_next"] = cell.get("clears_next") or merged.get("clears_next", False)
    outputs = merged["outputs"]
    for output in new:
        last = outputs[-1] if outputs else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            outputs.append(output)


def as_bytes(notebook: Json) -> bytes:
    """A notebook as Jupyter writes it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _numbered(output: Json, count: int) -> Json:
    if output["output_type"] == "execute_result":
        return {**output, "execution_count": count}
    return output
