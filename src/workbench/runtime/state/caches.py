"""What functions of the notebook, and of its own modules, have cached by `functools.lru_cache`: calls and results.

A cached function that an earlier step called computes, prints and counts nothing when it is called once more. So the
next task's cache is filled as it was: with the results themselves, in their order, and with the same counts.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import types
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.pickling import digest
from workbench.runtime.source import text_of
from workbench.runtime.state.live import Held, LiveKind
from workbench.runtime.state.modules import notebook_modules, path_of
from workbench.runtime.state.purity import WRAPPER, is_constant, is_pure

_COUNTS = re.compile(r"\bcache_(info|clear)\b")
"""What a flow's text has that tells a function from one that was called more often, or less."""

Call = tuple[tuple[Any, ...], dict[str, Any], Any]
"""Arguments, named ones, result."""


class Caches(LiveKind):
    """Of each cached function that was called: (task, hits, misses, calls); calls is None where they can't go along.

    task: who called it last, so that two branches that call it disagree: in the notebook only one of them computes.
    A function that only computes is left out, unless cells look at its counts.
    """

    name = "caches"

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module
        self._came: dict[str, tuple[Any, Any]] = {}  # the task that it came from, and cache_info as it was then
        self._lost: set[str] = set()
        self._counts = _COUNTS.search(text_of(flow_module)) is not None

    def look(self) -> Held:
        found: Held = {}
        for key, wrappers in self._wrappers().items():
            info = wrappers[0].cache_info()
            if key in self._lost and any(sum(each.cache_info()[:2]) for each in wrappers):
                raise self._refusal(key)
            task, before = self._came.get(key, (os.getpid(), None))
            if len(wrappers) > 1:
                if any(each.cache_info()[1] for each in wrappers):
                    found[key] = ((os.getpid(), 0, sum(each.cache_info()[1] for each in wrappers), None),)
            elif info[:2] != (0, 0):
                calls = _calls(wrappers[0])
                if calls is not None and not self._counts and _only_computes(wrappers[0], calls):
                    continue
                if calls is not None and digest(calls, self._flow_module) is None:
                    calls = None
                found[key] = ((task if info == before else os.getpid(), *info[:2], calls),)
        return found

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        wrappers = self._wrappers().get(key)
        if wrappers is None:
            return False
        if value:
            task, hits, misses, calls = value[0]
            if calls is None or len(wrappers) > 1 or not _fill(wrappers[0], hits, misses, calls):
                self._lost.add(key)
                if self._counts:
                    raise self._refusal(key)
            self._came[key] = (task, wrappers[0].cache_info())
        return True

    def _refusal(self, key: str) -> HandOverError:
        return HandOverError(
            "WB409",
            f"this step asks `{path_of(key)}`, and what earlier steps' calls left in its cache can't go along",
            hint="keep what the first call gave under a name, or put the cells that call it into one step",
        )

    def title(self, key: str) -> str:
        return f"the cache of `{path_of(key)}`"

    def _wrappers(self) -> dict[str, list[Any]]:
        """The cached functions of modules that have any, by module and qualified name."""
        modules = {name: vars(each) for name, each in notebook_modules(self._flow_module) if "cache" in text_of(each)}
        found: dict[str, list[Any]] = {}
        for each in gc.get_objects() if modules else ():
            if type(each) is WRAPPER and getattr(each, "__module__", "") in modules:
                found.setdefault(f"{each.__module__}:{getattr(each, '__qualname__', '')}", []).append(each)
        for module, names in modules.items():
            for name, each in list(names.items()):
                if type(each) is WRAPPER and getattr(each, "__module__", "") not in modules:  # of a library's function
                    found.setdefault(f"{module}:{name}", []).append(each)
        return found


def _only_computes(wrapper: Any, calls: list[Call]) -> bool:
    """Whether the calls, made once more, would give the same and do nothing else."""
    constant = all(is_constant((*arguments, *named.values(), result)) for arguments, named, result in calls)
    return constant and is_pure(wrapper.__wrapped__)


def _calls(wrapper: Any) -> list[Call] | None:
    """What a cache holds, the call that was longest ago first; None where it can't be seen."""
    parameters, count = wrapper.cache_parameters(), wrapper.cache_info().currsize
    held = gc.get_referents(wrapper)[1:]  # behind its class
    bounded = parameters["maxsize"] is not None
    pairs = [(held[3 * at], held[3 * at + 1]) for at in range(count)] if bounded else []
    cache, _, mark = held[len(pairs) * 3 :][:3]
    if type(cache) is not dict or len(cache) != count or any(key not in cache for key, _ in pairs):
        return None
    return [(*_arguments(key, mark, parameters["typed"]), result) for key, result in pairs or cache.items()]


def _arguments(key: Any, mark: object, typed: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments that a cache's key was made of. mark: what stands before the named ones."""
    if type(key) is not tuple:
        return (key,), {}
    at = next((at for at, each in enumerate(key) if each is mark), None)
    if at is None:
        return key[: len(key) // 2] if typed else key, {}
    named = key[at + 1 :]
    if typed:  # names and values, then the types of all
        named = named[: (len(named) - at) // 3 * 2]
    return key[:at], dict(zip(named[::2], named[1::2], strict=True))


def _fill(wrapper: Any, hits: int, misses: int, calls: list[Call]) -> bool:
    """Make an empty cache one that had these calls. False where the function isn't Python's."""
    function = wrapper.__wrapped__
    wrapper.cache_clear()
    if not isinstance(function, types.FunctionType):
        return False
    own, function.__code__ = function.__code__, _answering(len(function.__code__.co_freevars))
    try:
        for arguments, named, result in calls:
            _answers[:] = [result]
            wrapper(*arguments, **named)
        _answers[:] = []
        for _ in range(misses - len(calls)):
            with contextlib.suppress(IndexError):
                wrapper(object())
        for _ in range(hits if calls else 0):
            wrapper(*calls[-1][0], **calls[-1][1])
    finally:
        function.__code__ = own
    return bool(wrapper.cache_info()[:2] == (hits, misses))


_answers: list[Any] = []


def answer() -> Any:
    """What the function is to give while its cache is filled. Raises IndexError where it is to give nothing."""
    return _answers[0]


def _answering(cells: int) -> types.CodeType:
    """The code of a function of so many cells that gives what `answer` does, whatever it is called with."""
    names = [f"cell{at}" for at in range(cells)]
    text = [
        f"def around({', '.join(names)}):",
        "    def inner(*arguments, **named):",
        f"        ({', '.join(names)})",
        f"        return __import__({__name__!r}, fromlist=['answer']).answer()",
    ]
    found: list[Any] = [compile("\n".join(text), "<answer>", "exec")]
    for code in found:
        found += [each for each in code.co_consts if isinstance(each, types.CodeType)]
    last: types.CodeType = found[-1]
    return last
