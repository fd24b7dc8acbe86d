"""How values are taken apart whose own pickle loses something, or that a flow can hand over though plain pickle can't.

Views stay views of what they show, exceptions keep their causes and aren't made by their own `__init__` again, and
attributes set on a pandas object stay with it. What would only look like the same afterwards (a file) is refused.
"""

from __future__ import annotations

import copyreg
import gc
import io
import operator
import pickle
import sys
import types
from collections import OrderedDict
from typing import Any

_MAPPINGS: tuple[dict[Any, Any], ...] = ({}, OrderedDict())
_VIEWS = {type(getattr(each, name)()): name for each in _MAPPINGS for name in ("keys", "values", "items")}
_ITERATED: tuple[tuple[Any, Any], ...] = (
    ({}, dict.__iter__),
    ({}, lambda each: iter(dict.values(each))),
    ({}, lambda each: iter(dict.items(each))),
    (set(), iter),
)
_ITERATORS = {type(begin(empty)): kind for kind, (empty, begin) in enumerate(_ITERATED)}
_STREAMS = (io.TextIOWrapper, io.BufferedIOBase, io.RawIOBase)


def reduced(obj: Any) -> Any:
    """What a pickler's reducer_override returns for such a value; None for any other. Raises where it can't cross."""
    kind = type(obj)
    if kind in _VIEWS:
        return _view, (gc.get_referents(obj)[0], _VIEWS[kind])
    if kind in _ITERATORS:
        return _iterator(obj)
    if kind is types.MappingProxyType:
        return _proxy(obj)
    if kind is memoryview:
        return _memory(obj)
    if isinstance(obj, BaseException):
        return _exception(obj)
    own = (sys.stdout, sys.stderr, sys.stdin, sys.__stdout__, sys.__stderr__)
    if isinstance(obj, _STREAMS) and not isinstance(obj, io.BytesIO) and obj not in own:
        raise TypeError(f"cannot pickle '{kind.__module__}.{kind.__qualname__}' object")
    if isinstance(obj, getattr(sys.modules.get("matplotlib.figure"), "Figure", ())):
        return _open_figure(obj)
    if kind is getattr(sys.modules.get("matplotlib.cbook"), "CallbackRegistry", None):
        return _callbacks(obj)
    return _frame_with_attributes(obj)


def _view(mapping: Any, name: str) -> Any:
    return getattr(mapping, name)()


def _iterator(iterator: Any) -> Any:
    """An iterator over a dict or set goes on where it is, and goes on to fail where that changes its size."""
    iterator.__reduce__()  # raises where it has changed already
    held = gc.get_referents(iterator)
    if not held:
        return None  # it has come to its end
    return _begun, (held[0], _ITERATORS[type(iterator)], len(held[0]) - operator.length_hint(iterator))


def _begun(iterated: Any, kind: int, done: int) -> Any:
    iterator = _ITERATED[kind][1](iterated)
    for _ in range(done):
        next(iterator)
    return iterator


def _proxy(proxy: types.MappingProxyType[Any, Any]) -> Any:
    mapping = gc.get_referents(proxy)[0]
    if type(mapping) is not dict or "__module__" in mapping:  # a class's namespace
        return None
    return types.MappingProxyType, (mapping,)


def _memory(view: memoryview) -> Any:
    whole = memoryview(view.obj)
    same = (view.shape, view.strides, view.format, view.readonly) == (
        *(whole.shape, whole.strides, whole.format),
        whole.readonly,
    )
    if not same:
        raise pickle.PicklingError("it shows a part of another value's memory")
    return memoryview, (view.obj,)


def _exception(error: BaseException) -> Any:
    kind = type(error)
    own = {name for base in kind.__mro__ for name, value in vars(base).items() if isinstance(value, types.FunctionType)}
    linked = error.__cause__ is not None or error.__context__ is not None or error.__suppress_context__
    if own & {"__reduce__", "__reduce_ex__", "__new__"} or not (linked or "__init__" in own):
        return None
    state = (error.__dict__, error.__cause__, error.__context__, error.__suppress_context__)
    if "__init__" in own:
        builtin = next(base for base in kind.__mro__ if base.__module__ == "builtins")
        return _new_exception, (kind, builtin, error.args), state, None, None, _fill_exception
    make, arguments, *_ = error.__reduce__()  # type: ignore[misc] # an exception's is a tuple
    return make, arguments, state, None, None, _fill_exception


def _new_exception(kind: Any, builtin: Any, arguments: tuple[Any, ...]) -> BaseException:
    error: BaseException = builtin.__new__(kind, *arguments)
    builtin.__init__(error, *arguments)
    return error


def _fill_exception(error: BaseException, state: tuple[Any, ...]) -> None:
    attributes, cause, context, suppress = state
    error.__dict__.update(attributes)
    error.__cause__, error.__context__ = cause, context
    error.__suppress_context__ = suppress


def _open_figure(figure: Any) -> Any:
    """A figure that pyplot holds: pyplot gets it back, under its number, by workbench.runtime.state.figures."""
    make, arguments, state, *rest = figure.__reduce_ex__(2)
    return (make, arguments, state, *rest) if state.pop("_restore_to_pylab", False) else None


def _callbacks(registry: Any) -> Any:
    """What is to be called when axes or an artist change, if not only by matplotlib: its own pickle drops it."""
    calls = {signal: {cid: one() for cid, one in held.items()} for signal, held in registry.callbacks.items()}
    wanted = {
        cid
        for held in calls.values()
        for cid, call in held.items()
        if not _is_matplotlibs(call) or _reaches_colorbar(call)
    }
    if not wanted:
        return None
    wanted |= registry._pickled_cids
    kept = {signal: {cid: call for cid, call in held.items() if cid in wanted} for signal, held in calls.items()}
    number = registry._cid_gen.__reduce__()[1][0]
    state = {**vars(registry), "callbacks": kept, "_func_cid_map": None, "_cid_gen": number}
    return copyreg.__newobj__, (type(registry),), state  # type: ignore[attr-defined] # pickle's own


def _reaches_colorbar(call: Any, depth: int = 4) -> bool:
    """Whether a callback tells a colorbar that what it shows has changed, by others that it tells."""
    owner = getattr(call, "__self__", None)
    if type(owner).__name__ == "Colorbar":
        return True
    told = getattr(getattr(owner, "callbacks", None), "callbacks", {}) if depth else {}
    return any(_reaches_colorbar(one(), depth - 1) for held in told.values() for one in held.values())


def _is_matplotlibs(call: Any) -> bool:
    """Whether a callback is matplotlib's own, and not one of its functions around somebody else's."""
    while hasattr(call, "func"):  # a partial
        call = call.func
    inside = [cell.cell_contents for cell in getattr(call, "__closure__", None) or ()]
    name = str(getattr(call, "__module__", "")).partition(".")[0]
    return name in ("matplotlib", "mpl_toolkits") and all(_is_matplotlibs(one) for one in inside if callable(one))


def _frame_with_attributes(obj: Any) -> Any:
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(obj, getattr(pandas.core.generic, "NDFrame", ())):
        return None
    extra = {name: value for name, value in vars(obj).items() if name[0] != "_" and name not in obj._metadata}
    if not extra:
        return None
    make, arguments, state, *_ = obj.__reduce_ex__(2)
    return make, arguments, (state, extra), None, None, _fill_frame


def _fill_frame(frame: Any, state: tuple[Any, dict[str, Any]]) -> None:
    frame.__setstate__(state[0])
    for name, value in state[1].items():
        object.__setattr__(frame, name, value)
