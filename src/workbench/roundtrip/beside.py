"""What stands beside the cells in a flow and is the notebook's all the same: tags, parameters, new cells, helpers."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import dedent

from workbench.compiler.cells import cell_facts
from workbench.compiler.decorators import FLOW_DECORATORS, STEP_DECORATORS, name_of
from workbench.compiler.definitions import BUILTINS, PROVIDED
from workbench.compiler.model import StepGraph
from workbench.compiler.text import Edit, Source, edited
from workbench.notebook.model import Cell, Notebook
from workbench.notebook.tags import read
from workbench.roundtrip.carry import Unclear, carried_words
from workbench.roundtrip.parameters import declared, defaults
from workbench.roundtrip.places import MARKER, Place
from workbench.roundtrip.rewriting import Edited
from workbench.roundtrip.sameness import says_the_same
from workbench.roundtrip.unlower import without_runtime

DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Helpers = dict[str, str]  # the name that a statement binds → its text


def tags(book: Notebook, before: str, after: str) -> dict[str, tuple[str, ...]]:
    """The tags of the cells whose step's decorators, or whose flow's, were edited."""
    made: dict[str, tuple[str, ...]] = {}
    was, now = _decorators(before), _decorators(after)
    for owner in was.keys() & now.keys():
        cells = [cell for cell in book.cells if cell.kind == "code" and (owner in ("", read(cell.tags).step))]
        cells = [cell for cell in cells if read(cell.tags).step]
        added = [text for text in now[owner] if text not in was[owner]]
        gone = [text for text in was[owner] if text not in now[owner]]
        if not cells or not (added or gone):
            continue
        for cell in cells:
            kept = made.get(cell.id, cell.tags)
            made[cell.id] = tuple(tag for tag in kept if not (tag.startswith("@") and _plain(tag[1:]) in gone))
        first = next((cell for cell in cells if made[cell.id] != cell.tags), cells[0])
        made[first.id] = (*made[first.id], *(f"@{text}" for text in added))
    return {cell.id: made[cell.id] for cell in book.cells if cell.id in made and made[cell.id] != cell.tags}


def _plain(text: str) -> str:
    """A decorator's text however it was written, or as it stands where it is none."""
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except SyntaxError:
        return text


def _decorators(text: str) -> dict[str, list[str]]:
    """Metaflow's decorators of each step, by its name, and of the flow, by ''."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef) or not any("FlowSpec" in ast.unparse(base) for base in node.bases):
            continue
        found[""] = [ast.unparse(one) for one in node.decorator_list if _is_of(one, FLOW_DECORATORS)]
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef):
                texts = [ast.unparse(one) for one in inner.decorator_list if _is_of(one, STEP_DECORATORS)]
                found[inner.name] = texts
    return found


def _is_of(node: ast.expr, known: frozenset[str]) -> bool:
    return name_of(f"@{ast.unparse(node)}") in known


def parameter_sources(book: Notebook, graph: StepGraph | None, before: str, after: str) -> dict[str, list[str]]:
    """The texts that the parameters' cells may have to get, where a default or a help was edited."""
    was, now = declared(before), declared(after)
    made: dict[str, str] = {}
    for parameter in graph.parameters if graph else ():
        name, cell = parameter.name, parameter.cell
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            continue
        text = made.get(cell.id, cell.source)
        text = _with_default(text, name, _argument(old, "default"), _argument(new, "default"), parameter.kind)
        helps = _argument(old, "help"), _argument(new, "help")
        texts = [one.value for one in helps if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if len(texts) == 2 and texts[0] != texts[1] and text.count(f"# {texts[0]}") == 1 and "\n" not in texts[1]:
            text = text.replace(f"# {texts[0]}", f"# {texts[1]}")
        made[cell.id] = text
    return {cell.id: [made[cell.id]] for cell in book.cells if cell.id in made and made[cell.id] != cell.source}


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _with_default(text: str, name: str, old: ast.expr | None, new: ast.expr | None, kind: str) -> str:
    """The parameters' cell with another default: the literal of the name's last assignment."""
    if old is None or new is None or ast.dump(old) == ast.dump(new):
        return text
    found: ast.expr | None = None
    for node in ast.parse(text).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if [one.id for one in targets if isinstance(one, ast.Name)] == [name]:
            found = getattr(node, "value", None)
    if found is None:
        return text
    source = Source(text)
    there = source.segment(found)
    if kind == "scalar":
        wanted = ast.unparse(new)
        if wanted == ast.unparse(found):
            return text
        quote = there[:1]
        if isinstance(new, ast.Constant) and isinstance(new.value, str) and quote == '"' and "\\" not in wanted:
            wanted = f'"{wanted[1:-1]}"' if '"' not in wanted[1:-1] else wanted
    else:
        try:
            value = json.loads(ast.literal_eval(new))
            merged = carried_words(ast.literal_eval(old), ast.literal_eval(new), there)
        except (ValueError, TypeError, SyntaxError):
            return text
        value = tuple(value) if kind == "tuple" else value
        wanted = merged if merged is not None and _is_literal(merged, value) else repr(value)
    return edited(text, [Edit(*source.bounds(found), wanted)])


def _is_literal(text: str, value: object) -> bool:
    try:
        return repr(ast.literal_eval(text)) == repr(value)
    except (ValueError, SyntaxError):
        return False


def other_defaults(flow: str, text: str, book: Notebook, waiting: Mapping[str, object]) -> dict[str, str]:
    """The edited parameters' cells whose defaults don't come back as they stand in the edited flow."""
    now, wanted = defaults(flow), defaults(text)
    wrong = [name for name in wanted.keys() & now.keys() if repr(now[name]) != repr(wanted[name])]
    cells = [cell.id for cell in book.cells if "parameters" in cell.tags and cell.id in waiting]
    return {cell: f"the default of `{wrong[0]}` doesn't come back" for cell in cells if wrong}


def new_cells(
    book: Notebook, now: Edited, there: Sequence[Sequence[Place]], names: dict[str, str]
) -> dict[str, list[Cell]]:
    """The cells that were added by hand: below a marker of their own, at the end of another cell."""
    taken = {cell.id for cell in book.cells}
    found: dict[str, list[Cell]] = {}
    ends = {place.end: place for one in there for place in one if place.body}
    for change in now.changes:
        place = ends.get(change.start)
        if change.start != change.end or place is None:
            continue
        above = next(cell for cell in book.cells if cell.id == place.cell)
        begins = [at for at, line in enumerate(change.new) if MARKER.match(line)]
        for at, end in pairwise([*begins, len(change.new)]):
            match = MARKER.match(change.new[at])
            assert match
            lines = "\n".join(change.new[at + 1 : end])
            source = without_runtime(dedent(lines).strip("\n"), names)
            if not source.strip():
                continue
            name = match["id"] if _is_free(match["id"], taken) else _fresh(above.id, taken)
            taken.add(name)
            part = tuple(tag for tag in above.tags if tag == "setup" or tag.startswith("step:"))
            found.setdefault(above.id, []).append(Cell(0, name, "code", source, part))
    return found


def _is_free(name: str, taken: set[str]) -> bool:
    plain = name.replace("-", "").replace("_", "")
    return plain.isalnum() and plain.isascii() and 3 < len(name) <= 12 and name not in taken


def _fresh(above: str, taken: set[str]) -> str:
    number = 2
    while (name := f"{above[:56]}-{number}") in taken:
        number += 1
    return name


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
