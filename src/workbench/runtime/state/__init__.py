"""The process state that a step hands to the next: what its cells changed on the side, of every kind there is.

A task restores what earlier steps changed after its setup cells, looks at everything, runs its cells, and looks again.
Kinds of a library that isn't imported wait for its import, so nothing is loaded for them alone.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.runtime.imports import ImportWatch
from workbench.runtime.pickling import digest, dumps, loads
from workbench.runtime.state.caches import Caches
from workbench.runtime.state.counters import LibraryCounters
from workbench.runtime.state.definitions import Definitions
from workbench.runtime.state.figures import OpenFigures
from workbench.runtime.state.generators import NumpyRandom, PythonRandom, TorchRandom
from workbench.runtime.state.generics import Generics
from workbench.runtime.state.interpreter import (
    Arguments,
    Csv,
    Interpreter,
    Limits,
    Processes,
    Signals,
    Sockets,
    Umask,
)
from workbench.runtime.state.kind import Kind
from workbench.runtime.state.live import LiveKind, Objects
from workbench.runtime.state.logs import Logging, LogHandlers
from workbench.runtime.state.modules import ModuleData, Sources
from workbench.runtime.state.options import (
    DecimalContext,
    Display,
    Extensions,
    Folders,
    MatplotlibBackend,
    MatplotlibParameters,
    NumpyBuffer,
    NumpyErrorCall,
    NumpyErrors,
    NumpyPrinting,
    PandasOptions,
    SklearnConfig,
)
from workbench.runtime.state.patches import Patches
from workbench.runtime.state.process import (
    Environment,
    Locale,
    ModulePath,
    RecursionLimit,
    WarningFilters,
    WarningRecord,
    WorkingFolder,
)
from workbench.runtime.state.told import Told

Handed = dict[str, bytes]
"""Kind's name -> its change, pickled."""


def kinds(module: types.ModuleType) -> tuple[Kind, ...]:
    """Every kind, in the order in which they are restored. module: the flow's."""
    return (
        *(Environment(), ModulePath(), WorkingFolder(), Locale(), WarningFilters(), Told(), Logging()),
        RecursionLimit(),
        *(Umask(), Arguments(), Interpreter(), Sockets(), Csv(), Limits(), Processes(), Signals()),
        *(PythonRandom(), NumpyRandom(), TorchRandom()),
        *(
            NumpyPrinting(),
            NumpyErrors(),
            NumpyBuffer(),
            PandasOptions(),
            MatplotlibBackend(),
            MatplotlibParameters(),
            SklearnConfig(),
            *(Display(), Folders(), Extensions()),
        ),
        *(DecimalContext(), Sources(module), Definitions(module), LibraryCounters(), Objects()),
    )


def live_kinds(module: types.ModuleType) -> tuple[LiveKind, ...]:
    """Every kind of state that consists of objects. module: the flow's."""
    return (
        *(ModuleData(module), Caches(module), Generics(module), Patches(module)),
        *(LogHandlers(), WarningRecord(), NumpyErrorCall(), OpenFigures()),
    )


def merged(branches: Sequence[tuple[Handed, set[str]]], module: types.ModuleType) -> Handed:
    """The state after a join: for each branch, in the notebook's order, what it hands on and which kinds it changed."""
    known = {kind.name: kind for kind in kinds(module)}
    result: Handed = {}
    for handed, changed in branches:
        for name, content in handed.items():
            if name in result and (name in changed or not known[name].compared):
                result[name] = dumps(known[name].merge(loads(result[name]), loads(content)), module)
            else:
                result.setdefault(name, content)
    return result


class ProcessState:
    """The state of one task. handed: what comes from earlier steps; module: the flow's.

    watch_seeding: note which generators are seeded before they are used; for steps that may run beside others.
    """

    def __init__(self, handed: Handed, module: types.ModuleType, *, watch_seeding: bool = False) -> None:
        self._handed = handed
        self._watch_seeding = watch_seeding
        self._seeded: set[str] = set()
        self._seeders: list[tuple[types.ModuleType, str, Any]] = []
        self._module = module
        self._kinds = {kind.name: kind for kind in kinds(module)}
        self._before: dict[str, Any] = {}
        self._watch = ImportWatch(self._around_import)

    def begin(self) -> None:
        """Restore what earlier steps changed, and look at everything. Raises HandOverError where it can't."""
        self._watch.start()
        for kind in self._kinds.values():
            self._watch.when(kind.module, functools.partial(self._begin, kind))

    def settle(self) -> None:
        """The cells begin."""
        told = self._told
        told.settle()
        for name in told.waiting:
            self._watch.when(name, functools.partial(told.install, name))

    def freeze(self) -> None:
        """The cells have ended."""
        self._told.freeze()

    @property
    def _told(self) -> Told:
        return next(kind for kind in self._kinds.values() if isinstance(kind, Told))

    def end(self) -> dict[str, Any]:
        """What the cells changed since: kind's name -> change. Says on stderr what of it is not handed over."""
        self.stop()
        changes: dict[str, Any] = {}
        for name, before in self._before.items():
            kind = self._kinds[name]
            after = kind.read()
            change = kind.change(before, after)
            if change is not None:
                changes[name] = change
            for sentence in kind.left_out(before, after):
                print(f"workbench: warning: {sentence}", file=sys.stderr)
        return changes

    def essences(self, changes: Mapping[str, Any]) -> dict[str, dict[str, bytes]]:
        """Fingerprints of changes, for branches to be compared."""
        return {
            name: {key: _fingerprint(value, self._module) for key, value in self._kinds[name].essence(change).items()}
            for name, change in changes.items()
            if self._kinds[name].compared
        }

    def stop(self) -> None:
        """Watch no more."""
        self._watch.stop()
        while self._seeders:
            setattr(*self._seeders.pop())

    @property
    def live(self) -> tuple[str, ...]:
        """Names of the kinds that exist in this process."""
        return tuple(self._before)

    @property
    def seeded(self) -> tuple[str, ...]:
        """Names of the generators that were seeded before they were used."""
        return tuple(sorted(self._seeded))

    def handed_on(self, changes: Mapping[str, Any]) -> Handed:
        """What later steps need: what came, and what was changed here."""
        handed = dict(self._handed)
        for name, change in changes.items():
            kind = self._kinds[name]
            if name in handed:
                change = kind.merge(loads(handed[name]), change)
            handed[name] = dumps(change, self._module)
        return handed

    def _begin(self, kind: Kind) -> None:
        if kind.name in self._handed:
            kind.restore(loads(self._handed[kind.name]))
        self._before[kind.name] = kind.read()
        if self._watch_seeding:
            for module, name in kind.seeds:
                if (owner := sys.modules.get(module)) is not None and hasattr(owner, name):
                    self._seeders.append((owner, name, getattr(owner, name)))
                    setattr(owner, name, self._noting(kind, getattr(owner, name)))

    def _noting(self, kind: Kind, seed: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(seed)
        def noting(*arguments: Any, **options: Any) -> Any:
            if kind.read() == self._before[kind.name]:
                self._seeded.add(kind.name)
            return seed(*arguments, **options)

        return noting

    def _around_import(self) -> Callable[[], None]:
        """What a library changes when it is imported is not the cells' doing."""
        watched = [kind for name, kind in self._kinds.items() if kind.by_imports and name in self._before]
        before = {kind: kind.read() for kind in watched}

        def done() -> None:
            for name, kind in self._kinds.items():
                if kind.by_imports and name in self._before and kind not in before:
                    self._before[name] = kind.read()  # it began with this import
            for kind, seen in before.items():
                after = kind.read()
                if kind.change(seen, after) is not None:
                    self._before[kind.name] = _shifted(kind, self._before[kind.name], seen, after)

        return done


def _fingerprint(value: Any, module: types.ModuleType) -> bytes:
    return digest(value, module) or b""


def _shifted(kind: Kind, base: Any, seen: Any, after: Any) -> Any:
    """A snapshot as it would be, had the import been there before it."""
    if base == seen:
        return after
    change = kind.change(seen, after)
    if isinstance(base, dict):
        return {name: value for name, value in {**base, **change}.items() if value is not None}
    return kind.applied(change, base)  # type: ignore[attr-defined] # mappings and lists are all that imports change
