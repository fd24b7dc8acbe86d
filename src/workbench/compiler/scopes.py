"""Which names a function, lambda, class or comprehension takes from the module around it.

The language's own rules (Python reference, 4.2 Naming and binding), on the syntax tree. A test holds this equal to
`symtable` on the standard library; symtable itself would parse every cell a second time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from workbench.records import NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# builtins that reach a module's whole namespace from within a function
REACHING_FAR = frozenset({"eval", "exec", "globals"})
# and those that show a function's own, where a closure's names would be among them
SHOWING_LOCALS = frozenset({"dir", "locals", "vars"})
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """One scope. kind: "function", "class", "comprehension" or "types"; the names it binds, reads and declares."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.bound: set[str] = set()
        self.read: set[str] = set()
        self.deleted: set[str] = set()
        self.quoted: set[str] = set()
        self.unknowable = False  # evaluates a text that isn't known
        self.declared_global: set[str] = set()
        self.declared_nonlocal: set[str] = set()
        self.children: list[Scope] = []


class Free(NamedTuple):
    """Names taken from the module. reads: looked up there; writes: bound or deleted there (`global`).

    deletes: those of `writes` that are deleted; quoted: looked up by a library that evaluates a text;
    unknowable: whatever is there may be read and bound (eval, exec, globals(), a computed query).
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    unknowable: bool = False
    quoted: frozenset[str] = frozenset()


def scope_of(node: ast.AST) -> Scope:
    """The scope of a function, lambda, class or comprehension: around it that of its type parameters, if it has any.

    For a function or class only its body's: decorators, defaults and bases belong to the scope around.
    """
    outer = Scope("function")
    _Builder(outer).open(node)
    return outer.children[-1]


def free_names(scope: Scope) -> Free:
    """What the body of a function, lambda, class or comprehension takes from the module."""
    free, global_reads, writes = _resolve(scope)
    reads = frozenset(free | global_reads)
    scopes = [scope, *_below(scope)]
    deletes = frozenset().union(*(scope.deleted & scope.declared_global for scope in scopes))
    unknowable = bool(REACHING_FAR & reads) or any(scope.unknowable for scope in scopes)
    quoted = frozenset().union(*(scope.quoted - scope.bound for scope in scopes))
    return Free(reads, frozenset(writes), deletes, unknowable, quoted)


def _below(scope: Scope) -> Iterator[Scope]:
    for child in scope.children:
        yield child
        yield from _below(child)


def immediate_reads(scope: Scope) -> tuple[frozenset[str], frozenset[str]]:
    """What a class body or comprehension reads from the module while it runs, and which of those it also binds itself.

    The second set is a class body's own trap: `x = x` in it reads the module's `x`, never an enclosing function's.
    """
    free, global_reads, _ = _resolve(_without_functions(scope))
    own = scope.children[-1] if scope.kind == "types" else scope
    both = own.read & own.bound if own.kind == "class" else set()
    return frozenset(free | global_reads), frozenset(both)


def _without_functions(scope: Scope) -> Scope:
    """The part of a scope tree that runs at once."""
    children = [_without_functions(child) for child in scope.children if child.kind not in ("function", "types")]
    pruned = Scope(scope.kind)
    pruned.bound, pruned.read = scope.bound, scope.read
    pruned.declared_global, pruned.declared_nonlocal = scope.declared_global, scope.declared_nonlocal
    pruned.children = children
    return pruned


def _resolve(scope: Scope) -> tuple[set[str], set[str], set[str]]:
    """The names free in a scope, those it reads as declared globals, and those it writes as such."""
    free: set[str] = set()
    global_reads: set[str] = set()
    writes: set[str] = set()
    for child in scope.children:
        child_free, child_reads, child_writes = _resolve(child)
        free |= child_free
        global_reads |= child_reads
        writes |= child_writes
    writes |= scope.bound & scope.declared_global
    if scope.kind == "class":
        # what a class binds is not seen by its methods, and may be read from the module before it is bound
        global_reads |= scope.read & (scope.bound | scope.declared_global)
        return free | (scope.read - scope.bound - scope.declared_global), global_reads, writes
    free |= scope.read
    global_reads |= free & scope.declared_global
    own = scope.bound - scope.declared_nonlocal
    return free - own - scope.declared_global, global_reads, writes


class _Builder(ast.NodeVisitor):
    """Builds the scope tree below one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def open(self, node: ast.AST) -> None:
        """Add a child scope for a node that makes one, with everything in it."""
        if isinstance(node, FUNCTIONS):
            child = Scope("function")
            child.bound |= _argument_names(node.args)
            body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        elif isinstance(node, ast.ClassDef):
            child, body = Scope("class"), list(node.body)
        elif isinstance(node, COMPREHENSIONS):
            child, body = Scope("comprehension"), []
        else:
            raise TypeError(f"{type(node).__name__} makes no scope")
        owner = self.scope
        if getattr(node, "type_params", ()):
            owner = _type_scope(node)
            self.scope.children.append(owner)
        owner.children.append(child)
        builder = _Builder(child)
        if isinstance(node, COMPREHENSIONS):
            builder.comprehension(node, outer=None)
        for part in body:
            builder.visit(part)

    def comprehension(self, node: ast.expr, outer: _Builder | None) -> None:
        """Visit a comprehension's parts; the first iterable belongs to the scope around it."""
        assert isinstance(node, COMPREHENSIONS)
        for position, generator in enumerate(node.generators):
            (outer if outer and position == 0 else self).visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.visit(part)
        # `:=` in a comprehension binds in the scope around it
        walrus = {
            inner.target.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name)
        }
        targets = {
            name.id
            for generator in node.generators
            for name in ast.walk(generator.target)
            if isinstance(name, ast.Name)
        }
        escaped = walrus - targets
        self.scope.bound -= escaped
        if outer:
            outer.scope.bound |= escaped

    def visit_ListComp(self, node: ast.expr) -> None:
        child = Scope("comprehension")
        self.scope.children.append(child)
        _Builder(child).comprehension(node, outer=self)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.scope.bound.add(node.name)
        self.visit_Lambda(node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        builder = self
        if getattr(node, "type_params", ()):
            # annotations and bases see the type parameters
            builder = _Builder(_type_scope(node))
            self.scope.children.append(builder.scope)
        for part in around(node):
            builder.visit(part)
        builder.open(node)

    def visit_Name(self, node: ast.Name) -> None:
        (self.scope.read if isinstance(node.ctx, ast.Load) else self.scope.bound).add(node.id)
        if isinstance(node.ctx, ast.Del):
            self.scope.deleted.add(node.id)

    def visit_Call(self, node: ast.Call) -> None:
        self.scope.quoted.update(quoted_names(node))
        self.scope.unknowable |= evaluates_unknown_text(node)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.scope.read.add(node.target.id)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.scope.declared_global.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.declared_nonlocal.update(node.names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.scope.bound.update(imported_name(alias) for alias in node.names if alias.name != "*")

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.scope.bound.add(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.scope.bound.add(node.rest)
        self.generic_visit(node)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        name: ast.Name = node.name  # type: ignore[attr-defined]  # 3.12's node, unknown to 3.11's types
        self.scope.bound.add(name.id)
        self.visit(node.value)  # type: ignore[attr-defined]  # as above


def _type_scope(node: ast.AST) -> Scope:
    """The scope of a generic definition's type parameters, around its own."""
    scope = Scope("types")
    scope.bound.update(parameter.name for parameter in node.type_params)  # type: ignore[attr-defined]  # from 3.12 on
    return scope


def top_level(node: ast.AST, into: tuple[type[ast.AST], ...] = ()) -> Iterator[ast.AST]:
    """The nodes of a statement that run at the cell's top level; `into` names scopes to enter all the same."""
    yield node
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or isinstance(node, into):
        for child in ast.iter_child_nodes(node):
            yield from top_level(child, into)


def around(node: ast.AST) -> list[ast.expr]:
    """What is evaluated when a definition is made, in the scope around it: decorators, defaults, bases, annotations."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    assert isinstance(node, FUNCTIONS)
    arguments = node.args
    parts: list[ast.expr | None] = [*arguments.defaults, *arguments.kw_defaults]
    if not isinstance(node, ast.Lambda):
        parts = [*node.decorator_list, *parts, *(one.annotation for one in _arguments(arguments)), node.returns]
    return [part for part in parts if part is not None]


def annotated_names(node: ast.AST) -> set[str]:
    """Names in a definition's annotations that are strings: `typing.get_type_hints` looks them up later."""
    body: list[ast.AST] = [*node.body] if isinstance(node, ast.ClassDef) else [node]
    parts: list[ast.expr | None] = [one.annotation for one in body if isinstance(one, ast.AnnAssign)]
    for one in body:
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            parts += [*(each.annotation for each in _arguments(one.args)), one.returns]
    names: set[str] = set()
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                tree = ast.parse(part.value.strip(), mode="eval")
            except (SyntaxError, ValueError):
                continue
            names |= {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    return names


def evaluates_unknown_text(call: ast.Call) -> bool:
    """Whether `query`, `eval` or duckdb's `sql` is given a text that isn't written there: its names aren't known."""
    computed = bool(call.args) and not isinstance(call.args[0], ast.Constant)
    if not computed or not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in ("query", "eval") or (call.func.attr == "sql" and _takes_frames(call.func))


def quoted_names(call: ast.Call) -> list[str]:
    """Names in a call's texts that a library evaluates in the caller's frame.

    `@name` in a query; any name in a formula (`y ~ x`) or in a text for `pandas.eval`; tables of an SQL text, for which
    duckdb and polars take frames.
    """
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    evaluates = method == "eval"
    names: list[str] = []
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            continue
        text = argument.value
        if _takes_frames(call.func) and re.search(r"\b(from|join)\b", text, re.I):
            names += _tables(text)
        elif evaluates or "~" in text:
            try:
                tree = ast.parse(text.replace("@", "").strip() if evaluates else text.replace("~", "+").strip(" +"))
            except (SyntaxError, ValueError):
                continue
            names += [name.id for name in ast.walk(tree) if isinstance(name, ast.Name)]
        elif "@" in text:
            parts = [part.split()[0] for part in text.split("@")[1:] if part.split()]
            names += [name for part in parts if (name := _leading_identifier(part))]
    return names


def _takes_frames(function: ast.expr) -> bool:
    """Whether it may be duckdb's or polars', whose SQL takes frames for tables; `workbench.sql` has the warehouse's."""
    if not isinstance(function, ast.Attribute):
        return False
    root = getattr(function.value, "id", "")
    return (function.attr in SQL_METHODS and root != "workbench") or (function.attr == "execute" and root == "duckdb")


SQL_METHODS = frozenset({"from_query", "query", "sql"})
_TABLES = r"\b(?:from|join)\s+((?:\"?\w+\"?(?:\s+(?:as\s+)?\w+)?\s*,\s*)*\"?\w+)"


def _tables(text: str) -> list[str]:
    """The names that stand for tables in an SQL text."""
    lists = [part for found in re.findall(_TABLES, text, re.I) for part in found.split(",")]
    return [name for part in lists if part.split() and (name := part.split()[0].strip('"')).isidentifier()]


def _leading_identifier(text: str) -> str:
    end = next((place for place, char in enumerate(text) if not (char.isalnum() or char == "_")), len(text))
    return text[:end] if text[:end].isidentifier() else ""


def imported_name(alias: ast.alias) -> str:
    """The name that one part of an import binds: `import a.b` binds a."""
    return alias.asname or alias.name.partition(".")[0]


def _argument_names(arguments: ast.arguments) -> set[str]:
    return {argument.arg for argument in _arguments(arguments)}


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument for argument in every if argument]
