"""What a flow can't promise to do as the notebook does: one small function a rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.compiler import processes
from workbench.compiler.definitions import LAST_SHOWN, Definitions, Place, imported_path, registers_with
from workbench.compiler.model import CellFacts, Diagnostic, ParameterFacts, Statement
from workbench.compiler.scopes import COMPREHENSIONS, FUNCTIONS, top_level
from workbench.compiler.secrets import literal_secrets
from workbench.compiler.surroundings import check_processes
from workbench.compiler.text import Source
from workbench.compiler.uses import StepUse


def check(uses: list[StepUse], definitions: Definitions, parameters: list[ParameterFacts]) -> list[Diagnostic]:
    """Every finding of every rule, each once."""
    problems: list[Diagnostic] = []
    cells = {facts.cell.index: facts for use in uses for facts in (*use.cells, *use.setup)}
    for facts in cells.values():
        for signs, rule in RULES:
            # a rule's walk is worth its time only where one of its words is there at all
            if any(sign in facts.source for sign in signs):
                problems += rule(facts, definitions)
    problems += check_processes(uses, definitions)
    problems += left_behind(uses, definitions)
    problems += processes.check(uses, definitions)
    problems += last_shown(uses, definitions)
    if any("*" in facts.source for facts in cells.values()):
        problems += star_imports(uses, definitions, {one.name: one.cell.index for one in parameters})
    return problems


def _problem(facts: CellFacts, node: ast.AST, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, facts.cell, Source(facts.source).span(node), hint)


def _statements(facts: CellFacts, definitions: Definitions) -> Iterator[ast.stmt]:
    """The statements that stand in a step's method: all but the hoisted definitions."""
    for statement in facts.statements:
        hoisted = definitions.hoisted.get(getattr(statement.node, "name", ""))
        if hoisted is None or hoisted.statement is not statement:
            yield statement.node


def last_shown(uses: list[StepUse], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB303: `_` is what a cell showed last, until the notebook binds it: where either may be, only a kernel knows."""
    binding = next((one for one in definitions.bindings.get(LAST_SHOWN, ()) if one.promoted), None)
    surely: set[str] = set()  # the steps above that surely bind it
    for use in uses if binding else ():
        need = use.needs.get(LAST_SHOWN) or use.setup_needs.get(LAST_SHOWN)
        if binding and need and surely.isdisjoint(use.ancestors):
            message = f"`_` may be what a cell showed last here, or what cell {binding.facts.cell.number} binds"
            yield Diagnostic("WB303", message, need.facts.cell, need.span, "give the value a name of its own")
        if LAST_SHOWN in use.must | use.setup_binds:
            surely.add(use.node.name)


def mangled_names(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB302: in a method, Python renames `__name`; at a notebook's top level it doesn't."""
    for statement in _statements(facts, definitions):
        for node in top_level(statement, FUNCTIONS):
            name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__") and name.strip("_"):
                message = f"Python would rename `{name}` in a flow's method"
                yield _problem(facts, node, "WB302", message, "rename it with one underscore, or use it in a function")


def flow_names(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB304: `self` is the step's own."""
    for statement in facts.statements:
        if "self" in statement.reads or "self" in statement.may or "self" in statement.deferred:
            message = "`self` is what a Metaflow step calls itself"
            yield _problem(facts, statement.node, "WB304", message, "rename `self` in the notebook")


def namespace_calls(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB303: the flow's namespace holds the notebook's names one by one, not as a whole."""
    for statement in facts.statements:
        parents = {child: node for node in ast.walk(statement.node) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(statement.node):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name in definitions.bindings:
                continue
            whole = name in ("vars", "dir") and not node.args
            if name in ("globals", "locals") and not _looks_up_one_name(node, parents.get(node)):
                whole = name == "globals" or node in set(top_level(statement.node))
            if whole:
                message = f"`{name}()` shows the whole namespace, and a flow's differs from the notebook's"
                yield _problem(facts, node, "WB303", message, "name the variables that you need")
            elif name in ("exit", "quit"):
                yield _problem(facts, node, "WB303", f"`{name}()` ends the kernel, not the cell", "take it out")


def _looks_up_one_name(call: ast.Call, parent: ast.AST | None) -> bool:
    """`globals()[name]`, `name in globals()` and `globals().get(name)` look at one name."""
    if isinstance(parent, ast.Subscript):
        return parent.value is call
    if isinstance(parent, ast.Compare):
        return isinstance(parent.ops[0], (ast.In, ast.NotIn)) and parent.comparators[-1] is call
    return isinstance(parent, ast.Attribute) and parent.attr in ("get", "pop", "setdefault")


def asynchronous_blocks(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB305: `await` becomes a call; a block that awaits in between can't."""
    for statement in facts.statements:
        for node in top_level(statement.node):
            inside = isinstance(node, COMPREHENSIONS) and (
                any(generator.is_async for generator in node.generators)
                or any(isinstance(inner, ast.Await) for inner in ast.walk(node))
            )
            if isinstance(node, (ast.AsyncFor, ast.AsyncWith)) or inside:
                message = "an asynchronous block at the top level can't stand in a step"
                yield _problem(facts, node, "WB305", message, "put it into an `async def`, and await that")


def main_module(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB303: the module `__main__` is another one in a flow."""
    for statement in facts.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Import) and any(alias.name == "__main__" for alias in node.names):
                message = "`__main__` is the notebook's whole namespace, and a flow's differs"
                yield _problem(facts, node, "WB303", message, "name the variables that you need")


def imported_module(name: str, definitions: Definitions) -> str:
    """The module (or what of it) that a name is an import of; '' for any other name."""
    if not definitions.is_module(name):
        return ""
    return imported_path(definitions.bindings[name][-1])


def left_behind(uses: list[StepUse], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB204: what a cell that isn't run registers with a function or class, and can't stand at the flow's top."""
    left = [
        (one, registers_with(one.statement.node) & definitions.hoisted.keys())
        for name, bindings in definitions.bindings.items()
        for one in bindings
        if one.kind == "definition" and not one.promoted and definitions.hoisted.get(name) is not one
    ]
    if not any(roots for _, roots in left):
        return
    read = {name for use in uses for _, _, one in use.own for name in (*one.reads, *one.deferred)}
    needed = definitions.reached(sorted(read))
    for one, roots in left:
        for root in sorted(roots & needed):
            message = f"this registers with `{root}` in a cell that is left behind, and `{one.name}` is bound anew"
            hint = "give the function a name of its own, or tag the cell with a step"
            yield _problem(one.facts, one.statement.node, "WB204", message, hint)


def star_imports(uses: list[StepUse], definitions: Definitions, parameters: dict[str, int]) -> Iterator[Diagnostic]:
    """WB319: which names a star import binds is known only when it runs, and in a step it can't stand."""
    hint = "move it to the top of the notebook, or name what you import"
    statements = [one for use in uses for one in use.own]
    for facts, _, statement in statements:
        looked = "*" in facts.source and "import" in facts.source
        for node in ast.walk(statement.node) if looked else ():
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                message = f"`from {node.module} import *` stands in a block, and a step can't have it there"
                yield _problem(facts, node, "WB319", message, hint)
    for star in definitions.stars:
        for name in sorted(_read_after(star.place, statements)):
            before = [one for one in definitions.bindings.get(name, ()) if one.promoted and one.place < star.place]
            is_parameter = parameters.get(name, star.place.cell) < star.place.cell
            if (before and before[-1].kind == "value") or (is_parameter and not before):
                node = star.statement.node
                message = f"this may bind `{name}` anew, which a cell above binds and a cell below reads"
                yield _problem(star.facts, node, "WB319", message, hint)


def _read_after(place: Place, statements: list[tuple[CellFacts, Place, Statement]]) -> set[str]:
    """The names whose value from before a place is read after it."""
    read: set[str] = set()
    bound: set[str] = set()
    for _, at, statement in sorted(statements, key=lambda one: one[1]):
        if at > place:
            read |= (frozenset(statement.reads) | statement.deferred) - bound
            bound |= statement.must
    return read


RULES = (
    (("connect", "Connect", "SnowflakeConnection"), literal_secrets),
    (("__",), mangled_names),
    (("self",), flow_names),
    (("globals", "locals", "vars", "dir", "exit", "quit"), namespace_calls),
    (("async", "await"), asynchronous_blocks),
    (("__main__",), main_module),
)
