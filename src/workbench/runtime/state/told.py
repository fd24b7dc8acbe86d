"""What a process tells once: a warning at each place, and what a module says while it is imported.

A notebook's one process told it in the cell that came first. A later task, which imports the module again, or comes to
the place with registries of its own, would tell it once more.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from typing import Any

from workbench.runtime.state.kind import MappingKind

_TOOLS = ("metaflow", "workbench")

_said: dict[str, bool] = {}
"""The modules that wrote something while they were imported: in this task, or (True) in an earlier one."""


def importing() -> list[str]:
    """The modules whose import the caller's caller is a part of, the innermost first."""
    found = []
    frame = sys._getframe(2) if hasattr(sys, "_getframe") else None
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            spec = frame.f_globals.get("__spec__")
            if spec is not None and getattr(spec, "_initializing", False):
                found.append(spec.name)
        frame = frame.f_back
    return found


def was_said(module: str) -> bool:
    """Whether an earlier task showed what the module says. If not, this one does."""
    return _said.setdefault(module, False)


class Told(MappingKind):
    """The warnings' registries, and the modules that spoke. It is no setting, so branches needn't agree on it.

    A registry says what was shown since the filters were changed last: Python forgets it all when they are.
    """

    name, title, module = "told", "what was told already", "warnings"
    compared = False

    def __init__(self) -> None:
        self._came: dict[str, Any] = {}
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}
        self._mark: Any = None
        self._frozen: dict[str, Any] | None = None

    def read(self) -> dict[str, Any]:
        if self._frozen is not None:
            return self._frozen
        version = _filters_version()
        found: dict[str, Any] = {name: True for name in _said if name in sys.modules}
        registries = {name: each for name, each in _registries() if each.get("version") == version}
        if self._mark in (None, version):
            waiting = self._waiting.keys() if self._mark is None else self.waiting
            found |= {name: value for name, value in self._came.items() if value is not True and value[0] in waiting}
        for name, registry in registries.items():
            found |= {f"{name} {key}": _plain(name, key) for key in registry if isinstance(key, tuple)}
        return {name: value for name, value in found.items() if value is not None}

    def restore(self, change: dict[str, Any]) -> None:
        self._came = {name: value for name, value in change.items() if value is not None}
        self._waiting = {}
        for name, value in self._came.items():
            if value is True:
                _said[name] = True
            else:
                self._waiting.setdefault(value[0], []).append(value[1:])

    def settle(self) -> None:
        """Put the registries where they belong. Last of all: what came before may have changed the filters."""
        self._mark = _filters_version()
        for name in self._waiting.keys() & sys.modules.keys():
            self.install(name)

    def install(self, name: str) -> None:
        """One module's, once it has been imported."""
        entries: dict[Any, int] = {live: 1 for key in self._waiting.get(name, ()) if (live := _live(key)) is not None}
        if entries:
            registry = vars(sys.modules[name]).setdefault("__warningregistry__", {})
            registry |= entries
            registry["version"] = self._mark

    @property
    def waiting(self) -> tuple[str, ...]:
        """The modules whose registries wait for their import."""
        return tuple(name for name in self._waiting if name not in sys.modules)

    def freeze(self) -> None:
        """The cells are done: what comes now may change the filters, and tell the rest that nothing was shown."""
        self._frozen = self.read()


def _registries() -> Iterator[tuple[str, dict[Any, Any]]]:
    for name, module in list(sys.modules.items()):
        registry = getattr(module, "__dict__", {}).get("__warningregistry__")
        if registry and name not in ("__main__", "__mp_main__") and not name.startswith(_TOOLS):
            yield name, registry


def _plain(module: str, key: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """A registry's key without classes, which the next task may not have yet; None for a category of the notebook's."""
    text, category, *line = key
    if category.__module__ == "__main__" or not isinstance(text, str):
        return None
    return (module, text, category.__module__, category.__qualname__, *line)


def _live(key: tuple[Any, ...]) -> tuple[Any, ...] | None:
    text, module, name, *line = key
    category = getattr(sys.modules.get(module), name, None)
    return None if category is None else (text, category, *line)


def _filters_version() -> Any:
    """The count of changes to the filters, which only a registry tells."""
    registry: dict[Any, Any] = {}
    show, warnings._showwarnmsg = warnings._showwarnmsg, _nothing  # type: ignore[attr-defined] # what shows in the end
    try:
        warnings.warn_explicit("", _Probe, "", 0, registry=registry)
    except _Probe:  # warnings are errors
        pass
    finally:
        warnings._showwarnmsg = show  # type: ignore[attr-defined] # as above
    return registry.get("version")


class _Probe(Warning):
    """No cell warns of this."""


def _nothing(*_: Any) -> None:
    """Show nothing."""
