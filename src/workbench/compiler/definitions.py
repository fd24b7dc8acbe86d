"""Which functions and classes are code of the flow's module, and which imports they need there.

A definition is hoisted where that changes nothing: it is made once in the notebook, and making it needs nothing but
imports, builtins and other hoisted definitions, and has no effect. Any other definition stays where it is, as a value.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from workbench.compiler.model import CellFacts, Statement
from workbench.compiler.placeholders import TIMED
from workbench.compiler.scopes import FUNCTIONS, around, immediate_reads, imported_name, scope_of
from workbench.records import NamedTuple

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__builtins__"}
# a module's own names: while cells run the flow's module has a kernel's, and before that its own
OWN_NAMES = frozenset({"__doc__", "__loader__", "__package__", "__spec__"})
LAST_SHOWN = "_"
# what IPython puts into a notebook's namespace, and where a flow gets it from
PROVIDED = {
    "display": "from IPython.display import display",
    "capture_output": "from IPython.utils.capture import capture_output",
    "workbench": "import workbench",
}
# builtins that do something when called: a definition that calls one while it is made isn't quiet
NOT_SWALLOWING = frozenset(
    f"contextlib.{name}" for name in ("chdir", "closing", "nullcontext", "redirect_stderr", "redirect_stdout")
)
LOUD = frozenset("print input open exec eval display next breakpoint exit quit help setattr delattr __import__".split())
# modules whose calls while a definition is made (field(...), re.compile(...)) give the same each time
QUIET_MODULES = frozenset(
    "abc attr attrs collections dataclasses datetime decimal enum fractions functools itertools operator "
    "pathlib pydantic re string types typing typing_extensions".split()
)


class Place(NamedTuple):
    """Where a statement stands. cell: its index in the notebook; at: its index in the cell."""

    cell: int
    at: int


class Binding(NamedTuple):
    """One binding of a name. kind: "import", "definition", "value" or "deleted"; promoted: its cell is in the flow."""

    name: str
    place: Place
    kind: str
    facts: CellFacts
    statement: Statement
    promoted: bool


def imported_path(binding: Binding) -> str:
    """The dotted path of what an import binds a name to."""
    node = binding.statement.node
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    alias = next(alias for alias in node.names if imported_name(alias) == binding.name)
    if isinstance(node, ast.ImportFrom):
        return f"{node.module or ''}.{alias.name}"
    return alias.name if alias.asname else binding.name


def _swallows(node: ast.stmt) -> bool:
    """Whether a definition, as a context manager, may swallow an exception."""
    if isinstance(node, ast.FunctionDef):  # of contextlib.contextmanager, most likely
        return any(isinstance(inner, (ast.Try, ast.TryStar, ast.With)) for inner in ast.walk(node))
    if isinstance(node, ast.ClassDef) and not node.bases:
        ends = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__exit__"]
        return any(isinstance(inner, ast.Return) and inner.value for one in ends for inner in ast.walk(one))
    return True


class Definitions:
    """hoisted: the definitions at module level; bindings: every binding of every name, in notebook order.

    parameters: names that the parameters cell binds, which is none of the cells.
    """

    def __init__(self, cells: tuple[CellFacts, ...], parameters: frozenset[str] = frozenset()) -> None:
        self.cells = cells
        self.parameters = parameters
        self.bindings: dict[str, list[Binding]] = {}
        self.hoisted: dict[str, Binding] = {}
        self.stars: list[Binding] = []
        self.first_reads: dict[str, Place] = {}  # where code that runs first looks a name up
        self.registered: dict[str, set[str]] = {}  # by hoisted definition: those that register with it, hoisted too
        self._imports: dict[str, bool] = {}

    def is_import(self, name: str) -> bool:
        """Whether the name is only ever an import, and always of the same."""
        if name not in self._imports:
            paths = {imported_path(one) for one in self.bindings[name]} if self.is_module(name) else ()
            self._imports[name] = len(paths) == 1
        return self._imports[name]

    def is_module(self, name: str) -> bool:
        """Whether the name is only ever an import, if not always of the same."""
        found = self.bindings.get(name)
        return bool(found) and name not in self.parameters and all(one.kind == "import" for one in found or ())

    def is_value(self, name: str) -> bool:
        """Whether a name is bound in the notebook as something other than one import or a hoisted definition."""
        known = name in self.bindings or name in self.parameters
        return known and name not in self.hoisted and not self.is_import(name)

    def unlucky(self, statement: Statement) -> frozenset[str]:
        """The names that a statement may leave unbound, also because a context manager swallows an exception."""
        if not statement.managed:
            return statement.unlucky
        return statement.unlucky | {name for name, manager in statement.managed if self._may_swallow(manager)}

    def _may_swallow(self, manager: str) -> bool:
        """Whether a context manager may: the library's don't, but for contextlib's and those of tests."""
        root, _, rest = manager.partition(".")
        bindings = self.bindings.get(root, [])
        if not bindings:
            return root not in {*BUILTINS, *PROVIDED, TIMED}
        if self.is_import(root):
            full = f"{imported_path(bindings[-1])}.{rest}".rstrip(".")
            return full.partition(".")[0] in ("contextlib", "pytest", "unittest") and full not in NOT_SWALLOWING
        return any(_swallows(one.statement.node) for one in bindings)

    def is_shown(self, name: str) -> bool:
        """Whether a name is IPython's `_`, the value shown last: once a cell binds `_`, it is a name as any other."""
        return name == LAST_SHOWN and not any(one.promoted for one in self.bindings.get(LAST_SHOWN, ()))

    def module_reads(self, name: str) -> frozenset[str]:
        """The names that a hoisted definition reads from the module, when it is made or later.

        With those that register with it, by which it may do what they do.
        """
        statement = self.hoisted[name].statement
        return frozenset(statement.reads) | statement.deferred | self.registered.get(name, set())

    def reached(self, names: Iterable[str]) -> set[str]:
        """The hoisted definitions among some names, and those that they use."""
        waiting = [name for name in names if name in self.hoisted]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [read for read in self.module_reads(name) if read in self.hoisted]
        return found


def collect(cells: list[tuple[CellFacts, bool]], parameters: frozenset[str] = frozenset()) -> Definitions:
    """Every binding of the notebook's code cells but the parameters'. cells: (facts, promoted), in notebook order."""
    found = Definitions(tuple(facts for facts, _ in cells), parameters)
    for facts, promoted in cells:
        for at, statement in enumerate(facts.statements):
            place = Place(facts.cell.index, at)
            if promoted:
                for name in statement.reads:
                    found.first_reads.setdefault(name, place)
                for name in statement.deferred & BUILTINS:
                    found.first_reads.setdefault(name, place)
            if statement.kind == "star":
                found.stars.append(Binding("*", place, "star", facts, statement, promoted))
            kind = statement.kind if statement.kind in ("import", "definition") else "value"
            for name in sorted(statement.may):
                own = kind if kind != "definition" or name == getattr(statement.node, "name", None) else "value"
                binding = Binding(name, place, own, facts, statement, promoted)
                found.bindings.setdefault(name, []).append(binding)
            for name in sorted(statement.deletes if promoted else ()):
                found.bindings.setdefault(name, []).append(Binding(name, place, "deleted", facts, statement, True))
            for name in sorted(statement.deferred_writes if promoted else ()):
                binding = Binding(name, place, "value", facts, statement, promoted)
                found.bindings.setdefault(name, []).append(binding)
    _hoist(found, {facts.cell.index for facts, promoted in cells if promoted})
    return found


def _hoist(found: Definitions, promoted: set[int]) -> None:
    """Choose the definitions to hoist: start from all that are made once, and drop until nothing changes.

    promoted: the cells that run. What registers with a definition that was used before stays where it is.
    """
    candidates = {}
    for name, bindings in found.bindings.items():
        counted = [one for one in bindings if one.promoted or one.kind in ("definition", "import")]
        if (
            name in found.parameters
            or len(counted) != 1
            or counted[0].kind != "definition"
            or not _is_quiet_body(counted[0].statement.node)
        ):
            continue
        # what was read before it was made was another thing, or none
        if found.first_reads.get(name, counted[0].place) >= counted[0].place:
            candidates[name] = counted[0]
    registering = {name: roots for name, one in candidates.items() if (roots := registers_with(one.statement.node))}
    used = _first_uses(found, promoted) if any(roots & candidates.keys() for roots in registering.values()) else {}
    late = {
        name
        for name, roots in registering.items()
        if candidates[name].promoted and any(used[root] < candidates[name].place for root in roots & used.keys())
    }
    # an object that a library's decorator made: what is done to it in a step goes on as a value
    late |= {
        root for name in late for root in registering[name] & candidates.keys() if _is_object(candidates[root], found)
    }
    changed = True
    while changed:
        kept = {
            name: one for name, one in candidates.items() if name not in late and _stands_alone(one, candidates, found)
        }
        changed = len(kept) < len(candidates)
        candidates = kept
    found.hoisted = dict(sorted(candidates.items(), key=lambda item: item[1].place))
    for name in registering.keys() & candidates.keys():
        for root in registering[name] & candidates.keys():
            found.registered.setdefault(root, set()).add(name)


def registers_with(node: ast.stmt) -> set[str]:
    """What a definition's decorators are attributes of: `@area.register` may change `area`."""
    found: set[str] = set()
    for part in getattr(node, "decorator_list", ()):
        called = part.func if isinstance(part, ast.Call) else part
        root = _root(called)
        if root is not called and isinstance(root, ast.Name):
            found.add(root.id)
    return found


def _root(node: ast.AST) -> ast.AST:
    """What an expression is an attribute of, or an attribute's: `a` of `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def _is_object(one: Binding, found: Definitions) -> bool:
    """Whether a library's decorator may have made something else than a function of a definition."""
    for part in getattr(one.statement.node, "decorator_list", ()):
        name = getattr(_root(part.func if isinstance(part, ast.Call) else part), "id", "")
        if found.is_module(name) and not all(_module(each) in QUIET_MODULES for each in found.bindings[name]):
            return True
    return False


def _first_uses(found: Definitions, promoted: set[int]) -> dict[str, Place]:
    """Where code that runs first uses a name, by functions and classes too; what registers with it doesn't count."""
    made = {name: one for name, bindings in found.bindings.items() for one in bindings if one.kind == "definition"}
    uses: dict[str, Place] = {}
    for facts in found.cells:
        for at, statement in enumerate(facts.statements if facts.cell.index in promoted else ()):
            is_definition = statement.kind == "definition"
            later = registers_with(statement.node) if is_definition else statement.deferred
            waiting = sorted(frozenset(statement.reads) - later if is_definition else later.union(statement.reads))
            while waiting:
                name = waiting.pop()
                if name not in uses:
                    uses[name] = Place(facts.cell.index, at)
                    own = made[name].statement if name in made else None
                    waiting += sorted(own.deferred.union(own.reads)) if own else ()
    return uses


def _stands_alone(one: Binding, candidates: dict[str, Binding], found: Definitions) -> bool:
    """Whether all that making a definition needs is there at module level, and calls nothing that does something."""
    for name in one.statement.reads:
        bound = name in found.bindings or name in found.parameters
        if name in candidates or (not bound and name in (BUILTINS - OWN_NAMES) | set(PROVIDED)):
            continue
        if not found.is_import(name) and (bound or not found.stars):
            return False
    node = one.statement.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    decorators = set(node.decorator_list)
    return all(
        _is_quiet_call(call, part in decorators, candidates, found)
        for part in _made_parts(node)
        for call in _calls(part)
    ) and all(_is_quiet_decorator(part, candidates, found) for part in decorators)


def _made_parts(node: ast.stmt) -> list[ast.AST]:
    """What runs when a definition is made: decorators, defaults, bases, a class's body."""
    parts: list[ast.AST] = list(around(node))
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            parts += _made_parts(inner) if isinstance(inner, (*FUNCTIONS, ast.ClassDef)) else [inner]
    return parts


def _calls(part: ast.AST) -> list[ast.Call]:
    return [inner for inner in ast.walk(part) if isinstance(inner, ast.Call)]


def _is_quiet_call(call: ast.Call, decorator: bool, candidates: dict[str, Binding], found: Definitions) -> bool:
    root = _root(call.func)
    if not isinstance(root, ast.Name):
        return False
    if root.id not in found.bindings:
        return root.id in BUILTINS and root.id not in LOUD
    if found.is_import(root.id):
        return decorator or all(_module(one) in QUIET_MODULES for one in found.bindings[root.id])
    return decorator and root.id in candidates


def _module(binding: Binding) -> str:
    """The top-level module that an import binds from."""
    node = binding.statement.node
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0]
    assert isinstance(node, ast.Import)
    return next(alias.name.partition(".")[0] for alias in node.names if imported_name(alias) == binding.name)


def _is_quiet_decorator(part: ast.expr, candidates: dict[str, Binding], found: Definitions) -> bool:
    """Whether a decorator of the notebook's own only makes functions, of what is there at module level.

    Any other call in it is in the functions that it makes.
    """
    root: ast.AST = part.func if isinstance(part, ast.Call) else part
    if not isinstance(root, ast.Name) or root.id not in candidates:
        return True
    node = candidates[root.id].statement.node
    if not isinstance(node, ast.FunctionDef):
        return False
    # a call gives the decorator itself, which runs too
    made = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)] if part is not root else []
    return all(_only_makes_functions(one, candidates, found) for one in (node, *made))


def _only_makes_functions(node: ast.FunctionDef, candidates: dict[str, Binding], found: Definitions) -> bool:
    reads, _ = immediate_reads(scope_of(node))
    return all(
        isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Return)) or _is_docstring(inner)
        for inner in node.body
    ) and all(name in candidates or found.is_import(name) or name not in found.bindings for name in reads)


def _is_quiet_body(node: ast.stmt) -> bool:
    """Whether making a definition runs no statement that might do something: a class's body only binds."""
    if not isinstance(node, ast.ClassDef):
        return True
    quiet = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign, ast.Pass)
    return all(
        isinstance(inner, quiet) or _is_docstring(inner) or (isinstance(inner, ast.ClassDef) and _is_quiet_body(inner))
        for inner in node.body
    )


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
