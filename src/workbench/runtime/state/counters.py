"""Counters that libraries keep on their classes, to number what they make: later cells print those numbers."""

from __future__ import annotations

import sys
from typing import Any

from workbench.runtime.state.kind import MappingKind

# the machinery around the cells counts for itself
_OURS = frozenset("IPython __main__ cloudpickle comet_ml metaflow metaflow_extensions traitlets workbench".split())


class LibraryCounters(MappingKind):
    """Integers on the classes of imported modules, the standard library's aside: `control` numbers its systems so."""

    name, title, module = "counters", "a library's counters", "sys"
    consumed = True
    by_imports = True

    def __init__(self) -> None:
        self._seen: set[str] = set(sys.stdlib_module_names)
        self._slots: dict[str, tuple[type, str]] = {}
        self._waiting: dict[str, int] = {}

    def read(self) -> dict[str, Any]:
        self._look_at_new_modules()
        for key in [key for key in self._waiting if key in self._slots]:
            owner, attribute = self._slots[key]
            setattr(owner, attribute, self._waiting.pop(key))
        values = {key: vars(owner).get(attribute) for key, (owner, attribute) in self._slots.items()}
        return {key: value for key, value in values.items() if type(value) is int}

    def restore(self, change: dict[str, Any]) -> None:
        # the library may be imported later: reading comes after each import
        self._waiting.update({key: value for key, value in change.items() if value is not None})
        self.read()

    def _look_at_new_modules(self) -> None:
        for name in sys.modules.keys() - self._seen:
            if not getattr(getattr(sys.modules[name], "__spec__", None), "_initializing", False):
                self._seen.add(name)  # what is being imported may yet get more classes
            top = name.partition(".")[0]
            if top in _OURS or top in sys.stdlib_module_names:
                continue
            for owner in list(getattr(sys.modules[name], "__dict__", {}).values()):
                if isinstance(owner, type) and owner.__module__ == name:
                    self._slots |= {
                        f"{name}:{owner.__qualname__}.{attribute}": (owner, attribute)
                        for attribute, value in list(vars(owner).items())
                        if type(value) is int
                    }
