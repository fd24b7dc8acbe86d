"""From the Python that a flow has of a cell back to the cell: what emission put around it, and IPython's syntax."""

from __future__ import annotations

import ast
import re
from textwrap import dedent

from workbench import sqltext
from workbench.compiler.scopes import top_level
from workbench.compiler.text import Edit, Source, edited, split_lines
from workbench.roundtrip.carry import carried
from workbench.roundtrip.merge import applied, changes

_RUNTIME = "workbench.runtime"


def runtime_names(text: str) -> dict[str, str]:
    """What a flow calls the functions of workbench.runtime: its name for each → theirs."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom) and node.module == _RUNTIME
        for alias in node.names
    }


def without_runtime(source: str, names: dict[str, str]) -> str:
    """A cell's Python with `show(x)` as the last expression x again, and `wait(x)` as `await x`."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    text = Source(source)
    edits: list[Edit] = []
    last = tree.body[-1] if tree.body else None
    for node in (inner for statement in tree.body for inner in top_level(statement)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or len(node.args) != 1:
            continue
        function = names.get(node.func.id)
        start, end = text.bounds(node)
        opening = source.index("(", text.bounds(node.func)[1]) + 1
        if function == "wait":
            edits += [Edit(start, opening, "await "), Edit(end - 1, end, "")]
        elif function == "show" and isinstance(last, ast.Expr) and node is last.value:
            edits += [Edit(start, opening, ""), Edit(end - 1, end, "")]
    return edited(source, edits)


def silenced(source: str) -> str | None:
    """A cell's Python with a `;` behind its last expression: the notebook shows it no more than the flow does."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return None
    end = Source(source).bounds(tree.body[-1])[1]
    return source[:end] + ";" + source[end:]


def leftover(source: str, before: str, names: dict[str, str], bound: frozenset[str]) -> str:
    """A function of the runtime that a cell would call now and didn't before, and that no notebook has; or ''."""
    for name, function in names.items():
        call = re.compile(rf"(?<![\w.]){re.escape(name)}\(")
        if function != "get_ipython" and name not in bound and call.search(source) and not call.search(before):
            return name
    return ""


def cell_source(python: str, lowered: str, cell: str) -> str | None:
    """A cell's text, whose Python was `lowered` and is to be `python`; None where that can't be told.

    cell: the cell's text before.
    """
    lines = split_lines(cell)
    if "\n".join(lines) == lowered:
        return python
    first = next((line for line in lines if line.strip()), "").lstrip()
    if first.startswith("%%sql"):
        return _sql_cell(python, lines)
    if first.startswith("%%") and "run_cell_magic" in lowered:
        return _cell_magic(python)
    before, after = lowered.split("\n"), python.split("\n")
    result = list(applied(lines, carried(before, after, lines)))
    known = set(lines)
    return "\n".join(line if line in known else _line_magic(line) for line in result)


def _sql_cell(python: str, lines: list[str]) -> str | None:
    """A `%%sql` cell whose call is to be another."""
    found = _sql_call(python)
    if found is None:
        return None
    text = found.text
    top = next(at for at, line in enumerate(lines) if line.strip())
    head, body = lines[top], lines[top + 1 :]
    parsed = sqltext.parse_cell(head.strip()[5:].strip(), "\n".join(body))
    if parsed._replace(text=text) != found:
        head = found.head()
    # the query as it stands in the cell, with its blank lines and its indentation
    first = next((at for at, line in enumerate(body) if line.strip()), 0)
    last = max((at for at, line in enumerate(body) if line.strip()), default=-1) + 1
    query = body[first:last]
    plain = dedent("\n".join(query)).split("\n")
    pad = query[0][: len(query[0]) - len(plain[0])] if query else ""
    new = dedent(text).strip("\n").split("\n") if "\n" in text else [text]
    made = [
        change._replace(new=tuple(pad + line if line.strip() else line for line in change.new))
        for change in changes(plain, new)
    ]
    return "\n".join([*lines[:top], head, *body[:first], *applied(query, made), *body[last:]])


def _sql_call(python: str) -> sqltext.SqlCell | None:
    """The cell whose calls in Python these are; None where they are no `%%sql` cell's."""
    try:
        body = ast.parse(python).body
    except SyntaxError:
        return None
    calls = [node for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.Call)]
    queries = [
        one
        for one in calls
        if ast.unparse(one.func) == "workbench.sql"
        and len(one.args) == 1
        and isinstance(one.args[0], ast.Constant)
        and isinstance(one.args[0].value, str)
    ]
    tables = [one for one in calls if ast.unparse(one.func) == "workbench.table"]
    if len(queries) != 1 or len(tables) != 1 or len(calls) != 2:
        return None
    name = None
    if len(body) == 2 and isinstance(body[0], ast.Assign) and isinstance(body[0].targets[0], ast.Name):
        name = body[0].targets[0].id
    elif len(body) != 1:
        return None
    text = queries[0].args[0]
    assert isinstance(text, ast.Constant)
    # what else is given must be the text's binds: the pulled cell is proven by compiling it again
    given = {one.arg: one.value.value for one in queries[0].keywords if isinstance(one.value, ast.Constant)}
    options = {option: value for option, value in given.items() if option in sqltext.OPTIONS}
    return sqltext.SqlCell(name, str(text.value), **options)  # type: ignore[arg-type]  # a cell of another type compiles to another call


def _cell_magic(python: str) -> str | None:
    """`%%bash` and its like from the call that IPython makes of it."""
    texts = _shell_call(python, "run_cell_magic")
    if texts is None or len(texts) != 3:
        return None
    return f"%%{texts[0]} {texts[1]}".rstrip() + f"\n{texts[2]}"


def _line_magic(line: str) -> str:
    """`%cd data` or `!ls` from the call that IPython makes of it, where a line is one."""
    indent = line[: len(line) - len(line.lstrip())]
    if (texts := _shell_call(line.strip(), "run_line_magic")) and len(texts) == 2:
        return f"{indent}%{texts[0]} {texts[1]}".rstrip()
    if (texts := _shell_call(line.strip(), "system")) and len(texts) == 1:
        return f"{indent}!{texts[0]}"
    if (texts := _shell_call(line.strip(), "getoutput")) and len(texts) == 1:
        return f"{indent}!!{texts[0]}"
    return line


def _shell_call(python: str, method: str) -> list[str] | None:
    """The arguments of `get_ipython().method("…", …)`, where a text is that call and nothing else."""
    if method not in python:
        return None
    try:
        body = ast.parse(python.strip()).body
    except SyntaxError:
        return None
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(value, ast.Call) or ast.unparse(value.func) != f"get_ipython().{method}":
        return None
    texts = [one.value for one in value.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts if len(texts) == len(value.args) else None
