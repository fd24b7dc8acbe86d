"""A notebook while it is being written: what is bound to what kind of value, and who may use it.

The writer knows exactly what is bound when a cell runs, also after loops and conditions, because it chooses what they
depend on. So the notebooks run to their end, and whatever a cell prints can be held against the flow.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES = ("a", "b", "c", "d", "e", "xs", "ys", "m", "n", "index", "name", "next", "filter", "_hidden", "größe")
BUILTINS = ("max", "sum", "min", "id", "abs")
MUTABLE = frozenset({"list", "nest", "dict", "obj", "array", "frame", "holder"})
PRINTED = frozenset({"int", "str", "list", "nest", "dict", "tuple", "set", "obj", "array", "frame", "holder", "real"})


@dataclass
class Function:
    """A function or method that can be called with one integer. needs: name → kind; changes: names whose values a call
    changes; binds: what a call binds, name → kind."""

    needs: dict[str, str] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()
    binds: dict[str, str] = field(default_factory=dict)


@dataclass
class Scope:
    """What is bound, at one point of the run. groups: names that may share something have one number."""

    kinds: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    state: set[str] = field(default_factory=set)


class Book:
    """draw: Hypothesis's. lines: the cell that is being written."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.scope = Scope()
        self.lines: list[str] = []
        self.step = ""
        self.owners: dict[str, str] = {}  # the step that bound, or deleted, a name last
        self.beside: set[str] = set()  # names that a step beside this one has bound
        self.frozen: set[int] = set()  # groups that steps beside each other have in common
        self.parallel = False  # whether steps run beside this one
        self.depth = 0
        self._group = 0

    # choices

    def pick(self, options: Sequence[T]) -> T:
        """One of several; the first one is the simplest."""
        return options[self._draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int) -> bool:
        """Rarely or often; no is simpler than yes."""
        return bool(self._draw(st.integers(0, 99)) >= 100 - percent)

    def number(self, low: int = 0, high: int = 9) -> int:
        return int(self._draw(st.integers(low, high)))

    def weighted(self, options: Iterable[tuple[int, T]]) -> T:
        """One of several, by weight."""
        known = [(weight, option) for weight, option in options if weight > 0]
        at = self._draw(st.integers(0, sum(weight for weight, _ in known) - 1))
        for weight, option in known:
            at -= weight
            if at < 0:
                return option
        raise AssertionError

    # names

    def bound(self, *kinds: str) -> list[str]:
        """Names of some kinds that may be used here."""
        return [name for name, kind in self.scope.kinds.items() if kind in kinds and name not in self.beside]

    def some(self, *kinds: str) -> str | None:
        """One of them."""
        names = self.bound(*kinds)
        return self.pick(names) if names else None

    def changeable(self, *kinds: str) -> str | None:
        """One whose value may be changed: in a branch mostly what is its own."""
        names = self.bound(*kinds)
        if self.frozen and not self.chance(8):
            names = [name for name in names if self.scope.groups.get(name) not in self.frozen]
        return self.pick(names) if names else None

    def target(self, *, builtin: bool = False) -> str:
        """A name to bind: a new one, or one that is bound anew."""
        if builtin or self.chance(4):
            return self.pick(BUILTINS)
        if self.frozen and not self.chance(8):
            before = {name for name, group in self.scope.groups.items() if group in self.frozen}
            own = [name for name in NAMES if name not in before and name not in self.beside]
            return self.pick(own) if own else self.fresh()
        names = [name for name in NAMES if name not in self.beside]
        return self.pick(names) if names else self.fresh()

    def fresh(self) -> str:
        """A name that was never bound."""
        self._group += 1
        return f"v{self._group}"

    def may_change_process(self) -> bool:
        """Beside other steps hardly ever: the join refuses it where they disagree."""
        return not self.parallel or self.chance(3)

    def has_builtin(self, name: str) -> bool:
        return name not in self.scope.kinds and name not in self.beside

    # what statements do

    def bind(self, name: str, kind: str, *, shares: Iterable[str] = ()) -> None:
        """A name is bound anew. shares: the names whose values the new one holds."""
        self.unbind(name)
        self.scope.kinds[name] = kind
        self.owners[name] = self.step
        shared = [self.scope.groups[other] for other in shares if other in self.scope.groups]
        self._group += 1
        self.scope.groups[name] = self._group
        for group in shared:
            self.join(self._group, group)

    def join(self, one: int, other: int) -> None:
        """What two groups hold may be the same thing from now on."""
        for name, group in self.scope.groups.items():
            if group == other:
                self.scope.groups[name] = one
        if other in self.frozen:
            self.frozen.add(one)

    def share(self, one: str, other: str) -> None:
        """A name's value now holds another's."""
        self.join(self.scope.groups[one], self.scope.groups[other])

    def unbind(self, name: str) -> None:
        if name in self.scope.kinds:
            self.owners[name] = self.step
        for table in (self.scope.kinds, self.scope.functions, self.scope.groups, self.scope.flags, self.scope.counts):
            table.pop(name, None)

    def callable(self, name: str) -> bool:
        """Whether a function can be called here: what it uses is there, and of the kind it was written for."""
        known = self.scope.functions.get(name)
        if known is None or name in self.beside:
            return False
        if any(self.scope.kinds.get(need) != kind or need in self.beside for need, kind in known.needs.items()):
            return False
        touched = {*known.changes, *known.binds}
        return not self.frozen or all(self.scope.groups.get(each) not in self.frozen for each in touched)

    def calls(self) -> list[str]:
        return [name for name in self.scope.functions if "." not in name and self.callable(name)]

    def called(self, name: str) -> None:
        """What a call does."""
        for each, kind in self.scope.functions[name].binds.items():
            if self.scope.kinds.get(each) != kind:
                self.bind(each, kind)

    def write(self, text: str) -> None:
        """Add lines to the cell, at the depth of the block that is being written."""
        self.lines += ["    " * self.depth + line for line in text.splitlines()]

    def block(self, happens: bool, write: Callable[[], None]) -> None:
        """An indented block; what it does counts only where it happens."""
        kept = None if happens else copy.deepcopy(self.scope)
        frozen = set(self.frozen)
        self.depth += 1
        before = len(self.lines)
        write()
        if len(self.lines) == before:
            self.write("pass")
        self.depth -= 1
        if kept is not None:
            self.scope, self.frozen = kept, frozen
