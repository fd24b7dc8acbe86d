"""Which tables a notebook or a flow reads and writes, by the SQL and the calls that stand in its text.

Calls count that are workbench's by the text's own imports: `workbench.sql`, `from workbench import sql as ask`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from workbench.errors import WorkbenchError
from workbench.sqltext import parse_cell
from workbench.warehouse.base import name_parts
from workbench.warehouse.reading import Name, tables_of

_MAGIC = re.compile(r"^\s*(?:[\w, ]+=\s*)?%sql\s+(?P<text>.+)$")
_QUERY = re.compile(r"\s*(select|with)\b|\s*\(", re.IGNORECASE)
_BY_NAME = frozenset({"preview", "describe", "profile"})
_OURS = frozenset({"sql", "write", "features"}) | _BY_NAME

Resolve = Callable[[str], str]
"""A query's text with tables for dbt's refs. Raises WorkbenchError."""


@dataclass
class Uses:
    """What a text reads and writes, each with the place: a cell's id, a step's or a function's name.

    models: dbt's, by name, whose features are asked for. unread: how many queries can't be read here: their text is put
    together as they run, or isn't SQL that can be parsed.
    """

    read: list[tuple[Name, str]] = field(default_factory=list)
    written: list[tuple[Name, str]] = field(default_factory=list)
    models: list[tuple[str, str]] = field(default_factory=list)
    unread: int = 0

    def add(self, text: str, place: str, resolve: Resolve) -> None:
        """Add the tables of a statement."""
        try:
            found = tables_of(resolve(text))
        except (ValueError, WorkbenchError):
            self.unread += 1
            return
        self.read += [(name, place) for name in found.read]
        self.written += [(name, place) for name in found.written]


def of_notebook(cells: Iterable[tuple[str, str]], resolve: Resolve) -> Uses:
    """Of a notebook's code cells: (id, source) each."""
    uses, trees = Uses(), []
    for place, source in cells:
        head = source.lstrip()
        if head.startswith("%%sql"):
            line, _, body = head.partition("\n")
            try:
                uses.add(parse_cell(line.removeprefix("%%sql").strip(), body).text, place, resolve)
            except ValueError:
                uses.unread += 1
        elif not head.startswith("%%"):
            trees.append((place, _python(uses, source, place, resolve)))
    names = _imported(tree for _, tree in trees)
    for place, tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            _add_call(uses, call, place, names, resolve)
    return uses


def of_flow(text: str, resolve: Resolve) -> Uses:
    """Of a flow's file; a place is the step, or the function outside of steps."""
    uses = Uses()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return uses
    names = _imported([tree])
    for place, call in _calls(tree, ""):
        _add_call(uses, call, place, names, resolve)
    return uses


def _calls(node: ast.AST, place: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if not place and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else place
        if isinstance(child, ast.Call):
            yield inside, child
        yield from _calls(child, inside)


def _python(uses: Uses, text: str, place: str, resolve: Resolve) -> ast.Module:
    """The cell's tree, with its magics left out; `%sql` lines are added."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if match := _MAGIC.match(line):
            uses.add(match["text"], place, resolve)
        if match or line.lstrip().startswith(("%", "!")):
            lines[number] = line[: len(line) - len(line.lstrip())] + "pass"
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _imported(trees: Iterable[ast.Module]) -> dict[str, str]:
    """The names that stand for workbench ("") or for one of its functions."""
    found: dict[str, str] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name: "" for one in node.names if one.name == "workbench"}
        elif isinstance(node, ast.ImportFrom) and node.module in {"workbench", "workbench.warehouse"}:
            found |= {one.asname or one.name: one.name for one in node.names}
    return found


def _add_call(uses: Uses, call: ast.Call, place: str, names: dict[str, str], resolve: Resolve) -> None:
    match call.func:
        case ast.Attribute(value=ast.Name(id=module), attr=name) if names.get(module) == "":
            function = name
        case ast.Name(id=name):
            function = names.get(name, "")
        case _:
            return
    if function not in _OURS:
        return
    given = call.args[1 if function in {"write", "features"} else 0 :][:1]
    given += [one.value for one in call.keywords if one.arg in {"table", "compare", "names"}]
    for value in given:
        if function == "features":
            found = [_text(one) for one in value.elts] if isinstance(value, ast.List | ast.Tuple) else [_text(value)]
            uses.models += [(text.partition(".")[0], place) for text in found if text]
        elif (text := _text(value)) is None:
            uses.unread += function == "sql" or isinstance(value, ast.JoinedStr)
        elif function == "sql" or (function == "profile" and _QUERY.match(text)):
            uses.add(text, place, resolve)
        else:
            try:
                (uses.written if function == "write" else uses.read).append((name_parts(text), place))
            except ValueError:
                uses.unread += 1


def _text(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
