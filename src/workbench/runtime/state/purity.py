"""Whether a cached function that is called once more gives the same and does nothing else: its cache needn't go along.

Only what its code surely says counts: arithmetic and texts, by functions that are as plain. What prints, reads a value
of the notebook's or asks a library may not be called once more.
"""

from __future__ import annotations

import builtins
import dis
import functools
import math
import types
from collections.abc import Iterator
from typing import Any

_BUILTINS = frozenset(
    "abs all any ascii bin bool bytes chr complex dict divmod enumerate filter float format frozenset hex int len list "
    "map max min oct ord pow range repr reversed round set slice sorted str sum tuple zip ArithmeticError Exception "
    "IndexError KeyError LookupError OverflowError RuntimeError TypeError ValueError ZeroDivisionError".split()
)
_MODULES = frozenset({"cmath", "math"})
_ATOMS = (int, float, complex, str, bytes, bool, type(None))
_METHODS = frozenset(
    name for kind in (str, bytes, int, float, complex, tuple, list, dict, set, math) for name in dir(kind)
)
WRAPPER: type = type(functools.lru_cache(len))
_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_CHANGING = frozenset(
    "STORE_GLOBAL DELETE_GLOBAL STORE_ATTR DELETE_ATTR IMPORT_NAME STORE_NAME LOAD_CLASSDEREF LOAD_BUILD_CLASS".split()
)


def is_constant(value: Any) -> bool:
    """Whether a value can't be changed in place, and one as good as another."""
    if type(value) in (tuple, frozenset):
        return all(map(is_constant, value))
    return type(value) in _ATOMS


def is_pure(function: Any) -> bool:
    """Whether a call of a function, with constants, does nothing but compute."""
    waiting, seen = [function], {id(function)}
    while waiting:
        one = waiting.pop()
        if not isinstance(one, types.FunctionType) or one.__closure__ or one.__kwdefaults__:
            return False
        if not is_constant(one.__defaults__ or ()):
            return False
        for kind, name in _uses(one.__code__):
            if kind in _CHANGING or (kind in _ATTRIBUTES and name not in _METHODS):
                return False
            used = one.__globals__.get(name, getattr(builtins, name, None)) if kind in _GLOBAL else None
            used = getattr(used, "__wrapped__", used) if type(used) is WRAPPER else used
            if kind not in _GLOBAL or _is_plain(used):
                continue
            if id(used) not in seen:
                seen.add(id(used))
                waiting.append(used)
    return True


def _is_plain(used: Any) -> bool:
    if isinstance(used, types.ModuleType):
        return used.__name__ in _MODULES
    if isinstance(used, types.BuiltinFunctionType) and used.__module__ in _MODULES:
        return True
    return any(used is getattr(builtins, name) for name in _BUILTINS)


def _uses(code: types.CodeType) -> Iterator[tuple[str, str]]:
    """The instructions of a code, and of the functions in it, with the names that they have."""
    for each in dis.get_instructions(code):
        yield each.opname, str(each.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _uses(constant)
