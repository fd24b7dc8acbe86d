"""A cell's source as the lines of a step's body: verbatim, but for what must differ in a method."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set

from workbench.compiler.facts import is_shell_call
from workbench.compiler.model import CellFacts, Statement, StepGraph
from workbench.compiler.placeholders import TIMED
from workbench.compiler.scopes import top_level
from workbench.compiler.text import Edit, Source, edited, ends_with_semicolon, indented, lines_inside_strings

Line = tuple[int, str, tuple[str, int] | None]

# what the containers' own methods return, by the language: nothing, so that nothing is shown
SILENT_METHODS = {
    "list": frozenset("append clear extend insert remove reverse sort".split()),
    "dict": frozenset("clear update".split()),
    "set": frozenset("add clear difference_update discard intersection_update remove update".split()),
}
SHELL = "get_ipython"  # what lowered cells and the user's own call by this name
EDITED = ("await", "eval", "exec", "global", "locals")
SILENT_BUILTINS = frozenset("delattr exec print setattr".split())
_MARKER_LIKE = r"#\s?%%(?=\s)"
SHOWING_MAGICS = frozenset({"env", "precision", "pwd"})


class Names:
    """What the flow calls what it imports. A name that the notebook uses itself gets an underscore."""

    def __init__(self, bound: frozenset[str], used: frozenset[str], module_names: frozenset[str], flow: str) -> None:
        self._bound = bound
        self._used = used
        self._module_names = module_names
        self.flow = flow
        self.inputs = _beside("inputs", used)
        self.task = _beside("task", used)
        self.runtime_used: set[str] = set()

    def of(self, name: str) -> str:
        """A decorator's or base class's name at the flow's module level."""
        return _beside(name, {*self._module_names, self.flow})

    def runtime(self, name: str) -> str:
        """A function of workbench.runtime's name in a step's body."""
        self.runtime_used.add(name)
        return name if name == SHELL else _beside(name, self._used)

    def note_shell(self, node: ast.AST) -> None:
        """Import `get_ipython` where a node, or a function in it, reads it."""
        if SHELL not in self._bound and any(isinstance(each, ast.Name) and each.id == SHELL for each in ast.walk(node)):
            self.runtime_used.add(SHELL)

    def imported(self, module: str, names: set[str]) -> set[str]:
        """The import lines for some names of a module."""
        called = self.runtime if module == "workbench.runtime" else self.of
        lines = set()
        for name in sorted(names):
            own = self.of(name) if name == "notebook_step" else called(name)
            lines.add(f"from {module} import {name}" + (f" as {own}" if own != name else ""))
        return lines


def _beside(name: str, taken: Set[str]) -> str:
    """A name that isn't taken."""
    while name in taken:
        name += "_"
    return name


def cell_lines(
    facts: CellFacts, step_globals: frozenset[str], graph: StepGraph, names: Names, marker: str
) -> Iterator[Line]:
    """A cell's lines in a step's body, below its marker; none where everything in it stands elsewhere."""
    kept = [
        one
        for at, one in enumerate(facts.statements)
        if (facts.cell.index, at) not in graph.lifted and one.kind != "wrapper"
    ]
    if not kept:
        return
    indent = 2
    yield indent, marker, (facts.cell.id, 0)
    if facts.cell.id in graph.raises:
        yield indent, f"with {names.runtime('raises_exception')}():", None
        indent += 1
    if facts.wrapper:
        yield indent, facts.wrapper, (facts.cell.id, 1)
        indent += 1
    yield from _chunks(facts, kept, step_globals, graph, names, indent)


def _chunks(
    facts: CellFacts, kept: list[Statement], step_globals: frozenset[str], graph: StepGraph, names: Names, indent: int
) -> Iterator[Line]:
    """The kept statements with the comments and blank lines between them."""
    source = Source(facts.source)
    removed = _removed_lines(facts, kept, source)
    # a walk is worth its time only where one of its words is there at all
    looked = any(word in facts.source for word in EDITED)
    shell = SHELL in facts.source
    edits: list[Edit] = []
    for one in kept:
        if shell:
            names.note_shell(one.node)
        if looked or one.annotated & step_globals:
            edits += _edits(one.node, source, step_globals, graph, names)
        edits += _showing(one, facts, source, graph, names)
    starts = {_first_line(one.node) for one in kept}
    # what stands elsewhere, but shares its line with what stays: `import os; x = 1`
    edits += [
        Edit(*source.bounds(one.node), "pass")
        for one in facts.statements
        if one not in kept and one.kind != "wrapper" and not set(_lines(one.node)) & removed
    ]
    blank = begun = False
    number = 1
    while number <= len(source.lines):
        # statements that share a line are one chunk, and so is a line between statements
        last = _last_line(number, kept) if number in starts else number
        if number not in removed:
            lines = list(_chunk(facts, source, edits, number, last, "    " * indent))
            if not lines[0][1].strip():
                blank = True
            else:
                if blank and begun:
                    yield 0, "", None
                yield from lines
                blank, begun = False, True
        number = last + 1


def _chunk(facts: CellFacts, source: Source, edits: list[Edit], first: int, last: int, pad: str) -> Iterator[Line]:
    """The lines from first to last, edited and indented."""
    begin = source.offset(first, 0)
    finish = source.offset(last, 0) + len(source.lines[last - 1])
    inside = [Edit(one.start - begin, one.end - begin, one.text) for one in edits if begin <= one.start <= finish]
    text = edited(source.text[begin:finish], inside)
    indentable = frozenset(line - first + 1 for line in facts.indentable)
    marker_like = "%%" in text and re.search(_MARKER_LIKE, text) is not None
    in_strings = lines_inside_strings(text) if marker_like else frozenset()
    for offset, line in enumerate(indented(text, pad, indentable)):
        if marker_like and line.startswith(f"{pad}#") and offset + 1 not in in_strings:
            line = re.sub(_MARKER_LIKE, "#  %%", line, count=1)  # a comment of the user's that looks like ours
        yield 0, line, (facts.cell.id, min(first + offset, last))


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))])


def _lines(node: ast.stmt) -> range:
    return range(_first_line(node), (node.end_lineno or node.lineno) + 1)


def _last_line(first: int, kept: list[Statement]) -> int:
    """The last line of the statement that begins on a line, and of those that share its lines."""
    last = first
    for one in kept:
        if first <= _first_line(one.node) <= last:
            last = max(last, one.node.end_lineno or first)
    return last


def _removed_lines(facts: CellFacts, kept: list[Statement], source: Source) -> set[int]:
    """The lines of statements that stand elsewhere, with the comments right above them."""
    removed: set[int] = set()
    staying = {line for one in kept for line in _lines(one.node)}
    for one in facts.statements:
        if one in kept or one.kind == "wrapper":
            continue
        first = _first_line(one.node)
        removed.update(_lines(one.node))
        while first > 1 and source.lines[first - 2].lstrip().startswith("#"):
            first -= 1
            removed.add(first)
    return removed - staying


def _edits(
    node: ast.stmt, source: Source, step_globals: frozenset[str], graph: StepGraph, names: Names
) -> Iterator[Edit]:
    """What a statement says otherwise in a method."""
    for inner in top_level(node):
        if isinstance(inner, ast.Await):
            start, end = source.bounds(inner)
            gap = len(source.text[start + 5 : end]) - len(source.text[start + 5 : end].lstrip(" \t"))
            yield Edit(start, start + 5 + gap, f"{names.runtime('wait')}(")
            yield Edit(end, end, ")")
        elif isinstance(inner, ast.Global):
            yield Edit(*source.bounds(inner), "pass")  # says nothing in a cell, and something in a method
        elif isinstance(inner, ast.Name) and inner.id == "locals" and "locals" not in graph.bound_names:
            yield Edit(*source.bounds(inner), "globals")
        elif isinstance(inner, ast.Call) and _runs_text_here(inner, graph):
            # in a method, the text would bind into a copy of the locals
            end = source.bounds(inner)[1] - 1
            comma = "" if source.text[source.bounds(inner.args[0])[1] : end].rstrip().endswith(",") else ","
            yield Edit(end, end, f"{comma} globals()")
        elif (
            isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name) and inner.target.id in step_globals
        ):
            if inner.value is None:
                yield Edit(*source.bounds(inner), "pass")
            else:
                yield Edit(source.bounds(inner.target)[1], source.bounds(inner.annotation)[1], "")


def _showing(statement: Statement, facts: CellFacts, source: Source, graph: StepGraph, names: Names) -> Iterator[Edit]:
    """The calls that show what the cell shows."""
    for shown in _shown(statement, facts, source, graph):
        start, end = source.bounds(shown)
        opening, closing = _brackets(shown, source.text[start:end], names.runtime("show"))
        yield Edit(start, start, opening)
        yield Edit(end, end, closing)


def _shown(statement: Statement, facts: CellFacts, source: Source, graph: StepGraph) -> Iterator[ast.Expr]:
    """The expressions of a statement whose values the cell shows: its last one, or each one where the cells say so."""
    last = facts.statements[-1]
    if facts.cell.id not in graph.interactive:
        candidates: list[ast.AST] = [statement.node] if statement is last else []
    elif ends_with_semicolon(source, last.node) or _is_timed(statement.node):
        candidates = [statement.node] if statement is last else []
    else:
        candidates = list(top_level(statement.node))
    for node in candidates:
        if isinstance(node, ast.Expr) and _shows(node, source, graph):
            yield node


def _is_timed(node: ast.stmt) -> bool:
    """Whether a statement is what `%time` became: it shows by itself."""
    calls = [item.context_expr for item in node.items] if isinstance(node, ast.With) else []
    return any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == TIMED for one in calls)


def _runs_text_here(node: ast.Call, graph: StepGraph) -> bool:
    """`exec(text)` or `eval(text)` with no namespace of its own."""
    return (
        isinstance(node.func, ast.Name)
        and node.func.id in ("exec", "eval")
        and node.func.id not in graph.bound_names
        and len(node.args) == 1
        and not node.keywords
    )


def _shows(node: ast.Expr, source: Source, graph: StepGraph) -> bool:
    """Whether a cell's last expression may have a value to show."""
    if ends_with_semicolon(source, node):
        return False
    value = node.value
    if not isinstance(value, ast.Call):
        return not (isinstance(value, ast.Constant) and value.value is None)
    if is_shell_call(value):
        return _gives_a_value(value)
    function = value.func
    if isinstance(function, ast.Name):
        silent = function.id in SILENT_BUILTINS or (function.id == "display" and not value.keywords)
        return not silent or function.id in graph.bound_names
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name, method = function.value.id, function.attr
        return not any(method in silent and (name, kind) in graph.containers for kind, silent in SILENT_METHODS.items())
    return True


def _gives_a_value(call: ast.Call) -> bool:
    """Whether IPython's call has a value to show: `!!ls`, `%pwd`, `%timeit -o f()`."""
    assert isinstance(call.func, ast.Attribute)
    texts = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
    if call.func.attr.startswith("run_") and texts[:1] == ["timeit"]:
        return "-o" in texts[1].split()
    return call.func.attr == "getoutput" or texts[:1] in [[name] for name in SHOWING_MAGICS]


def _brackets(node: ast.Expr, text: str, show: str) -> tuple[str, str]:
    """What goes before and after an expression so that it is show's one argument."""
    plain = not isinstance(node.value, ast.GeneratorExp)
    if isinstance(node.value, ast.Tuple):
        # one without brackets of its own would be several arguments, and `x,` the one argument x
        call = ast.parse(f"{show}({text})", mode="eval").body
        assert isinstance(call, ast.Call)
        plain = len(call.args) == 1 and isinstance(call.args[0], ast.Tuple)
    return (f"{show}(", ")") if plain else (f"{show}((", "))")
