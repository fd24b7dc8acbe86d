"""Diagnostics as text, as a good compiler prints them: the finding, where, the excerpt with a caret, the way out."""

from __future__ import annotations

from workbench.compiler.model import Diagnostic
from workbench.compiler.text import split_lines
from workbench.notebook.model import Notebook, headings


def rendered(diagnostics: tuple[Diagnostic, ...], notebook: Notebook) -> str:
    """All diagnostics, in the notebook's order, with a blank line between."""
    return "\n\n".join(_one(diagnostic, notebook) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, notebook: Notebook) -> str:
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    cell, span = diagnostic.cell, diagnostic.span
    if cell is not None:
        heading = heading_above(notebook, cell.index)
        named = f", “{heading}”" if heading else ""
        line = f", line {span.line}" if span is not None else ""
        lines.append(f"  --> {notebook.name}, cell {cell.number} ({cell.id[:12]}{named}){line}")
        source = split_lines(cell.source)
        if span is not None and span.line <= len(source):
            text = source[span.line - 1].replace("\t", " ")
            number = str(span.line)
            caret = " " * span.start + "^" * max(min(span.end, len(text)) - span.start, 1)
            lines += [f" {' ' * len(number)} |", f" {number} | {text}", f" {' ' * len(number)} | {caret}"]
    else:
        lines.append(f"  --> {notebook.name}")
    if diagnostic.hint:
        lines.append(f"  = hint: {diagnostic.hint}")
    return "\n".join(lines)


def heading_above(notebook: Notebook, index: int) -> str:
    """The last heading above a cell."""
    found = ""
    for cell in notebook.cells[:index]:
        for _, text in headings(cell):
            found = text
    return found
