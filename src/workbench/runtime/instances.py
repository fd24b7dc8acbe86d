"""Instances of the notebook's own classes, as they are: nothing is lost because a class pickles in its own way.

`__getstate__` and its kin say what is worth keeping in a file. A kernel keeps the object: the cache that they leave
out, the counter that `__setstate__` sets back. They have their say only where the object as it is can't be pickled, and
make attributes of the same kinds again: a lock for a lock, no None for a connection.
"""

from __future__ import annotations

import copyreg
import sys
import types
from collections.abc import Callable
from pickle import PicklingError
from typing import Any

_PROTOCOL = ("__reduce_ex__", "__reduce__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")


def reduced(obj: Any, module: types.ModuleType, can_be_pickled: Callable[[Any, Any], bool]) -> Any:
    """What a pickler's reducer_override returns for such an instance; None for any other.

    module: the flow's; can_be_pickled: asked with the instance and what it consists of. Raises PicklingError where the
    instance can't be pickled as it is, and its class would leave something out.
    """
    kind: Any = type(obj)
    if kind.__module__ != module.__name__:
        return None
    if _has_protocol(kind, module):
        return _as_it_is(obj, kind, can_be_pickled)
    return _of_shared_dict(obj, kind)


def _has_protocol(kind: type, module: types.ModuleType) -> bool:
    """Whether a class of the notebook's, not a library's above it, says how to pickle; and its instances are plain."""
    own = [base for base in kind.__mro__ if base.__module__ == module.__name__]
    return any(name in vars(base) for base in own for name in _PROTOCOL) and all(
        base is object or base in own for base in kind.__mro__
    )


def _as_it_is(obj: Any, kind: Any, can_be_pickled: Callable[[Any, Any], bool]) -> Any:
    state = (getattr(obj, "__dict__", None), _slots(obj, kind))
    if not can_be_pickled(obj, state):
        _check(obj)
        return None
    return object.__new__, (kind,), state, None, None, _fill  # the class's own __new__ has had its say


def _check(obj: Any) -> None:
    """Raise PicklingError unless what the class makes of its instance has attributes of the same kinds."""
    parts = obj.__reduce_ex__(2)
    if not isinstance(parts, tuple):  # the name of a global
        return
    make, arguments, *rest = parts
    again = make(*arguments)
    if rest and rest[0] is not None:
        _restore(again, rest[0])
    there, made = ({name: type(value) for name, value in _attributes(each).items()} for each in (obj, again))
    other = [name for name in {**there, **made} if there.get(name) is not made.get(name)]
    if other:
        raise PicklingError(f"{type(obj).__name__} has another `{other[0]}`, or none, when it was pickled")


def _restore(instance: Any, state: Any) -> None:
    """As pickle does."""
    if hasattr(instance, "__setstate__"):
        instance.__setstate__(state)
        return
    own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    for name, value in {**(own or {}), **(slots or {})}.items():
        setattr(instance, name, value)


def _attributes(instance: Any) -> dict[str, Any]:
    return {**getattr(instance, "__dict__", {}), **_slots(instance, type(instance))}


def _slots(obj: Any, kind: type) -> dict[str, Any]:
    names = [name for base in kind.__mro__ for name in copyreg._slotnames(base) or ()]  # type: ignore[attr-defined] # as object's
    return {name: getattr(obj, name) for name in names if hasattr(obj, name)}


def _fill(instance: Any, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
    own, slots = state
    if own is not None:
        instance.__dict__ = own
    for name, value in slots.items():
        object.__setattr__(instance, name, value)


def _of_shared_dict(obj: Any, kind: Any) -> Any:
    """An instance whose `__dict__` something else holds too (`self.__dict__ = cls._shared`) keeps that very one."""
    plain = all(getattr(kind, name) is getattr(object, name) for name in _PROTOCOL[:3])
    own = getattr(obj, "__dict__", None)
    if not plain or hasattr(kind, "__setstate__") or type(own) is not dict or hasattr(kind, "__slots__"):
        return None
    if sys.getrefcount(own) <= 3:
        return None
    return copyreg.__newobj__, (kind,), own, None, None, _use_dict  # type: ignore[attr-defined] # pickle's own


def _use_dict(instance: Any, own: dict[str, Any]) -> None:
    instance.__dict__ = own
