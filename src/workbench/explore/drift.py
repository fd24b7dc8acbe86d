"""How far two distributions are apart. Pure.

The measure is the Jensen-Shannon distance: the square root of the Jensen-Shannon divergence in bits, from 0 (the same)
to 1 (nothing in common). J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information
Theory 37(1), 1991; that its root is a distance: D. M. Endres and J. E. Schindelin, "A new metric for probability
distributions", the same, 49(7), 2003. Unlike PSI it needs no smoothing where one side has nothing.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from workbench.explore.measures import ColumnProfile

SLIGHT, STRONG = 0.1, 0.3
COMMON = 0.05  # share of rows: times that have no more in common are other times
PARTS = 8  # of a day
MANY, ROWS = 50, 20  # ids: so many at the least, of so many rows each at most
_OTHER, _NULL, _NAN, _INFINITE = "other", "null", "nan", "infinite"


@dataclass(frozen=True, slots=True)
class Drift:
    """distance: from 0 to 1. noise: the distance that two samples of these sizes have on average when nothing changed.

    expected: `other times` or `other ids` where the values are what any two days have others of, else empty. verdict:
    `chance` (no more than twice the noise), what is expected, `slight` (below 0.1), `some`, `strong` (from 0.3 on).
    """

    distance: float
    noise: float
    expected: str = ""

    @property
    def verdict(self) -> str:
        if self.distance <= 2 * self.noise or self.distance == 0:
            return "chance"
        if self.expected:
            return self.expected
        return "slight" if self.distance < SLIGHT else "some" if self.distance < STRONG else "strong"


def distance(left: Mapping[Hashable, int], right: Mapping[Hashable, int]) -> Drift | None:
    """The distance of two distributions, given as rows by value; None where one of them has no row."""
    total_left, total_right = sum(left.values()), sum(right.values())
    if not total_left or not total_right:
        return None
    keys = [key for key in {**left, **right} if left.get(key) or right.get(key)]
    divergence = 0.0
    for key in keys:
        p, q = left.get(key, 0) / total_left, right.get(key, 0) / total_right
        middle = (p + q) / 2
        divergence += sum(share * math.log2(share / middle) for share in (p, q) if share) / 2
    # to second order the divergence is chi-squared with a degree of freedom less than there are values
    expected = (len(keys) - 1) * (1 / total_left + 1 / total_right) / (8 * math.log(2))
    return Drift(math.sqrt(min(1.0, max(0.0, divergence))), math.sqrt(min(1.0, expected)))


def drift(left: ColumnProfile, right: ColumnProfile, *, day_on_day: bool = False) -> Drift | None:
    """How far a column of one table is from the same of another: its bars, or its values, and what is NULL or NaN.

    Values that are frequent on neither side count as one; one that is frequent on one side alone counts on the other as
    often as it can there, so that no drift is made up. None where a side has no rows or the types differ in kind.
    day_on_day: whether the bars are times within each side's day; they are put together to PARTS of it, as what happens
    comes in sessions, and no two days have the same ones in each half hour.
    """
    if left.kind.name != right.kind.name:
        return None
    on_bars = left.axis is not None and left.axis == right.axis
    together = -(-len(left.bars) // PARTS) if day_on_day else 1
    found = distance(_bars(left, together), _bars(right, together)) if on_bars else distance(*_values(left, right))
    return found if found is None or day_on_day else replace(found, expected=_expected(left, right))


def _expected(left: ColumnProfile, right: ColumnProfile) -> str:
    """What times and ids of different days are: nothing, or next to nothing, in common."""
    if left.kind.name == "time" and any(left.bars) and any(right.bars) and left.axis == right.axis:
        both = zip(left.bars, right.bars, strict=True)
        common = sum(min(a / sum(left.bars), b / sum(right.bars)) for a, b in both)
        return "other times" if common <= COMMON else ""
    if left.kind.whole and left.low is not None and right.low is not None:
        first, second = sorted((left, right), key=lambda side: side.low)
        if first.high >= second.low:
            return ""
        gap = second.low - first.high - 1
        return "other ids" if all(_is_key(one) or _counts_up(one, gap) for one in (left, right)) else ""
    if left.kind.name == "text" and left.top and right.top:
        shared = {value for value, _ in left.top} & {value for value, _ in right.top}
        return "other ids" if not shared and all(map(_names_many, (left, right))) else ""
    return ""


def _is_key(column: ColumnProfile) -> bool:
    """Whether each row, or nearly, has a value of its own."""
    return (column.distinct_said or 0) >= max(MANY, 0.9 * column.filled)


def _counts_up(column: ColumnProfile, gap: int) -> bool:
    """Whether the column has most of the numbers between its limits, and the other side's follow closely."""
    distinct, span = column.distinct_said or 0, column.high - column.low + 1
    return distinct >= max(MANY, span / 2) and gap <= span


def _names_many(column: ColumnProfile) -> bool:
    """Whether the texts tell many things apart, of few rows each; a category has few values, of many rows."""
    distinct = column.distinct_said or 0
    return distinct >= MANY and column.filled <= ROWS * distinct


def _outside(column: ColumnProfile) -> dict[Hashable, int]:
    return {(_NULL,): column.nulls, (_NAN,): column.nans, (_INFINITE,): column.infinite}


def _bars(column: ColumnProfile, together: int) -> dict[Hashable, int]:
    rest = column.filled - column.nans - column.infinite - sum(column.bars)
    starts = range(0, len(column.bars), together)
    bars: dict[Hashable, int] = {start: sum(column.bars[start : start + together]) for start in starts}
    return {**_outside(column), **bars, (_OTHER,): max(0, rest)}


def _values(left: ColumnProfile, right: ColumnProfile) -> tuple[dict[Hashable, int], dict[Hashable, int]]:
    values = dict.fromkeys([value for value, _ in left.top] + [value for value, _ in right.top])
    sides = []
    for column, other in ((left, right), (right, left)):
        counted, shown = dict(column.top), dict(other.top)
        least = 0 if column.complete or not column.top else column.top[-1][1]
        for value in values:
            if value not in counted and least:
                # it is less frequent than those that were counted: as frequent as on the other side, if it may be
                counted[value] = min(least, shown[value] * column.filled // other.filled)
        rest = column.filled - sum(counted.values())
        side: dict[Hashable, int] = {**_outside(column), (_OTHER,): max(0, rest)}
        side.update(counted)
        sides.append(side)
    return sides[0], sides[1]
