"""Loops as fan-out: a `foreach` cell is cut into what its loop needs, the loop, and what follows it.

The parts are cells of their own for all that comes after: `split` cuts the notebook's cells before anything else looks
at them, `expand` makes a chain of the step that they belong to, when the graph is known:

    fit         what comes before the loop, and the items        self.next(self.fit_each, foreach="fit_items")
    fit_each    the loop, over the one item of its task
    fit_gather  what the iterations gathered, in the loop's order, and what comes after the loop
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from workbench.compiler.loops import leaves
from workbench.compiler.magics import lower
from workbench.compiler.model import Diagnostic, Fan
from workbench.compiler.placeholders import FAN_OUT
from workbench.compiler.sections import Section, heading_tags
from workbench.compiler.shape import Node, children_of
from workbench.compiler.text import Edit, Source, edited
from workbench.notebook import tags as tag_grammar
from workbench.notebook.model import Cell, Notebook
from workbench.records import NamedTuple


class Part(NamedTuple):
    """A part of a foreach cell. kind: "head", "each" or "tail"; over: what the loop goes over, as the cell has it."""

    kind: str
    items: str
    over: ast.expr
    text: str
    surely: bool  # the loop surely has an item


Parts = dict[int, Part]  # by the index of the part's cell


def split(notebook: Notebook, steps: str) -> tuple[Notebook, Parts, list[Diagnostic]]:
    """The notebook with its foreach cells cut into parts, and what is wrong with their loops."""
    if not any("foreach" in cell.tags for cell in notebook.cells):
        return notebook, {}, []
    words = {word for cell in notebook.cells for word in re.findall(r"\w+", cell.source)}
    cells: list[Cell] = []
    parts: Parts = {}
    problems: list[Diagnostic] = []
    of_headings = heading_tags(notebook) if steps == "headings" else {}
    for cell in notebook.cells:
        pieces: list[tuple[str, Part | None]] = [(cell.source, None)]
        tags = tag_grammar.read(cell.tags)
        placed = (tags.step or steps == "headings") and not (tags.skip or tags.setup or tags.parameters)
        if cell.kind == "code" and tags.foreach and placed:
            found = _cut(cell, tags.step or of_headings[cell.index].removeprefix("step:"), words)
            if isinstance(found, Diagnostic):
                problems.append(found)
            elif found:
                pieces = [*found]
        for source, part in pieces:
            if part is not None:
                parts[len(cells)] = part
            cells.append(Cell(len(cells), cell.id, cell.kind, source, cell.tags, cell.number))
    return Notebook(notebook.name, tuple(cells)), parts, problems


def _cut(cell: Cell, step: str, words: set[str]) -> list[tuple[str, Part]] | Diagnostic | None:
    """A cell's parts; None where it isn't Python, which is told elsewhere."""
    lowered = lower(cell)
    try:
        tree = ast.parse(lowered.source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    if lowered.problems:
        return None
    source = Source(lowered.source)
    loops = [node for node in tree.body if isinstance(node, (ast.For, ast.AsyncFor, ast.While))]
    wrong = _wrong(cell, source, loops, bool(lowered.wrapper))
    if wrong is not None:
        return wrong
    loop = loops[0]
    assert isinstance(loop, ast.For)
    items = _fresh(f"{step}_items", words)
    part = Part("", items, loop.iter, " ".join(source.segment(loop.iter).split()), False)
    part = part._replace(surely=_has_items(loop.iter))
    return [
        (text, part._replace(kind=kind)) for kind, text in _pieces(source, tree.body, loop, items) if text is not None
    ]


def _wrong(cell: Cell, source: Source, loops: Sequence[ast.stmt], wrapped: bool) -> Diagnostic | None:
    """What keeps a cell's loop from being fanned out, whatever its iterations do."""

    def problem(message: str, hint: str, node: ast.AST | None = None) -> Diagnostic:
        return Diagnostic("WB110", message, cell, source.span(node) if node is not None and not wrapped else None, hint)

    if len(loops) != 1 or not isinstance(loops[0], ast.For):
        there = "none" if not loops else f"{len(loops)} loops" if len(loops) > 1 else "another kind of loop"
        message = f"a `foreach` cell has one `for` loop at its top level, and this one has {there}"
        second = loops[1] if len(loops) > 1 else loops[0] if loops else None
        return problem(message, "give each loop a cell of its own, or take the `foreach` tag off", second)
    loop = loops[0]
    if wrapped or "raises-exception" in cell.tags:
        what = "magic goes" if wrapped else "tag `raises-exception` goes"
        return problem(f"the cell's {what} around the whole loop, whose iterations are tasks", "take one of them off")
    out = next(leaves(loop.body), None)
    if out is not None:
        message = "`break` ends the loop by what one iteration found, and they run beside one another"
        return problem(message, "go over the items that count, or take the `foreach` tag off", out)
    if loop.orelse:
        message = "a loop that becomes a foreach has no `else`: without a `break` it always runs"
        return problem(message, "put those lines after the loop", loop.orelse[0])
    for node in ast.walk(loop.target):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            message = f"the loop binds `{source.segment(node)}`, a part of another value"
            return problem(message, "let the loop bind a name", node)
    return None


def _pieces(source: Source, body: list[ast.stmt], loop: ast.For, items: str) -> Iterator[tuple[str, str | None]]:
    """The texts of a cell's parts, each with its lines where the cell has them."""
    at = body.index(loop)
    lines = source.lines
    before = body[at - 1].end_lineno or 0 if at else 0
    over = source.segment(loop.iter)
    if isinstance(loop.iter, ast.Tuple) and not over.startswith("("):
        over = f"({over})"
    head = [*lines[:before], *[""] * (loop.lineno - 1 - before), f"{items} = {FAN_OUT}({over})"]
    yield "head", "\n".join(head)
    end = loop.end_lineno or loop.lineno
    while end < len(lines) and (lines[end][:1] in (" ", "\t") or not lines[end].strip()):
        end += 1
    rest = at + 1 < len(body)
    if not rest:
        end = len(lines)
    begin = source.offset(before + 1, 0)
    start, stop = source.bounds(loop.iter)
    text = edited("\n".join(lines[before:end]), [Edit(start - begin, stop - begin, items)])
    gone = over.count("\n")
    yield "each", "\n" * (before + gone) + text
    yield "tail", "\n" * end + "\n".join(lines[end:]) if rest else None


def _has_items(node: ast.expr) -> bool:
    """Whether there is surely something to go over: a literal with elements, `range` of a positive number."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(not isinstance(element, ast.Starred) for element in node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        if node.func.id == "enumerate":
            return _has_items(node.args[0])
        only = node.args[0]
        return (
            node.func.id == "range"
            and isinstance(only, ast.Constant)
            and isinstance(only.value, int)
            and only.value > 0
        )
    return False


def expand(nodes: list[Node], parts: Parts, words: set[str]) -> list[Node]:
    """The graph with a chain of steps for each step that has a loop to fan out. words: names that can't be given."""
    names = {node.name for node in nodes} | words
    children = children_of(nodes)
    last: dict[str, str] = {}
    result: list[Node] = []
    for node in nodes:
        asked = node.parents
        node = node._replace(parents=tuple(last.get(parent, parent) for parent in asked))
        if node.section is None or not any(cell.index in parts for cell in node.section.cells):
            result.append(node)
            continue
        result += _Chain(node, asked, parts, names, len(children[node.name])).nodes()
        last[node.name] = result[-1].name
    return result


class _Chain:
    """The steps that one step with loops becomes."""

    def __init__(self, node: Node, asked: tuple[str, ...], parts: Parts, names: set[str], children: int) -> None:
        assert node.section is not None
        self.section = node.section
        self.name = node.name
        self.parents = node.parents
        self.asked = asked  # the same, as the graph had them
        self.parts = parts
        self.names = names
        self.children = children
        self.found: list[Node] = []

    def nodes(self) -> list[Node]:
        """In order. Metaflow has no step that joins and splits at once, and no join that ends."""
        if len(self.parents) > 1:
            first = next(cell for cell in self.section.cells if cell.index in self.parts)
            if self.parts[first.index].kind == "head":
                self.add(f"join_{'_'.join(self.asked)}", [])
        waiting: list[Cell] = []
        gather: Fan | None = None
        loops = 0
        for cell in self.section.cells:
            part = self.parts.get(cell.index)
            if part is None or part.kind == "tail":
                waiting.append(cell)
            elif part.kind == "head":
                if gather is not None:
                    self.add(f"{self.name}_gather", [], gather)
                loops += 1
                own = self.name if loops == 1 else f"{self.name}_{loops}"
                self.add(own, [*waiting, cell], Fan("split", part.items, part.text))
                waiting = []
            else:
                self.add(f"{self.name}_each", [cell], Fan("each", part.items, part.text))
                gather = Fan("gather", part.items, part.text)
        assert gather is not None
        if self.children == 1:
            self.add(f"{self.name}_gather", waiting, gather)
        else:
            self.add(f"{self.name}_gather", [], gather)
            self.add(f"{self.name}_rest" if waiting or self.children else "end", waiting)
        return self.found

    def add(self, name: str, cells: list[Cell], fan: Fan | None = None) -> None:
        """Append a step after the last one; the section's own name stands for the first step with its cells."""
        fresh = name if name == self.name else _fresh(name, self.names)
        section = None
        if cells:
            section = Section(fresh)
            section.of = self.section.of
            section.cells = cells
            section.after = self.section.after
            looping = fan is not None and fan.kind == "each"
            section.decorators = self.decorators(looping)
            section.narrative = self.section.narrative if name == self.name else []
        parents = (self.found[-1].name,) if self.found else self.parents
        self.found.append(Node(fresh, parents, section, fan))

    def decorators(self, looping: bool) -> list[str]:
        """Those on the loop's cell are for its iterations, those on the step's other cells for the steps around."""
        found: list[str] = []
        for cell in self.section.cells:
            if (cell.index in self.parts) == looping:
                found += [text for text in tag_grammar.read(cell.tags).decorators if text not in found]
        return found


def homes(sections: list[Section], parts: Parts) -> dict[int, str]:
    """For each cell the step that it will stand in, by a name that tells a loop's steps apart."""
    found: dict[int, str] = {}
    for section in sections:
        loops = 0
        for cell in section.cells:
            part = parts.get(cell.index)
            begun = part is not None and part.kind == "each"
            loops += begun
            found[cell.index] = section.name if not loops else f"{section.name} {'each' if begun else 'gather'} {loops}"
    return found


def _fresh(name: str, taken: set[str]) -> str:
    fresh, number = name, 2
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    taken.add(fresh)
    return fresh


def as_in(notebook: Notebook, problems: list[Diagnostic]) -> list[Diagnostic]:
    """Findings with the notebook's own cells in place of their parts."""
    cells = {cell.id: cell for cell in notebook.cells}
    return [one._replace(cell=cells[one.cell.id]) if one.cell is not None else one for one in problems]
