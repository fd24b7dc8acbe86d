"""Objects that mean something only by being themselves: `MISSING` of dataclasses, a library's `object()`.

A copy of one means nothing: `field.default is MISSING` would be false. So each is the one of its module in the next
task as well. Only what has no state of its own is taken for one.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Any


def reduced(obj: Any, own: str) -> tuple[Any, ...] | None:
    """How to pickle one by its module and its name there; None for any other value. own: the flow's module."""
    kind = type(obj)
    if kind.__module__ == own or not _is_stateless(obj, kind):
        return None
    modules = list(sys.modules) if kind is object else [kind.__module__]
    for module in modules:
        if module not in (own, "__main__", "__mp_main__"):
            for name, value in list(getattr(sys.modules.get(module), "__dict__", {}).items()):
                if value is obj:
                    return named, (module, name)
    return None


def _is_stateless(obj: Any, kind: Any) -> bool:
    """Whether pickle takes an instance for its class and nothing else."""
    plain: Any = object
    own_pickle = kind.__reduce_ex__ is not plain.__reduce_ex__ or kind.__reduce__ is not plain.__reduce__
    if own_pickle or getattr(obj, "__dict__", None):
        return False
    try:
        return bool(obj.__reduce_ex__(2)[1:] == ((kind,), None, None, None))
    except Exception:  # what it raises comes again where it is pickled
        return False


def named(module: str, name: str) -> Any:
    """What a module has under a name."""
    return getattr(importlib.import_module(module), name)


@cache
def texts_of(module: str) -> dict[int, tuple[str, str]]:
    """The texts that a module may know by their identity, as argparse does `SUPPRESS`: id -> (module, name).

    Constants that no other text is likely to be: what looks like a name, or is one letter, Python keeps once.
    """
    held = getattr(sys.modules.get(module), "__dict__", {})
    return {
        id(value): (module, name)
        for name, value in list(held.items())
        if type(value) is str and name.isupper() and len(value) > 1 and not value.isidentifier()
    }
