"""Libraries that the warm process has imported, and a forked child sees as not imported: importing them is cheap then.

A fresh process of Metaflow's has no pandas until the flow imports it, and the runtime looks at what is imported. So a
child takes these modules out of sys.modules, and a finder puts a library's modules back, the same objects, when one
is imported: through the import system, so that whoever watches imports sees them.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

# in the order in which they are imported, each with the others that it imports itself
LIBRARIES: dict[str, tuple[str, ...]] = {
    "numpy": (),
    "numpy.random": ("numpy",),
    "pandas": ("numpy", "numpy.random"),
    "matplotlib": ("numpy",),
    "IPython.core.shellapp": (),
    "ipykernel.zmqshell": ("IPython.core.shellapp",),
}
HEAVY = ("numpy", "numpy.random", "pandas", "matplotlib")
KERNEL = ("IPython.core.shellapp", "ipykernel.zmqshell")
# what the runtime waits for: these come back through the import system of their own
WATCHED = frozenset({"numpy.random.mtrand", "numpy.random", "matplotlib", "pandas", "numpy"})


class _Library:
    """One library's modules, in the order in which they were imported, and the warnings filters that they set."""

    def __init__(self, name: str) -> None:
        self.name = name
        before, filters = set(sys.modules), list(warnings.filters)
        importlib.import_module(name)
        # what else they import stays where it is: nothing asks whether that has been imported
        new = {key: module for key, module in sys.modules.items() if key not in before}
        mine = {key.partition(".")[0] for key in new} - sys.stdlib_module_names
        if name not in KERNEL:
            mine &= {name.partition(".")[0]}
        self.modules = {key: module for key, module in new.items() if key.partition(".")[0] in mine}
        self.filters = [each for each in warnings.filters if each not in filters]

    def hide(self) -> None:
        for key, module in self.modules.items():
            sys.modules.pop(key, None)
            parent, _, child = key.rpartition(".")
            owner = sys.modules.get(parent)
            if owner is not None and parent not in self.modules and getattr(owner, child, None) is module:
                delattr(owner, child)
        warnings.filters[:] = [each for each in warnings.filters if each not in self.filters]

    def show(self) -> None:
        for key, module in self.modules.items():
            if key in sys.modules:
                continue
            if key in WATCHED and key != self.name:
                importlib.import_module(key)
                continue
            sys.modules[key] = module
            parent, _, child = key.rpartition(".")
            if parent and parent not in self.modules and key != self.name:
                setattr(sys.modules[parent], child, module)
        warnings.filters[:0] = [each for each in self.filters if each not in warnings.filters]
        warnings._filters_mutated()  # type: ignore[attr-defined]
        if self.name == "matplotlib" and (backend := os.environ.get("MPLBACKEND")):
            self.modules["matplotlib"].rcParams["backend"] = backend  # it asks for its backend when it is imported


class Hidden:
    """The libraries, imported on creation. hide: in a child, to be called before anything runs."""

    def __init__(self, *, heavy: bool) -> None:
        # pandas asks for a kernel when it is imported, to know how wide a table may be
        builtins.get_ipython = lambda: types.SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
        self._libraries = {name: _Library(name) for name in LIBRARIES if heavy or name not in HEAVY}
        del builtins.get_ipython  # type: ignore[attr-defined]
        self._owner = {key: library for library in self._libraries.values() for key in library.modules}
        self._busy: set[str] = set()

    def hide(self) -> None:
        if "numpy.random" in self._libraries:
            self._libraries["numpy.random"].modules["numpy.random"].seed()  # by the system, as in a new process
        for library in reversed(self._libraries.values()):
            library.hide()
        warnings._filters_mutated()  # type: ignore[attr-defined]
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in self._owner else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Placeholder(spec.name)

    def exec_module(self, placeholder: types.ModuleType) -> None:
        name = placeholder.__name__
        library = self._owner[name]
        sys.modules[name] = library.modules[name]
        if library.name not in self._busy:
            self._busy.add(library.name)
            for other in LIBRARIES[library.name]:
                importlib.import_module(other)
            library.show()


class _Placeholder(types.ModuleType):
    """The import system writes on what it loads: the real module stays as it is."""
