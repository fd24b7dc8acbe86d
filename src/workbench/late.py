"""Packages whose names come from modules that are imported when they are first asked for."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def names(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """A package's `__getattr__` (PEP 562). home: each name's module."""

    def found(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import importlib

        return getattr(importlib.import_module(home[name]), name)

    return found
