"""Promote: notebook files in, flow files out."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.compiler import compile_notebook
from workbench.compiler.diagnostics import rendered
from workbench.compiler.model import Diagnostic, ParameterFacts
from workbench.errors import PromotionRefused
from workbench.files import write_atomic
from workbench.notebook import ipynb
from workbench.project import Project


@dataclass(frozen=True, slots=True)
class Promoted:
    """A compiled notebook. source: the flow's text; flow_name: its class; lines: where each line came from."""

    source: str
    flow_name: str
    step_names: tuple[str, ...]
    parameters: tuple[ParameterFacts, ...]
    warnings: tuple[Diagnostic, ...]
    lines: tuple[tuple[str, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one notebook. status: "written", "unchanged", "current" or "stale"; difference: a unified diff."""

    notebook: Path
    flow: Path
    status: str
    steps: tuple[str, ...] = ()
    difference: str = ""


def compiled(notebook: Path, steps: str, beside: Path) -> Promoted:
    """Compile a notebook file to the text of a flow that is to stand at `beside`. steps: "tags" or "headings".

    Raises NotebookError, and PromotionRefused with the diagnostics rendered in its message.
    """
    book = ipynb.read(notebook)
    path = Path(os.path.relpath(notebook.resolve(), beside.parent.resolve())).as_posix()
    result = compile_notebook(book, steps=steps, notebook_path=path)
    if result.flow is None or result.graph is None:
        raise PromotionRefused(rendered(result.diagnostics, book), result.diagnostics)
    return Promoted(
        source=result.flow.text,
        flow_name=result.graph.name,
        step_names=tuple(step.name for step in result.graph.steps),
        parameters=result.graph.parameters,
        warnings=result.diagnostics,
        lines=result.flow.lines,
    )


def flow_path(notebook: Path, output: Path | None = None) -> Path:
    """Where a notebook's flow goes: `output` (a file, or a folder for it), else flows/ of the notebook's project."""
    stem = "".join(char if char.isalnum() else "_" for char in notebook.stem).strip("_").lower() or "notebook"
    name = f"{stem}.py" if not stem[0].isdigit() else f"notebook_{stem}.py"
    if output is None:
        return Project.around(notebook).flows / name
    return output / name if output.is_dir() or str(output).endswith(os.sep) else output


def promote(notebook: Path, output: Path | None = None, steps: str = "tags") -> Outcome:
    """Write a notebook's flow; a file that says the same already is left alone. Raises as `compiled` and write_atomic do."""
    target = flow_path(notebook, output)
    promoted = compiled(notebook, steps, target)
    text = promoted.source.encode()
    if _read(target) == text:
        return Outcome(notebook, target, "unchanged", promoted.step_names)
    write_atomic(target, text)
    return Outcome(notebook, target, "written", promoted.step_names)


def check(notebook: Path, output: Path | None = None, steps: str = "tags") -> Outcome | None:
    """Whether the flow file says what its notebook says; None for a notebook that has no tags and no flow."""
    target = flow_path(notebook, output)
    if steps == "tags" and not target.exists() and not _is_tagged(notebook):
        return None
    promoted = compiled(notebook, steps, target)
    there = (_read(target) or b"").decode(errors="replace")
    if there == promoted.source:
        return Outcome(notebook, target, "current", promoted.step_names)
    return Outcome(notebook, target, "stale", promoted.step_names, "".join(_difference(there, promoted.source, target)))


def _is_tagged(notebook: Path) -> bool:
    """Whether any cell is tagged for a step; exploration needs no flow."""
    return any(tag.startswith("step:") for cell in ipynb.read(notebook).cells for tag in cell.tags)


def _difference(there: str, wanted: str, target: Path) -> Iterator[str]:
    return difflib.unified_diff(
        there.splitlines(keepends=True), wanted.splitlines(keepends=True), str(target), "as the notebook says"
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
