"""A value in a few words, for people who look for an error: never a secret, never an error of its own, never slow."""

from __future__ import annotations

import os
import re
import reprlib
import threading
import types
from collections.abc import Mapping
from typing import Any

from workbench.runtime.state.process import SECRET

WIDTH = 80
_SECONDS = 0.5  # for a value's own repr
_CREDENTIAL = re.compile(
    r"://[^/\s:@]+:[^/\s@]+@|\bAKIA[0-9A-Z]{12}|\bgh[opsu]_\w{20}|\bsk-\w{16}|\beyJ\w{10}|BEGIN [A-Z ]*KEY"
)
_HIDDEN = "hidden: it may be a credential"
_SHOWN_AS_IS = (type(None), bool, int, float, complex)


def glimpse(name: str, value: object) -> str:
    """The value as a text of at most WIDTH characters. name: the variable's; one like `api_key` hides its value."""
    kind = type(value).__name__
    if SECRET.search(name):
        return f"{kind}, {_HIDDEN}"
    if isinstance(value, _SHOWN_AS_IS):
        return repr(value)
    text = _shape(value, kind) or _patiently(value) or f"{kind}, whose repr takes too long or fails"
    if _CREDENTIAL.search(text) or SECRET.search(text) or any(secret in text for secret in _environment()):
        return f"{kind}, {_HIDDEN}"
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def is_shown(value: object) -> bool:
    """Whether a name's value tells anything: modules, functions and classes are what their names say."""
    return not isinstance(value, types.ModuleType | types.FunctionType | types.BuiltinFunctionType | type)


def _shape(value: Any, kind: str) -> str:
    """Frames and arrays by their size, whatever library they are of; "" for anything else."""
    try:
        shape = value.shape
        if not isinstance(shape, tuple) or not shape or not all(isinstance(size, int) for size in shape):
            return ""
        size = " × ".join(map(str, shape))
        columns = getattr(value, "columns", None)
        if columns is not None:
            return f"{kind}, {size}: {', '.join(map(str, list(columns)[:8]))}"
        return f"{kind}, {size}, {value.dtype}" if hasattr(value, "dtype") else f"{kind}, {size}"
    except Exception:  # whatever the attributes of somebody's class raise
        return ""


class _Repr(reprlib.Repr):
    """Short texts, and types in place of reprs that raise or are an address."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60

    def repr_instance(self, x: Any, level: int) -> str:
        try:
            text = repr(x)
        except Exception:
            return f"<{type(x).__name__}, whose repr fails>"
        if " at 0x" in text:
            return f"<{type(x).__name__}>"
        return text if len(text) <= self.maxother else f"{text[: self.maxother]}…"


def _patiently(value: object) -> str:
    """The value's repr, if it comes in time."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(_Repr().repr(value)), daemon=True)
    thread.start()
    thread.join(_SECONDS)
    return found[0] if found else ""


def _environment(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The credentials that the environment holds."""
    return [value for name, value in environment.items() if SECRET.search(name) and len(value) >= 6]
