"""A notebook's loop as a Metaflow foreach: its items, and what its iterations gather.

fan_out(iterable)         in the step that splits: the items, each in a list of its own
recording(value)          in an iteration: stands for a value that the iterations only add to
replay(part, value)       in the join: does to the value what an iteration's recording saw, in the same order
"""

from __future__ import annotations

import gc
import operator
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.pickling import digest

gone_over: list[Any] = []
"""What fan_out went over in this process: containers and iterators."""

_HINT_ITEMS = "make it a list before the loop, in a line of its own"


def fan_out(iterable: Iterable[Any]) -> list[list[Any]]:
    """The items of a loop, each in a list of its own: one task each. Of nothing comes one task that has nothing to do.

    Raises HandOverError (WB407) where getting an item runs the notebook's code: in the loop it runs between the bodies.
    """
    module = sys._getframe(1).f_globals
    for leaf in _leaves(iterable):
        if _runs_code_of(leaf, module):
            raise HandOverError(
                "WB407",
                f"the loop goes over a {type(leaf).__name__} of the notebook's, whose code runs between the iterations",
                hint=_HINT_ITEMS,
            )
        gone_over.append(leaf)
    return [[item] for item in iterable] or [[]]


def _leaves(iterable: Any) -> Iterator[Any]:
    """What is gone over in the end: the lists in a zip, the dict of a view."""
    kind = type(iterable)
    lazy = kind.__module__ in ("builtins", "itertools") and (hasattr(iterable, "__next__") or kind in _VIEWS)
    if lazy and kind is not types.GeneratorType:
        for each in gc.get_referents(iterable):
            if each is not kind:
                yield from _leaves(each)
        return
    yield iterable


_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))


def _runs_code_of(leaf: Any, module: dict[str, Any]) -> bool:
    if isinstance(leaf, types.GeneratorType):
        return leaf.gi_frame is not None and leaf.gi_frame.f_globals is module
    if isinstance(leaf, types.FunctionType):
        return leaf.__globals__ is module
    return type(leaf).__module__ == module["__name__"] and hasattr(leaf, "__iter__")


def recording(value: Any) -> Recording:
    """Stand for a value that an iteration only adds to. Raises HandOverError (WB406) where that can't be replayed."""
    _known(value)
    return Recording([], 0)


def replay(part: Recording, value: Any) -> Any:
    """The value after what an iteration did to it."""
    values = [value]
    for step, at, arguments, options in part._steps:
        _known(values[at])
        given = [values[one.at] if isinstance(one, _Value) else one for one in arguments]
        do = (
            getattr(operator, step)(values[at], *given)
            if step in _OPERATORS
            else _STEPS[step](values[at], given, options)
        )
        values.append(do)
    return values[part._at]


def _set(value: Any, given: list[Any], _: dict[str, Any]) -> None:
    value[given[0]] = given[1]


def _delete(value: Any, given: list[Any], _: dict[str, Any]) -> None:
    del value[given[0]]


_STEPS = {
    "attribute": lambda value, given, _: getattr(value, given[0]),
    "item": lambda value, given, _: value[given[0]],
    "call": lambda value, given, options: value(*given, **options),
    "set": _set,
    "delete": _delete,
}
_OPERATORS = frozenset(
    prefix + name
    for name in "add sub mul truediv floordiv mod pow matmul lshift rshift".split()
    for prefix in ("", "i")
) | {"and_", "or_", "xor", "iand", "ior", "ixor"}
_LIBRARIES = ("builtins", "collections", "datetime", "decimal", "fractions", "numpy", "pandas", "scipy")


def _known(value: Any) -> None:
    """Refuse what may do more, when something is added to it, than to hold it."""
    kind = type(value)
    factory = getattr(value, "default_factory", None) if kind.__module__ == "collections" else None
    simple = (
        factory is None
        or isinstance(factory, type)
        or (isinstance(factory, types.FunctionType) and set(factory.__code__.co_names) <= _MADE_BY_FACTORIES)
    )
    if kind.__module__.partition(".")[0] not in _LIBRARIES or not simple:
        what = kind.__name__ if simple else f"{kind.__name__} with a function of its own"
        raise HandOverError(
            "WB406",
            f"a loop that becomes a foreach gathers into lists, dicts, sets, numbers, arrays and frames, "
            f"and this one into a {what}",
            hint="gather into a list, and do the rest after the loop",
        )


_MADE_BY_FACTORIES = frozenset({"list", "dict", "set", "int", "float", "str", "defaultdict", "Counter", "deque"})


class _Value:
    """In a recording: the result of an earlier step."""

    def __init__(self, at: int) -> None:
        self.at = at


class Recording:
    """Notes what is done to the value that it stands for, and to what that gives; tells nothing of it."""

    __slots__ = ("_at", "_marks", "_steps")

    def __init__(self, steps: list[Any], at: int, marks: list[Any] | None = None) -> None:
        self._steps = steps
        self._at = at
        self._marks: list[Any] = [] if marks is None else marks

    def __reduce__(self) -> Any:
        return Recording, (self._steps, self._at)

    def note(self, step: str, *arguments: Any, **options: Any) -> Recording:
        """Append a step; the result stands for what it will give."""
        for one in (*arguments, *options.values()):
            if type(one) not in (*_ATOMS, Recording):
                self._marks.append((one, digest(one, sys.modules[__name__])))
        plain = [_Value(one._at) if isinstance(one, Recording) else one for one in arguments]
        self._steps.append((step, self._at, plain, options))
        return Recording(self._steps, len(self._steps), self._marks)

    def outdated(self) -> bool:
        """Whether something was changed after it was added: replayed, it would be added as it is now."""
        return any(digest(one, sys.modules[__name__]) != mark for one, mark in self._marks)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.note("attribute", name)

    def __getitem__(self, key: Any) -> Any:
        return self.note("item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.note("set", key, value)

    def __delitem__(self, key: Any) -> None:
        self.note("delete", key)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.note("call", *arguments, **options)


_ATOMS = (type(None), bool, int, float, complex, str, bytes)


def _operator(step: str) -> Any:
    def method(self: Recording, other: Any) -> Any:
        return self.note(step, other)

    return method


def _unreadable(self: Recording, *_: Any) -> Any:
    raise HandOverError(
        "WB406",
        "an iteration reads what the loop gathers: it would see what the ones before have added",
        hint="only add to it in the loop and look at it afterwards, or take the `foreach` tag off",
    )


for _step in _OPERATORS:
    setattr(Recording, f"__{_step.strip('_')}__", _operator(_step))
for _name in ("bool", "contains", "eq", "ge", "gt", "hash", "iter", "le", "len", "lt", "ne", "repr", "str"):
    setattr(Recording, f"__{_name}__", _unreadable)
