"""A column's numbers: as a row for programs, as words for people. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from workbench.explore import words
from workbench.explore.axes import Axis
from workbench.explore.measures import QUANTILES, ColumnProfile


def row(column: ColumnProfile) -> dict[str, Any]:
    lengths = column.lengths or (None, None, None)
    return {
        "column": column.name,
        "type": column.type,
        "rows": column.rows,
        "nulls": column.nulls,
        "null_share": column.nulls / column.rows if column.rows else None,
        "distinct": column.distinct_said,
        "min": typed(column, column.low),
        "max": typed(column, column.high),
        "mean": column.mean,
        "std": column.std,
        **{f"q{int(share * 100):02}": column.quantiles.get(share) for share in QUANTILES},
        "nan": column.nans,
        "infinite": column.infinite,
        "empty": column.empty,
        "length_min": lengths[0],
        "length_mean": lengths[1],
        "length_max": lengths[2],
        "top": list(column.top),
        "bars": [(column.axis.label(place), bar) for place, bar in enumerate(column.bars)] if column.axis else [],
    }


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Decimal | datetime) else value for key, value in row.items()}


def typed(column: ColumnProfile, value: Any) -> Any:
    """A limit of a column of times as a datetime; as text where Python has no such year."""
    if column.kind.name != "time" or value is None:
        return value
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    except OverflowError:
        return f"year {1970 + value // 31_556_952_000_000}"
    return moment.replace(tzinfo=None)


def shown(column: ColumnProfile, value: Any, longest: int = 30) -> str:
    """A limit, for people."""
    found = typed(column, value)
    if found is None or isinstance(found, str):
        return words.value(found, longest)
    if isinstance(found, datetime):
        return f"{found:%Y-%m-%d}" if column.kind.day else str(found).removesuffix(" 00:00:00")[:19]
    return words.number(found)


def rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def distinct(column: ColumnProfile) -> str:
    """How many values differ; with a tilde where it is an estimate."""
    if column.counted is not None:
        return f"{column.counted:,}"
    said = column.distinct_said
    return "" if said is None or not column.filled else f"~{words.short(said)}"


def lengths(column: ColumnProfile) -> str:
    if column.lengths is None:
        return ""
    shortest, mean, longest = column.lengths
    what = {"text": "characters", "binary": "bytes"}.get(column.kind.name, "items")
    return (
        f"{shortest:,} {what}"
        if shortest == longest
        else f"{shortest:,} – {longest:,} {what}, mean {words.number(rounded(mean))}"
    )


def tops(column: ColumnProfile, most: int = 4) -> str:
    if not column.top or column.top[0][1] <= 1:
        return ""
    named = [f"{top_value(value, 18)} ({words.share(count / column.filled)})" for value, count in column.top[:most]]
    return ", ".join(named)


def each_has_a_bar(column: ColumnProfile) -> bool:
    return isinstance(column.axis, Axis) and column.axis.width == 1


def top_value(value: str, longest: int) -> str:
    return words.value(value, longest) or "(empty)"
