"""What the notebook's code sets on modules and on libraries' classes: `math.tau = 7`, `DataFrame.share = share`.

Which attributes these are is read from the flow's own source: a library's own doings are never looked at.
"""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from typing import Any

from workbench.runtime.source import text_of
from workbench.runtime.state.live import Held, LiveKind

Target = tuple[str, tuple[str, ...]]
"""A module and the attributes that lead to what is set."""

# what has a kind of its own, or belongs to the task itself
_OTHERS = (
    *("matplotlib:rcParams", "matplotlib.pyplot:rcParams", "matplotlib.pylab:rcParams", "os:environ"),
    *("pandas:options", "sys:argv", "sys:path", "sys:modules", "sys:stdout", "sys:stderr", "sys:stdin"),
    *("sys:displayhook", "sys:excepthook", "sys:meta_path", "sys:path_hooks", "warnings:filters"),
)
_CHANGING = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update".split()
)
_CONTAINERS = (list, dict, set)


class Patches(LiveKind):
    """An attribute is handed over as it stands; of a list, dict or set that cells change in place, the content."""

    name = "patches"

    def __init__(self, flow_module: types.ModuleType) -> None:
        text = text_of(flow_module)
        self._targets, self._places = targets(text) if text else (frozenset[Target](), frozenset[Target]())

    def look(self) -> Held:
        found: Held = {}
        for target in self._targets:
            owner, last = _owner(target)
            if owner is not None and (value := _value(owner, last)):
                found[_key(target)] = value
        for target in self._places:
            owner, last = _owner(target)
            place = getattr(owner, last, None)
            if isinstance(place, _CONTAINERS):
                found[f"{_key(target)}[]"] = (place,)
        return found

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        name, _, path = key.removesuffix("[]").partition(":")
        module = sys.modules.get(name)
        if module is None:
            return False
        owner, last = _owner((name, tuple(path.split("."))))
        if owner is None:
            return False
        if not key.endswith("[]"):
            setattr(owner, last, value[0]) if value else delattr(owner, last)
        elif value and (place := getattr(owner, last)) is not value[0] and type(place) is type(value[0]):
            place.clear()
            place.extend(value[0]) if isinstance(place, list) else place.update(value[0])
        return True

    def title(self, key: str) -> str:
        return f"`{key.removesuffix('[]').replace(':', '.')}`"


def _key(target: Target) -> str:
    return f"{target[0]}:{'.'.join(target[1])}"


def _owner(target: Target) -> tuple[Any, str]:
    """What has the attribute, and its name; None where the module isn't imported, or not so far."""
    module, path = target
    found: Any = sys.modules.get(module)
    for name in path[:-1]:
        found = getattr(found, name, None)
    return (found, path[-1]) if hasattr(found, "__dict__") else (None, path[-1])


def _value(owner: Any, name: str) -> tuple[Any, ...]:
    """What an owner has under a name, () where it has nothing; what a class inherits is its bases'."""
    if name in vars(owner):
        return (vars(owner)[name],)
    if isinstance(owner, type):
        return ()
    try:
        return (getattr(owner, name),)
    except Exception:  # whatever a property raises
        return ()


def targets(source: str) -> tuple[frozenset[Target], frozenset[Target]]:
    """The attributes that a flow's code sets, and those whose containers it changes in place."""
    nodes = list(ast.walk(ast.parse(source)))
    roots = dict(_imports(nodes))
    roots |= _aliases(nodes, roots)
    attributes: set[Target] = set()
    places: set[Target] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            attributes.add(_target(node, roots))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            places.add(_target(node.value, roots))
        elif isinstance(node, ast.Call):
            attributes.add(_set_by_call(node, roots))
            if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
                places.add(_target(node.func.value, roots))
    return _kept(attributes), _kept(places)


def _kept(found: set[Target]) -> frozenset[Target]:
    """Those that nobody else hands over."""
    return frozenset(
        (module, path)
        for module, path in found
        if path and not f"{module}:{'.'.join(path)}".startswith(_OTHERS) and module.partition(".")[0] != "workbench"
    )


def _imports(nodes: list[ast.AST]) -> Iterator[tuple[str, Target]]:
    """What each imported name stands for."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, (alias.name, ())) if alias.asname else (top, (top, ()))
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, (node.module or "", (alias.name,))


def _aliases(nodes: list[ast.AST], roots: dict[str, Target]) -> dict[str, Target]:
    """Other names for them: `Frame = pd.DataFrame`."""
    found: dict[str, Target] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            module, path = _target(node.value, roots | found)
            if module:
                found[node.targets[0].id] = (module, path)
    return found


def _target(node: ast.AST, roots: dict[str, Target]) -> Target:
    """What an expression of names and attributes leads to; an empty module where it leads to no import."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in roots:
        return "", ()
    module, before = roots[node.id]
    return module, (*before, *path)


def _set_by_call(node: ast.Call, roots: dict[str, Target]) -> Target:
    """`setattr(json, "name", …)`."""
    if not isinstance(node.func, ast.Name) or node.func.id not in ("setattr", "delattr") or len(node.args) < 2:
        return "", ()
    module, path = _target(node.args[0], roots)
    name = node.args[1]
    if not module or not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return "", ()
    return module, (*path, name.value)
