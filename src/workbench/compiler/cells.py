"""A code cell's facts: its Python, its statements, and what is wrong with its syntax."""

from __future__ import annotations

import ast

from workbench.compiler.facts import statement_facts
from workbench.compiler.magics import lower
from workbench.compiler.model import CellFacts, Diagnostic, Span
from workbench.compiler.text import split_lines
from workbench.notebook.model import Cell


def cell_facts(cell: Cell, postponed: bool = False) -> CellFacts:
    """Read a code cell. Problems (a syntax error, a magic that isn't known) are in the result, never raised.

    postponed: an earlier cell has said `from __future__ import annotations`.
    """
    lowered = lower(cell)
    if lowered.problems:
        return CellFacts(cell, "", (), tuple(lowered.problems))
    try:
        tree = lowered.tree or ast.parse(lowered.source)
        # compile finds what the grammar alone allows: `return` at the top level, a name both global and a parameter
        compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return CellFacts(cell, "", (), (_syntax_error(cell, error),))
    if postponed or postpones(tree.body):
        _quote_annotations(tree)
    lines = split_lines(lowered.source)
    statements = tuple(statement_facts(node, lines) for node in tree.body)
    if lowered.wrapper:
        node = ast.parse(f"{lowered.wrapper} pass").body[0]
        statements = (statement_facts(node, [lowered.wrapper])._replace(kind="wrapper"), *statements)
    if "raises-exception" in cell.tags:
        # any of its statements may be the one that raises
        statements = tuple(one._replace(must=frozenset(), unlucky=one.may, certain=frozenset()) for one in statements)
    return CellFacts(cell, lowered.source, statements, wrapper=lowered.wrapper, indentable=lowered.indentable)


def postpones(body: list[ast.stmt]) -> bool:
    """Whether a cell with these statements, and with it all later ones, leaves its annotations unevaluated."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in body
    )


def _quote_annotations(tree: ast.Module) -> None:
    """Make each annotation the string that it then is."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if isinstance(annotation, ast.expr):
                setattr(node, name, ast.copy_location(ast.Constant(ast.unparse(annotation)), annotation))


def _syntax_error(cell: Cell, error: BaseException) -> Diagnostic:
    message = getattr(error, "msg", None) or str(error)
    line = min(max(getattr(error, "lineno", None) or 1, 1), len(split_lines(cell.source)))
    start = max((getattr(error, "offset", None) or 1) - 1, 0)
    return Diagnostic(
        "WB101", f"syntax error: {message}", cell, Span(line, start, start + 1), "mend the cell, or leave it untagged"
    )
