"""Which names share something that can change: an object, or the memory of an array.

Metaflow pickles artifacts one by one, so two names of one list would become two lists. Names that share are found by
pickling each of them into nothing and comparing what the picklers have seen.
"""

from __future__ import annotations

import enum
import re
import sys
import types
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.runtime.arrays import bounds, root_of
from workbench.runtime.pickling import NAMELESS, FlowPickler, nan_key
from workbench.runtime.setorder import is_kept
from workbench.runtime.source import text_of


@dataclass(frozen=True)
class Group:
    """Names that have to be pickled together. view_roots: ids of the arrays whose views are among them."""

    names: tuple[str, ...]
    view_roots: frozenset[int]


@dataclass(frozen=True)
class Sharing:
    """groups: of names that share, or that hold views of their own memory; special: names plain pickle can't do;
    failed: for each name that can't be pickled at all, why."""

    groups: tuple[Group, ...]
    special: frozenset[str]
    failed: dict[str, Exception]


def sharing(values: Mapping[str, Any], module: types.ModuleType) -> Sharing:
    """Look at the values that a step hands over. module: the flow's."""
    scans: dict[str, _Scan] = {}
    failed: dict[str, Exception] = {}
    for name, value in values.items():
        if type(value) not in _ATOMS or nan_key(value) is not None:
            try:
                scans[name] = _Scan(value, module)
            except Exception as error:  # whatever a value's own reducer raises
                failed[name] = error
    special = frozenset(name for name, scan in scans.items() if scan.special)
    return Sharing(_groups(scans), special, failed)


def mutable_ids(value: Any, module: types.ModuleType) -> set[int]:
    """Ids of what can change in a value. Empty for what can't be pickled."""
    try:
        return _Scan(value, module).objects
    except Exception:  # whatever a value's own reducer raises
        return set()


def objects_in(value: Any, module: types.ModuleType) -> list[tuple[int, Any]]:
    """What can change in a value, each with its place: 0, 1, … in the order in which pickle meets it; -1, -2, … for the
    arrays whose memory others in it show.

    An instance stands for its `__dict__` too. Empty for what can't be pickled.
    """
    if type(value) in _ATOMS:
        return []
    try:
        scan = _Scan(value, module)
    except Exception:  # as above
        return []
    roots = {id(root): root for root in map(root_of, scan.arrays)}
    own = {id(getattr(obj, "__dict__", None)) for obj in scan.in_order}
    there = [obj for obj in scan.in_order if id(obj) not in own]
    shown = [root for key, root in roots.items() if key not in scan.objects]
    return [*enumerate(there), *((-place, root) for place, root in enumerate(shown, 1))]


def functions_in(value: Any, module: types.ModuleType) -> list[types.FunctionType]:
    """The functions in a value that pickle looks into. Empty for what can't be pickled."""
    try:
        return _Scan(value, module).functions
    except Exception:  # as above
        return []


class _Scan:
    """What one value consists of. The picklers are kept: their ids are of living objects only as long as they are."""

    def __init__(self, value: Any, module: types.ModuleType) -> None:
        self._pickler = _Scanner(_Nothing(), module, buffer_callback=_ignore)
        self._pickler.dump(value)
        self.special = self._pickler.special or isinstance(value, _DROPPED)
        self.nans = self._pickler.nans
        one_nan = any(isinstance(key, str) or count > 1 for key, count in self.nans.items())
        self.loses = one_nan or self._pickler.reordered  # what plain pickle does
        memo = dict(sorted(self._pickler.memo.copy().items(), key=_place))
        shared_anyway = _class_level({type(obj) for _, obj in memo.values()}, module)
        found = [obj for key, (_, obj) in memo.items() if key not in shared_anyway]
        self.in_order: list[Any] = [obj for obj in found if _is_mutable(obj, self._pickler)]
        self.objects: set[int] = {id(obj) for obj in self.in_order}
        self.functions: list[types.FunctionType] = [obj for _, obj in memo.values() if type(obj) is types.FunctionType]
        numpy = sys.modules.get("numpy")
        self.arrays: list[Any] = [obj for _, obj in memo.values() if isinstance(obj, numpy.ndarray)] if numpy else []


def _place(entry: tuple[int, tuple[int, Any]]) -> int:
    """When a pickler met what stands in its memo."""
    return entry[1][0]


def _class_level(classes: Iterable[type], module: types.ModuleType) -> set[int]:
    """Ids of lists and dicts that stand on libraries' classes: all instances share them, in every process."""
    bases = {base for cls in classes for base in cls.__mro__ if base.__module__ != module.__name__}
    return {id(value) for base in bases for value in vars(base).values() if isinstance(value, (list, dict, set))}


class _Scanner(FlowPickler):
    """Leaves out what never changes, but is often shared: the labels and the bookkeeping of pandas."""

    def __init__(self, file: Any, module: types.ModuleType, **options: Any) -> None:
        super().__init__(file, module, **options)
        self.index_names_change = _are_index_names_set(module)
        self.nans: Counter[str | int] = Counter()
        self.reordered = False

    def persistent_id(self, obj: Any) -> None:
        if type(obj) is float and (key := nan_key(obj)) is not None:
            self.nans[key] += 1
        elif type(obj) in (set, frozenset) and not is_kept(obj):
            self.reordered = True
            self._ordered_set(obj)  # raises where its order can't be made again
        elif type(obj) is str and id(obj) in self._texts:
            self._text(obj)

    def reducer_override(self, obj: Any) -> Any:
        pandas = sys.modules.get("pandas")
        if pandas is not None and hasattr(pandas, "Index"):
            if isinstance(obj, pandas.Index):
                return NotImplemented if self.index_names_change else (_leaf, ())
            if isinstance(obj, pandas.api.extensions.ExtensionDtype):
                return _leaf, ()
            if isinstance(obj, pandas._libs.internals.Block):
                return _leaf, (_values(obj, pandas),)
        return super().reducer_override(obj)


def _values(block: Any, pandas: Any) -> Any:
    """A block's values; of numbers nothing where pandas itself keeps views apart (copy on write)."""
    values = block.values
    if pandas.options.mode.copy_on_write is True:
        return values.tolist() if getattr(getattr(values, "dtype", None), "hasobject", False) else None
    return values


_SETS_NAMES = re.compile(r"(?<!\bself)\.names?\s*=(?!=)|\bset_names\(|\brename\([^()]*\binplace\b")


@lru_cache(maxsize=1)
def _are_index_names_set(module: types.ModuleType) -> bool:
    """Whether the flow's cells name an index in place, which is all of it that can change. module: the flow's."""
    return _SETS_NAMES.search(text_of(module)) is not None


class _Nothing:
    """A file that keeps nothing."""

    def write(self, content: Any) -> int:
        return len(content)


def _ignore(_: Any) -> None:
    """Keep a buffer out of the stream."""


def _leaf(*_: Any) -> None:
    """Stands for a value that is never loaded."""


_ATOMS: frozenset[type] = frozenset({type(None), bool, int, float, complex, str, bytes})
_DROPPED = (types.FunctionType, types.MethodType)
"""Metaflow leaves these out of the artifacts without a word."""

_IMMUTABLE = _ATOMS | {tuple, frozenset, range, slice, type(...), type(NotImplemented), types.BuiltinFunctionType}
_IMMUTABLE_BASES = (types.ModuleType, enum.Enum)
_IMMUTABLE_MODULES = frozenset(
    {
        *("_decimal", "_pydatetime", "datetime", "dateutil", "decimal", "fractions", "ipaddress", "pathlib", "pytz"),
        *("pyarrow", "re", "uuid", "zoneinfo", "_operator", "operator"),
    }
)
_IMMUTABLE_PACKAGES = ("numpy.dtypes", "pandas._libs.missing", "pandas._libs.tslibs", "pandas.core.indexes")


def _is_mutable(obj: Any, pickler: _Scanner) -> bool:
    """Whether it matters that two names have the same one of these."""
    kind = type(obj)
    if kind is types.FunctionType or isinstance(obj, type):
        # what its module has under its name is the same one for everybody
        return obj not in NAMELESS and not pickler.is_importable(obj)
    if kind in _IMMUTABLE or isinstance(obj, _IMMUTABLE_BASES):
        return False
    module = kind.__module__
    if pickler.index_names_change and isinstance(obj, getattr(sys.modules.get("pandas"), "Index", ())):
        return True
    if module.partition(".")[0] in _IMMUTABLE_MODULES or module.startswith(_IMMUTABLE_PACKAGES):
        return False
    numpy = sys.modules.get("numpy")
    return numpy is None or not isinstance(obj, (numpy.generic, numpy.ufunc, numpy.dtype))


def _groups(scans: Mapping[str, _Scan]) -> tuple[Group, ...]:
    """Names joined by what they share; of a name alone only where it shows its own memory twice, or is special."""
    joined = _Union(scans)
    first: dict[int, str] = {}
    for name, scan in scans.items():
        for key in (*scan.objects, *(nan for nan in scan.nans if isinstance(nan, int))):
            joined.join(first.setdefault(key, name), name)
    roots = _overlapping(scans, joined)
    groups = []
    for names in joined.sets():
        own = frozenset(root for root, owner in roots.items() if owner in names)
        if len(names) > 1 or own or any(scans[name].special or scans[name].loses for name in names):
            groups.append(Group(tuple(names), own))
    return tuple(groups)


def _overlapping(scans: Mapping[str, _Scan], joined: _Union) -> dict[int, str]:
    """Ids of arrays that are seen more than once, as themselves or through views; their names are joined."""
    seen: dict[int, list[tuple[str, Any]]] = {}
    for name, scan in scans.items():
        for array in scan.arrays:
            seen.setdefault(id(root_of(array)), []).append((name, array))
    found: dict[int, str] = {}
    for root, views in seen.items():
        if len({id(array) for _, array in views}) < 2:
            continue
        for name, other in _touching(views):
            found[root] = name
            joined.join(name, other)
    return found


def _touching(views: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, str]]:
    """Pairs of names whose arrays have bytes in common, by the bounds of their memory."""
    reach, owner = 0, ""
    for low, high, name in sorted((*bounds(array), name) for name, array in views if array.size):
        if low < reach:
            yield owner, name
        if high > reach:
            reach, owner = high, name


class _Union:
    """Disjoint sets of names."""

    def __init__(self, names: Collection[str]) -> None:
        self._parent = {name: name for name in names}

    def find(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = name = self._parent[self._parent[name]]
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.find(other)] = self.find(one)

    def sets(self) -> list[list[str]]:
        members: dict[str, list[str]] = {}
        for name in self._parent:
            members.setdefault(self.find(name), []).append(name)
        return list(members.values())
