"""Which objects were there before the flow split: in the notebook all branches have the same ones.

In the flow each branch loads copies of its own. An object's key says where it was found when the branch began: the step
that bound the name ("" for one before the split), the name, and the object's place in the value. Each step inside a
split notes the keys in what it leaves, and a join makes one object again of the copies that have one key.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.pickling import digest, dumps, loads
from workbench.runtime.sharing import objects_in, sharing

Key = tuple[str, str, int]
Held = dict[str, dict[int, Key]]
"""Of each name: at which places of its value there are objects that have a key."""

Notes = Sequence[Mapping[str, Any]]
"""What the steps of a branch noted, in order (workbench.runtime.branches)."""


class Origins:
    """What a task inside a split has. taken: name → value; notes: of a name, those of the branch that it comes from."""

    def __init__(self, taken: Mapping[str, Any], notes: Callable[[str], Notes], module: types.ModuleType) -> None:
        self._module = module
        self._keys: dict[int, tuple[Key, Callable[[], Any]]] = {}
        self._by_name: dict[str, list[Key]] = {}
        for name in sorted(taken):
            for key, obj in _keyed(name, taken[name], notes(name), module):
                found = self._keys.setdefault(id(obj), (key, _reference(obj)))
                self._by_name.setdefault(name, []).append(found[0])

    def held(self, values: Mapping[str, Any]) -> Held:
        """Where the values that the task leaves have what it took."""
        return {name: dict(self._places(value)) for name, value in values.items()}

    def of(self, names: Iterable[str]) -> list[Key]:
        """The keys of what these names had when the task began."""
        return sorted({key for name in names for key in self._by_name.get(name, ())})

    def _places(self, value: Any) -> Iterator[tuple[int, Key]]:
        for place, obj in objects_in(value, self._module):
            key, there = self._keys.get(id(obj), (None, None))
            if key is not None and there is not None and there() is obj:
                yield place, key


def latest(notes: Notes, name: str) -> tuple[str, dict[int, Key]]:
    """The step that last left a name in a branch, and the keys in it; where none did, it is from before the split."""
    for note in reversed(notes):
        if name in note["held"]:
            return note["step"], note["held"][name]
    return "", {}


class Branches:
    """In a join: the branches' values, one branch after the other, each key with one object. module: the flow's."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._first: dict[Key, tuple[Any, str, str]] = {}  # the object, with branch and name that have it

    def add(self, branch: str, wanted: Mapping[str, Any], along: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
        """The values of one more branch, with the objects of the earlier ones in place of its copies of them.

        wanted: what the join takes of it; along: what is pickled together with that. Raises HandOverError (WB402).
        """
        copies = {}
        for name, key, obj in self._objects(wanted, notes):
            if key in self._first and self._first[key][0] is not obj:
                self._check(branch, name, obj, key)
                copies[id(obj)] = key
        values = {**along, **wanted}
        if copies:
            roots = {root for group in sharing(values, self._module).groups for root in group.view_roots}
            known = {key: self._first[key][0] for key in copies.values()}
            values = loads(dumps(values, self._module, roots, copies), known)
        for name, key, obj in self._objects({name: values[name] for name in wanted}, notes):
            self._first.setdefault(key, (obj, branch, name))
        return values if copies else {}

    def _objects(self, values: Mapping[str, Any], notes: Notes) -> Iterator[tuple[str, Key, Any]]:
        for name in sorted(values):
            for key, obj in _keyed(name, values[name], notes, self._module):
                yield name, key, obj

    def _check(self, branch: str, name: str, obj: Any, key: Key) -> None:
        there, other, theirs = self._first[key]
        mark = digest(obj, self._module)
        if mark is None or mark != digest(there, self._module):
            raise HandOverError(
                "WB402",
                f"{theirs!r} of step {other} and {name!r} of step {branch} hold one object of {key[1]!r}, which can't "
                "be put together again; in the notebook the steps run one after the other",
                hint="let one branch run `after:` the other",
            )


def _keyed(name: str, value: Any, notes: Notes, module: types.ModuleType) -> Iterator[tuple[Key, Any]]:
    step, places = latest(notes, name)
    for place, obj in objects_in(value, module):
        yield places.get(place, (step, name, place)), obj


def _reference(obj: Any) -> Callable[[], Any]:
    """Weak where that can be: an object of the notebook's is to end when the notebook lets go of it."""
    try:
        return weakref.ref(obj)
    except TypeError:
        return lambda: obj
