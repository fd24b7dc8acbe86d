"""Secrets that stand in a notebook: a password would go into the flow, its cards, its artifacts and into git."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from workbench.compiler.definitions import Definitions, imported_path
from workbench.compiler.model import CellFacts, Diagnostic
from workbench.compiler.text import Source
from workbench.credentials import SECRETS

_QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'"
# what opens a connection, by the path that it is imported from
_CONNECTS = frozenset(
    {
        "snowflake.connector.connect",
        "snowflake.connector.Connect",
        "snowflake.connector.SnowflakeConnection",
        "snowflake.connector.connection.SnowflakeConnection",
        "snowflake.connector.aio.connect",
        "workbench.warehouse.connect",
        "workbench.warehouse.connection.connect",
    }
)


def literal_secrets(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB323: a literal, or a name that only ever is one, as the password of a connection."""
    for statement in facts.statements:
        nodes = list(ast.walk(statement.node))
        local = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
        for call in nodes:
            if not isinstance(call, ast.Call) or _path(call.func, local, definitions) not in _CONNECTS:
                continue
            for name, value in _given(call, definitions):
                if name in SECRETS and any(_is_literal(one) for one in _values(value, definitions)):
                    yield _problem(facts, call, name)


def _problem(facts: CellFacts, call: ast.Call, name: str) -> Diagnostic:
    # a diagnostic shows the line: without what stands in quotes there
    hidden = facts.cell._replace(source=re.sub(_QUOTED, '"…"', facts.cell.source))
    message = f"the `{name}` of a connection stands in the notebook"
    hint = "keep it in the connector's connections.toml in your home folder, or in a variable of the environment"
    return Diagnostic("WB323", message, hidden, Source(facts.source).span(call.func), hint)


def _path(node: ast.expr, local: list[ast.Import | ast.ImportFrom], definitions: Definitions) -> str:
    """The dotted path that a name or an attribute is imported from; '' for anything else."""
    if isinstance(node, ast.Attribute):
        path = _path(node.value, local, definitions)
        return f"{path}.{node.attr}" if path else ""
    if not isinstance(node, ast.Name):
        return ""
    for one in local:
        for alias in one.names:
            if (alias.asname or alias.name.partition(".")[0]) == node.id:
                if isinstance(one, ast.ImportFrom):
                    return f"{one.module or ''}.{alias.name}"
                return alias.name if alias.asname else node.id
    if not definitions.is_module(node.id):
        return ""
    return imported_path(definitions.bindings[node.id][-1])


def _given(call: ast.Call, definitions: Definitions) -> Iterator[tuple[str, ast.expr]]:
    """The call's arguments by name, those of a `**` too where it is a dict that the notebook writes down."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
            continue
        for value in _values(keyword.value, definitions):
            if isinstance(value, ast.Dict):
                for key, item in zip(value.keys, value.values):  # noqa: B905  they are equally long
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, item
            elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
                yield from ((one.arg, one.value) for one in value.keywords if one.arg is not None)


def _values(node: ast.expr, definitions: Definitions) -> list[ast.expr]:
    """The expression itself, or those that are assigned to the name that it is."""
    if not isinstance(node, ast.Name):
        return [node]
    found = [one.statement.node for one in definitions.bindings.get(node.id, ())]
    return [one.value for one in found if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None]


def _is_literal(node: ast.expr) -> bool:
    """Whether the expression is a text that stands in the source."""
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and bool(node.value)
