"""What was registered with functions of `functools.singledispatch`: for which classes they call which function."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from workbench.runtime.source import text_of
from workbench.runtime.state.definitions import is_generic
from workbench.runtime.state.live import Held, LiveKind
from workbench.runtime.state.modules import notebook_modules, path_of


class Generics(LiveKind):
    """Of the notebook's generic functions, and its own modules': (class, function) pairs, in their order."""

    name = "generics"

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module
        self._is_used = "register" in text_of(flow_module)

    def look(self) -> Held:
        found = self._functions() if self._is_used else ()
        return {key: (list(function.registry.items()),) for key, function in found}

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        function = dict(self._functions()).get(key)
        if function is None:
            return False
        for cls, implementation in value[0] if value else ():
            if function.registry.get(cls) is not implementation:
                function.register(cls, implementation)
        return True

    def title(self, key: str) -> str:
        return f"`{path_of(key)}`"

    def _functions(self) -> Iterator[tuple[str, Any]]:
        for name, module in notebook_modules(self._flow_module):
            for attribute, value in list(vars(module).items()):
                if is_generic(value) and value.__module__ == name and value.__qualname__ == attribute:
                    yield f"{name}:{attribute}", value
