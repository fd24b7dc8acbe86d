"""The flow's own text: also while cells run, when its module has no `__file__`, as a kernel's has none."""

from __future__ import annotations

import linecache
import types

_files: dict[str, str] = {}


def keep_file(module: types.ModuleType) -> None:
    """Remember the file of a module whose `__file__` is about to be taken away, or bound by a cell."""
    if file := getattr(module, "__file__", None):
        _files[module.__name__] = file


def file_of(module: types.ModuleType) -> str | None:
    """The file that a flow's module was read from; None where there is none."""
    return _files.get(module.__name__) or getattr(module, "__file__", None)


def text_of(module: types.ModuleType) -> str:
    """The text of that file; empty where there is none."""
    file = file_of(module)
    return "".join(linecache.getlines(file)) if file else ""
