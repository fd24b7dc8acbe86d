"""Counters that libraries keep on their classes, to number what they make: later cells print those numbers."""

from __future__ import annotations

import sys
from typing import Any

from workbench.runtime.state.kind import MappingKind

# the machinery around the cells counts for itself
_OURS = frozenset("IPython __main__ cloudpickle comet_ml metaflow metaflow_extensions traitlets workbench".split())

Slots = dict[str, tuple[type, str]]
"""Counter's name -> the class and its attribute."""


class LibraryCounters(MappingKind):
    """Integers on the classes of imported modules, the standard library's aside: `control` numbers its systems so."""

    name, title, module = "counters", "a library's counters", "sys"
    consumed = True
    by_imports = True

    def __init__(self) -> None:
        self._seen: set[str] = set(sys.stdlib_module_names)
        self._slots: Slots = {}
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
            module = sys.modules[name]
            complete = not getattr(getattr(module, "__spec__", None), "_initializing", False)
            if complete:
                self._seen.add(name)  # what is being imported may yet get more classes
            top = name.partition(".")[0]
            if top not in _OURS and top not in sys.stdlib_module_names:
                self._slots |= _kept_slots(name, module) if complete else _slots(name, module)


def _slots(name: str, module: Any) -> Slots:
    """The integers on a module's own classes."""
    found: Slots = {}
    for owner in list(getattr(module, "__dict__", {}).values()):
        if isinstance(owner, type) and owner.__module__ == name:
            found |= {
                f"{name}:{owner.__qualname__}.{attribute}": (owner, attribute)
                for attribute, value in list(vars(owner).items())
                if type(value) is int
            }
    return found


def _kept_slots(name: str, module: Any) -> Slots:
    """The same, of a module that is complete, looked at once."""
    if name not in _known or _known[name][0] is not module:
        _known[name] = (module, _slots(name, module))
    return _known[name][1]


_known: dict[str, tuple[Any, Slots]] = {}
