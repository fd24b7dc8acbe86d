"""What steps write onto the functions and classes of the flow's module: attributes, defaults, class attributes."""

from __future__ import annotations

import types
from typing import Any

from workbench.runtime.pickling import dumps, loads
from workbench.runtime.state.kind import MappingKind


class Definitions(MappingKind):
    """A definition is made anew in every task, so what was written onto it has to be written again."""

    name, title, module = "definitions", "attributes of the notebook's functions and classes", "sys"

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, definition in list(vars(self._flow_module).items()):
            if not self._is_ours(name, definition):
                continue
            for attribute, value in _attributes(definition).items():
                try:
                    found[f"{name}.{attribute}"] = dumps(value, self._flow_module)
                except Exception:  # noqa: S112 - what can't be pickled can't be compared: as with any value on a class
                    continue
        return found

    def restore(self, change: dict[str, Any]) -> None:
        for key, content in change.items():
            name, _, attribute = key.partition(".")
            definition = vars(self._flow_module).get(name)
            if definition is None:
                continue
            if content is not None:
                setattr(definition, attribute, loads(content))
            elif attribute in vars(definition):
                delattr(definition, attribute)

    def _is_ours(self, name: str, definition: Any) -> bool:
        if not isinstance(definition, (type, types.FunctionType)) or hasattr(definition, "_flow_state"):
            return False
        return definition.__module__ == self._flow_module.__name__ and definition.__qualname__ == name


_FUNCTION = ("__defaults__", "__kwdefaults__")
_NO_STATE = (types.FunctionType, staticmethod, classmethod, property, types.MemberDescriptorType)
_GENERATED = ("__dict__", "__weakref__", "__module__", "__doc__", "__qualname__")


def _attributes(definition: Any) -> dict[str, Any]:
    """What a definition carries that is data, not code."""
    if isinstance(definition, types.FunctionType):
        own = {name: getattr(definition, name) for name in _FUNCTION if getattr(definition, name) is not None}
        return own | definition.__dict__
    return {
        name: value
        for name, value in vars(definition).items()
        if name not in _GENERATED
        and not isinstance(value, _NO_STATE)
        and not (name[:2] == "__" and name[-2:] == "__")
        and not name.startswith("_abc_")
    }
