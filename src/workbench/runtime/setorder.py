"""The order of a set's elements: in what order to add them so that they come out as they do.

A set goes by its elements' hashes and by the order in which colliding ones were added. Pickle adds them in the order in
which they come out, and so they may come out in another one.
"""

from __future__ import annotations

import itertools
import operator
import random
import sys
from collections.abc import Hashable, Iterator
from typing import Any

_TRIED = 40
_MANY = 20_000  # a second or two to find the order of so many


def is_kept(elements: set[Any] | frozenset[Any]) -> bool:
    """Whether a set comes out as it is when it is made again from its elements as they come out.

    Of a set of very many nobody looks at the order: to find how to make it again would take too long.
    """
    order = list(elements)
    return not 2 <= len(order) <= _MANY or all(map(operator.is_, type(elements)(order), order))


def insertion_order(elements: set[Any] | frozenset[Any]) -> tuple[list[Any], int] | None:
    """The elements in an order for `made`, and the size of the table; None where none was found."""
    wanted, slots = list(elements), _slots(elements)
    guesses = (wanted, _by_slots(wanted, slots, True), _by_slots(wanted, slots, False))
    for attempt in (*guesses, *_others(wanted)):
        if attempt is not None and all(map(operator.is_, made(attempt, slots, type(elements)), wanted)):
            return attempt, slots
    return None


def made(order: list[Any], slots: int, kind: type) -> Any:
    """A set, or a frozen one, with a table of that size, to which the elements were added in that order."""
    if slots == 8:
        return kind(order)
    # a set takes a dict's keys into a table that is more than twice their number, and never moves them again
    first = order[: slots // 2 - 1]
    fillers = [object() for _ in range(slots // 4 - len(first))]
    result: set[Any] = set(dict.fromkeys([*first, *fillers]))
    result.update(order[len(first) :])
    result.difference_update(fillers)
    return result if kind is set else kind(result)


def _slots(elements: set[Any] | frozenset[Any]) -> int:
    size = sys.getsizeof(elements) - sys.getsizeof(type(elements)())
    return size // 16 or 8


def is_the_same_in_every_process(element: Any) -> bool:
    """Whether an element's hash is: of numbers and of tuples of them."""
    if isinstance(element, tuple | frozenset):
        return all(is_the_same_in_every_process(each) for each in element)
    return isinstance(element, int | float | complex)


def _others(wanted: list[Any]) -> Iterator[list[Any]]:
    """Every order of a few, some of more."""
    if len(wanted) <= 5:
        yield from map(list, itertools.permutations(wanted))
    elif len(wanted) <= 200:
        generator = random.Random(0)  # noqa: S311 - no secret
        yield from (generator.sample(wanted, len(wanted)) for _ in range(200))


def _by_slots(wanted: list[Any], slots: int, near: bool) -> list[Any] | None:
    """Guess each element's slot from the order, and add an element after those that stand in its way.

    near: take the first possible slot of those that it tries; otherwise the lowest.
    """
    tried = [list(itertools.islice(_probes(element, slots - 1), _TRIED)) for element in wanted]
    latest = [slots] * (len(wanted) + 1)
    for index in range(len(wanted) - 1, -1, -1):
        latest[index] = max((slot for slot in tried[index] if slot < latest[index + 1]), default=-1)
    taken: dict[int, int] = {}
    previous = -1
    for index, each in enumerate(tried):
        possible = [slot for slot in each if previous < slot <= latest[index]]
        if not possible:
            return None
        previous = possible[0] if near else min(possible)
        taken[previous] = index
    order: dict[int, None] = {}
    for slot, index in taken.items():
        _add(index, slot, tried, taken, order)
    return [wanted[index] for index in order]


def _add(index: int, slot: int, tried: list[list[int]], taken: dict[int, int], order: dict[int, None]) -> None:
    """Put an element into the order, after those in the slots that it tries before its own."""
    waiting = [(index, slot)]
    seen = {index}
    while waiting:
        one, own = waiting[-1]
        before = [each for each in tried[one][: tried[one].index(own)] if each in taken]
        missing = [each for each in before if taken[each] not in order and taken[each] not in seen]
        if missing:
            waiting += [(taken[each], each) for each in missing[:1]]
            seen.add(taken[missing[0]])
        else:
            order.setdefault(one)
            waiting.pop()


def _probes(element: Hashable, mask: int) -> Iterator[int]:
    """The slots that CPython tries for an element, one after the other."""
    perturb = hash(element) & (1 << 64) - 1
    slot = perturb & mask
    while True:
        yield from range(slot, slot + (10 if slot + 9 <= mask else 1))
        perturb >>= 5
        slot = (slot * 5 + 1 + perturb) & mask
