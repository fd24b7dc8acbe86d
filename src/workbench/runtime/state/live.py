"""State that consists of objects: what modules hold, and what the notebook has put into libraries.

Such objects may be the very ones that variables name, so they are pickled together with the variables
(workbench.runtime.handover), and installed in the next task as soon as their module is there.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from workbench.errors import HandOverError
from workbench.runtime.imports import ImportWatch
from workbench.runtime.pickling import digest
from workbench.runtime.state.kind import Kind

Held = dict[str, tuple[Any, ...]]
"""Key -> (value,), or () for what was taken away."""

Live = dict[str, Held]
"""Kind's name -> what it holds."""


class Objects(Kind):
    """Stands for all of it where branches are compared."""

    name, title, module = "live", "what libraries and modules hold", "sys"

    def read(self) -> None:
        """It is looked at elsewhere."""


class LiveKind:
    """One kind. title: of a key, as people are told of it."""

    name: ClassVar[str]
    by_imports: ClassVar[bool] = False
    """Whether importing a library may change what is there, which is not the cells' doing."""

    def look(self) -> Held:
        """What is there now, the objects themselves."""
        raise NotImplementedError

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        """Put it there. False where the module isn't imported yet."""
        raise NotImplementedError

    def title(self, key: str) -> str:
        """A key as people are told of it."""
        return f"`{key}`"


class LiveState:
    """Of one task. kinds: every kind; module: the flow's."""

    def __init__(self, kinds: tuple[LiveKind, ...], module: types.ModuleType) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._module = module
        self._came: Live = {}
        self._waiting: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._before: dict[tuple[str, str], Any] = {}
        self._watch = ImportWatch(self._around_import)
        self.changed: dict[str, bytes] = {}

    def arrive(self, came: Live) -> None:
        """Install what earlier steps left, now or once its module is imported."""
        self._came = came
        self._waiting = {(name, key): value for name, held in came.items() for key, value in held.items()}
        self._install()
        self._before = dict(self._marks(self._kinds.values()))
        self._watch.start()

    def leave(self) -> Live | None:
        """What later steps need; None where nothing came and nothing was changed. Raises HandOverError (WB409)."""
        self.stop()
        held: Live = {name: dict(each) for name, each in self._came.items()}
        for name, kind in self._kinds.items():
            now = kind.look()
            for key in now.keys() | {key for owner, key in self._before if owner == name}:
                value = now.get(key, ())
                if (name, key) in self._waiting:
                    continue  # it hasn't been imported here
                mark = self._mark(value)
                if mark != self._before.get((name, key), self._mark(())):
                    if isinstance(mark, tuple):
                        raise _cannot_cross(kind.title(key), value)
                    self.changed[f"{name} {key}"] = mark
                    held.setdefault(name, {})[key] = value
                elif key in held.get(name, ()):
                    held[name][key] = value
        return held or None

    def stop(self) -> None:
        """Watch no more."""
        self._watch.stop()

    def _install(self) -> list[tuple[str, str]]:
        done = []
        for at in list(self._waiting):
            if at not in self._waiting:
                continue  # to install another imported something, and we were called for that
            value = self._waiting.pop(at)
            if self._kinds[at[0]].install(at[1], value):
                done.append(at)
            else:
                self._waiting[at] = value
        return done

    def _around_import(self) -> Callable[[], None]:
        watched = [kind for kind in self._kinds.values() if kind.by_imports]
        before = dict(self._marks(watched))
        there = {(name, key) for name, kind in self._kinds.items() for key in kind.look()}

        def done() -> None:
            for at, mark in self._marks(watched):
                if before.get(at) != mark:
                    self._before[at] = mark
            for name, kind in self._kinds.items():
                for key, value in kind.look().items():
                    if (name, key) not in self._before.keys() | there:  # its module is new
                        self._before[name, key] = self._mark(value)
            for name, key in self._install():
                self._before[name, key] = self._mark(self._came[name][key])

        return done

    def _marks(self, kinds: Iterable[LiveKind]) -> Iterator[tuple[tuple[str, str], Any]]:
        for kind in kinds:
            for key, value in kind.look().items():
                yield (kind.name, key), self._mark(value)

    def _mark(self, value: tuple[Any, ...]) -> Any:
        """A fingerprint: of the content, or, where it can't be pickled, of the objects."""
        found = digest(value, self._module)
        return _identity(value) if found is None else found


def _identity(value: Any) -> Any:
    """Which objects these are; lists and tuples are looked into, since a look makes them anew."""
    return tuple(map(_identity, value)) if isinstance(value, tuple | list) else id(value)


def merged_live(branches: Sequence[tuple[Live, Collection[str]]]) -> Live:
    """After a join: for each branch, in the notebook's order, what it left and which keys it changed."""
    result: Live = {}
    for live, changed in branches:
        for name, held in live.items():
            for key, value in held.items():
                if key not in result.setdefault(name, {}) or f"{name} {key}" in changed:
                    result[name][key] = value
    return result


def _cannot_cross(title: str, value: tuple[Any, ...]) -> HandOverError:
    return HandOverError(
        "WB409",
        f"{title} holds a {type(value[0]).__name__}, which can't go to the next step",
        hint="set it in a cell tagged `setup`, or put the cells that need it into one step",
    )
