"""Be told of imports: of one module when it is there, and of what any import changed on the side."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any


class ImportWatch:
    """around(): called when an import begins that no other import caused; what it gives, when that import has ended."""

    def __init__(self, around: Callable[[], Callable[[], None]]) -> None:
        self._around = around
        self._waiting: dict[str, list[Callable[[], None]]] = {}
        self._state = threading.local()

    def when(self, module: str, call: Callable[[], None]) -> None:
        """Call once the module has been imported; at once if it is there already."""
        if module in sys.modules:
            call()
        else:
            self._waiting.setdefault(module, []).append(call)

    def start(self) -> None:
        """Begin to watch."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Watch no more."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the others find, with a loader that tells us when it has loaded."""
        state = self._state
        outermost = not getattr(state, "depth", 0)
        if getattr(state, "searching", False) or not (outermost or name in self._waiting):
            return None
        state.searching = True
        try:
            spec = _find(name, path, target, self)
        finally:
            state.searching = False
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self)  # type: ignore[assignment]
        return spec

    def load(self, loader: Any, module: types.ModuleType) -> None:
        """Load a module, and tell who waits for it."""
        state = self._state
        state.depth = getattr(state, "depth", 0) + 1
        done = self._around() if state.depth == 1 else None
        try:
            loader.exec_module(module)
            for call in self._waiting.pop(module.__name__, ()):
                call()
        finally:
            state.depth -= 1
            if done is not None:
                done()


class _Loader:
    """Stands before a module's loader until the module is executed, and is gone then."""

    def __init__(self, loader: Any, watch: ImportWatch) -> None:
        self._loader = loader
        self._watch = watch

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        created: types.ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._watch.load(self._loader, module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _find(
    name: str, path: Sequence[str] | None, target: types.ModuleType | None, but: ImportWatch
) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if finder is but or not hasattr(finder, "find_spec"):
            continue
        spec = finder.find_spec(name, path, target)
        if spec is not None:
            return spec
    return None
