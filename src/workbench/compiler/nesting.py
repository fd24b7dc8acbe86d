"""An order of steps made series-parallel, which is what Metaflow's nested splits and joins can draw.

An order is series-parallel where it holds no N: a before c and d, b before d alone (Valdes, Tarjan and Lawler, The
recognition of series parallel digraphs, 1982). Any other order has to be added to. Of all the series-parallel orders
that keep what is asked for and go forward in the notebook, `nested` finds one

    1. with the most pairs of steps that may still run beside each other,
    2. of those, with the shortest longest path, in steps.

Steps that no path ties together run beside each other; nothing is gained by ordering them. Steps that are tied are one
part after another, and as both keep to the notebook's order, the first part is a beginning of them. So the sets that
can come up are few (for each first and last step one), and trying each cut of each is exact. Cuts are tried from
the one that loses the fewest pairs on, until none that is left can do better. That is done for up to EXACT tied steps;
more of them are first cut where the smallest share of the pairs across loses its parallelism.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from workbench.records import NamedTuple

EXACT = 24


class Nested(NamedTuple):
    """A part of the order. kind: "step", "series" or "parallel"; step: a "step"'s number; parts: the others'."""

    kind: str
    step: int
    parts: tuple[Nested, ...]

    def steps(self) -> Iterator[int]:
        """The numbers of its steps, in the notebook's order within each branch."""
        if self.kind == "step":
            yield self.step
        for part in self.parts:
            yield from part.steps()


def nested(before: Sequence[int]) -> Nested:
    """The nested order that keeps an order. before: for each step, in the notebook's order, the set of those before it.

    Sets of steps are numbers here, bit i for step i. A step is only after steps of smaller numbers, and after those
    that these are after.
    """
    return _Search(before).order((1 << len(before)) - 1)


class _Choice(NamedTuple):
    """The best order of some steps. pairs: how many of them run one after the other; length: of the longest path.

    branches: of steps that no path ties together; cuts: of the others, the parts one after another.
    """

    pairs: int
    length: int
    branches: tuple[int, ...] = ()
    cuts: tuple[int, ...] = ()


class _Search:
    def __init__(self, before: Sequence[int]) -> None:
        self.before = before
        self.tied = list(before)  # before or after it
        for step, others in enumerate(before):
            for other in members(others):
                self.tied[other] |= 1 << step
        self.known: dict[int, _Choice] = {}

    def order(self, steps: int) -> Nested:
        """The best order of some steps. A part of a series that is one itself goes on in it."""
        choice = self.best(steps)
        if choice.branches:
            return Nested("parallel", -1, tuple(self.order(branch) for branch in choice.branches))
        if not choice.cuts:
            return Nested("step", steps.bit_length() - 1, ())
        parts: list[Nested] = []
        for cut in choice.cuts:
            part = self.order(cut)
            parts += part.parts if part.kind == "series" else [part]
        return Nested("series", -1, tuple(parts))

    def best(self, steps: int) -> _Choice:
        """What to do with some steps."""
        choice = self.known.get(steps)
        if choice is None:
            choice = self.known[steps] = self._choose(steps)
        return choice

    def _choose(self, steps: int) -> _Choice:
        if not steps & (steps - 1):
            return _Choice(0, 1)
        branches = self._branches(steps)
        if len(branches) == 1:
            return self._series(steps)
        found = [self.best(branch) for branch in branches]
        return _Choice(sum(one.pairs for one in found), max(one.length for one in found), tuple(branches))

    def _branches(self, steps: int) -> list[int]:
        """The sets of steps that no path ties together, by their first steps."""
        found = []
        while steps:
            branch = fresh = steps & -steps
            while fresh:
                lowest = fresh & -fresh
                new = self.tied[lowest.bit_length() - 1] & steps & ~branch
                branch |= new
                fresh = (fresh ^ lowest) | new
            found.append(branch)
            steps &= ~branch
        return found

    def _series(self, steps: int) -> _Choice:
        """The best cuts of steps that are tied."""
        firsts, lost, asked = self._cuts(steps)
        count = len(firsts)
        free = [place for place in range(1, count) if not lost[place]]
        if free:
            return self._parts([0, *(firsts[place] for place in free), steps])
        places = sorted(range(1, count), key=lambda place: lost[place])
        if count > EXACT:
            places = [min(places, key=lambda place: lost[place] / (place * (count - place)))]
        pairs, length, best = 0, 0, 0
        for place in places:
            if best and asked + lost[place] > pairs:
                break
            one, other = self.best(firsts[place]), self.best(steps ^ firsts[place])
            both = one.pairs + other.pairs + place * (count - place), one.length + other.length
            if not best or both < (pairs, length):
                (pairs, length), best = both, firsts[place]
        return _Choice(pairs, length, (), (best, steps ^ best))

    def _parts(self, ends: list[int]) -> _Choice:
        """Cuts that lose nothing. ends: the steps before each, the first cut's 0 and the last one's all."""
        cuts = tuple(one ^ other for one, other in pairwise(ends))
        found = [self.best(cut) for cut in cuts]
        pairs = sum(
            one.pairs + end.bit_count() * cut.bit_count() for one, end, cut in zip(found, ends, cuts, strict=False)
        )
        return _Choice(pairs, sum(one.length for one in found), (), cuts)

    def _cuts(self, steps: int) -> tuple[list[int], list[int], int]:
        """For each cut the steps before it, and the pairs across it that nothing orders; and how many are ordered."""
        firsts, lost = [0], [0]
        asked, count = 0, steps.bit_count()
        for place, number in enumerate(members(steps)):
            before = (self.before[number] & steps).bit_count()
            after = (self.tied[number] & steps).bit_count() - before
            # the step goes from the second part to the first
            lost.append(lost[-1] - (place - before) + (count - 1 - place - after))
            firsts.append(firsts[-1] | 1 << number)
            asked += before
        return firsts[:-1], lost, asked


def members(steps: int) -> Iterator[int]:
    """The numbers in a set, in order."""
    while steps:
        lowest = steps & -steps
        yield lowest.bit_length() - 1
        steps ^= lowest
