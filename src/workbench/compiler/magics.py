"""IPython's syntax, lowered to Python.

Magic lines become the calls that IPython's own transformer makes of them; then those that have a plain equivalent
become that: `%%sql` a `workbench.sql(...)`, `%time` a `with timed():`. What the compiler doesn't know, it refuses.
"""

from __future__ import annotations

import ast
import re

from workbench import sqltext
from workbench.compiler.facts import is_shell, is_shell_call
from workbench.compiler.model import Diagnostic, Span
from workbench.compiler.placeholders import SHOW, TIMED
from workbench.compiler.scopes import FUNCTIONS, top_level
from workbench.compiler.text import Edit, Source, edited, ends_with_semicolon, quoted
from workbench.notebook.model import Cell

# magics that bind no name and read none but by `$name` and `{name}`: they stay calls of IPython
LINE_MAGICS = frozenset(
    "autoreload cat cd conda config cp env load_ext ls mamba matplotlib mkdir mv pip pprint precision pwd "
    "reload_ext rm rmdir set_env timeit".split()
)
CELL_MAGICS = frozenset(
    "bash file html HTML javascript js latex markdown perl pypy python python2 python3 ruby script sh svg SVG timeit "
    "writefile".split()
)
# those whose text is kept as it is, to the last line's end
WRITTEN = frozenset("file html HTML javascript js latex markdown svg SVG writefile".split())
INTERACTIVE = frozenset("ipympl widget".split())
SHELL_METHODS = frozenset({"system", "getoutput", "run_line_magic", "run_cell_magic"})
WAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith)
SILENT = frozenset({"pinfo", "pinfo2", "psearch"})  # they open the pager: nothing is recorded

# a magic's name ends at a space: IPython takes `%pwd;` for one that is called `pwd;`
_WHOLE_LINE = r"%(?P<magic>[A-Za-z_]\w*)(?: +(?P<line>.*))?$|!(?P<command>[^!].*)$"


class Lowered:
    """A cell as Python. wrapper: a `with` line around all of it; indentable: the lines in query strings.

    tree: the source's, where it was parsed on the way.
    """

    def __init__(
        self,
        source: str,
        wrapper: str = "",
        indentable: frozenset[int] = frozenset(),
        problems: list[Diagnostic] | None = None,
        tree: ast.Module | None = None,
    ) -> None:
        self.source = source
        self.wrapper = wrapper
        self.indentable = indentable
        self.problems = problems or []
        self.tree = tree


def lower(cell: Cell) -> Lowered:
    """The cell's source as Python. Never raises: what can't be lowered is a problem of the result."""
    source = _dedented(cell.source) if cell.source[:1] in (" ", "\t") else cell.source
    source = "\n".join(Source(source).lines)
    first = source.lstrip()
    if first.startswith("%%") and first[2:3].isalpha():
        return _cell_magic(cell, first)
    if "get_ipython" in source:
        return _line_magics(cell, source)
    if not any(sign in source for sign in "%!?"):
        return Lowered(source)
    tree = _parsed(source)
    return _line_magics(cell, source) if tree is None else Lowered(source, tree=tree)


def _parsed(source: str) -> ast.Module | None:
    """The tree of a text; None where it is no Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _cell_magic(cell: Cell, source: str) -> Lowered:
    head, _, body = source.partition("\n")
    name, _, line = head[2:].partition(" ")
    name, line = name.strip(), line.strip()
    if name == "sql":
        return _sql_cell(cell, line, body)
    if name == "time" and not line:
        return _wrapped(cell, "%%time", f"with {TIMED}():", body)
    if name == "capture" and (wrapper := _capture(line)):
        if " as " in wrapper and _is_silenced(body, _parsed(body)):
            message = f"`%%capture {line}` keeps nothing where the cell ends with `;`, and takes the name away"
            return Lowered(
                "", problems=[_unknown(cell, "%%capture")._replace(message=message, hint="take the `;` out")]
            )
        return _wrapped(cell, "%%capture", wrapper, body)
    # a process that is left in the background ends with the step; its name would be bound to it
    if name in CELL_MAGICS and not re.search(r"--(bg|proc)\b", line):
        body = f"{body}\n" if name in WRITTEN and body and not body.endswith("\n") else body  # as IPython gives it
        call = f"get_ipython().run_cell_magic({quoted(name)}, {quoted(line)}, {_literal(body)})"
        taken = [f'{one} = get_ipython().user_ns["{one}"]' for one in re.findall(r"--(?:out|err)[ =]+(\w+)", line)]
        return Lowered("\n".join([call, *taken]))
    return Lowered("", problems=[_unknown(cell, f"%%{name}")])


def _wrapped(cell: Cell, magic: str, wrapper: str, body: str) -> Lowered:
    """A cell whose body stands in a `with` block."""
    inner = lower(Cell(cell.index, cell.id, cell.kind, body, cell.tags))
    if any(word in inner.source for word in ("await", "async")) and _waits(_parsed(inner.source)):
        inner.problems.append(_cannot_wait(cell, magic))
    return Lowered("\n" + inner.source, wrapper, _shifted(inner.indentable), inner.problems)


def _waits(tree: ast.Module | None) -> bool:
    """Whether code awaits at its top level."""
    nodes = (inner for statement in (tree.body if tree else ()) for inner in top_level(statement))
    return any(isinstance(each, WAITING) or getattr(each, "is_async", False) for each in nodes)


def _cannot_wait(cell: Cell, magic: str) -> Diagnostic:
    message, hint = f"`await` fails under `{magic}` in a notebook", f"wait in a cell without `{magic}`"
    return _unknown(cell, magic)._replace(message=message, hint=hint)


def _shifted(lines: frozenset[int]) -> frozenset[int]:
    return frozenset(line + 1 for line in lines)


def _capture(line: str) -> str:
    """The `with` line for %%capture's arguments, or '' where they aren't understood."""
    words = line.split()
    options = {"--no-stderr": "stderr=False", "--no-stdout": "stdout=False", "--no-display": "display=False"}
    names = [word for word in words if not word.startswith("-")]
    if any(word.startswith("-") and word not in options for word in words) or len(names) > 1:
        return ""
    arguments = ", ".join(options[word] for word in words if word.startswith("-"))
    return f"with capture_output({arguments})" + (f" as {names[0]}:" if names and names[0].isidentifier() else ":")


def _sql_cell(cell: Cell, line: str, body: str) -> Lowered:
    try:
        parsed = sqltext.parse_cell(line, body)
    except ValueError as error:
        return Lowered(
            "",
            problems=[
                Diagnostic(
                    "WB210",
                    str(error),
                    cell,
                    Span(1, 0, len(line) + 6),
                    f"write `{sqltext.USAGE}`",
                )
            ],
        )
    call, indentable = _sql_call(parsed)
    if parsed.name is None:
        return Lowered(f"workbench.table({call})", indentable=indentable)
    return Lowered(f"{parsed.name} = {call}\nworkbench.table({parsed.name})", indentable=indentable)


def _sql_call(cell: sqltext.SqlCell) -> tuple[str, frozenset[int]]:
    """The workbench.sql(...) call for a query, and the lines of it that may be indented."""
    text, options = cell.text, cell.arguments().items()
    arguments = [f"{name}={quoted(value) if isinstance(value, str) else value}" for name, value in options]
    names = sqltext.binds(text)
    arguments += [f"{name}={name}" for name in names if name not in sqltext.ARGUMENTS]
    if own := [f"{quoted(name)}: {name}" for name in names if name in sqltext.ARGUMENTS]:
        arguments.append(f"binds={{{', '.join(own)}}}")
    tail = "".join(f", {argument}" for argument in arguments)
    if "\n" not in text.strip() and len(text.strip()) + len(tail) < 80:
        return f"workbench.sql({quoted(text.strip())}{tail})", frozenset()
    body = _dedented(text).strip("\n")
    # a text with a value that spans lines, or that an escape would change, stays as it is
    spans_lines = any("\n" in part for part in re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|\$\$.*?\$\$", body, re.DOTALL))
    if spans_lines or "\\" in body or '"""' in body or body.endswith('"'):
        return f"workbench.sql({_literal(text)}{tail})", frozenset()
    lines = "\n".join(f"    {line}" if line.strip() else "" for line in body.split("\n"))
    count = lines.count("\n") + 1
    return f'workbench.sql("""\n{lines}\n"""{tail})', frozenset(range(2, count + 3))


def _literal(text: str) -> str:
    """A Python literal of a text, over several lines where that reads better and changes nothing."""
    if "\n" not in text[:-1] or "\\" in text or '"""' in text or text.endswith('"') or "\r" in text:
        return quoted(text)
    return f'"""{text}"""'


def _line_magics(cell: Cell, source: str) -> Lowered:
    try:
        python, tree = _transformed(source)
    except (SyntaxError, ValueError, RecursionError):
        return Lowered(source)  # the syntax error is reported where cells are parsed
    text = Source(python)
    lowered = Lowered(python, tree=tree)
    edits: list[Edit] = []
    last = tree.body[-1] if tree.body else None
    read: set[ast.AST] = set()  # calls that their statement has answered for
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)] if "time" in source else []
    in_functions = {inner for function in functions for inner in ast.walk(function)}
    for node in ast.walk(tree):
        replacement = None
        if isinstance(node, ast.Expr) and is_shell_call(node.value):
            assert isinstance(node.value, ast.Call)
            read.add(node.value)
            shown = node is last and not ends_with_semicolon(text, node)
            replacement = _statement(
                cell, node.value, shown, node.col_offset, lowered, in_function=node in in_functions
            )
        elif isinstance(node, ast.Call) and is_shell_call(node) and node not in read:
            replacement = _value(cell, node, lowered)
        elif isinstance(node, ast.Attribute) and node.attr not in SHELL_METHODS and is_shell(node.value):
            lowered.problems.append(_unknown(cell, f"get_ipython().{node.attr}"))
        if replacement is not None:
            edits.append(Edit(*text.bounds(node), replacement))
    if edits:
        lowered.source, lowered.tree = edited(python, edits), None
    return lowered


def _transformed(source: str) -> tuple[str, ast.Module]:
    """IPython syntax as IPython's own transformer would turn it into Python, and its tree. Raises SyntaxError.

    Whole lines of magics and commands need no IPython, where the lines around them show that each is a statement.
    """
    lines = source.split("\n")
    made = set()
    for number, line in enumerate(lines, start=1):
        match = re.match(_WHOLE_LINE, line)
        if match and not line.rstrip().endswith(("\\", "?")):
            made.add(number)
            if match["magic"]:
                call = f"run_line_magic({quoted(match['magic'])}, {quoted((match['line'] or '').rstrip())})"
            else:
                call = f"system({quoted(match['command'].rstrip())})"
            lines[number - 1] = f"get_ipython().{call}"
    python = "\n".join(lines)
    tree = _parsed(python)
    body = tree.body if tree else []
    # a line within a text or a bracket is no statement of its own
    if tree and body and made <= {one.lineno for one in body if isinstance(one, ast.Expr) and is_shell_call(one.value)}:
        return python, tree
    from IPython.core.inputtransformer2 import TransformerManager

    transformed: str = TransformerManager().transform_cell(source)
    python = transformed.rstrip("\n")
    return python, ast.parse(python)


def _arguments(call: ast.Call) -> tuple[str, list[str]]:
    """The method's name and its text arguments of a `get_ipython().method("…", …)` call."""
    assert isinstance(call.func, ast.Attribute)
    texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return call.func.attr, texts


def _statement(
    cell: Cell, call: ast.Call, shown: bool, indent: int, lowered: Lowered, *, in_function: bool
) -> str | None:
    """What a magic that stands as a statement becomes, or None where it stays the call."""
    method, texts = _arguments(call)
    if method != "run_line_magic" or len(texts) != 2:
        return _value(cell, call, lowered)
    name, line = texts
    if name in SILENT or (name, line.split()[:1]) in (("load_ext", ["workbench"]), ("reload_ext", ["workbench"])):
        return "pass" if indent else ""
    if name == "time" and line:
        return _time(cell, line.strip(), shown, indent, lowered, in_function=in_function)
    return _value(cell, call, lowered)


def _time(cell: Cell, line: str, shown: bool, indent: int, lowered: Lowered, *, in_function: bool) -> str | None:
    try:
        tree = ast.parse(line)
    except SyntaxError:
        lowered.problems.append(_unknown(cell, f"%time {line}"))
        return None
    if _waits(tree):
        lowered.problems.append(_cannot_wait(cell, "%time"))
    if in_function and _binds(tree):
        message, hint = "what `%time` binds in a function is lost there", "time a call, or the whole function"
        lowered.problems.append(_unknown(cell, "%time")._replace(message=message, hint=hint))
    if shown and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) and not _is_silenced(line, tree):
        start, end = Source(line).bounds(tree.body[0])
        line = f"{SHOW}({line[start:end]}){line[end:]}"
    return f"with {TIMED}():\n{' ' * (indent + 4)}{line}"


def _binds(tree: ast.Module) -> bool:
    """Whether code binds a name."""
    return any(
        isinstance(node, ast.alias) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        for node in ast.walk(tree)
    )


def _is_silenced(source: str, tree: ast.Module | None) -> bool:
    """Whether a source ends with a `;`, comments aside: `%time` then shows nothing, `%%capture` keeps nothing."""
    return tree is not None and bool(tree.body) and ends_with_semicolon(Source(source), tree.body[-1])


def _value(cell: Cell, call: ast.Call, lowered: Lowered) -> str | None:
    """What a magic whose value is used becomes, or None where it stays the call."""
    method, texts = _arguments(call)
    if method == "run_line_magic" and texts[:1] == ["sql"] and len(texts) == 2:
        return _sql_call(sqltext.SqlCell(None, texts[1]))[0]
    if method == "run_line_magic" and texts[:1] == ["matplotlib"] and INTERACTIVE & set(texts[1].split()):
        message = f"`%matplotlib {texts[1]}` needs a browser beside the kernel"
        hint = "use %matplotlib inline"
        lowered.problems.append(_unknown(cell, f"%matplotlib {texts[1]}")._replace(message=message, hint=hint))
    elif method == "run_line_magic" and texts and texts[0] not in LINE_MAGICS | SILENT:
        lowered.problems.append(_unknown(cell, f"%{texts[0]}"))
    elif method == "run_cell_magic" and texts and texts[0] not in CELL_MAGICS:
        lowered.problems.append(_unknown(cell, f"%%{texts[0]}"))
    elif method.startswith("run_") and not texts:
        lowered.problems.append(_unknown(cell, f"get_ipython().{method}"))
    return None


def _unknown(cell: Cell, what: str) -> Diagnostic:
    lines = cell.source.split("\n")
    number = next((at for at, line in enumerate(lines, 1) if what.split("(")[-1].split()[0] in line), 1)
    start = max(lines[number - 1].find(what.split()[0]), 0)
    return Diagnostic(
        "WB301",
        f"what `{what}` does to the notebook's names can't be known",
        cell,
        Span(number, start, start + len(what)),
        "write what it does as Python, or leave the cell untagged",
    )


def _dedented(text: str) -> str:
    import textwrap

    return textwrap.dedent(text)
