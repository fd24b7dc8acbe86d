"""Axes, drift and drawing: the pure parts of a profile."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

import pytest

from workbench.explore import drawing, following, measures
from workbench.explore.axes import BARS, TIMES, Axis, for_numbers, for_times
from workbench.explore.drift import distance, drift
from workbench.explore.measures import ColumnProfile, Source, kind_of
from workbench.warehouse.catalog import Column

ODD = "a\":b'; drop table t; --"


def micro(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("low", "high", "whole"),
    [
        (0, 1, False),
        (-1e308, 1e308, False),
        (5, 5, False),
        (0, 0, True),
        (1, 7, True),
        (0, 1_000_003, True),
        (-3.5, 1e300, False),
        (1.0, math.nextafter(1.0, 2.0), False),
        (5e-324, 1e-323, False),
    ],
)
def test_bars_hold_all_from_low_to_high(low: float, high: float, whole: bool) -> None:
    """Bars begin at the least value, end at or after the greatest, and are never wider than nothing nor too many."""
    axis = for_numbers(float(low), float(high), float(low), float(high), whole=whole)
    assert 1 <= axis.count <= BARS
    assert axis.width > 0
    assert axis.start <= low
    end = axis.start + axis.count * axis.width
    assert end >= high or math.isclose(end, high) or math.isinf(high - low)
    assert (axis.below, axis.above) == (False, False)
    if whole:
        assert axis.width == int(axis.width)


def test_outliers_do_not_flatten_a_histogram() -> None:
    """Where nearly all values are close together, bars stand on those, and the outer ones hold the rest."""
    axis = for_numbers(0.0, 1e9, 10.0, 34.0, whole=False)
    assert (axis.start, axis.above, axis.below, axis.count) == (10.0, True, True, BARS)
    assert axis.label(0) == "up to 11"
    assert axis.label(axis.count - 1) == "from 33 on"
    whole = for_numbers(0.0, 1e9, 0.0, 9.0, whole=True)
    assert (whole.label(0), whole.label(3), whole.label(9)) == ("0", "3", "from 9 on")
    assert not whole.below


@pytest.mark.parametrize(
    ("first", "last", "day", "step", "start"),
    [
        ("2026-01-01 10:00:00", "2026-01-01 10:00:00", False, "second", "2026-01-01 10:00"),
        ("2026-01-01 00:10:00", "2026-01-02 23:00:00", False, "hour", "2026-01-01 00:00"),
        ("2026-01-01", "2026-02-10", True, "day", "2026-01-01"),
        ("2026-01-01", "2026-04-10", True, "week", "2025-12-29"),
        ("2020-02-10", "2026-04-10", False, "3 months", "2020-01"),
        ("1900-01-01", "2199-12-31", True, "10 years", "1900"),
    ],
)
def test_time_axes_have_bars_of_usual_lengths(first: str, last: str, day: bool, step: str, start: str) -> None:
    """Hours, days, weeks that begin on Monday, months, years; as many as fit."""
    axis = for_times(micro(first), micro(last), day=day)
    assert (axis.step, axis.label(0)) == (step, start)
    assert axis.count <= TIMES


def column(name: str = "C", kind: str = "VARCHAR", rows: int = 100, **more: object) -> ColumnProfile:
    return ColumnProfile(name, kind, kind_of(kind), rows, 0, **more)  # type: ignore[arg-type]


def test_the_distance() -> None:
    """0 for the same shares, 1 for nothing in common, symmetric, and the value that the definition gives between."""
    assert distance({"a": 1, "b": 3}, {"a": 10, "b": 30}).distance == 0  # type: ignore[union-attr]
    assert distance({"a": 5}, {"b": 5}).distance == 1  # type: ignore[union-attr]
    one, other = {"a": 9, "b": 1}, {"a": 5, "b": 5}
    found = distance(one, other)
    assert found is not None
    assert found.distance == distance(other, one).distance  # type: ignore[union-attr]
    halves = [math.log2(p / ((p + q) / 2)) * p / 2 for p, q in ((0.9, 0.5), (0.1, 0.5), (0.5, 0.9), (0.5, 0.1))]
    assert found.distance == pytest.approx(math.sqrt(sum(halves)))
    assert distance({}, {"a": 1}) is None


def test_chance_is_no_drift() -> None:
    """Two samples of one distribution are called chance, small or large, of few values or many."""
    drawn = random.Random(3)
    for size, values in ((50, 5), (1000, 200), (20_000, 24)):
        sides = [[0] * values for _ in range(2)]
        for side in sides:
            for _ in range(size):
                side[min(int(drawn.expovariate(8 / values)), values - 1)] += 1
        found = distance(dict(enumerate(sides[0])), dict(enumerate(sides[1])))
        assert found is not None
        assert found.verdict == "chance", (size, values, found)


def test_a_value_that_is_frequent_on_one_side_alone() -> None:
    """Not among the other side's counted values, it counts there as often as it may: no drift is made up."""
    tops = tuple((f"v{number}", 10) for number in range(8))
    left = column(top=(*tops, ("x", 10)), rows=200)
    right = column(top=(*tops, ("y", 10)), rows=200)
    assert drift(left, right).distance == 0  # type: ignore[union-attr]
    complete = [column(top=(("x", 100),), complete=True), column(top=(("y", 100),), complete=True)]
    assert drift(*complete).distance == 1  # type: ignore[union-attr]
    assert drift(column(kind="FLOAT"), column()) is None


def ids(*values: int, **more: object) -> ColumnProfile:
    """A column of whole numbers between two limits, of which many differ."""
    low, high = values
    return column(kind="NUMBER(38,0)", low=low, high=high, **{"distinct": 100, **more})  # type: ignore[arg-type]


def texts(prefix: str, count: int, each: int) -> ColumnProfile:
    tops = tuple((f"{prefix}{number}", each) for number in range(count))
    return column(rows=count * each, distinct=count, top=tops, complete=True)


def times(first: str, last: str, axis: Axis | None = None, bars: tuple[int, ...] = ()) -> ColumnProfile:
    plausible = (micro(first), micro(last))
    return column(kind="TIMESTAMP_NTZ", low=plausible[0], high=plausible[1], plausible=plausible, axis=axis, bars=bars)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (ids(1, 100), ids(101, 200), "other ids"),
        (ids(1_000_001, 1_900_000), ids(1, 900_000), "other ids"),
        (ids(1, 150, rows=1000), ids(160, 300, rows=1000), "other ids"),  # several rows each, counted up
        (ids(1, 100), ids(50, 150), ""),  # some are the same
        (ids(1, 150, rows=1000), ids(10_000, 10_150, rows=1000), ""),  # prices in cents, not in units
        (ids(1, 5, distinct=5), ids(6, 10, distinct=5), ""),
        (texts("a", 60, 3), texts("b", 60, 3), "other ids"),
        (texts("a", 60, 3), texts("a", 60, 3), ""),
        (texts("a", 6, 30), texts("b", 6, 30), ""),  # a category was renamed
        (texts("a", 60, 30), texts("b", 60, 30), ""),
    ],
)
def test_ids_of_two_days_are_others(left: ColumnProfile, right: ColumnProfile, expected: str) -> None:
    """Ids that count up, or that name things of few rows each, have nothing in common, and that is no drift."""
    for one, other in ((left, right), (right, left)):
        found = drift(one, other)
        assert found is None or found.expected == expected
    apart = drift(texts("a", 60, 3), texts("b", 60, 3))
    assert apart is not None
    assert (round(apart.distance, 9), apart.verdict) == (1, "other ids")


def test_times_of_two_days_are_others() -> None:
    """Times with next to nothing in common are other times; where half of them are the same, they have drifted."""
    axis = Axis(0, 3600, 4, "second")
    days = [times("2026-01-01", "2026-01-02", axis, bars) for bars in ((50, 48, 2, 0), (0, 2, 48, 50), (0, 50, 50, 0))]
    for other, verdict in ((days[1], "other times"), (days[2], "strong")):
        found = drift(days[0], other)
        assert found is not None
        assert found.verdict == verdict


@pytest.mark.parametrize(
    ("right", "days", "follows"),
    [
        (("2026-10-02 00:03", "2026-10-02 23:50"), 1, True),
        (("2026-10-02 09:00", "2026-10-03 00:40"), 1, True),  # sessions that go on after midnight
        (("2026-09-24 00:03", "2026-09-24 23:50"), -7, True),
        (("2026-10-01 00:09", "2026-10-01 23:39"), 1, False),  # loaded together
        (("2026-10-02 00:03", "2026-10-02 23:50"), 0, False),
        (("2026-12-02 00:03", "2026-12-02 23:50"), 1, False),
    ],
)
def test_what_follows_the_day(right: tuple[str, str], days: int, follows: bool) -> None:
    """Times that have moved by the days between, give or take; each side's bars are of its own day."""
    left = times("2026-10-01 00:09", "2026-10-01 23:39")
    assert following.follows(left, times(*right), days) is follows
    assert following.moved(following.moved(left, 3), -3) == left
    axis = for_times(micro("2026-10-01"), micro("2026-10-01 23:39"), day=False)
    assert following.later(axis, 1).label(0) == "2026-10-02 00:00"
    assert following.later(Axis(24_000, 3, 4, "month"), 1).label(0) == "2000-01"


def test_statements_hold_names_as_names_and_numbers_as_binds() -> None:
    """Whatever a column is called, its name stands in quotes; limits and days are bound."""
    quoted = '"' + ODD.replace('"', '""') + '"'
    columns = [Column(ODD, kind, True) for kind in ("FLOAT", "VARCHAR", "TIMESTAMP_NTZ", "NUMBER(38,0)", "BINARY")]
    text = measures.facts(Source('"T"'), columns)
    assert text.replace(quoted, "").count("drop") == 0
    made = [
        column(ODD, "FLOAT", low=0.5, high=1.5, axis=for_numbers(0.5, 1.5, 0.5, 1.5, whole=False)),
        column(ODD, "TIMESTAMP_NTZ", low=0, high=1, axis=for_times(0, 10**9, day=False)),
        column(ODD, "VARCHAR", distinct=3, lengths=(1, 1.0, 1)),
    ]
    asked = measures.spreads(Source('"T"'), made)
    assert asked is not None
    assert asked[0].replace(quoted, "").count("drop") == 0
    assert set(asked[1].values()) >= {0.5, 24}
    assert "0.5" not in asked[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("NUMBER(38,0)", "number"),
        ("FLOAT", "number"),
        ("VARCHAR(20)", "text"),
        ("TIMESTAMP_TZ", "time"),
        ("DATE", "time"),
        ("TIME", "clock"),
        ("ARRAY", "nested"),
        ("GEOGRAPHY", "other"),
        ("VECTOR", "other"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    """Each type of the warehouse's is profiled as what it is; one that nothing is known of by its NULLs alone."""
    assert kind_of(name).name == kind


def test_sparks_and_bars() -> None:
    """The highest bar is full, the lowest that has a row is seen, and none is drawn for no row."""
    assert drawing.spark([0, 1, 500, 1000]) == " ▁▄█"
    assert drawing.spark([]) == drawing.spark([0, 0]) == drawing.svg([0], ["a"]) == ""
    assert len(drawing.spark([1] * 48)) == 24
    shown = drawing.svg([1, 0, 5], ["<a>", "b", "c"])
    assert shown.count('class="wb-bar"') == 2
    assert "&lt;a&gt;: 1 row<" in shown
    assert drawing.svg_two([1, 0], [0, 2], ["a", "b"]).count("wb-right") == 1
