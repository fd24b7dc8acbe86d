"""Functions and classes: by what they do, not by where they stand.

The same function has other bytecode in a kernel, where a name of the notebook is a global, than in a step, where it may
be a closure's. So instructions are compared with names for names, and what a name means on each side after that.
"""

from __future__ import annotations

import dis
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs.comparison.values import Comparing

    Comparer = Callable[[Comparing, str, Any, Any], None]

# what only says how a frame or a name's cell is set up
_SETTING_UP = frozenset(
    "RESUME COPY_FREE_VARS MAKE_CELL CACHE PRECALL PUSH_NULL NOP EXTENDED_ARG RETURN_GENERATOR".split()
)
_LOADS = frozenset("LOAD_GLOBAL LOAD_NAME LOAD_DEREF LOAD_CLASSDEREF LOAD_FROM_DICT_OR_DEREF".split())
_STORES = frozenset("STORE_GLOBAL STORE_NAME STORE_DEREF".split())


def functions(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Two functions: code, defaults, attributes, and the values of the names that they use."""
    from workbench.runs.comparison.values import said

    if left.__name__ != right.__name__:
        comparing.differ(f"{path}.__name__", left.__name__, right.__name__)
    elif _is_a_module_s(left, comparing) and _is_a_module_s(right, comparing):
        if (left.__module__, left.__qualname__) != (right.__module__, right.__qualname__):
            comparing.differ(path, left, right)
    elif list(_instructions(left.__code__)) != list(_instructions(right.__code__)):
        comparing.differ(path, said("its code"), said("other code"))
    else:
        comparing.values(f"{path}.__defaults__", left.__defaults__, right.__defaults__)
        comparing.values(f"{path}.__kwdefaults__", left.__kwdefaults__, right.__kwdefaults__)
        comparing.values(f"{path}.__dict__", left.__dict__, right.__dict__)
        ours, theirs = _names(left), _names(right)
        for name in sorted(ours.keys() & theirs.keys()):
            comparing.values(f"{path}:{name}", ours[name], theirs[name])


def _is_a_module_s(function: Any, comparing: Comparing) -> bool:
    """Whether a function is a library's, and there is one of its name."""
    return function.__module__ not in comparing.ours and "<" not in function.__qualname__


def _instructions(code: types.CodeType) -> Iterator[tuple[Any, ...]]:
    """What the code does, in order, with the names that it uses; nested code as well."""
    yield code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_varnames[: code.co_argcount]
    for each in dis.get_instructions(code):
        if each.opname in _SETTING_UP:
            continue
        if each.opname in _LOADS:
            yield "load", each.argval
        elif each.opname in _STORES:
            yield "store", each.argval
        elif each.opcode in dis.hasjrel or each.opcode in dis.hasjabs:
            yield (each.opname,)  # how far is a matter of what is set up on the way
        elif isinstance(each.argval, types.CodeType):
            yield from _instructions(each.argval)
        elif each.opname in ("MAKE_FUNCTION", "LOAD_CLOSURE", "BUILD_TUPLE", "SET_FUNCTION_ATTRIBUTE"):
            continue  # closures are put together of cells
        elif isinstance(each.argval, str) and "<locals>" in each.argval:
            yield each.opname, each.argval.rpartition("<locals>.")[2]
        else:
            yield each.opname, repr(each.argval)


def _names(function: Any) -> dict[str, Any]:
    """The values of the names that a function uses and doesn't bind itself, as far as they are there."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not bound yet
            continue
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        waiting += [one for one in code.co_consts if isinstance(one, types.CodeType)]
        for name in code.co_names:
            if name in function.__globals__:
                found.setdefault(name, function.__globals__[name])
    return found


def _classes(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """A class is its name's: that of the notebook has the same statements on both sides."""
    if not comparing.same_class(left, right):
        comparing.differ(path, left, right)


def _builtin_functions(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    if left.__qualname__ != right.__qualname__ or left.__module__ != right.__module__:
        comparing.differ(path, left, right)
    elif not isinstance(left.__self__, types.ModuleType):
        comparing.values(f"{path}.__self__", left.__self__, right.__self__)


def _methods(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    comparing.values(f"{path}.__func__", left.__func__, right.__func__)
    comparing.values(f"{path}.__self__", left.__self__, right.__self__)


BUILTIN: dict[str, Comparer] = {
    "function": functions,
    "type": _classes,
    "builtin_function_or_method": _builtin_functions,
    "method": _methods,
}
