"""What a profile asks of the warehouse, and what it is told: statements as text, answers as ColumnProfile. Pure.

Two statements a profile, whatever the number of rows; each reads each column once:
- `facts`: one aggregate over the table, with each column's counts, limits, moments, quantiles and lengths;
- `spreads`: a branch a column of one UNION ALL, with its bars (whose edges come from the facts) and its top values. In
  a columnar warehouse a branch reads its own column alone, so all branches together are one scan.
More than COLUMNS columns are asked for in several statements.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from workbench.explore.axes import Axis, Clock, for_numbers, for_times
from workbench.warehouse.base import quoted
from workbench.warehouse.catalog import Column

COLUMNS = 80  # in one statement
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TOP = 10
KEPT = 256  # characters of a text by which it is counted
MANY = 2_000_000  # values that differ: above, counting each takes long and tells nothing
_FINITE = "nullif(nullif(nullif({0}, 'NaN'::float), 'inf'::float), '-inf'::float)"
# times outside of these are signs, 9999-12-31 or 0001-01-01: the time axis leaves them out
_PLAUSIBLE = ("1900-01-01", "2200-01-01")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a column is profiled. name: number, text, time, clock, boolean, binary, nested or other."""

    name: str
    whole: bool = False  # numbers without a fraction
    real: bool = False  # FLOAT, with NaN and infinities
    day: bool = False  # DATE


def kind_of(type_name: str) -> Kind:
    """The kind of a type as the warehouse names it."""
    base, _, rest = type_name.upper().partition("(")
    if base in {"NUMBER", "DECIMAL", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT"}:
        scale = rest.rstrip(")").partition(",")[2].strip()
        return Kind("number", whole=scale in {"", "0"})
    if base in {"FLOAT", "REAL", "DOUBLE"}:
        return Kind("number", real=True)
    if base in {"VARCHAR", "TEXT", "STRING", "CHAR"}:
        return Kind("text")
    if base == "DATE":
        return Kind("time", day=True)
    if base.startswith("TIMESTAMP"):
        return Kind("time")
    names = {"TIME": "clock", "BOOLEAN": "boolean", "BINARY": "binary", "VARIANT": "nested", "OBJECT": "nested"}
    return Kind({**names, "ARRAY": "nested"}.get(base, "other"))


@dataclass(frozen=True, slots=True)
class Source:
    """What is profiled, as SQL. relation: what stands after FROM; ctes: before SELECT; where: a condition."""

    relation: str
    where: str = ""
    ctes: str = ""
    binds: Mapping[str, Any] = field(default_factory=dict)

    def select(self, what: str, *conditions: str) -> str:
        """SELECT what, of the source's rows for which the conditions hold as well."""
        said = " and ".join(filter(None, [self.where, *conditions]))
        return f"select {what} from {self.relation}" + (f" where {said}" if said else "")  # noqa: S608  names are quoted


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What is known of a column. Counts are of the rows that were looked at, all or a sample.

    nulls, nans, infinite, empty: numbers of rows. distinct: estimated by the warehouse (HyperLogLog, 2% off), None
    for VARIANT, OBJECT, ARRAY. low, high: the least and greatest value: numbers (finite ones of a FLOAT), text,
    microseconds since 1970 of dates and times. mean, std, quantiles: of the finite values, as floats; quantiles by
    their share, estimated. lengths: least, mean, greatest number of characters, bytes (BINARY) or items (arrays).
    axis, bars: a histogram, the rows in each interval of the axis. top: the most frequent values as text, and their
    rows, counted (of VARIANT, its values' types); complete: whether there are no others.
    """

    name: str
    type: str
    kind: Kind
    rows: int
    nulls: int
    distinct: int | None = None
    low: Any = None
    high: Any = None
    mean: float | None = None
    std: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    nans: int = 0
    infinite: int = 0
    empty: int = 0
    lengths: tuple[int, float, int] | None = None
    plausible: tuple[int, int] | None = None  # microseconds since 1970: the time axis' first and last
    axis: Axis | Clock | None = None
    bars: tuple[int, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    complete: bool = False

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.nulls

    @property
    def overflowed(self) -> bool:
        """Whether the values differ, but how much was more than a FLOAT holds."""
        return self.mean is not None and self.low != self.high and (self.std is None or not math.isfinite(self.std))

    @property
    def counted(self) -> int | None:
        """How many values differ, where each was counted: by its own bar, or among the most frequent ones."""
        axis = self.axis
        unit = "number" if self.kind.whole else "day" if self.kind.day else None
        if isinstance(axis, Axis) and (axis.width, axis.unit, axis.below, axis.above) == (1, unit, False, False):
            return sum(bar > 0 for bar in self.bars)
        return len(self.top) if self.complete and self.kind.name != "nested" else None

    @property
    def distinct_said(self) -> int | None:
        """How many values differ: counted where that was done, else the estimate, no more than there can be."""
        if (counted := self.counted) is not None:
            return counted
        return None if self.distinct is None else min(self.distinct, self.filled)


# ---- the first statement


def facts(source: Source, columns: Sequence[Column], scale: float = 1.0) -> str:
    """One aggregate over all the columns; its result has a row.

    scale: what moments are computed with; less than 1 where squares of the values are beyond a FLOAT.
    """
    parts = ["count(*) as n"]
    for place, column in enumerate(columns):
        parts += [f"{text} as c{place}_{name}" for name, text in _facts_of(column, scale)]
    return source.ctes + source.select(", ".join(parts))


def _facts_of(column: Column, scale: float) -> list[tuple[str, str]]:
    name, kind = quoted(column.name), kind_of(column.type)
    said = [("n", f"count({name})")]
    if kind.name not in {"nested", "other"}:
        said.append(("d", f"approx_count_distinct({name})"))
    if kind.name == "number":
        value = _FINITE.format(name) if kind.real else f"{name}::float"
        scaled = value if scale == 1.0 else f"({value} * {scale!r})"
        limits = ("min({0})", "max({0})") if kind.real else ("to_varchar(min({0}))", "to_varchar(max({0}))")
        said += [("lo", limits[0].format(value if kind.real else name))]
        said += [("hi", limits[1].format(value if kind.real else name))]
        said += [("mean", f"avg({scaled})"), ("std", f"stddev({scaled})")]
        said += [(f"q{int(share * 100)}", f"approx_percentile({value}, {share})") for share in QUANTILES]
        if kind.real:
            said += [("nan", f"count_if({name} = 'NaN'::float)"), ("inf", f"count_if(abs({name}) = 'inf'::float)")]
    elif kind.name == "text":
        said += [("lo", f"left(min({name}), {KEPT})"), ("hi", f"left(max({name}), {KEPT})")]
        said += [("e", f"count_if(length({name}) = 0)"), *_lengths(f"length({name})")]
    elif kind.name == "time":
        within = f"case when {name} >= '{_PLAUSIBLE[0]}' and {name} < '{_PLAUSIBLE[1]}' then {name} end"
        for key, text in (
            ("lo", f"min({name})"),
            ("hi", f"max({name})"),
            ("pl", f"min({within})"),
            ("ph", f"max({within})"),
        ):
            said.append((key, f"date_part(epoch_microsecond, {text}{'::timestamp_ntz' if kind.day else ''})"))
    elif kind.name == "clock":
        said += [("lo", f"to_varchar(min({name}))"), ("hi", f"to_varchar(max({name}))")]
    elif kind.name == "binary":
        said += _lengths(f"octet_length({name})")
    elif column.type == "ARRAY":
        said += _lengths(f"array_size({name})")
    return said


def _lengths(length: str) -> list[tuple[str, str]]:
    return [("ll", f"min({length})"), ("lm", f"avg({length})"), ("lh", f"max({length})")]


def read_facts(columns: Sequence[Column], row: Mapping[str, Any], scale: float = 1.0) -> list[ColumnProfile]:
    """The columns' profiles, without bars and top values. row: the statement's result, by name."""
    rows, found = int(row["n"]), []
    for place, column in enumerate(columns):
        own = {key.partition("_")[2]: _none(value) for key, value in row.items() if key.startswith(f"c{place}_")}
        kind = kind_of(column.type)
        made = ColumnProfile(column.name, column.type, kind, rows, rows - int(own["n"]), _int(own.get("d")))
        if own.get("ll") is not None:
            made = replace(made, lengths=(int(own["ll"]), float(own["lm"]), int(own["lh"])))
        if kind.name == "number":
            made = _with_numbers(made, own, scale)
        elif kind.name == "time":
            plausible = (int(own["pl"]), int(own["ph"])) if own["pl"] is not None else None
            made = replace(made, low=_int(own["lo"]), high=_int(own["hi"]), plausible=plausible)
        elif kind.name in {"text", "clock"}:
            made = replace(made, low=own["lo"], high=own["hi"], empty=int(own.get("e") or 0))
        found.append(made)
    return found


def _with_numbers(made: ColumnProfile, own: Mapping[str, Any], scale: float) -> ColumnProfile:
    mean, std = own["mean"], own["std"]
    shares = {share: own[f"q{int(share * 100)}"] for share in QUANTILES}
    return replace(
        made,
        low=_exact(own["lo"]),
        high=_exact(own["hi"]),
        mean=None if mean is None else float(mean) / scale,
        std=None if std is None else float(std) / scale,
        quantiles={share: float(value) for share, value in shares.items() if value is not None},
        nans=int(own.get("nan") or 0),
        infinite=int(own.get("inf") or 0),
    )


def _exact(value: Any) -> Any:
    """A limit: a number of the warehouse's came as text, so that none of 38 digits is lost."""
    if not isinstance(value, str):
        return None if value is None else float(value)
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else number


def _none(value: Any) -> Any:
    return None if value is None or value != value else value


def _int(value: Any) -> int | None:
    return None if value is None else int(value)


# ---- the second statement


def with_axes(
    columns: Sequence[ColumnProfile], others: Sequence[ColumnProfile | None] | None = None
) -> list[ColumnProfile]:
    """The columns, with the axis that each one's bars stand on; others: a second table's, on the same axes."""
    beside: Sequence[ColumnProfile | None] = others if others is not None else [None] * len(columns)
    return [replace(one, axis=_axis(one, other)) for one, other in zip(columns, beside, strict=True)]


def _axis(one: ColumnProfile, other: ColumnProfile | None) -> Axis | Clock | None:
    both = [side for side in (one, other) if side is not None and side.low is not None]
    if one.kind.name == "number" and both:
        low, high = min(side.low for side in both), max(side.high for side in both)
        inner = [(side.quantiles[0.01], side.quantiles[0.99]) for side in both if 0.01 in side.quantiles]
        q_low, q_high = min(a for a, _ in inner), max(b for _, b in inner)
        return for_numbers(float(low), float(high), q_low, q_high, whole=one.kind.whole)
    if one.kind.name == "time":
        spans = [side.plausible for side in both if side.plausible]
        if spans:
            return for_times(min(a for a, _ in spans), max(b for _, b in spans), day=one.kind.day)
    if one.kind.name == "clock" and both:
        return Clock()
    lengths = [side.lengths for side in (one, other) if side is not None and side.lengths]
    if one.kind.name in {"text", "binary"} and lengths and not has_top(one):
        shortest, longest = min(a for a, _, _ in lengths), max(b for _, _, b in lengths)
        if shortest < longest:
            return for_numbers(float(shortest), float(longest), float(shortest), float(longest), whole=True)
    return None


def has_top(column: ColumnProfile) -> bool:
    """Whether counting each value tells something: not where most rows have a value of their own."""
    if column.kind.name == "boolean" or column.type == "VARIANT":
        return True
    if column.kind.name != "text" and not column.kind.whole:
        return False
    distinct = column.distinct_said or 0
    return distinct <= 50 or (distinct <= column.filled / 2 and distinct <= MANY)


def spreads(source: Source, columns: Sequence[ColumnProfile], top: int = TOP) -> tuple[str, dict[str, Any]] | None:
    """The branches for bars and top values, and their binds; None where no column has any.

    The result: c, the column's place; v, a value as text, or b, a bar's number; n, its rows.
    """
    branches: list[str] = []
    binds: dict[str, Any] = dict(source.binds)
    for place, column in enumerate(columns):
        if not column.filled:
            continue
        if column.axis is not None:
            bar, given = _bar(column, f"wb{place}_")
            binds |= given
            inner = source.select(
                f"{place} as c, null::varchar as v, ({bar})::int as b, count(*) as n", _present(column)
            )
            branches.append(f"{inner} group by 3")
        if has_top(column):
            value = _value(column)
            inner = source.select(f"{value} as v, count(*) as n", f"{quoted(column.name)} is not null")
            ranked = f"{inner} group by 1 order by 2 desc, 1 limit {top + 1}"
            branches.append(f"select {place} as c, v, null::int as b, n from ({ranked}) t{place}")  # noqa: S608  quoted
    return (source.ctes + "\nunion all\n".join(branches), binds) if branches else None


def _present(column: ColumnProfile) -> str:
    name = quoted(column.name)
    return f"{_FINITE.format(name)} is not null" if column.kind.real else f"{name} is not null"


def _value(column: ColumnProfile) -> str:
    """A value as the text by which it is counted."""
    name = quoted(column.name)
    if column.type == "VARIANT":
        return f"typeof({name})"
    if column.kind.name != "text":
        return f"to_varchar({name})"
    return name if column.lengths and column.lengths[2] <= KEPT else f"left({name}, {KEPT})"


def _bar(column: ColumnProfile, prefix: str) -> tuple[str, dict[str, Any]]:
    """The number of the bar that a row belongs to, and the axis' numbers in it, which are bound."""
    name, axis = quoted(column.name), column.axis
    if isinstance(axis, Clock):
        return f"date_part(hour, {name})", {}
    assert axis is not None
    if column.kind.name == "time":
        if axis.unit == "month":
            place = f"year({name}) * 12 + month({name}) - 1"
        elif column.kind.day:
            place = f"datediff(day, '1970-01-01'::date, {name})"
        else:
            place = f"date_part(epoch_second, {name})"
    elif column.kind.name in {"text", "binary"}:
        place = f"length({name})" if column.kind.name == "text" else f"octet_length({name})"
    else:
        place = name if column.kind.real else f"{name}::float"
    low, width = f":{prefix}lo", f":{prefix}w"
    # limits so far apart that their difference is no FLOAT
    apart = math.isinf(axis.width * axis.count)
    inside = f"{place} / {width} - {low} / {width}" if apart else f"({place} - {low}) / {width}"
    given = {f"{prefix}lo": axis.start, f"{prefix}w": axis.width, f"{prefix}from": axis.start, f"{prefix}n": axis.count}
    outside = f"when {place} < :{prefix}from then -1"
    if not apart:
        given[f"{prefix}to"] = axis.start + axis.count * axis.width
        outside += f" when {place} >= :{prefix}to then :{prefix}n"
    else:
        del given[f"{prefix}n"]
    return f"case {outside} else floor({inside}) end", given


def read_spreads(
    columns: Sequence[ColumnProfile], rows: Sequence[tuple[Any, ...]], top: int = TOP
) -> list[ColumnProfile]:
    """The columns, with their bars and top values. rows: the second statement's result."""
    bars: dict[int, dict[int, int]] = {}
    tops: dict[int, list[tuple[str, int]]] = {}
    for place, value, bar, count in rows:
        if _none(bar) is not None:
            bars.setdefault(int(place), {})[int(bar)] = int(count)
        elif value is not None:
            tops.setdefault(int(place), []).append((str(value), int(count)))
    found = []
    for place, column in enumerate(columns):
        ranked = sorted(tops.get(place, []), key=lambda pair: (-pair[1], pair[0]))
        counted = bars.get(place, {})
        size = column.axis.count if column.axis else 0
        standing = [0] * size
        for number, count in counted.items() if size else ():
            standing[min(size - 1, max(0, number))] += count
        found.append(
            replace(
                column,
                bars=tuple(standing),
                top=tuple(ranked[:top]),
                complete=has_top(column) and len(ranked) <= top,
            )
        )
    return found
