"""What a step is made of: its cells, what it takes and gives, and the definitions that it can reach. Pure.

Two fingerprints of a step are equal where it would do the same: comments, blank lines and the places of lines are no
part of them, nor are decorators that only say where and how often the step runs.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable
from typing import Any, TypedDict

from workbench.runtime.cells import HAND_OVER, Region, cells_of, reads_of, regions_of

FORMAT = 1


class Code(TypedDict):
    """A step's code; digests stand for syntax trees.

    cells: (id, "setup" or "", digest) in order; takes: names read from earlier steps' artifacts and from parameters, in
    a join as `branch.name`; gives: artifact -> digest; ahead: what stands before the cells (imports, definitions placed
    again) -> digest; shared: names that it declares global; decorators: name -> digest; reaches: name -> digest of the
    module's definitions and imports, and parameters as `self.name`; next: the transition; parents: the steps before
    it; place: "end" for the last step, and the splits around it.
    """

    format: int
    cells: list[tuple[str, str, str]]
    takes: list[str]
    gives: dict[str, str]
    ahead: dict[str, str]
    shared: list[str]
    decorators: dict[str, str]
    reaches: dict[str, str]
    next: str
    parents: list[str]
    place: list[str]


def flow_code(source: str, graph: Any) -> dict[str, Code]:
    """The code of every step of a flow, by name. source: the flow's file; graph: Metaflow's of it."""
    module = Module(ast.parse(source), {node.name for node in graph})
    lines = source.splitlines(keepends=True)
    return {node.name: _code(node, lines, module, graph) for node in module.steps}


def step_code(source: str, step: str, graph: Any) -> Code | None:
    """The code of one step; None where the flow's class doesn't hold it itself."""
    module = Module(ast.parse(source), {node.name for node in graph})
    node = next((each for each in module.steps if each.name == step), None)
    return None if node is None else _code(node, source.splitlines(keepends=True), module, graph)


def _code(node: ast.FunctionDef, lines: list[str], module: Module, graph: Any) -> Code:
    cells = cells_of(node, lines)
    regions = regions_of(node, cells)
    hand_over = _HandOver(node, [each for region in regions if region.cell == HAND_OVER for each in region.statements])
    reads = reads_of(node, [Region(HAND_OVER, tuple(hand_over.statements))])
    made = graph[node.name]
    return Code(
        format=FORMAT,
        cells=_cells(cells, regions) or [("", "", digest(*hand_over.work))],
        takes=sorted(f"{branch}.{name}" if branch else name for branch, name in reads),
        gives=hand_over.gives,
        ahead={text: digest(each) for text, each in hand_over.rest.items()},
        shared=sorted({name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}),
        decorators=_decorators(node, module),
        reaches=module.reached(node),
        next=hand_over.next,
        parents=sorted(made.in_funcs),
        place=[*(["end"] if node.name == graph.end_step else []), *made.split_parents],
    )


def digest(*nodes: ast.AST) -> str:
    """A short hash of syntax trees: the same for the same code, wherever it stands and whatever is commented in it."""
    found = hashlib.blake2b(digest_size=12)
    for node in nodes:
        found.update(ast.dump(node).encode())
    return found.hexdigest()


def _cells(cells: Iterable[Any], regions: list[Region]) -> list[tuple[str, str, str]]:
    statements: dict[int, list[ast.stmt]] = {}
    for region in regions:
        statements.setdefault(region.cell, []).extend(region.statements)
    return [
        (cell.id, "setup" if cell.setup else "", digest(*statements.get(index, ()))) for index, cell in enumerate(cells)
    ]


class _HandOver:
    """The statements of a step that are no cell's, by what they do."""

    def __init__(self, node: ast.FunctionDef, statements: list[ast.stmt]) -> None:
        self._flow = node.args.args[0].arg
        self.gives: dict[str, str] = {}
        self.rest: dict[str, ast.stmt] = {}
        self.next = ""
        self.statements: list[ast.stmt] = []  # all but the transition
        for statement in statements:
            if statement is node.body[0] and ast.get_docstring(node, clean=False) is not None:
                continue  # the narrative
            self._add(statement)

    @property
    def work(self) -> list[ast.stmt]:
        """What a step without cells does: all of its statements, unless they only pass values on."""
        passes = not self.rest and not any(_calls(each) for each in self.statements)
        return [] if passes else self.statements

    def _add(self, statement: ast.stmt) -> None:
        given = [
            each.attr
            for each in ast.walk(statement)
            if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and self._is_flow(each.value)
        ]
        if given:
            self.gives |= dict.fromkeys(given, digest(statement))
        elif isinstance(statement, ast.Expr) and self._is_next(statement.value):
            self.next = ast.unparse(statement)
            return
        elif not isinstance(statement, ast.Global):
            self.rest[getattr(statement, "name", "") or ast.unparse(statement)] = statement
        self.statements.append(statement)

    def _is_next(self, value: ast.expr) -> bool:
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr == "next"
            and self._is_flow(value.func.value)
        )

    def _is_flow(self, value: ast.expr) -> bool:
        return isinstance(value, ast.Name) and value.id == self._flow


# where and how often a step runs says nothing about what it does
_PLACEMENT = frozenset("step step_ notebook_step notebook_step_ resources retry timeout".split())


def _decorators(node: ast.FunctionDef, module: Module) -> dict[str, str]:
    own = {_root(each): digest(each) for each in node.decorator_list if _root(each) not in _PLACEMENT}
    return own | {name: mark for name, mark in module.flow_decorators.items() if name not in own}


class Module:
    """What a flow's module defines at its top, and what reaches what there. steps: the steps' names."""

    def __init__(self, tree: ast.Module, steps: set[str]) -> None:
        self._step_names = steps
        self.steps: list[ast.FunctionDef] = []
        self._made: dict[str, list[str]] = {}  # name -> digests of what binds it
        self._mentions: dict[str, set[str]] = {}  # name -> names that it brings along
        self._always: list[str] = []  # names of statements that run for every step
        self.flow_decorators: dict[str, str] = {}
        for statement in tree.body:
            self._read(statement)

    def reached(self, node: ast.FunctionDef) -> dict[str, str]:
        """The definitions and imports that a step can come to, by name."""
        body = [*node.body, *node.args.defaults]
        waiting = [*self._always, *(name for each in body for name in self._mentioned(each))]
        found: dict[str, str] = {}
        while waiting:
            name = waiting.pop()
            if name == _EVERYTHING:
                waiting += self._made
            elif name in self._made and name not in found:
                found[name] = hashlib.blake2b("".join(self._made[name]).encode(), digest_size=12).hexdigest()
                waiting += self._mentions[name]
        return dict(sorted(found.items()))

    def _read(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import(names=aliases):
                for alias in aliases:
                    name = alias.asname or alias.name.partition(".")[0]
                    self._bind(name, f"import {alias.name} as {alias.asname}", set())
            case ast.ImportFrom(names=aliases):
                for alias in aliases:
                    origin = f"from {'.' * statement.level}{statement.module} import {alias.name} as {alias.asname}"
                    self._bind(alias.asname or alias.name, origin, set())
                    if alias.name == "*":
                        self._always.append("*")
            case ast.ClassDef(body=body) if self._step_names <= {getattr(each, "name", "") for each in body}:
                self._read_flow(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._bind(statement.name, digest(statement), self._mentioned(statement))
                # who is registered by a decorator or a base class comes along with it
                hooks = [*statement.decorator_list, *(getattr(statement, "bases", ()))]
                for root in {_root(each) for each in hooks} - _PURE:
                    self._mentions.setdefault(root, set()).add(statement.name)
            case ast.Assign(targets=[ast.Name(name)]) if name.startswith("__"):
                pass  # where the notebook is
            case ast.Assign(targets=[ast.Name(name)], value=value) if not _calls(value):
                self._bind(name, digest(statement), self._mentioned(statement))
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.If(test=ast.Compare(left=ast.Name("__name__"))):
                pass
            case _:
                self._effect(statement)

    def _read_flow(self, node: ast.ClassDef) -> None:
        """The flow's class: what is not a step or a parameter goes by its attribute's name."""
        self.flow_decorators |= {_root(each): digest(each) for each in node.decorator_list}
        for each in node.body:
            if isinstance(each, ast.FunctionDef) and each.name in self._step_names:
                self.steps.append(each)
            elif isinstance(each, ast.FunctionDef):
                self._bind(each.name, digest(each), self._mentioned(each))
            elif isinstance(each, ast.Assign):
                for target in (one.id for one in each.targets if isinstance(one, ast.Name)):
                    if _is_parameter(each):
                        self._bind(f"self.{target}", "", set())  # its value is compared, not how it is declared
                    else:
                        self._bind(target, digest(each), self._mentioned(each))

    def _effect(self, statement: ast.stmt) -> None:
        """A statement that does something when the module is loaded, for every step."""
        name = f"line {len(self._always) + 1} of the module"
        self._bind(name, digest(statement), self._mentioned(statement))
        self._always.append(name)
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                self._bind(inner.id, digest(statement), {name})

    def _bind(self, name: str, made: str, mentions: set[str]) -> None:
        self._made.setdefault(name, []).append(made)
        self._mentions.setdefault(name, set()).update(mentions)

    def _mentioned(self, node: ast.AST) -> set[str]:
        """The names in some code, also as attributes and in its texts; every name where it may look for any."""
        names: set[str] = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                names.add(_EVERYTHING if each.id in _LOOKS_ANYWHERE else each.id)
            elif isinstance(each, ast.Attribute):
                names.add(each.attr)
                if isinstance(each.value, ast.Name) and each.value.id == "self":
                    names.add(f"self.{each.attr}")
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                names.update(_WORD.findall(each.value))
        return names


_WORD = re.compile(r"[^\W\d]\w*")
_EVERYTHING = "*every name*"
_LOOKS_ANYWHERE = frozenset("eval exec globals vars locals __import__ __main__".split())
# decorators and bases of these make what they stand on, and leave nothing elsewhere
_PURE = frozenset(
    "dataclass dataclasses functools cache lru_cache wraps contextmanager contextlib property staticmethod classmethod "
    "abstractmethod abc ABC typing Protocol NamedTuple TypedDict Generic enum Enum object Exception".split()
)


def _root(node: ast.expr) -> str:
    """The name that an expression begins with: `functools` of functools.lru_cache(None)."""
    while not isinstance(node, ast.Name):
        inner = getattr(node, "func", None) or getattr(node, "value", None)
        if not isinstance(inner, ast.expr):
            return ""
        node = inner
    return node.id


def _calls(value: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) for each in ast.walk(value))


def _is_parameter(statement: ast.Assign) -> bool:
    return isinstance(statement.value, ast.Call) and _root(statement.value).rstrip("_") in ("Parameter", "IncludeFile")
