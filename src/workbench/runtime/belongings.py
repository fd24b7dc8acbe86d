"""Objects that belong to their process: in the next one another object stands for them, or none can.

A value may hold sys.stdout, the notebook's shell, a logging handler or the current decimal context. Copies of them
would be of no use: the next task's own take their place. What would be copied with a loss, a file at its position, a
view of a value, is refused, or made again on the value that it shows.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from pickle import PicklingError
from typing import Any


def reduced(obj: Any) -> tuple[Any, ...] | None:
    """How to pickle an object that belongs to its process; None for any other. Raises PicklingError."""
    rule = _RULES.get(type(obj))
    if rule is not None:
        return rule(obj)
    for name in _BY_BASE.get(type(obj), ()) or _base_rules(type(obj)):
        if name:
            return _BASES[name](obj)
    return None


def _stream(obj: Any) -> tuple[Any, ...]:
    for name in ("stdout", "stderr", "__stdout__", "__stderr__", "stdin"):
        if obj is getattr(sys, name):
            return _attribute, ("sys", name)
    raise PicklingError("an open file lives in one process")


def _own_stream(obj: Any) -> tuple[Any, ...]:
    """What sys.stdout or sys.stderr is while cells run."""
    return _attribute, ("sys", obj.name.strip("<>"))


def _finalizer(obj: Any) -> tuple[Any, ...]:
    raise PicklingError("it is cleaned up when the process ends")


def _library(obj: Any) -> tuple[Any, ...]:
    raise PicklingError("it is bound to this process's memory")


def _handler(obj: Any) -> tuple[Any, ...]:
    """A logging handler without its lock; one to a file opens it again at the end."""
    import logging

    if isinstance(obj, logging.FileHandler):
        obj.flush()
    state = {name: value for name, value in vars(obj).items() if name != "lock"}
    if isinstance(obj, logging.FileHandler):
        state |= {"stream": None, "mode": "a"}
    return _new_handler, (type(obj),), state, None, None, _fill_handler


def _logger(obj: Any) -> tuple[Any, ...] | None:
    """A logger of the notebook's own class, or with attributes that nobody else's has."""
    import logging

    extra = {name: value for name, value in vars(obj).items() if name not in _PLAIN_LOGGER}
    if type(obj) in (logging.Logger, logging.RootLogger) and not extra:
        return None
    return _made_logger, (obj.name, type(obj)), extra, None, None, _fill_logger


def _made_logger(name: str, cls: Any) -> Any:
    import logging

    manager = logging.Logger.manager
    found = manager.loggerDict.get(name)
    if isinstance(found, cls) or name == "root":
        return logging.getLogger(name)
    if isinstance(found, logging.Logger):
        del manager.loggerDict[name]
    before, manager.loggerClass = manager.loggerClass, cls
    try:
        return manager.getLogger(name)
    finally:
        manager.loggerClass = before


def _fill_logger(logger: Any, extra: dict[str, Any]) -> None:
    vars(logger).update(extra)


def _shell(obj: Any) -> tuple[Any, ...]:
    return _attribute, ("IPython", "get_ipython", True)


def _context(obj: Any) -> tuple[Any, ...] | None:
    import decimal

    return (decimal.getcontext, ()) if obj is decimal.getcontext() else None


def _attribute(module: str, name: str, called: bool = False) -> Any:
    found = getattr(importlib.import_module(module), name)
    return found() if called else found


def _new_handler(cls: Any) -> Any:
    return cls.__new__(cls)


def _fill_handler(handler: Any, state: dict[str, Any]) -> None:
    import logging

    handler.__dict__.update(state)
    handler.createLock()
    logging._addHandlerRef(handler)  # type: ignore[attr-defined] # as Handler.__init__ does


_PLAIN_LOGGER = frozenset("name level parent propagate handlers disabled filters _cache manager".split())
_RULES: dict[type, Callable[[Any], tuple[Any, ...] | None]] = {
    io.TextIOWrapper: _stream,
    io.BufferedReader: _stream,
}
_BASES: dict[str, Callable[[Any], tuple[Any, ...] | None]] = {
    "logging.Handler": _handler,
    "logging.Logger": _logger,
    "workbench.runtime.capture.Captured": _own_stream,
    "weakref.finalize": _finalizer,
    "IPython.core.interactiveshell.InteractiveShell": _shell,
    "decimal.Context": _context,
    "ctypes.CDLL": _library,
    "_ctypes.CFuncPtr": _library,
}
_BY_BASE: dict[type, tuple[str, ...]] = {}


def _base_rules(cls: type) -> tuple[str, ...]:
    """The rules for a class by its bases' names: the libraries needn't be imported."""
    names = (f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__)
    _BY_BASE[cls] = tuple(name for name in names if name in _BASES)[:1] or ("",)
    return _BY_BASE[cls]
