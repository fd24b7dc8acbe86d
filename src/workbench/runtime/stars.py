"""Star imports: in a flow they stand at its top, in the notebook somewhere among the cells.

What they bind is known only here. Where a name was another thing before, or is bound otherwise, the flow is refused.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import types
from collections.abc import Iterator
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.source import text_of

_AFTER = re.compile(r"^from (\S+) import \*(?:  # after cell (\S+))?$", re.MULTILINE)
_MARKER = r"^ +#\s?%% (?:\[setup\] )?{}(?:\s.*)?$"


def check(module: types.ModuleType) -> None:
    """Raise HandOverError (WB411) where a star import binds what is, or was, another thing. module: the flow's."""
    text = text_of(module)
    stars = _AFTER.findall(text) if "import *" in text else []
    if not stars:
        return
    tree = ast.parse(text)
    bound = {star: _names(star, module) for star, _ in stars}
    for name, line, thing in _explicit(tree, module):
        for star, names in bound.items():
            if name in names and not _same(names[name], thing):
                raise _problem(star, name, f"so does line {line}")
    before = dict(vars(builtins))
    last = before | {name: thing for star, _ in stars for name, thing in bound[star].items()}
    for star, after in stars:
        for name, line in _used(tree, _line_after(after, text)) if after else ():
            # a later star may bind it to what it was before
            if name in bound[star] and name in before and not _same(before[name], last[name]):
                raise _problem(star, name, f"line {line} uses another one")
        before |= bound[star]


def _names(star: str, module: types.ModuleType) -> dict[str, Any]:
    """What a star import binds. Empty for one that fails, which the flow's own line says."""
    package = getattr(module, "__package__", None)
    try:
        found = importlib.import_module(star, package)
    except ImportError:
        return {}
    listed = getattr(found, "__all__", None)
    public = [name for name in vars(found) if name[0] != "_"] if listed is None else listed
    return {name: getattr(found, name) for name in public if hasattr(found, name)}


def _explicit(tree: ast.Module, module: types.ModuleType) -> Iterator[tuple[str, int, Any]]:
    """The names that other imports bind, and what to; and the functions and classes at the flow's top."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name != "*" and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, node.lineno, _of(node.module or "", alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or path, node.lineno, _of(path, "")
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno, getattr(module, node.name, None)


def _of(module: str, name: str) -> Any:
    try:
        found = importlib.import_module(module)
        return getattr(found, name) if name else found
    except (ImportError, AttributeError):
        return None


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and isinstance(one, int | float | str) and one == other)


def _used(tree: ast.Module, before: int) -> Iterator[tuple[str, int]]:
    """The names that cells read above a line."""
    flow = next(node for node in reversed(tree.body) if isinstance(node, ast.ClassDef))
    for node in ast.walk(flow):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.lineno < before:
            yield node.id, node.lineno


def _line_after(cell: str, text: str) -> int:
    """The line behind a cell of the flow: that of the next one's marker, or the hand-over's."""
    lines = text.splitlines()
    marker = re.compile(_MARKER.format(re.escape(cell)))
    at = next((number for number, line in enumerate(lines) if marker.match(line)), 0)
    ends = (number for number, line in enumerate(lines[at + 1 :], at + 1) if re.match(r" +(# ?%% |self\.|@)", line))
    return next(ends, len(lines)) + 1


def _problem(star: str, name: str, why: str) -> HandOverError:
    return HandOverError(
        "WB411",
        f"`from {star} import *` binds {name!r}, and {why}: in the notebook a cell gets the one bound last",
        hint="name what you import",
    )
