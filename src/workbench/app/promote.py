"""Promote: notebook files in, flow files out."""

from __future__ import annotations

import os

from workbench.app import copies
from workbench.compiler import compile_notebook
from workbench.compiler.diagnostics import rendered
from workbench.compiler.model import FlowSource, ParameterFacts
from workbench.errors import PromotionRefused
from workbench.files import write_atomic
from workbench.notebook import ipynb
from workbench.notebook.model import Notebook
from workbench.project import project_root
from workbench.records import NamedTuple
from workbench.roundtrip.stamp import as_emitted, stamped

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from pathlib import Path

    from workbench.compiler.explain import Explanation
    from workbench.roundtrip.handedits import HandEdit, Reconciled


class Promoted(NamedTuple):
    """A compiled notebook. source: the flow's text; flow_name: its class; modules: what it imports."""

    source: str
    flow_name: str
    step_names: tuple[str, ...]
    parameters: tuple[ParameterFacts, ...]
    warnings: str  # rendered, "" where there is nothing to warn of
    modules: frozenset[str]
    book: Notebook
    emitted: FlowSource


class Outcome(NamedTuple):
    """What became of one notebook.

    status: "written", "unchanged" or "merged" (with hand edits of the flow); of a check "current", "stale" or "edited"
    (in cells, whose notebook doesn't say so); difference: a unified diff; edits: the hand edits that the flow has.
    """

    notebook: str
    flow: str
    status: str
    steps: tuple[str, ...] = ()
    difference: str = ""
    warnings: str = ""
    edits: tuple[HandEdit, ...] = ()


def compiled(notebook: str | Path, steps: str, beside: str | Path) -> Promoted:
    """Compile a notebook file to the text of a flow that is to stand at `beside`. steps: "tags" or "headings".

    Raises NotebookError, and PromotionRefused with the diagnostics rendered in its message.
    """
    book = ipynb.read(notebook)
    folder = os.path.dirname(os.path.realpath(beside))
    path = os.path.relpath(os.path.realpath(notebook), folder).replace(os.sep, "/")
    result = compile_notebook(book, steps=steps, notebook_path=path)
    if result.flow is None or result.graph is None:
        raise PromotionRefused(rendered(result.diagnostics, book), result.diagnostics)
    return Promoted(
        source=result.flow.text,
        flow_name=result.graph.name,
        step_names=tuple(step.name for step in result.graph.steps),
        parameters=result.graph.parameters,
        warnings=rendered(result.diagnostics, book),
        modules=result.graph.modules,
        book=book,
        emitted=result.flow,
    )


def explanation(notebook: str | Path, steps: str) -> tuple[Notebook, Explanation]:
    """A notebook, and why its flow is what it is. steps: "tags" or "headings". Raises NotebookError."""
    from workbench.compiler.explain import explain

    book = ipynb.read(notebook)
    return book, explain(book, steps)


def flow_path(notebook: str | Path, output: str | None = None) -> str:
    """Where a notebook's flow goes: `output` (a file, or a folder for it), else flows/ of the notebook's project."""
    stem = os.path.splitext(os.path.basename(notebook))[0]
    name = "".join(char if char.isalnum() else "_" for char in stem).strip("_").lower() or "notebook"
    name = f"notebook_{name}.py" if name[0].isdigit() else f"{name}.py"
    if output is None:
        return os.path.relpath(os.path.join(project_root(notebook), "flows", name))
    return os.path.join(output, name) if os.path.isdir(output) or output.endswith(os.sep) else output


def promote(notebook: str | Path, output: str | None = None, steps: str = "tags", overwrite: bool = False) -> Outcome:
    """Write a notebook's flow; one that says the same already is left alone, and hand edits of it are kept.

    overwrite: write what the notebook says over any hand edit. Raises as compiled and write_atomic do, and FlowEdited
    where the flow and the notebook contradict each other.
    """
    target, promoted = _compiled_for(notebook, output, steps)
    text = stamped(promoted.source)
    there = _read(target)
    edits: tuple[HandEdit, ...] = ()
    if there == text.encode():
        return Outcome(str(notebook), target, "unchanged", promoted.step_names, warnings=promoted.warnings)
    if there and not overwrite and not as_emitted(there.decode(errors="replace")):
        both = _reconciled(notebook, target, there, promoted, steps)
        text, edits = stamped(both.text, promoted.source), both.edits
    status = "merged" if edits else "written"
    if there and there.decode(errors="replace").replace("\r\n", "\n") == text:
        status = "unchanged"
    else:
        copies.keep(notebook, target, promoted.source)
        write_atomic(target, text.encode())
    return Outcome(str(notebook), target, status, promoted.step_names, warnings=promoted.warnings, edits=edits)


def _reconciled(notebook: str | Path, target: str, there: bytes, promoted: Promoted, steps: str) -> Reconciled:
    """A flow's hand edits and what its notebook says, together. Raises FlowEdited where they contradict each other."""
    from workbench.app.handedits import reconciled, refuse

    both = reconciled(notebook, target, there, promoted.emitted, promoted.book, steps)
    if both.problem or both.contradictions:
        refuse(target, both)
    return both


def _compiled_for(notebook: str | Path, output: str | None, steps: str) -> tuple[str, Promoted]:
    """The flow's file and the flow. A file called as a module that the flow imports would be imported in its place."""
    target = flow_path(notebook, output)
    promoted = compiled(notebook, steps, target)
    stem, extension = os.path.splitext(target)
    hides = os.path.basename(stem) in promoted.modules | {"metaflow", "workbench"} and target != output
    return (f"{stem}_flow{extension}" if hides else target), promoted


def check(notebook: str | Path, output: str | None = None, steps: str = "tags") -> Outcome | None:
    """Whether the flow file says what its notebook says; None for a notebook that has no tags and no flow."""
    target = flow_path(notebook, output)
    if steps == "tags" and not os.path.exists(target) and not _is_tagged(notebook):
        return None
    target, promoted = _compiled_for(notebook, output, steps)
    there = _read(target) or b""
    wanted = stamped(promoted.source)
    text = there.decode(errors="replace")
    edits: tuple[HandEdit, ...] = ()
    if there == wanted.encode():
        return Outcome(str(notebook), target, "current", promoted.step_names)
    if there and not as_emitted(text):
        from workbench.app.handedits import standing

        found = standing(there, promoted.emitted, promoted.book)
        if found is not None:
            status, edits = found
            wanted = stamped(promoted.source) if status == "edited" else text
            return Outcome(
                str(notebook), target, status, promoted.step_names, _difference(text, wanted, target), edits=edits
            )
    return Outcome(str(notebook), target, "stale", promoted.step_names, _difference(text, wanted, target))


def _is_tagged(notebook: str | Path) -> bool:
    """Whether any cell is tagged for a step; exploration needs no flow."""
    return any(tag.startswith("step:") for cell in ipynb.read(notebook).cells for tag in cell.tags)


def _difference(there: str, wanted: str, target: str) -> str:
    """A unified diff from the flow as it is to the flow as its notebook says."""
    import difflib

    return "".join(
        difflib.unified_diff(
            there.splitlines(keepends=True), wanted.splitlines(keepends=True), target, "as the notebook says"
        )
    )


def _read(path: str) -> bytes | None:
    if not os.path.isfile(path):
        return None  # a device may never end
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
