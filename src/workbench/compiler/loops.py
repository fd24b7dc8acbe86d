"""What ties the iterations of a loop to one another, and what they only gather.

Each iteration is to run in a process of its own. That gives what the notebook gives where no iteration needs another:

    bound before it is read     private to the iteration; after the loop it has the last one's value
    only added to               gathered: what the iterations add is put together in the loop's order
    only read                   the same for all; that it stays as it was is for the run to check

Whatever else a body does to a name of the notebook ties its iterations: the name is in the finding.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from workbench.compiler.definitions import Definitions
from workbench.compiler.facts import UNKNOWABLE, Walk, root_of
from workbench.compiler.model import Span
from workbench.compiler.scopes import COMPREHENSIONS, FUNCTIONS, Scope, around, free_names, imported_name, scope_of
from workbench.compiler.text import Source
from workbench.compiler.uses import Reach
from workbench.records import NamedTuple

# what adds to a container or takes from it, and tells nothing of what was there
MUTATORS = frozenset(
    "add append appendleft clear difference_update discard extend extendleft insert intersection_update remove "
    "setdefault subtract symmetric_difference_update update".split()
)
INDEXERS = frozenset({"at", "iat", "iloc", "loc"})  # pandas': what is set through them is set on the frame
SAME_FOR_ALL = (
    ("matplotlib", "rcParams"),
    ("matplotlib.pyplot", "rcParams"),
    ("pandas", "options"),
)


class Tie(NamedTuple):
    """What makes an iteration need another. name: the notebook's; why: the sentence that goes on after it."""

    name: str
    span: Span
    why: str
    hint: str


class Gathered(NamedTuple):
    """A name that the iterations only add to. ways: "append", "extend", "item", "update", "+=", or "other"."""

    name: str
    ways: frozenset[str]
    rebound: bool  # by an augmented assignment


class LoopFacts(NamedTuple):
    """A loop by what its iterations do. may, must: names bound by an iteration, possibly and surely.

    hoped: those of `must` that a `with` around them may leave unbound.
    """

    may: frozenset[str]
    must: frozenset[str]
    hoped: frozenset[str]
    gathered: tuple[Gathered, ...]
    ties: tuple[Tie, ...]


def loop_facts(node: ast.For, iterated: ast.expr, source: Source, definitions: Definitions, reach: Reach) -> LoopFacts:
    """What a loop's iterations do. iterated: what it goes over; source: of the cell that node's places are in."""
    walk = _Iteration(source.lines, definitions, reach)
    walk.go(node)
    writes = _Writes()
    for statement in node.body:
        writes.statement(statement)
    places = list(_uses(node.body, writes))
    gathered: list[Gathered] = []
    ties: list[Tie] = list(_module_ties(node, source, definitions))
    over = {name for name, _ in _names(iterated)}
    for name in sorted({*walk.reads, *writes.ways}):
        if name in definitions.hoisted or definitions.is_import(name):
            continue
        bound, early = name in walk.may | walk.deleted, name in walk.reads
        ways = writes.ways.get(name, {})
        if not early or not (bound or ways):
            continue
        read = next((place for used, place in places if used == name), None)
        adding = bool(ways) and read is None and name not in walk.reached and name not in writes.bound
        if adding and name in over:
            ties.append(Tie(name, source.span(next(iter(ways.values()))), _GROWS, _GROWS_HINT))
        elif adding and not writes.attributes & {name}:
            gathered.append(Gathered(name, frozenset(ways), bool({"+=", "="} & ways.keys())))
        elif bound and name not in ways:
            ties.append(Tie(name, walk.reads[name], _EARLY, _EARLY_HINT))
        else:
            span = source.span(read) if read is not None else walk.reads[name]
            ties.append(Tie(name, span, _CHANGED, _CHANGED_HINT))
    ties += [Tie(name, span, _UNKNOWN, _UNKNOWN_HINT) for name, span in walk.unknown]
    return LoopFacts(frozenset(walk.may), frozenset(walk.surely()), frozenset(walk.hoped), tuple(gathered), tuple(ties))


_EARLY = "it is read here before this iteration binds it"
_EARLY_HINT = "bind it anew in each iteration, or take the `foreach` tag off: the loop then runs in its step"
_CHANGED = "each changes it, and this reads what the ones before have left"
_CHANGED_HINT = "only add to it in the loop and look at it afterwards, or take the `foreach` tag off"
_GROWS = "the loop goes over it, and this changes it"
_GROWS_HINT = "go over a copy, or gather into another name"
_UNKNOWN = "what it reads and binds can't be known"
_UNKNOWN_HINT = "write the code out, or take the `foreach` tag off: the loop then runs in its step"
_MODULE = "it is a module's, which every iteration has a copy of, and the next one would see this change"
_MODULE_HINT = "set it before the loop, or take the `foreach` tag off"


def leaves(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The `break`s of a loop itself, not those of loops in it."""
    for node in body:
        if isinstance(node, ast.Break):
            yield node
        elif not isinstance(node, (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                    yield from leaves([child])  # type: ignore[list-item]  # handlers and cases hold statements
        elif isinstance(node, (ast.For, ast.While)):
            yield from leaves(node.orelse)


class _Iteration(Walk):
    """One iteration, from its target on; what a definition's code would read is read where it is made or named."""

    def __init__(self, source_lines: list[str], definitions: Definitions, reach: Reach) -> None:
        super().__init__(source_lines)
        self.definitions = definitions
        self.reach = reach
        self.reached: set[str] = set()  # by hoisted functions, from their own code
        self.hoped: set[str] = set()  # bound where a `with` lets nothing go wrong
        self.left: list[set[str]] = []  # what was bound at each `continue`
        self.unknown: list[tuple[str, Span]] = []

    def go(self, node: ast.For) -> None:
        self.target(node.target)
        self.statements(node.body)

    def surely(self) -> set[str]:
        """The names that are bound whichever way an iteration ends."""
        ends = [*self.left, *([self.bound] if self.bound is not None else [])]
        return set.intersection(*ends) if ends else set()

    def read(self, name: str, node: ast.AST) -> None:
        super().read(name, node)
        if name in self.definitions.hoisted and (self.bound is None or name not in self.bound):
            brought = self.reach.of(name)
            for one in sorted(brought.reads | brought.writes):
                super().read(one, node)
            self.reached |= brought.reads | brought.writes
            self.may |= brought.writes
            if brought.unknowable:
                self.unknown.append((name, self.span(node)))

    def call(self, node: ast.Call) -> None:
        before = self.unknowable
        self.unknowable = False
        super().call(node)
        if self.unknowable:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            self.unknown.append((name, self.span(node)))
        self.unknowable |= before

    def defer(self, node: ast.AST, scope: Scope) -> None:
        super().defer(node, scope)
        self.later(node, scope)

    def comprehension(self, node: ast.expr) -> None:
        super().comprehension(node)
        self.later(node, scope_of(node))

    def later(self, node: ast.AST, scope: Scope) -> None:
        """What code of a scope of its own takes from around it."""
        free = free_names(scope)
        for name in sorted((free.reads | free.quoted) - {str(getattr(node, "name", ""))}):
            self.read(name, node)
        self.may |= free.writes
        if free.unknowable:
            self.unknown.append(
                (sorted(UNKNOWABLE & free.reads)[0] if UNKNOWABLE & free.reads else "query", self.span(node))
            )

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            if item.optional_vars:
                self.target(item.optional_vars)
        before = set() if self.bound is None else set(self.bound)
        self.statements(node.body)
        # where the context manager swallows an exception, they aren't bound, and to read them fails
        self.hoped |= (self.bound or set()) - before

    visit_AsyncWith = visit_With

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.inner(lambda: super(_Iteration, self).visit_For(node))

    def visit_While(self, node: ast.While) -> None:
        self.inner(lambda: super(_Iteration, self).visit_While(node))

    def visit_Continue(self, node: ast.Break | ast.Continue) -> None:
        if self.bound is not None:
            self.left.append(set(self.bound))
        self.bound = None

    def inner(self, do: Callable[[], None]) -> None:
        """A loop of its own: its `continue` ends none of ours."""
        left, self.left = self.left, []
        do()
        self.left = left


class _Writes:
    """The places where a name's value is only added to. ways: name → way → the first place."""

    def __init__(self) -> None:
        self.ways: dict[str, dict[str, ast.AST]] = {}
        self.roots: set[ast.AST] = set()  # the Name nodes at those places
        self.bound: set[str] = set()  # names bound in any other way
        self.attributes: set[str] = set()  # names with an attribute set

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Expr):
            self.called(node.value)
        elif isinstance(node, ast.Assign):
            if not self.added(node):
                for target in node.targets:
                    self.target(target, "item")
        elif isinstance(node, ast.AugAssign):
            self.target(node.target, "item+=", name_too=True, add=isinstance(node.op, ast.Add))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.target(node.target, "item")
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.target(target, "del")
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self.target(node.target, "item")
        trying = isinstance(node, ast.Try) or type(node).__name__ == "TryStar"
        before = {name: set(ways) for name, ways in self.ways.items()}
        for child in ast.iter_child_nodes(node):
            for inner in _statements_in(child):
                self.statement(inner)
        if trying and node.handlers:  # type: ignore[attr-defined]  # a try statement's
            for name, ways in self.ways.items():
                if new := ways.keys() - before.get(name, set()):
                    ways.setdefault("tried", ways[sorted(new)[0]])

    def called(self, node: ast.expr) -> None:
        """`name.append(x)`, `name[key].append(x)`, `name.setdefault(key, []).append(x)` as a statement."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return
        method, owner = node.func.attr, node.func.value
        if method in MUTATORS and (root := _path(owner)) is not None:
            direct = isinstance(owner, ast.Name) and method in ("append", "extend", "update") and not node.keywords
            self.note(root, method if direct else "other", node)

    def added(self, node: ast.Assign) -> bool:
        """`name = name + x`."""
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            return False
        name, value = node.targets[0], node.value
        if not isinstance(value, ast.BinOp):
            return False
        while isinstance(value, ast.BinOp):
            value = value.left
        if not isinstance(value, ast.Name) or value.id != name.id:
            return False
        self.note(name, "=", node)
        self.roots.add(value)
        return True

    def target(self, node: ast.AST, way: str, name_too: bool = False, add: bool = True) -> None:
        if isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.target(element, way)
        elif isinstance(node, ast.Starred):
            self.target(node.value, way)
        elif isinstance(node, ast.Name):
            if name_too:
                self.note(node, "+=" if add else "other+=", node)
                self.ways[node.id].setdefault("+=", node)
            elif way != "del":
                self.bound.add(node.id)
        elif isinstance(node, ast.Attribute):
            if root := root_of(node):
                self.attributes.add(root)
                self.ways.setdefault(root, {}).setdefault("other", node)
                self.roots |= {inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id == root}
        elif isinstance(node, ast.Subscript) and (found := _path(node.value)) is not None:
            self.note(found, way if isinstance(node.value, ast.Name) and way == "item" else "other", node)

    def note(self, root: ast.Name, way: str, node: ast.AST) -> None:
        self.ways.setdefault(root.id, {}).setdefault(way, node)
        self.roots.add(root)


def _statements_in(node: ast.AST) -> Iterator[ast.stmt]:
    if isinstance(node, ast.stmt):
        yield node
    elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
        yield from node.body


def _path(node: ast.expr) -> ast.Name | None:
    """The name at the root of items, indexers and setdefaults of it: `name`, `name[a][b]`, `name.loc`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in INDEXERS):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault":
            node = node.func.value
        else:
            return None
    return node


def _uses(body: list[ast.stmt], writes: _Writes) -> Iterator[tuple[str, ast.AST]]:
    """Where each name's value is used otherwise than to be added to."""
    for statement in body:
        for name, node in _names(statement):
            if node not in writes.roots:
                yield name, node


def _names(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that are read in a node, each with its place; those of a scope of its own stand for the scope."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, (ast.Load, ast.Del)):
            yield node.id, node
        return
    if isinstance(node, (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
        if not isinstance(node, COMPREHENSIONS):
            for part in around(node):
                yield from _names(part)
        for name in sorted(free_names(scope_of(node)).reads):
            yield name, node
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.target
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def _module_ties(node: ast.For, source: Source, definitions: Definitions) -> Iterator[Tie]:
    """What is set on a module in the body, but for options that the run compares."""
    for statement in node.body:
        for inner in ast.walk(statement):
            targets = inner.targets if isinstance(inner, (ast.Assign, ast.Delete)) else []
            targets = [inner.target] if isinstance(inner, (ast.AugAssign, ast.AnnAssign)) else targets
            for target in targets:
                root = root_of(target) if isinstance(target, (ast.Attribute, ast.Subscript)) else None
                if root is None or not definitions.is_import(root):
                    continue
                first = _first_attribute(target)
                compared = not isinstance(inner, ast.AugAssign) and (_module(root, definitions), first) in SAME_FOR_ALL
                if not compared:
                    yield Tie(f"{root}.{first}" if first else root, source.span(target), _MODULE, _MODULE_HINT)


def _first_attribute(node: ast.AST) -> str:
    first = ""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        first = node.attr if isinstance(node, ast.Attribute) else first
        node = node.value
    return first


def _module(name: str, definitions: Definitions) -> str:
    node = definitions.bindings[name][-1].statement.node
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    alias = next(alias for alias in node.names if imported_name(alias) == name)
    return f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
