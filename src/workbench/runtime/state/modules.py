"""What the notebook's own modules hold: the data of every module that stands beside it, not in an environment."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.source import text_of
from workbench.runtime.state.definitions import attributes
from workbench.runtime.state.kind import MappingKind
from workbench.runtime.state.live import Held, LiveKind

_WRITING = re.compile(r"\.py\b|\b(copy\w*|getoutput|move|open|rename|subprocess|system|write\w*)\b")
"""What a flow's text has that writes a file, or lets another program do it."""
_INSTALLED = frozenset({"site-packages", "dist-packages", "lib-dynload"})


class ModuleData(LiveKind):
    """Lists that a helper module fills, its counters and caches; and the attributes of its functions and classes."""

    name = "module data"

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module

    def look(self) -> Held:
        found: Held = {}
        for name, module in own_modules(self._flow_module):
            for attribute, value in list(vars(module).items()):
                if attribute[:2] == "__" or isinstance(value, (types.ModuleType, types.BuiltinFunctionType)):
                    continue
                if isinstance(value, (type, types.FunctionType)):
                    if value.__module__ == name and value.__qualname__ == attribute:
                        found |= {f"{name}:{attribute}.{part}": (each,) for part, each in attributes(value).items()}
                elif type(value).__module__ != "typing" and not hasattr(value, "cache_info"):
                    found[f"{name}:{attribute}"] = (value,)
        return found

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        name, _, path = key.partition(":")
        module = sys.modules.get(name)
        if module is None:
            return False
        owner: Any = module
        *parents, last = path.split(".")
        for part in parents:
            owner = getattr(owner, part, None)
        if owner is not None:
            if value:
                setattr(owner, last, value[0])
            elif last in vars(owner):
                delattr(owner, last)
        return True

    def title(self, key: str) -> str:
        module, _, path = key.partition(":")
        return f"`{path}` of the module `{module}`"


class Sources(MappingKind):
    """The files that such modules were imported from: one that is written anew is another module for later steps."""

    name, title, module = "sources", "the notebook's own modules", "sys"
    by_imports = True  # so that it is read when a module is being imported: the file may be written anew later
    by_each = True

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module
        text = text_of(flow_module)
        self._writes_modules = _WRITING.search(text) is not None
        self._loaded: dict[str, tuple[Any, str]] = {}
        self._came: dict[str, Any] = {}
        self._expected: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        if not self._writes_modules:
            return {}  # who never writes one needn't know
        for name, module in own_modules(self._flow_module):
            spec = getattr(module, "__spec__", None)
            if self._loaded.get(name, (None,))[0] is spec:
                continue
            self._loaded[name] = (spec, _hash(module.__file__ or ""))  # it is new, or was reloaded
            self._check(name)
        return {name: mark for name, (_, mark) in self._loaded.items()}

    def change(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
        """What later steps don't know yet. Which file was there for an import is the cells' doing."""
        return {name: mark for name, mark in after.items() if self._came.get(name) != mark} or None

    def restore(self, change: dict[str, Any]) -> None:
        self._came, self._expected = dict(change), dict(change)
        self.read()

    def _check(self, name: str) -> None:
        expected = self._expected.pop(name, None)
        if expected is not None and expected != self._loaded[name][1]:
            raise HandOverError(
                "WB409",
                f"the file of module `{name}` was written anew after an earlier step imported it: this step would "
                "import another module",
                hint="import it after the last cell that writes it, or put these cells into one step",
            )


def own_modules(flow_module: types.ModuleType) -> Iterator[tuple[str, types.ModuleType]]:
    """The imported modules whose files belong to no environment, the flow's aside."""
    for name, module in list(sys.modules.items()):
        if _foreign.get(name) is module:
            continue
        file = getattr(module, "__file__", None)
        if file and not _is_own(file):
            _foreign[name] = module
        elif file and name not in ("__main__", "__mp_main__") and module is not flow_module:
            yield name, module


def notebook_modules(flow_module: types.ModuleType) -> list[tuple[str, types.ModuleType]]:
    """The notebook's own modules, and the flow's itself, which is the notebook."""
    return [*own_modules(flow_module), (flow_module.__name__, flow_module)]


def path_of(key: str) -> str:
    """What `module:name` is called in the notebook."""
    return key.replace(":", ".").removeprefix("__main__.")


_foreign: dict[str, types.ModuleType] = {}  # modules that are an environment's: a task looks at many hundred, often


@cache
def _is_own(file: str) -> bool:
    # text, not pathlib: a task looks at many hundred modules
    if not file.endswith((".py", ".pyc")) or file.startswith(_roots()):
        return False
    *folders, name = file.split(os.sep)  # noqa: PTH206 - as above
    return not name.startswith("<") and _INSTALLED.isdisjoint(folders)


@cache
def _roots() -> tuple[str, ...]:
    """Where the interpreter's library and the tools around the cells are: the folders, with a separator at the end."""
    import metaflow

    tools = [Path(str(metaflow.__file__)).parent, Path(__file__).parents[2]]
    library = Path(str(types.__file__)).parent
    return tuple(f"{each}{os.sep}" for each in (library, *tools, tools[1].parent / "metaflow_extensions"))


def _hash(file: str) -> str:
    try:
        return hashlib.blake2b(Path(file).read_bytes(), digest_size=16).hexdigest()
    except OSError:  # it was removed: what is imported stays
        return ""
