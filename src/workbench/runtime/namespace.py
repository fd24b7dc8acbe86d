"""The names that a module has of its own, as they are in a kernel: of no file, made by IPython."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from workbench.runtime.source import keep_file

AS_IN_A_KERNEL: dict[str, Any] = {
    "__doc__": "Automatically created module for IPython interactive environment",
    "__loader__": None,
    "__package__": None,
    "__spec__": None,
}
MISSING_IN_A_KERNEL = ("__file__", "__cached__")


class KernelNames:
    """Gives a flow's module these names, and its own ones back."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._names = module.__dict__
        self._own: dict[str, Any] = {}

    def enter(self) -> None:
        """While cells run. Processes that they spawn don't find a file to run again, either."""
        keep_file(self._module)
        for name in (*AS_IN_A_KERNEL, *MISSING_IN_A_KERNEL):
            if name in self._names:
                self._own[name] = self._names.pop(name)
        self._names.update(AS_IN_A_KERNEL)

    def leave(self) -> None:
        """What a cell has bound itself stays bound."""
        for name, value in AS_IN_A_KERNEL.items():
            if self._names.get(name) is value:
                del self._names[name]
        for name, value in self._own.items():
            self._names.setdefault(name, value)
