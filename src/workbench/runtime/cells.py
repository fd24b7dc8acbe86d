"""The cells of a step: found at the `# %%` lines of its source, and made to stop where each one begins.

A step's body becomes a generator that yields the index of a cell before its first statement, so that whoever drives
it gets control between the cells. File name and line numbers stay, so tracebacks and inspect.getsource stay right;
what the cells define loses the step's part of its qualified name, so that it prints as in the notebook.
"""

from __future__ import annotations

import ast
import io
import linecache
import re
import textwrap
import tokenize
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

SAME = "__workbench_same__"
"""The builtin that stands for `is` in a cell."""

LAST, EACH = "[-1]", "[*]"
"""The branches of a loop's join: its last iteration, and all of them."""

HAND_OVER = -1
"""What a step's generator yields before statements that are no cell's: artifacts read or written, self.next."""

_MARKER = re.compile(r"#\s?%%\s+(?P<setup>\[setup\]\s+)?(?P<id>\S+)(?:\s+(?P<heading>.*\S))?\s*$")


@dataclass(frozen=True)
class Cell:
    """One cell in a step. line: of its marker in the flow's file, 1-based; source: what follows it, dedented."""

    id: str
    heading: str
    setup: bool
    line: int
    source: str

    @property
    def title(self) -> str:
        """The cell as people are told of it."""
        return f"{self.id} “{self.heading}”" if self.heading else self.id


@dataclass(frozen=True)
class StepCode:
    """A step's function taken apart.

    run(flow[, inputs]) gives the generator; reads: the artifacts it takes as (branch or "", name), a loop's join
    those of its LAST iteration and of EACH; gathers: the names that it puts together from those; bound_by: for each
    name that a cell binds, the index of the last cell that does; uses: the names that its ordinary cells read.
    """

    name: str
    doc: str
    line: int
    cells: tuple[Cell, ...]
    reads: frozenset[tuple[str, str]]
    gathers: frozenset[str]
    bound_by: dict[str, int] = field(repr=False)
    uses: frozenset[str] = field(repr=False)
    run: Callable[..., Iterator[int]] = field(repr=False)

    @property
    def code(self) -> types.CodeType:
        """The code of the step's frame."""
        return self.run.__code__


def step_code(function: types.FunctionType) -> StepCode:
    """Take a step's function apart. Raises OSError where its source can't be read."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename)
    if not lines:
        raise OSError(f"the source of step {function.__name__} can't be read: {code.co_filename}")
    text = "".join(lines)
    node = _function_at(ast.parse(text), function.__name__, code.co_firstlineno)
    cells = cells_of(node, lines)
    regions = regions_of(node, cells)
    generator = types.FunctionType(_compiled(node, regions, code), function.__globals__, function.__name__)
    return StepCode(
        name=function.__name__,
        doc=ast.get_docstring(node) or "",
        line=node.lineno,
        cells=cells,
        reads=reads_of(node, regions),
        gathers=_gathers(node, regions),
        bound_by=_bound_by(regions),
        uses=_uses(node, regions, cells),
        run=generator,
    )


def _function_at(tree: ast.Module, name: str, first_line: int) -> ast.FunctionDef:
    """The definition whose first line, decorators included, is first_line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or node.name != name:
            continue
        if min([node.lineno, *(each.lineno for each in node.decorator_list)]) == first_line:
            return node
    raise OSError(f"the source of step {name} is not where it was: the flow's file changed while it ran")


def cells_of(node: ast.FunctionDef, lines: list[str]) -> tuple[Cell, ...]:
    """The cells at the markers, in order. A cell ends before the next one, or before the hand-over's statements."""
    first, last = node.body[0], node.end_lineno or node.lineno
    # comments after the last statement are no part of the node, and a marker may stand there
    while last < len(lines) and (not lines[last].strip() or lines[last].startswith(" " * first.col_offset)):
        last += 1
    marks = _markers(lines[node.lineno - 1 : last], node.lineno, first.col_offset)
    limits = [*(line for line, _ in marks), last + 1][1:]
    cells: list[Cell] = []
    for (line, match), limit in zip(marks, limits, strict=True):
        handed = (each.lineno for each in node.body if line < each.lineno < limit and _hands_over(each, node))
        end = max(line, min([limit, *handed]) - 1)
        source = textwrap.dedent("".join(lines[line:end])).strip("\n")
        cells.append(Cell(match["id"], match["heading"] or "", bool(match["setup"]), line, source))
    return tuple(cells)


def _markers(lines: list[str], first_line: int, column: int) -> list[tuple[int, re.Match[str]]]:
    """The marker comments at a column, with their lines; a `# %%` inside a string or deeper is not one."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        if token.type == tokenize.COMMENT and token.start[1] == column and (match := _MARKER.match(token.string)):
            found.append((first_line + token.start[0] - 1, match))
    return found


def _hands_over(statement: ast.stmt, node: ast.FunctionDef) -> bool:
    """Whether a statement is the hand-over's: a user's never mentions the step's own `self`."""
    if _mentions(statement, node.args.args[0].arg):
        return True
    inputs = node.args.args[1].arg if len(node.args.args) > 1 else None
    return inputs is not None and isinstance(statement, ast.Assign) and _is_attribute_of(statement.value, inputs)


def _mentions(node: ast.AST, name: str) -> bool:
    """Whether a name of the step is used; methods of a class in the step have a `self` of their own."""
    if isinstance(node, ast.Name):
        return node.id == name
    children: list[ast.AST | None] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        own = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
        body: list[ast.AST] = [*node.body] if isinstance(node.body, list) else [node.body]
        inside = (each for part in body for each in ast.walk(part))
        own |= {each.id for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        if name in own:
            children = [*getattr(node, "decorator_list", ()), *node.args.defaults, *node.args.kw_defaults]
    return any(_mentions(child, name) for child in children if child is not None)


def _is_attribute_of(value: ast.expr, name: str) -> bool:
    """Whether an expression is attributes (or a tuple of them) of one name."""
    if isinstance(value, ast.Tuple):
        return all(_is_attribute_of(each, name) for each in value.elts)
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
        if isinstance(value, ast.Name) and value.id == name:
            return True
    return False


@dataclass(frozen=True)
class Region:
    """Statements in a row that belong to one cell (its index), or to the hand-over."""

    cell: int
    statements: tuple[ast.stmt, ...]


def regions_of(node: ast.FunctionDef, cells: tuple[Cell, ...]) -> list[Region]:
    """The body cut at the markers; before the first one is the hand-over (docstring, imports, artifacts taken)."""
    regions: list[Region] = []
    current: list[ast.stmt] = []
    owner = HAND_OVER
    pending = list(range(len(cells)))
    for statement in node.body:
        begun = False
        while pending and cells[pending[0]].line < statement.lineno:
            regions.append(Region(owner, tuple(current)))
            owner, current, begun = pending.pop(0), [], True
        if not begun and owner != HAND_OVER and _hands_over(statement, node):
            regions.append(Region(owner, tuple(current)))
            owner, current = HAND_OVER, []
        elif begun and _hands_over(statement, node):
            # a marker with comments only, and then the artifacts
            regions.append(Region(owner, ()))
            owner, current = HAND_OVER, []
        current.append(statement)
    regions.append(Region(owner, tuple(current)))
    regions.extend(Region(index, ()) for index in pending)
    return regions


def _compiled(node: ast.FunctionDef, regions: list[Region], original: types.CodeType) -> types.CodeType:
    """The step's code as a generator, free of decorators and of the class around it."""
    body: list[ast.stmt] = []
    for number, region in enumerate(regions):
        if number or region.cell != HAND_OVER:
            at = region.statements[0] if region.statements else (body[-1] if body else node)
            stop = ast.Expr(ast.Yield(ast.Constant(region.cell)))
            body.append(ast.fix_missing_locations(ast.copy_location(stop, at)))
        body.extend(_checked(each) if region.cell != HAND_OVER else each for each in region.statements)
    if len(regions) == 1 and regions[0].cell == HAND_OVER:
        body.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.Yield(ast.Constant(HAND_OVER))), node)))
    function = ast.FunctionDef(name=node.name, args=_without_annotations(node.args), body=body, decorator_list=[])
    vars(function)["type_params"] = []  # 3.12 and later want it
    ast.copy_location(function, node)
    flags = original.co_flags & _FUTURE_FLAGS
    module = compile(ast.Module([function], []), original.co_filename, "exec", flags=flags, dont_inherit=True)
    code = next(each for each in module.co_consts if isinstance(each, types.CodeType) and each.co_name == node.name)
    return _as_top_level(code, f"{node.name}.<locals>.")


def _checked(statement: ast.stmt) -> ast.stmt:
    """A cell's statement, in which `a is b` asks `same` where neither side is a constant; not in functions."""
    if not any(isinstance(each, ast.Is | ast.IsNot) for each in ast.walk(statement)):
        return statement
    return _Identity().visit(statement)


class _Identity(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef) -> ast.AST:
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = visit_FunctionDef

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        if len(sides) != 2 or not isinstance(node.ops[0], ast.Is | ast.IsNot):
            return node
        if any(isinstance(each, ast.Constant) for each in sides):
            return node
        call: ast.expr = ast.Call(ast.Name(SAME, ast.Load()), sides, [])
        call = call if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), call)
        return ast.fix_missing_locations(ast.copy_location(call, node))


def _future_flags() -> int:
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


_FUTURE_FLAGS = _future_flags()


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    """Annotations of self and inputs would be evaluated once more, where the class is not known."""
    return ast.arguments(
        posonlyargs=[],
        args=[ast.copy_location(ast.arg(each.arg), each) for each in arguments.args],
        vararg=None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=None,
        defaults=[],
    )


def _as_top_level(code: types.CodeType, prefix: str) -> types.CodeType:
    """The code with the step's prefix taken from the qualified names of all that it defines."""
    constants: list[Any] = []
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            constants.append(_as_top_level(constant, prefix))
        elif constant == code.co_qualname and "__qualname__" in code.co_names and isinstance(constant, str):
            constants.append(constant.removeprefix(prefix))  # what a class body stores as its __qualname__
        else:
            constants.append(constant)
    return code.replace(co_consts=tuple(constants), co_qualname=code.co_qualname.removeprefix(prefix))


def reads_of(node: ast.FunctionDef, regions: list[Region]) -> frozenset[tuple[str, str]]:
    """The artifacts that a step takes: self.x as ("", "x"), inputs.branch.x as ("branch", "x")."""
    flow = node.args.args[0].arg
    inputs = node.args.args[1].arg if len(node.args.args) > 1 else None
    statements = [each for region in regions if region.cell == HAND_OVER for each in region.statements]
    taken: set[tuple[str, str]] = set()
    each_task = {loop.target.id for loop in _loops_over(inputs, statements)}
    for each in (inner for statement in statements for inner in ast.walk(statement)):
        if not isinstance(each, ast.Attribute) or not isinstance(each.ctx, ast.Load):
            continue
        owner = each.value
        if isinstance(owner, ast.Name) and owner.id == flow:
            taken.add(("", each.attr))
        elif isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.value.id == inputs:
            taken.add((owner.attr, each.attr))
        elif isinstance(owner, ast.Subscript) and isinstance(owner.value, ast.Name) and owner.value.id == inputs:
            taken.add((LAST, each.attr))
        elif isinstance(owner, ast.Name) and owner.id in each_task:
            taken.add((EACH, each.attr))
    return frozenset(taken)


def _loops_over(inputs: str | None, statements: list[ast.stmt]) -> list[Any]:
    """The hand-over's `for task in inputs:`."""
    return [
        each
        for each in statements
        if isinstance(each, ast.For)
        and isinstance(each.iter, ast.Name)
        and inputs is not None
        and each.iter.id == inputs
    ]


def _gathers(node: ast.FunctionDef, regions: list[Region]) -> frozenset[str]:
    """What a loop's join puts together: `results.extend(task.new_results)`, `total = replay(task.new_total, total)`."""
    inputs = node.args.args[1].arg if len(node.args.args) > 1 else None
    statements = [each for region in regions if region.cell == HAND_OVER for each in region.statements]
    found: set[str] = set()
    for each in (each for loop in _loops_over(inputs, statements) for each in loop.body):
        if isinstance(each, ast.Assign):
            found |= {target.id for target in each.targets if isinstance(target, ast.Name)}
        elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
            owner = each.value.func
            while isinstance(owner, ast.Attribute):
                owner = owner.value
            found |= {owner.id} if isinstance(owner, ast.Name) else set()
    return frozenset(found)


def _bound_by(regions: list[Region]) -> dict[str, int]:
    """For each name that a cell's statements bind, the index of the last such cell."""
    found: dict[str, int] = {}
    for region in regions:
        if region.cell != HAND_OVER:
            found |= {name: region.cell for statement in region.statements for name in _binds(statement)}
    return found


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _binds(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in the step itself, not in a scope of its own."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    if isinstance(node, _SCOPES):
        if not isinstance(node, ast.Lambda):
            yield node.name
        return
    if isinstance(node, _COMPREHENSIONS):  # of its names only those of := are the step's
        yield from (each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
        return
    for child in ast.iter_child_nodes(node):
        yield from _binds(child)


def _uses(node: ast.FunctionDef, regions: list[Region], cells: tuple[Cell, ...]) -> frozenset[str]:
    """Names that the ordinary cells read, and those that are global, which the flow's functions may read."""
    own = [region.statements for region in regions if region.cell != HAND_OVER and not cells[region.cell].setup]
    read = {
        each.id
        for statements in own
        for statement in statements
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }
    return frozenset(read.union(*(each.names for each in ast.walk(node) if isinstance(each, ast.Global))))
