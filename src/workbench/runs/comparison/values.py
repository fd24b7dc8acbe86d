"""Two values, by structure: the same types, the same parts, down to the last number.

A value is the same where nobody could tell it from the other: 1 is not 1.0, 0.0 is not -0.0, NaN is NaN, a
dictionary's order counts. Classes of the notebook itself are told by their names, for the flow has them in a module of
its own. What has no structure that could be looked into counts as different, and is said to be unproven.
"""

from __future__ import annotations

import copyreg
import math
import re
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runs.comparison.noise import Run, close, noise

LIMIT = 8  # differences of one value that are told apart
_LONGEST = 160
_LEAVES = (bool, int, str, bytes, type(None), type(...), type(NotImplemented), range, slice)
_PLAIN_MODULES = frozenset("datetime decimal fractions uuid ipaddress pathlib zoneinfo".split())
# what a value holds of its own making: a fit's and a query's time
_NOISE = (
    ("times taken", re.compile(r"\.(cv_results_\['(mean|std)_(fit|score)_time'\]|refit_time_)")),
    ("query times and ids", re.compile(r"\.attrs\['workbench[^']*'\]\['(seconds|query_id|cache)'\]$")),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in a value, as an expression of its name, and both sides there."""

    path: str
    left: str
    right: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ValuesCompared:
    """differences: the first few. noise: names of what was set aside. unproven: why no comparison was possible."""

    differences: tuple[Difference, ...] = ()
    noise: tuple[str, ...] = ()
    unproven: str = ""

    @property
    def verdict(self) -> str:
        """equal, noise, different or unproven."""
        if self.differences:
            return "different"
        return "unproven" if self.unproven else "noise" if self.noise else "equal"


def compare(
    name: str,
    left: Any,
    right: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    runs: tuple[Run, Run] = (Run(0, 0), Run(0, 0)),
    notebook_modules: Collection[str] = ("__main__",),
) -> ValuesCompared:
    """Compare two values. name: what paths begin with; notebook_modules: where classes of the notebook may be."""
    comparing = Comparing(rtol, atol, runs, frozenset(notebook_modules))
    try:
        comparing.values(name, left, right)
    except RecursionError:
        comparing.unproven = "it is nested too deeply"
    except Exception as error:  # the values' own code runs: properties, __reduce__, __eq__
        comparing.unproven = f"its own code raised {type(error).__name__}: {error}"
    return ValuesCompared(
        tuple(comparing.found[:LIMIT]), tuple(dict.fromkeys(comparing.noise)), comparing.unproven.strip()
    )


class Comparing:
    """One comparison, collecting what it finds."""

    def __init__(self, rtol: float, atol: float, runs: tuple[Run, Run], notebook_modules: frozenset[str]) -> None:
        self.rtol, self.atol = rtol, atol
        self.runs = runs
        self.found: list[Difference] = []
        self.noise: list[str] = []
        self.unproven = ""
        self.ours = notebook_modules
        self._seen: dict[
            tuple[int, int], tuple[Any, Any]
        ] = {}  # the values, too: an id is one's own only while it lives

    def values(self, path: str, left: Any, right: Any) -> None:
        """Compare what is at a path; what was compared before, or is being compared, isn't looked into again."""
        if left is right or len(self.found) >= LIMIT:
            return
        if type(left) in _LEAVES and type(right) in _LEAVES:
            self._leaves(path, left, right)
            return
        if type(left) is float and type(right) is float:
            _floats(self, path, left, right)
            return
        if (id(left), id(right)) in self._seen:
            return
        self._seen[id(left), id(right)] = (left, right)
        if not self.same_class(type(left), type(right)):
            self.differ(path, left, right, f"{_class_name(left)} and {_class_name(right)}")
            return
        self._comparer(type(left))(self, path, left, right)

    def differ(self, path: str, left: Any, right: Any, note: str = "") -> None:
        """Note a difference, unless it is one that has a name. left, right: values, shown by their repr."""
        for name, pattern in _NOISE:
            if pattern.search(path):
                self.noise.append(name)
                return
        self.found.append(Difference(path, shown(left), shown(right), note))

    def numbers(self, left: float, right: float) -> bool:
        """Whether two numbers are the same, or within the tolerance."""
        if left != left or right != right:
            return left != left and right != right
        if left == right:
            return math.copysign(1, left) == math.copysign(1, right) or bool(self.rtol or self.atol)
        return bool(self.rtol or self.atol) and math.isclose(left, right, rel_tol=self.rtol, abs_tol=self.atol)

    def same_class(self, left: type, right: type) -> bool:
        """Whether two classes are one, or of one name in the notebook."""
        if left is right:
            return True
        ours = left.__module__ in self.ours and right.__module__ in self.ours
        return (ours or left.__module__ == right.__module__) and left.__qualname__ == right.__qualname__

    def _leaves(self, path: str, left: Any, right: Any) -> None:
        if type(left) is not type(right) or left != right:
            if isinstance(left, str) and isinstance(right, str):
                self._texts(path, left, right)
            else:
                self.differ(path, left, right, _types(left, right))

    def _texts(self, path: str, left: str, right: str) -> None:
        names = noise(left, right, *self.runs)
        if names is not None:
            self.noise += names
        elif not close(left, right, self.rtol, self.atol):
            at = next((i for i, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), 0)
            start = max(at - 40, 0) if max(len(left), len(right)) > _LONGEST else 0
            self.differ(path, left[start:], right[start:])

    def _comparer(self, cls: type) -> Callable[[Comparing, str, Any, Any], None]:
        for base in cls.__mro__:
            root = base.__module__.partition(".")[0]
            if found := _comparers(root).get(base.__name__):
                return found
        return objects


def shown(value: Any) -> str:
    """A value for people, in a line."""
    if isinstance(value, _Text):
        text = str(value)
    else:
        try:
            text = " ".join(repr(value).split())
        except Exception:  # the user's __repr__
            text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class _Text(str):
    """A text that is shown as it is."""

    __slots__ = ()


def said(text: str) -> Any:
    """What differ() is to show as it is, and not as a text's repr."""
    return _Text(text)


def objects(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Any object: by what it gives to pickle, which is what makes another one like it."""
    try:
        one, other = _reduced(left), _reduced(right)
    except Exception as error:  # it can't be pickled: its attributes are all there is
        if hasattr(left, "__dict__") and hasattr(right, "__dict__"):
            attributes(comparing, path, vars(left), vars(right))
        else:
            comparing.unproven = f"{path} can't be looked into: {type(error).__name__}: {error}"
        return
    if isinstance(one, str) or isinstance(other, str):
        if one != other:
            comparing.differ(path, left, right)
        return
    parts = [(*reduced, None, None, None, None)[:5] for reduced in (one, other)]
    (make, arguments, state, items, pairs), (make2, arguments2, state2, items2, pairs2) = parts
    comparing.values(path, make, make2)
    comparing.values(path, arguments, arguments2)
    if isinstance(state, tuple) and isinstance(state2, tuple) and len(state) == len(state2) == 2:
        _states(comparing, path, state[0], state2[0])
        _states(comparing, path, state[1], state2[1])
    else:
        _states(comparing, path, state, state2)
    comparing.values(path, *(None if each is None else list(each) for each in (items, items2)))
    comparing.values(path, *(None if each is None else dict(each) for each in (pairs, pairs2)))


def _reduced(value: Any) -> Any:
    known = copyreg.dispatch_table.get(type(value))
    return known(value) if known else value.__reduce_ex__(4)


def _states(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    if isinstance(left, dict) and isinstance(right, dict):
        attributes(comparing, path, left, right)
    else:
        comparing.values(path, left, right)


def attributes(comparing: Comparing, path: str, left: Mapping[Any, Any], right: Mapping[Any, Any]) -> None:
    """An object's attributes; their order is nobody's concern."""
    for name in dict.fromkeys([*left, *right]):
        where = f"{path}.{name}"
        if name not in left or name not in right:
            missing = said("not there")
            comparing.differ(where, left.get(name, missing), right.get(name, missing))
        else:
            comparing.values(where, left[name], right[name])


def _floats(comparing: Comparing, path: str, left: float, right: float) -> None:
    if not comparing.numbers(left, right):
        comparing.differ(path, left, right)


def _complexes(comparing: Comparing, path: str, left: complex, right: complex) -> None:
    if not (comparing.numbers(left.real, right.real) and comparing.numbers(left.imag, right.imag)):
        comparing.differ(path, left, right)


def _sequences(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Lists, tuples and what derives from them."""
    if len(left) != len(right):
        comparing.differ(path, said(f"{len(left)} items"), said(f"{len(right)} items"), "the length")
    fields = getattr(left, "_fields", ())  # a named tuple's
    named = isinstance(left, tuple) and len(fields) == len(left)
    for at, (one, other) in enumerate(zip(iter(left), iter(right), strict=False)):
        if one is not other:
            comparing.values(f"{path}.{fields[at]}" if named else f"{path}[{at}]", one, other)
    _own_attributes(comparing, path, left, right)


def _dictionaries(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Dictionaries and what derives from them; the order of the keys counts."""
    keys, others = list(dict.keys(left)), list(dict.keys(right))
    known = {_key(comparing, key): key for key in others}
    for key in keys:
        if (wanted := _key(comparing, key)) not in known:
            comparing.differ(f"{path}[{shown(key)}]", dict.__getitem__(left, key), said("not there"))
            continue
        other = known.pop(wanted)
        comparing.values(f"{path}[{shown(key)}]", dict.__getitem__(left, key), dict.__getitem__(right, other))
    for key in known.values():
        comparing.differ(f"{path}[{shown(key)}]", said("not there"), dict.__getitem__(right, key))
    orders = [[_key(comparing, key) for key in each] for each in (keys, others)]
    if orders[0] != orders[1] and sorted(map(repr, orders[0])) == sorted(map(repr, orders[1])):
        comparing.differ(path, keys, others, "the order of the keys")
    if hasattr(left, "default_factory"):
        comparing.values(f"{path}.default_factory", left.default_factory, right.default_factory)
    _own_attributes(comparing, path, left, right)


def _key(comparing: Comparing, key: Any) -> Any:
    """What tells a key on both sides: its type and itself, or its text where it is the notebook's object."""
    if type(key) in (int, str, bytes, bool, float, type(None)):
        return (type(key).__name__, repr(key) if isinstance(key, float) else key)
    return (type(key).__name__, re.sub(r"(?<=\bat )0x[0-9a-f]+", "0x", repr(key)))


def _sets(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Sets: the elements, whatever their order."""
    ours = {_key(comparing, one): one for one in left}
    theirs = {_key(comparing, one): one for one in right}
    for missing in [key for key in ours if key not in theirs][:LIMIT]:
        comparing.differ(path, ours[missing], said("not in it"))
    for missing in [key for key in theirs if key not in ours][:LIMIT]:
        comparing.differ(path, said("not in it"), theirs[missing])
    for key in ours.keys() & theirs.keys():
        comparing.values(f"{path}{{{shown(ours[key])}}}", ours[key], theirs[key])
    _own_attributes(comparing, path, left, right)


def _own_attributes(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """What a class that derives from a container adds."""
    if hasattr(left, "__dict__") and hasattr(right, "__dict__"):
        attributes(comparing, path, vars(left), vars(right))


def _by_equality(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Moments, decimals, paths: what compares itself and prints itself whole."""
    if left != right or repr(left) != repr(right):
        comparing.differ(path, left, right)


def _modules(comparing: Comparing, path: str, left: types.ModuleType, right: types.ModuleType) -> None:
    if left.__name__ != right.__name__:
        comparing.differ(path, left, right)


def _types(left: Any, right: Any) -> str:
    return "" if type(left) is type(right) else f"{_class_name(left)} and {_class_name(right)}"


def _class_name(value: Any) -> str:
    return type(value).__qualname__


_BUILTIN: dict[str, Callable[[Comparing, str, Any, Any], None]] = {
    "float": _floats,
    "complex": _complexes,
    "list": _sequences,
    "tuple": _sequences,
    "dict": _dictionaries,
    "set": _sets,
    "frozenset": _sets,
    "bytearray": _by_equality,
    "module": _modules,
}
_loaded: dict[str, Mapping[str, Callable[[Comparing, str, Any, Any], None]]] = {}


def _comparers(root: str) -> Mapping[str, Callable[[Comparing, str, Any, Any], None]]:
    """By class name, how a library's values are compared; that library is imported already: it made the value."""
    if root not in _loaded:
        _loaded[root] = _load(root)
    return _loaded[root]


def _load(root: str) -> Mapping[str, Callable[[Comparing, str, Any, Any], None]]:
    from workbench.runs.comparison import arrays, code, frames

    known: dict[str, Mapping[str, Callable[[Comparing, str, Any, Any], None]]] = {
        "builtins": {**_BUILTIN, **code.BUILTIN},
        "numpy": arrays.NUMPY,
        "scipy": arrays.SCIPY,
        "torch": arrays.TORCH,
        "pandas": frames.PANDAS,
        "polars": frames.POLARS,
        "xarray": frames.XARRAY,
        "matplotlib": frames.MATPLOTLIB,
    }
    if root in _PLAIN_MODULES:
        return _Always(_by_equality)
    return known.get(root, {})


class _Always(dict[str, Callable[[Comparing, str, Any, Any], None]]):
    """One way for all classes of a module."""

    def __init__(self, way: Callable[[Comparing, str, Any, Any], None]) -> None:
        self._way = way

    def get(self, name: str, default: Any = None) -> Any:
        return self._way
