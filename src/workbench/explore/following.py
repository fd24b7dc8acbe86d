"""Columns that follow the day: of two days of a table, times that are as far from one another as the days are. Pure.

Such a column is compared as if the days were one: when in the day things happened may drift, that it is another day
is no drift.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.explore.axes import Axis
from workbench.explore.measures import ColumnProfile

_DAY = 86_400_000_000  # microseconds


def follows(left: ColumnProfile, right: ColumnProfile, days: int) -> bool:
    """Whether the middle of a column of times has moved by the days, give or take half of them."""
    if left.kind.name != "time" or right.kind.name != "time" or not (days and left.plausible and right.plausible):
        return False
    moved = (sum(right.plausible) - sum(left.plausible)) / 2
    return abs(moved - days * _DAY) <= abs(days) * _DAY / 2


def moved(column: ColumnProfile, days: int) -> ColumnProfile:
    """The column's limits, as its axis is made of them, so many days later."""
    assert column.plausible is not None
    first, last = column.plausible
    return replace(column, plausible=(first + days * _DAY, last + days * _DAY))


def later(axis: Axis, days: int) -> Axis:
    """The axis so many days later. One of months stays: the days are nothing to it."""
    if axis.unit not in {"second", "day"}:
        return axis
    return replace(axis, start=axis.start + (days if axis.unit == "day" else days * 86_400))
