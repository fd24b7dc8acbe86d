"""What each top-level statement of a cell binds, reads, changes and defers.

A walk in the order of evaluation. It keeps the set of names that are surely bound so far, so that a read of `x` after
`x = 1` needs nothing from an earlier cell, and one after `if flag: x = 1` does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from workbench.compiler.model import Span, Statement
from workbench.compiler.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    REACHING_FAR,
    Scope,
    annotated_names,
    around,
    evaluates_unknown_text,
    free_names,
    immediate_reads,
    imported_name,
    quoted_names,
    scope_of,
)
from workbench.compiler.text import column

# builtins whose reach no analysis knows; that they are the builtins is checked where names are resolved
UNKNOWABLE = frozenset({"eval", "exec", "globals", "locals", "vars", "dir"})


def statement_facts(node: ast.stmt, source_lines: list[str]) -> Statement:
    """The facts of one top-level statement. source_lines: its cell's, for columns in characters."""
    walk = Walk(source_lines)
    walk.statement(node)
    kind = _kind(node)
    bound = frozenset() if walk.bound is None else frozenset(walk.bound)
    maybe_deleted = walk.deleted - walk.surely_deleted
    may = frozenset(walk.may | maybe_deleted)
    return Statement(
        node=node,
        kind=kind,
        reads=walk.reads,
        certain=frozenset(walk.certain),
        must=bound,
        may=may,
        unlucky=may - bound - walk.likely,
        managed=frozenset(walk.managed),
        deletes=frozenset(walk.surely_deleted),
        maybe_deletes=frozenset(maybe_deleted),
        deferred=frozenset(walk.deferred),
        deferred_writes=frozenset(walk.deferred_writes),
        deferred_deletes=frozenset(walk.deferred_deletes),
        deferred_unknowable=walk.deferred_unknowable,
        mentions=frozenset(walk.mentions),
        mutates=frozenset(walk.mutates),
        sets=frozenset(walk.sets),
        annotated=frozenset(walk.annotated),
        class_reads=frozenset(walk.class_reads),
        # what a statement makes, it may also call
        unknowable=walk.unknowable or (walk.deferred_unknowable and kind != "definition"),
        leaks=kind == "definition" and _leaks(node),
    )


def _kind(node: ast.stmt) -> str:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "star" if any(alias.name == "*" for alias in node.names) else "import"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return "definition"
    return "other"


def _leaks(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return True
    made = (*FUNCTIONS, ast.ClassDef, ast.GeneratorExp, ast.Yield, ast.YieldFrom)
    return any(isinstance(inner, made) and inner is not node for inner in ast.walk(node))


class Walk:
    """One walk over one statement. bound is None where the code can't be reached."""

    def __init__(self, source_lines: list[str]) -> None:
        self.source_lines = source_lines
        self.bound: set[str] | None = set()
        self.depth = 0  # of branches, loops and handlers around
        self.reads: dict[str, Span] = {}
        self.certain: set[str] = set()
        self.may: set[str] = set()
        self.likely: set[str] = set()
        self.managed: set[tuple[str, str]] = set()
        self.deleted: set[str] = set()
        self.surely_deleted: set[str] = set()
        self.deferred: set[str] = set()
        self.deferred_writes: set[str] = set()
        self.deferred_deletes: set[str] = set()
        self.deferred_unknowable = False
        self.mentions: set[str] = set()
        self.mutates: set[str] = set()
        self.sets: set[str] = set()
        self.annotated: set[str] = set()
        self.class_reads: set[str] = set()
        self.unknowable = False

    # names

    def read(self, name: str, node: ast.AST) -> None:
        if self.bound is not None and name not in self.bound:
            self.reads.setdefault(name, self.span(node))
            if not self.depth:
                self.certain.add(name)

    def bind(self, name: str) -> None:
        self.may.add(name)
        self.surely_deleted.discard(name)
        if self.bound is not None:
            self.bound.add(name)

    def unbind(self, name: str) -> None:
        self.deleted.add(name)
        if not self.depth:
            self.surely_deleted.add(name)
        if self.bound is not None:
            self.bound.discard(name)

    def span(self, node: ast.AST) -> Span:
        line = getattr(node, "lineno", 1)
        text = self.source_lines[line - 1] if line <= len(self.source_lines) else ""
        start = column(text, getattr(node, "col_offset", 0))
        same_line = getattr(node, "end_lineno", line) == line
        end = column(text, getattr(node, "end_col_offset", 0)) if same_line else len(text)
        return Span(line, start, max(end, start + 1))

    # expressions

    def expressions(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.expression(node)

    def expression(self, node: ast.AST, called: bool = False) -> None:
        """Read an expression in the order in which it is evaluated."""
        if isinstance(node, ast.Name):
            self.read(node.id, node)
            if not called:
                self.mentions.add(node.id)
        elif isinstance(node, ast.Attribute):
            self.expression(node.value)
        elif isinstance(node, ast.Constant):
            pass
        elif isinstance(node, ast.Call):
            self.call(node)
        elif isinstance(node, ast.NamedExpr):
            self.expression(node.value)
            self.bind(node.target.id)
        elif isinstance(node, ast.BoolOp):
            self.expression(node.values[0])
            self.branches([lambda: self.expressions(node.values[1:]), lambda: None])
        elif isinstance(node, ast.IfExp):
            self.expression(node.test)
            self.branches([lambda: self.expression(node.body), lambda: self.expression(node.orelse)])
        elif isinstance(node, ast.Lambda):
            self.expressions(around(node))
            self.defer(node, scope_of(node))
        elif isinstance(node, COMPREHENSIONS):
            self.comprehension(node)
        else:
            self.expressions(ast.iter_child_nodes(node))

    def call(self, node: ast.Call) -> None:
        self.expression(node.func, called=True)
        self.expressions(node.args)
        self.expressions(keyword.value for keyword in node.keywords)
        self.unknowable |= shell_call_reads_names(node)
        if isinstance(node.func, ast.Name) and node.func.id in UNKNOWABLE:
            self.unknowable |= node.func.id in ("eval", "exec", "globals", "locals") or not node.args
        self.unknowable |= evaluates_unknown_text(node)
        for name in quoted_names(node):
            if self.bound is not None and name not in self.bound:
                self.reads.setdefault(name, self.span(node))
                self.mentions.add(name)

    def comprehension(self, node: ast.expr) -> None:
        assert isinstance(node, COMPREHENSIONS)
        scope = scope_of(node)
        reads, _ = immediate_reads(scope)
        inside = list(ast.walk(node))
        calls = [inner for inner in inside if isinstance(inner, ast.Call)]
        called = {inner.func for inner in calls}
        names = [inner for inner in inside if isinstance(inner, ast.Name)]
        places = {name.id: name for name in names}
        self.expression(node.generators[0].iter)
        for name in sorted(reads):
            self.read(name, places.get(name, node))
        self.mentions |= {name.id for name in names if name.id in reads and name not in called}
        for call in calls:
            self.mutation_of_call(call, reads)
            self.unknowable |= isinstance(call.func, ast.Name) and call.func.id in UNKNOWABLE
        for inner in inside:
            if isinstance(inner, ast.NamedExpr):
                self.maybe(inner.target.id)
        free = free_names(scope)
        if isinstance(node, ast.GeneratorExp) or free.reads - reads or free.quoted:
            self.deferred |= free.reads | free.quoted
        self.deferred_writes |= free.writes
        self.deferred_deletes |= free.deletes
        self.unknowable |= free.unknowable

    def maybe(self, name: str) -> None:
        """A binding that may not happen."""
        self.may.add(name)

    def defer(self, node: ast.AST, scope: Scope) -> None:
        free = free_names(scope)
        self.deferred |= free.reads | free.quoted
        self.deferred_writes |= free.writes
        self.deferred_deletes |= free.deletes
        self.deferred_unknowable |= free.unknowable

    def mutation_of_call(self, node: ast.Call, among: frozenset[str] | None = None) -> None:
        root = root_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if root and (among is None or root in among):
            self.mutates.add(root)

    # statements

    def statements(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        """Dispatch on the node's class; what has no method of its own is only read."""
        method: Callable[[ast.stmt], None] | None = getattr(self, f"visit_{type(node).__name__}", None)
        if method:
            method(node)
        else:
            self.expressions(ast.iter_child_nodes(node))

    def visit_Expr(self, node: ast.Expr) -> None:
        self.expression(node.value)
        if isinstance(node.value, ast.Call):
            self.mutation_of_call(node.value)
            # a call whose result nobody takes is made for what it does to its arguments
            if not isinstance(node.value.func, ast.Name) or node.value.func.id != "print":
                self.mutates |= {root for argument in node.value.args if (root := root_of(argument))}

    def visit_Assign(self, node: ast.Assign) -> None:
        self.expression(node.value)
        for target in node.targets:
            self.target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.expression(node.value)
        self.expression(node.annotation)
        if isinstance(node.target, ast.Name):
            self.annotated.add(node.target.id)
            if not node.value:
                return
        self.target(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.target)
            self.mentions.add(node.target.id)
            self.mutates.add(node.target.id)
        self.expression(node.value)
        self.target(node.target)

    def target(self, node: ast.AST) -> None:
        """Bind an assignment's target; an item or attribute changes the value it belongs to."""
        if isinstance(node, ast.Name):
            self.bind(node.id)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.target(element)
        elif isinstance(node, ast.Starred):
            self.target(node.value)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self.expressions(ast.iter_child_nodes(node))
            if root := root_of(node):
                self.mutates.add(root)
                self.sets.add(root)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.delete(target)

    def delete(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name):
            self.read(node.id, node)
            self.mentions.add(node.id)
            self.unbind(node.id)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.delete(element)
        else:
            self.target(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self.bind(imported_name(alias))

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        generic = {parameter.name for parameter in getattr(node, "type_params", ())}
        self.within(generic, lambda: self.expressions(around(node)))
        self.defer(node, scope_of(node))
        self.deferred |= annotated_names(node)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        generic = {parameter.name for parameter in getattr(node, "type_params", ())}
        self.within(generic, lambda: self.expressions(around(node)))
        scope = scope_of(node)
        reads, both = immediate_reads(scope)
        places = {name.id: name for name in ast.walk(node) if isinstance(name, ast.Name)}
        for name in sorted(reads - both):
            self.read(name, places.get(name, node))
        self.depth += 1  # what the body binds itself it may have bound before it reads it
        for name in sorted(reads & both):
            self.read(name, places.get(name, node))
        self.depth -= 1
        self.class_reads |= both
        self.unknowable |= bool(REACHING_FAR & reads)
        self.mentions |= reads
        self.defer(node, scope)
        self.deferred |= annotated_names(node)
        self.bind(node.name)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        name: ast.Name = node.name  # type: ignore[attr-defined]  # 3.12's node, unknown to 3.11's types
        value: ast.expr = node.value  # type: ignore[attr-defined]  # as above
        self.deferred |= {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}
        self.bind(name.id)

    def within(self, names: set[str], do: Callable[[], None]) -> None:
        """Do something where these names are bound, and only there."""
        before = self.bound
        self.bound = None if before is None else before | names
        do()
        self.bound = before

    def visit_Global(self, node: ast.Global) -> None:
        """At a module's top level `global` says nothing."""

    def visit_If(self, node: ast.If) -> None:
        self.expression(node.test)
        self.branches([lambda: self.statements(node.body), lambda: self.statements(node.orelse)])

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)

        def body() -> None:
            self.target(node.target)
            self.statements(node.body)

        if _surely_runs(node.iter) and not _leaves(node.body):
            body()
        else:
            self.branches([body, lambda: None])
        self.branches([lambda: self.statements(node.orelse), lambda: None])

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.expression(node.test)
        self.branches([lambda: self.statements(node.body), lambda: None])
        self.branches([lambda: self.statements(node.orelse), lambda: None])

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            if item.optional_vars:
                self.target(item.optional_vars)
        # a context manager may swallow an exception: what the body binds is likely, not sure
        before, seen = self.bound, set(self.may)
        self.bound = None if before is None else set(before)
        self.statements(node.body)
        likely = self.may - seen
        self.likely |= likely
        self.managed |= {(name, _path(item.context_expr)) for name in likely for item in node.items}
        self.bound = before

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try) -> None:
        before = None if self.bound is None else set(self.bound)
        self.depth += 1

        def body() -> None:
            self.statements(node.body)
            self.statements(node.orelse)

        def handler(one: ast.ExceptHandler) -> Callable[[], None]:
            def run() -> None:
                self.expressions([one.type])
                if one.name:
                    self.bind(one.name)
                self.statements(one.body)
                if one.name:
                    self.unbind(one.name)

            return run

        self.bound = before
        self.branches([body, *(handler(one) for one in node.handlers)])
        self.depth -= 1
        self.statements(node.finalbody)

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> None:
        self.expression(node.subject)

        def case(one: ast.match_case) -> Callable[[], None]:
            def run() -> None:
                for part in ast.walk(one.pattern):
                    name = getattr(part, "name", None) or getattr(part, "rest", None)
                    if isinstance(part, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)) and name:
                        self.bind(name)
                    elif isinstance(part, (ast.MatchValue, ast.MatchClass)):
                        self.expression(part.value if isinstance(part, ast.MatchValue) else part.cls)
                self.expressions([one.guard])
                self.statements(one.body)

            return run

        self.branches([*(case(one) for one in node.cases), lambda: None])

    def visit_Raise(self, node: ast.Raise) -> None:
        self.expressions([node.exc, node.cause])
        self.bound = None

    def visit_Break(self, node: ast.Break | ast.Continue) -> None:
        self.bound = None

    visit_Continue = visit_Break

    def branches(self, ways: list[Callable[[], None]]) -> None:
        """Walk each of several ways from here; surely bound after them is what every way binds."""
        before = None if self.bound is None else set(self.bound)
        after: set[str] | None = None
        self.depth += 1
        for way in ways:
            self.bound = None if before is None else set(before)
            way()
            if self.bound is not None:
                after = self.bound if after is None else after & self.bound
        self.depth -= 1
        self.bound = after


def shell_call_reads_names(node: ast.Call) -> bool:
    """Whether a `get_ipython().…` call takes names from its text: `!echo {x} $y`, `%timeit f(x)`."""
    if not is_shell_call(node):
        return False
    texts = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
    magic = isinstance(node.func, ast.Attribute) and node.func.attr.startswith("run_")
    if magic and texts[:1] == ["timeit"]:
        return True
    return any("$" in text or "{" in text for text in (texts[:2] if magic else texts))


def is_shell_call(node: ast.AST) -> bool:
    """Whether a node is `get_ipython().something(...)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_shell(node.func.value)


def is_shell(node: ast.AST) -> bool:
    """Whether a node is `get_ipython()`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def root_of(node: ast.AST) -> str | None:
    """The name at the root of `name.a[0].b()`, if there is one."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _path(node: ast.AST) -> str:
    """`a.b` of `a.b(...)` or `a.b`; "" for anything else."""
    node = node.func if isinstance(node, ast.Call) else node
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def _surely_runs(node: ast.expr) -> bool:
    """Whether a loop over this surely runs once: a literal with elements, or range of a positive number."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(not isinstance(element, ast.Starred) for element in node.elts)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(node.value)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "range"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int)
        and node.args[0].value > 0
    )


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether a loop's body may be left before its end."""
    return any(isinstance(inner, (ast.Break, ast.Continue)) for node in body for inner in ast.walk(node))
