"""The reference run of a notebook: its promoted cells alone, in a kernel, from the top.

Cells that are left behind don't run: where what they do would change what the promoted cells give, promotion says so.
Of them only what the flow takes from them is there: imports, functions and classes, and `%load_ext`.
"""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.compiler.cells import cell_facts
from workbench.compiler.model import StepGraph
from workbench.notebook.ipynb import parse
from workbench.notebook.model import Cell, Notebook
from workbench.notebook.tags import read
from workbench.runs import rerun
from workbench.runs.comparison import keep
from workbench.runs.comparison.noise import Run
from workbench.runs.record import Failure

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference run. outputs: cell index → its outputs, for the cells that ran; kept: the folder of the values.

    failed_at: the index of the cell that ended it, or None.
    """

    outputs: Mapping[int, list[Json]]
    kept: Path
    run: Run
    failure: Failure | None
    failed_at: int | None


def promoted(content: Json, graph: StepGraph) -> Json:
    """The notebook without the cells that are left behind; each code cell knows its place in `metadata.workbench`."""
    notebook = parse(content, "the notebook")
    own = {facts.cell.id for step in graph.steps for facts in (*step.cells, *step.setup)}
    result = copy.deepcopy(content)
    cells = []
    for cell, made in zip(notebook.cells, result["cells"], strict=True):
        if cell.kind == "code":
            source = cell.source if cell.id in own or read(cell.tags).parameters else _needed(cell, graph)
            if not source:
                continue
            made["source"] = source
            made["metadata"] = {**made.get("metadata", {}), "workbench": {"cell": cell.index}}
        cells.append(made)
    return {**result, "cells": cells}


def given(notebook: Notebook, graph: StepGraph) -> dict[str, tuple[int, list[tuple[str, str]]]]:
    """Step → the index of the cell that it ends with, and the (name, artifact) of each value that it gives.

    A step without cells ends where the one above it does. Where several end with one cell, a loop's tasks and what
    puts them together, only the last has what the notebook has then.
    """
    place = {cell.id: cell.index for cell in notebook.cells}
    ends: dict[str, int] = {}
    for step in graph.steps:
        own = [place[facts.cell.id] for facts in step.cells]
        ends[step.name] = max(own or [ends[parent] for parent in step.parents], default=-1)
    giving = [step for step in graph.steps if step.gives and ends[step.name] >= 0]
    last = {ends[step.name]: step.name for step in giving}
    return {
        step.name: (ends[step.name], [(give.name, give.artifact) for give in step.gives])
        for step in giving
        if last[ends[step.name]] == step.name
    }


def run(
    notebook: Notebook,
    content: Json,
    graph: StepGraph,
    values: Mapping[str, object],
    cwd: Path,
    scratch: Path,
    on_cell: rerun.OnCell,
) -> Reference:
    """Run the promoted cells. content: the notebook as JSON; values: its parameters; scratch: a folder.

    Raises as rerun.execute does.
    """
    kept = scratch / "kept"
    after = {
        index: keep.call([name for name, _ in names], str(kept / step))
        for step, (index, names) in given(notebook, graph).items()
    }
    began = time.time()
    done = rerun.execute(promoted(content, graph), scratch / "reference.ipynb", values, cwd, on_cell, after=after)
    outputs: dict[int, list[Json]] = {}
    failed_at = None
    for cell in done.notebook["cells"]:
        place = rerun.place_of(cell)
        if place is not None and failed_at is None:
            outputs[place] = [_whole(output) for output in cell["outputs"]]
            failed_at = place if done.failure and _failed(cell) else None
    return Reference(outputs, kept, Run(began, time.time()), done.failure, failed_at)


def _whole(output: Json) -> Json:
    """An output with its texts whole, as a flow's tasks record them; a file has them as lines."""
    if "data" in output:
        data = {kind: _joined(value) for kind, value in output["data"].items()}
        return {**output, "data": data}
    return {**output, "text": _joined(output["text"])} if "text" in output else output


def _joined(value: Any) -> Any:
    lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if lines else value


def _failed(cell: Json) -> bool:
    tags = cell.get("metadata", {}).get("tags", ())
    return "raises-exception" not in tags and any(one["output_type"] == "error" for one in cell["outputs"])


def _needed(cell: Cell, graph: StepGraph) -> str:
    """Of a cell that is left behind, what the flow takes from it."""
    facts = cell_facts(cell)
    lines = facts.source.splitlines()
    stars = (star.line for star in graph.stars)
    imported = {*graph.imports, *stars, *(line for step in graph.steps for line in step.imports)}
    defined = {one.name for one in graph.definitions if one.cell.id == cell.id}
    placed = [one.source for step in graph.steps for one in step.definitions]
    kept = [line for line in cell.source.splitlines() if line.startswith("%load_ext ")]
    for statement in facts.statements:
        node = statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept += [line for line in _import_lines(node) if line in imported]
        elif statement.kind == "definition":
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            if getattr(node, "name", None) in defined or any(source.endswith(text) for source in placed):
                kept.append(text)
    return "\n".join(kept)


def _import_lines(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """An import as the flow has it: a line each name."""
    origin = f"from {'.' * node.level}{node.module or ''} " if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        yield f"{origin}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
