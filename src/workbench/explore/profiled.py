"""What `profile` returns: the numbers, and how they look in a notebook and on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.explore import drawing, look, words
from workbench.explore.axes import Axis
from workbench.explore.drift import Drift, drift
from workbench.explore.measures import QUANTILES, ColumnProfile

if TYPE_CHECKING:
    import pandas as pd

_TOPS = 5  # most frequent values that are drawn
_CHANGED = 4  # values of two sides


@dataclass(frozen=True, slots=True)
class Side:
    """One table, or one day of it. looked_at: rows that were profiled; rows: that there are, None where unknown.

    share: of the rows in the sample; None where all were profiled.
    """

    title: str
    looked_at: int
    rows: int | None
    share: float | None
    columns: tuple[ColumnProfile, ...]

    @property
    def said(self) -> str:
        """`4,000 rows`, or that it is a sample, and of how many."""
        if self.share is None:
            return words.count(self.looked_at, "row")
        of = f" of {words.count(self.rows, 'row')}" if self.rows is not None else ""
        return f"a sample of {words.count(self.looked_at, 'row')}{of} ({words.share(self.share)})"


class Profile:
    """A table's or a query's profile. columns: ColumnProfile, in their order; side: how many rows it is of."""

    def __init__(self, side: Side, seconds: float) -> None:
        self.side = side
        self.columns = side.columns
        self.seconds = seconds

    def __getitem__(self, name: str) -> ColumnProfile:
        """A column's profile by its name, in any case."""
        for column in self.columns:
            if column.name == name:
                return column
        for column in self.columns:
            if column.name.casefold() == name.casefold():
                return column
        raise KeyError(name)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a column: type, rows, nulls, null_share, distinct, min, max, mean, std, q01 … q99, nan, infinite,
        empty, length_min, length_mean, length_max, top (value and rows, the most frequent first), bars.
        """
        import pandas as pd

        return pd.DataFrame([_row(column) for column in self.columns])

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON has it."""
        side = self.side
        return {
            "title": side.title,
            "rows": side.rows,
            "looked_at": side.looked_at,
            "sample": side.share,
            "seconds": round(self.seconds, 3),
            "columns": [_plain(_row(column)) for column in self.columns],
        }

    @property
    def caption(self) -> tuple[str, ...]:
        return (self.side.said, words.count(len(self.columns), "column"), f"{self.seconds:.1f} s")

    def __repr__(self) -> str:
        rows = [
            [
                words.one_line(column.name),
                column.type,
                words.share(column.nulls / column.rows) if column.rows and column.nulls else "",
                _distinct(column),
                _shown(column, column.low, 20),
                _shown(column, column.high, 20),
                words.number(_round(column.mean)),
                drawing.spark(column.bars),
                _tops_text(column) or _lengths(column),
            ]
            for column in self.columns
        ]
        titles = ["column", "type", "null", "distinct", "min", "max", "mean", "", "most frequent"]
        text = words.aligned(titles, rows, right={2, 3}, wide=look.terminal_width())
        return f"{text}\n{' · '.join([self.side.title, *self.caption])}"

    def _repr_html_(self) -> str:
        rows = [
            [
                _name(column),
                _nulls(column),
                look.esc(_distinct(column)),
                _drawn(column),
                _numbers(column),
            ]
            for column in self.columns
        ]
        headers = [("column", "wb-n"), ("null", "wb-r"), ("distinct", "wb-r"), ("", ""), ("", "wb-n")]
        title = look.caption(self.side.title, *self.caption)
        if not self.side.looked_at:
            title += look.note("no rows")
        return look.page(title + look.filled(headers, rows))


class Comparison:
    """Two tables, or two days of one, column by column; what drifted most comes first.

    left, right: the two Sides. drifts: by the left side's column name; a column that only one side has is not there,
    nor one of apart, by which the sides were told apart.
    """

    def __init__(self, left: Side, right: Side, seconds: float, apart: frozenset[str] = frozenset()) -> None:
        self.left = left
        self.right = right
        self.seconds = seconds
        self.apart = apart
        others = {column.name: column for column in right.columns}
        folded = {column.name.casefold(): column for column in right.columns}
        pairs = [(one, others.get(one.name) or folded.get(one.name.casefold())) for one in left.columns]
        taken = {other.name for _, other in pairs if other is not None}
        self.drifts: dict[str, Drift] = {
            one.name: found
            for one, other in pairs
            if other is not None and one.name not in apart and (found := drift(one, other)) is not None
        }
        both = [(one, other) for one, other in pairs if other is not None]
        both.sort(key=self._place)
        self.pairs: list[tuple[ColumnProfile | None, ColumnProfile | None]] = [
            *both,
            *((one, None) for one, other in pairs if other is None),
            *((None, other) for other in right.columns if other.name not in taken),
        ]

    @property
    def frame(self) -> pd.DataFrame:
        """A row a column, what drifted most first: column, drift (0 to 1), noise, verdict, and each of Profile.frame's
        numbers twice, with `_left` and `_right`.
        """
        import pandas as pd

        rows = []
        for one, other in self.pairs:
            found = self.drifts.get(one.name) if one is not None else None
            row: dict[str, Any] = {"column": _either(one, other).name}
            row |= {"drift": found.distance if found else None, "noise": found.noise if found else None}
            row["verdict"] = self._verdict(one, other)
            for side, column in (("left", one), ("right", other)):
                if column is not None:
                    row |= {f"{key}_{side}": value for key, value in _row(column).items() if key != "column"}
            rows.append(row)
        return pd.DataFrame(rows)

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON has it."""
        return {
            "left": {"title": self.left.title, "rows": self.left.rows, "looked_at": self.left.looked_at},
            "right": {"title": self.right.title, "rows": self.right.rows, "looked_at": self.right.looked_at},
            "seconds": round(self.seconds, 3),
            "columns": [
                {
                    "column": _either(one, other).name,
                    "drift": found.distance if (found := one and self.drifts.get(one.name)) else None,
                    "noise": found.noise if found else None,
                    "verdict": self._verdict(one, other),
                    "left": _plain(_row(one)) if one else None,
                    "right": _plain(_row(other)) if other else None,
                }
                for one, other in self.pairs
            ],
        }

    def _place(self, pair: tuple[ColumnProfile, ColumnProfile]) -> float:
        """What is of another type first, what is beyond chance by its distance, and what told the sides apart last."""
        one, other = pair
        if (found := self.drifts.get(one.name)) is not None:
            return (1.0 if found.verdict == "chance" else 0.0) - found.distance
        return -2.0 if one.kind.name != other.kind.name else 2.0

    def _verdict(self, one: ColumnProfile | None, other: ColumnProfile | None) -> str:
        if one is None or other is None:
            return f"only in {(self.right if one is None else self.left).title}"
        if one.name in self.drifts:
            return self.drifts[one.name].verdict
        if one.name in self.apart:
            return "told apart by it"
        return f"{one.type} and {other.type}" if one.kind.name != other.kind.name else "no rows"

    def __repr__(self) -> str:
        rows = []
        for one, other in self.pairs:
            found = self.drifts.get(one.name) if one else None
            rows.append(
                [
                    words.one_line(_either(one, other).name),
                    f"{found.distance:.3f}" if found else "",
                    self._verdict(one, other),
                    *(
                        text
                        for column in (one, other)
                        for text in (_brief(column), drawing.spark(column.bars, 16) if column else "")
                    ),
                ]
            )
        titles = ["column", "drift", "", "left", "", "right", ""]
        text = words.aligned(titles, rows, right={1}, wide=look.terminal_width())
        sides = f"left: {self.left.title}, {self.left.said}\nright: {self.right.title}, {self.right.said}"
        return f"{text}\n{sides} · {self.seconds:.1f} s"

    def _repr_html_(self) -> str:
        rows = []
        for one, other in self.pairs:
            found = self.drifts.get(one.name) if one else None
            number = f"{found.distance:.3f}" if found else ""
            verdict = self._verdict(one, other)
            level = {"strong": "wb-bad", "some": "wb-warm", "slight": "wb-left"}.get(verdict, "wb-quiet")
            meter = drawing.meter(found.distance, level) if found else ""
            said = f'<span class="wb-soft">{look.esc(verdict)}</span>'
            drawn = _drawn_two(one, other) if one and other else _drawn(_either(one, other))
            numbers = "<br>".join(
                f'<i class="wb-dot {kind}"></i>{_brief_html(column)}'
                for kind, column in (("wb-left", one), ("wb-right", other))
                if column
            )
            rows.append([_name(_either(one, other)), f"{number} {said}<br>{meter}", drawn, numbers])
        headers = [("column", "wb-n"), ("drift", "wb-n"), ("", ""), ("", "")]
        sides = "".join(
            f'<p class="wb-cap"><i class="wb-dot {kind}"></i><b>{look.esc(side.title)}</b> '
            f"<span>{look.esc(side.said)}</span></p>"
            for kind, side in (("wb-left", self.left), ("wb-right", self.right))
        )
        return look.page(
            sides
            + look.table(headers, rows)
            + look.note(f"drift: Jensen-Shannon distance, 0 to 1 · {self.seconds:.1f} s")
        )


# ---- a column's numbers


def _row(column: ColumnProfile) -> dict[str, Any]:
    lengths = column.lengths or (None, None, None)
    return {
        "column": column.name,
        "type": column.type,
        "rows": column.rows,
        "nulls": column.nulls,
        "null_share": column.nulls / column.rows if column.rows else None,
        "distinct": column.distinct_said,
        "min": _typed(column, column.low),
        "max": _typed(column, column.high),
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


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Decimal | datetime) else value for key, value in row.items()}


def _typed(column: ColumnProfile, value: Any) -> Any:
    """A limit of a column of times as a datetime; as text where Python has no such year."""
    if column.kind.name != "time" or value is None:
        return value
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    except OverflowError:
        return f"year {1970 + value // 31_556_952_000_000}"
    return moment.replace(tzinfo=None)


def _shown(column: ColumnProfile, value: Any, longest: int = 30) -> str:
    """A limit, for people."""
    found = _typed(column, value)
    if found is None or isinstance(found, str):
        return words.value(found, longest)
    if isinstance(found, datetime):
        return f"{found:%Y-%m-%d}" if column.kind.day else str(found).removesuffix(" 00:00:00")[:19]
    return words.number(found)


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _distinct(column: ColumnProfile) -> str:
    """How many values differ; with a tilde where it is an estimate."""
    if column.counted is not None:
        return f"{column.counted:,}"
    said = column.distinct_said
    return "" if said is None or not column.filled else f"~{words.short(said)}"


def _lengths(column: ColumnProfile) -> str:
    if column.lengths is None:
        return ""
    shortest, mean, longest = column.lengths
    what = {"text": "characters", "binary": "bytes"}.get(column.kind.name, "items")
    return (
        f"{shortest:,} {what}"
        if shortest == longest
        else f"{shortest:,} – {longest:,} {what}, mean {words.number(_round(mean))}"
    )


def _tops_text(column: ColumnProfile, most: int = 4) -> str:
    if not column.top or column.top[0][1] <= 1:
        return ""
    named = [f"{_top_value(value, 18)} ({words.share(count / column.filled)})" for value, count in column.top[:most]]
    return ", ".join(named)


def _each_has_a_bar(column: ColumnProfile) -> bool:
    return isinstance(column.axis, Axis) and column.axis.width == 1


def _top_value(value: str, longest: int) -> str:
    return words.value(value, longest) or "(empty)"


# ---- a column in HTML


def _name(column: ColumnProfile) -> str:
    return f'<b>{look.esc(column.name)}</b><br><small class="wb-soft">{look.esc(column.type)}</small>'


def _nulls(column: ColumnProfile) -> str:
    if not column.nulls or not column.rows:
        return ""
    share = column.nulls / column.rows
    return f'<span title="{column.nulls:,} rows">{words.share(share)}</span><br>{drawing.meter(share, "wb-quiet")}'


def _drawn(column: ColumnProfile) -> str:
    """The histogram with its limits below; the most frequent values where there is none."""
    if column.axis is None or not any(column.bars):
        return _tops(column)
    axis = column.axis
    pale = (axis.below, axis.above) if isinstance(axis, Axis) else (False, False)
    labels = [axis.label(place) for place in range(len(column.bars))]
    return drawing.svg(column.bars, labels, pale=pale) + _ends(column)


def _ends(column: ColumnProfile) -> str:
    axis = column.axis
    if not isinstance(axis, Axis):
        return '<div class="wb-ends"><span>00:00</span><span>24:00</span></div>'
    if column.kind.name == "time":
        first, last, between = axis.label(0), axis.label(axis.count - 1), f"per {axis.step}"
    elif column.kind.name == "number":
        first, last, between = _shown(column, column.low), _shown(column, column.high), ""
    else:
        lengths = column.lengths or (0, 0.0, 0)
        first, last = f"{lengths[0]:,}", f"{lengths[2]:,}"
        between = {"text": "characters", "binary": "bytes"}.get(column.kind.name, "")
    return (
        f'<div class="wb-ends"><span>{look.esc(first)}</span><span>{between}</span><span>{look.esc(last)}</span></div>'
    )


def _numbers(column: ColumnProfile) -> str:
    """Mean, median and the middle, or lengths, or the limits of time."""
    said: list[str] = []
    if column.mean is not None:
        spread = f" ± {words.number(_round(column.std))}" if column.std is not None else ""
        said.append(f"mean {words.number(_round(column.mean))}{spread}")
    if column.quantiles:
        quantile = {
            share: words.number(round(value) if column.kind.whole else _round(value))
            for share, value in column.quantiles.items()
        }
        said += [f"median {quantile[0.5]}", f"90% in {quantile[0.05]} – {quantile[0.95]}"]
    if column.kind.name == "number" and (frequent := _tops_text(column, 3)) and not _each_has_a_bar(column):
        said.append(f"most often {frequent}")
    if column.nans or column.infinite:
        said.append(
            " · ".join(
                f"{count:,} {name}" for count, name in ((column.nans, "NaN"), (column.infinite, "infinite")) if count
            )
        )
    if column.kind.name in {"time", "clock"} and column.low is not None:
        said += [f"from {_shown(column, column.low)}", f"to {_shown(column, column.high)}"]
    said += [text for text in [_lengths(column)] if text]
    if column.empty:
        said.append(f"{column.empty:,} empty")
    if column.rows and not column.filled:
        said.append("all NULL")
    return "<br>".join(f"<small>{look.esc(text)}</small>" for text in said)


def _tops(column: ColumnProfile) -> str:
    """The most frequent values, each with its share."""
    if not _tops_text(column):
        return ""
    lines = [
        f'<div class="wb-top">{drawing.meter(count / column.filled)}'
        f'<span class="wb-r" title="{count:,} rows">{words.share(count / column.filled)}</span>'
        f"<span>{look.esc(_top_value(value, 44))}</span></div>"
        for value, count in column.top[:_TOPS]
    ]
    more = (column.distinct_said or 0) - _TOPS
    if more > 0 and column.kind.name != "nested":
        sign = "" if column.counted is not None else "about "
        lines.append(
            f'<div class="wb-top"><i></i><i></i><span class="wb-soft">and {sign}{words.short(more)} more</span></div>'
        )
    return "".join(lines)


def _either(one: ColumnProfile | None, other: ColumnProfile | None) -> ColumnProfile:
    """A pair's column, of whichever side has it: one has."""
    column = one or other
    assert column is not None
    return column


def _drawn_two(one: ColumnProfile, other: ColumnProfile) -> str:
    if one.axis is not None and one.axis == other.axis and (any(one.bars) or any(other.bars)):
        labels = [one.axis.label(place) for place in range(len(one.bars))]
        return drawing.svg_two(one.bars, other.bars, labels) + _ends_two(one)
    left, right = dict(one.top), dict(other.top)
    if not left and not right:
        return ""
    shares = {
        value: (left.get(value, 0) / (one.filled or 1), right.get(value, 0) / (other.filled or 1))
        for value in {**left, **right}
    }
    # the values that changed most, of those that are frequent
    ranked = sorted(shares, key=lambda value: -abs(shares[value][0] - shares[value][1]) - max(shares[value]) / 10)
    lines = []
    for value in ranked[:_CHANGED]:
        a, b = shares[value]
        lines.append(
            f'<div class="wb-top wb-two"><span>{drawing.meter(a)}{drawing.meter(b, "wb-right")}</span>'
            f'<span class="wb-r">{words.share(a)}<br>{words.share(b)}</span>'
            f"<span>{look.esc(_top_value(value, 32))}</span></div>"
        )
    return "".join(lines)


def _ends_two(column: ColumnProfile) -> str:
    if not isinstance(column.axis, Axis):
        return _ends(column)
    axis = column.axis
    first = axis.label(0)
    last = axis.label(axis.count - 1)
    if axis.unit == "number" and not axis.whole and not (axis.below or axis.above):
        first, last = words.number(axis.start), words.number(axis.start + axis.count * axis.width)
    return f'<div class="wb-ends"><span>{look.esc(first)}</span><span>{look.esc(last)}</span></div>'


def _brief(column: ColumnProfile | None) -> str:
    """A side of a comparison in a few words."""
    if column is None:
        return ""
    said = []
    if column.nulls:
        said.append(f"{words.share(column.nulls / column.rows)} null")
    if column.mean is not None:
        said.append(f"mean {words.number(_round(column.mean))}")
    elif column.kind.name in {"time", "clock"} and column.low is not None:
        said.append(f"{_shown(column, column.low)} – {_shown(column, column.high)}")
    elif distinct := _distinct(column):
        said.append(f"{distinct} distinct")
    return ", ".join(said)


def _brief_html(column: ColumnProfile) -> str:
    spread = f" ± {words.number(_round(column.std))}" if column.std is not None else ""
    return f"<small>{look.esc(_brief(column) + spread)}</small>"
