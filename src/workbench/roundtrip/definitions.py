"""The imports, functions and classes that stand beside the cells in a flow, where they were added or moved."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from textwrap import dedent

from workbench.compiler.cells import cell_facts
from workbench.compiler.definitions import BUILTINS, PROVIDED
from workbench.compiler.text import Source
from workbench.notebook.model import Cell
from workbench.roundtrip.carry import Unclear
from workbench.roundtrip.places import Place
from workbench.roundtrip.rewriting import Edited
from workbench.roundtrip.sameness import says_the_same

DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Helpers = dict[str, str]  # the name that a statement binds → its text


def added_definitions(now: Edited, there: Sequence[Sequence[Place]]) -> Helpers:
    """The imports, functions and classes that were added outside of the cells, by the name that they bind."""
    known = {ast.unparse(node) for node in _statements("\n".join(now.before))}
    source = Source("\n".join(now.after))
    ranges = []
    for place in (place for one in there for place in one):
        try:
            ranges.append(now.bounds(place))
        except Unclear:
            continue
    found: Helpers = {}
    for node in _statements(source.text):
        line = node.lineno - 1
        if ast.unparse(node) in known or any(start <= line < end for start, end in ranges):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = f"from {'.' * node.level}{node.module} import " if isinstance(node, ast.ImportFrom) else "import "
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found[name] = start + (f"{alias.name} as {alias.asname}" if alias.asname else alias.name)
        else:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
            found[node.name] = dedent("\n".join(now.after[first : node.end_lineno])) + "\n"
    return found


def _statements(text: str) -> list[ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef]:
    """The imports and functions of a flow's module and of its steps."""
    body = ast.parse(text).body
    steps = [
        inner
        for node in body
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    ]
    return [
        node
        for node in [*body, *(inner for step in steps for inner in step.body)]
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def with_definitions(source: str, cell: Cell, helpers: Helpers, bound: frozenset[str]) -> str:
    """An edited cell below the definitions that were added beside it, and that it needs now."""
    if source == cell.source or not helpers or source.lstrip().startswith("%%"):
        return source
    wanted: list[str] = []
    waiting = [source]
    while waiting:
        facts = cell_facts(cell._replace(source=waiting.pop()))
        read_names = {name for one in facts.statements for name in (*one.reads, *one.deferred)}
        own = {name for one in facts.statements for name in one.may}
        for name in sorted(read_names - own - bound - BUILTINS - PROVIDED.keys()):
            text = helpers.get(name)
            if text is not None and text not in wanted:
                wanted.insert(0, text)
                waiting.append(text)
    imported = [text for text in wanted if not text.endswith("\n")]
    return "\n".join([*sorted(imported), *(text for text in wanted if text.endswith("\n")), source])


def stands_there(now: Edited, place: Place) -> bool:
    """Whether a definition stands in the edited text to the letter, be it above or below others."""
    lines = "\n".join(now.before[place.start : place.end])
    return not place.body and f"\n{lines}\n" in "\n".join(["", *now.after, ""])


def only_moved(now: Edited, place: Place) -> bool:
    """Whether an edited cell says the same but for imports and definitions, which have a place of their own."""
    if not place.body:
        return False
    start, end = now.bounds(place)
    pad = now.before[place.start][: -len(now.before[place.start].lstrip())]
    texts = [
        "\n".join(["if 1:", *lines, f"{pad}pass"])
        for lines in (now.before[place.start + 1 : place.end], now.after[start:end])
    ]
    try:
        there, wanted = ({ast.unparse(node): node for node in _body(text)} for text in texts)
    except SyntaxError:
        return False
    gone = [node for text, node in there.items() if text not in wanted]
    moved = [node for text, node in wanted.items() if text not in there]
    if not (gone or moved) or not all(isinstance(node, DEFINING) for node in [*gone, *moved]):
        return False
    return says_the_same(_without(texts[0], gone), _without(texts[1], moved), cell=True)


def _without(text: str, nodes: list[ast.stmt]) -> str:
    """A text without some of its statements and the comments above them."""
    lines = text.split("\n")
    for node in reversed(nodes):
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))]) - 1
        while first > 1 and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        del lines[first : node.end_lineno]
    return "\n".join(lines)


def _body(text: str) -> list[ast.stmt]:
    first = ast.parse(text).body[0]
    assert isinstance(first, ast.If)
    return first.body
