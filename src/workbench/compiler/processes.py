"""What only one process knows: rules about annotations, addresses, tracebacks and caches that stay there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.compiler.definitions import Definitions
from workbench.compiler.model import CellFacts, Diagnostic
from workbench.compiler.text import Source
from workbench.compiler.uses import StepUse

ADDRESSES = frozenset({"hash", "id"})


def check(uses: list[StepUse], definitions: Definitions) -> Iterator[Diagnostic]:
    """Every finding of these rules. Each looks only where one of its words stands in a cell."""
    cells = [facts for use in uses for facts in (*use.setup, *use.cells)]
    if any("__future__" in facts.source for facts in definitions.cells):
        yield from early_annotations(cells, definitions)
    if any("id(" in facts.source or "hash(" in facts.source for facts in cells):
        yield from kept_addresses(uses, definitions)
    if any("traceback" in facts.source for facts in cells):
        yield from tracebacks(uses)


def early_annotations(cells: list[CellFacts], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB320: a future import counts for the whole flow, and in the notebook only from its cell on."""
    from workbench.compiler.cells import postpones

    first = next(
        (facts for facts in definitions.cells if postpones([one.node for one in facts.statements])),
        None,
    )
    for facts in cells if first is not None else ():
        if first is None or facts.cell.index >= first.cell.index:
            continue
        for statement in facts.statements:
            node = next((each for each in ast.walk(statement.node) if _is_annotated(each)), None)
            if node is not None:
                message = (
                    f"the future import in cell {first.cell.number} would change these annotations, made before it"
                )
                hint = "move the future import to the notebook's first cell"
                yield Diagnostic("WB320", message, facts.cell, Source(facts.source).span(node), hint)


def _is_annotated(node: ast.AST) -> bool:
    """Whether a definition keeps annotations that are more than texts."""
    parts: list[ast.expr | None] = []
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        parts = [node.returns, *(each.annotation for each in every if each)]
    elif isinstance(node, ast.ClassDef):
        parts = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
    return any(part is not None and not isinstance(part, ast.Constant) for part in parts)


def kept_addresses(uses: list[StepUse], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB321: an address or a hash is another one in the next step's process."""
    for use in uses:
        later = {name for other in uses if use.node.name in other.ancestors for name in other.needs}
        for facts, _, statement in use.own:
            kept = sorted((statement.may | statement.mutates) & later)
            for node in ast.walk(statement.node) if kept else ():
                called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                if called in ADDRESSES and called not in definitions.bindings:
                    message = f"`{called}()` gives another number in the next step's process, which reads `{kept[0]}`"
                    hint = "compare the values themselves, with `is` or `==`, in one step"
                    yield Diagnostic("WB321", message, facts.cell, Source(facts.source).span(node), hint)


def tracebacks(uses: list[StepUse]) -> Iterator[Diagnostic]:
    """WB322: an exception goes to the next step without the frames of this one."""
    for use in uses:
        for facts, _, statement in use.own:
            for node in ast.walk(statement.node):
                name = _traceback_of(node)
                if name in use.needs:
                    message = f"`{name}` comes from an earlier step, and its traceback stayed there"
                    hint = "keep `traceback.format_exc()` as text where the exception is caught"
                    yield Diagnostic("WB322", message, facts.cell, Source(facts.source).span(node), hint)


def _traceback_of(node: ast.AST) -> str:
    """The name whose traceback an expression looks at: `error.__traceback__`, `traceback.print_exception(error)`."""
    value: ast.AST | None = None
    if isinstance(node, ast.Attribute) and node.attr == "__traceback__":
        value = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "exception" in node.func.attr.lower():
        root = node.func.value
        value = node.args[-1] if isinstance(root, ast.Name) and root.id == "traceback" and node.args else None
    while isinstance(value, (ast.Attribute, ast.Subscript)):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""
