"""What inside a value can't be pickled, where that is soon found."""

from __future__ import annotations

import time
import types
from collections.abc import Iterator
from typing import Any

from workbench.runtime.pickling import digest

_DEPTH = 8
_SECONDS = 1.0


def culprit(value: object, module: types.ModuleType) -> tuple[str, object] | None:
    """The path to the innermost part that can't be pickled, such as `.callbacks[0].lock`, and that part.

    None where it is the value itself, or isn't soon found. module: the flow's.
    """
    path, deadline = "", time.monotonic() + _SECONDS
    for _ in range(_DEPTH):
        for step, part in _parts(value):
            if time.monotonic() > deadline:
                return (path, value) if path else None
            if digest(part, module, kept_orders=True) is None:
                path, value = path + step, part
                break
        else:
            break
    return (path, value) if path else None


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What a container holds, or else the attributes of an object, that are more than plain values."""
    if isinstance(value, dict):
        inside = [(f"[{key!r}]", part) for key, part in list(value.items())]
    elif isinstance(value, list | tuple):
        inside = [(f"[{index}]", part) for index, part in enumerate(value)]
    else:
        inside = [(f".{name}", part) for name, part in list(getattr(value, "__dict__", {}).items())]
    return ((step, part) for step, part in inside if not isinstance(part, _PLAIN))


_PLAIN = (type(None), bool, int, float, complex, str, bytes)
