"""What `profile` returns for two tables or two days: how far their columns are apart, and how that looks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.explore import column_html, drawing, figures, look, words
from workbench.explore.axes import Axis
from workbench.explore.drift import Drift, drift
from workbench.explore.following import later
from workbench.explore.measures import ColumnProfile
from workbench.explore.profiled import Side

if TYPE_CHECKING:
    import pandas as pd

_CHANGED = 4  # values of two sides


class Comparison:
    """Two tables, or two days of one, column by column; what drifted most comes first.

    left, right: the two Sides. drifts: by the left side's column name; a column that only one side has is not there,
    nor one of apart, by which the sides were told apart. follows: columns of times that follow the day, and the days
    between the sides: they are compared as if the days were one.
    """

    def __init__(
        self,
        left: Side,
        right: Side,
        seconds: float,
        apart: frozenset[str] = frozenset(),
        follows: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.left = left
        self.right = right
        self.seconds = seconds
        self.apart = apart
        self.follows = follows
        others = {column.name: column for column in right.columns}
        folded = {column.name.casefold(): column for column in right.columns}
        pairs = [(one, others.get(one.name) or folded.get(one.name.casefold())) for one in left.columns]
        taken = {other.name for _, other in pairs if other is not None}
        self.drifts: dict[str, Drift] = {
            one.name: found
            for one, other in pairs
            if other is not None
            and one.name not in apart
            and (found := drift(one, other, day_on_day=one.name in follows)) is not None
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
        """A row a column, what drifted most first: column, drift (0 to 1), noise, verdict, follows_day, and each of
        Profile.frame's numbers twice, with `_left` and `_right`.
        """
        import pandas as pd

        rows = []
        for one, other in self.pairs:
            found = self.drifts.get(one.name) if one is not None else None
            row: dict[str, Any] = {"column": _either(one, other).name}
            row |= {"drift": found.distance if found else None, "noise": found.noise if found else None}
            row["verdict"] = self._verdict(one, other)
            row["follows_day"] = one is not None and one.name in self.follows
            for side, column in (("left", one), ("right", other)):
                if column is not None:
                    row |= {f"{key}_{side}": value for key, value in figures.row(column).items() if key != "column"}
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
                    "follows_day": one is not None and one.name in self.follows,
                    "left": figures.plain(figures.row(one)) if one else None,
                    "right": figures.plain(figures.row(other)) if other else None,
                }
                for one, other in self.pairs
            ],
        }

    def _place(self, pair: tuple[ColumnProfile, ColumnProfile]) -> float:
        """What is of another type first, what is beyond chance by its distance, what any two days differ in, what
        chance did, and what told the sides apart last.
        """
        one, other = pair
        if (found := self.drifts.get(one.name)) is not None:
            if found.verdict == found.expected:
                return 0.0
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
        return "\n".join([text, *self._notes(), f"{sides} · {self.seconds:.1f} s"])

    def _notes(self) -> list[str]:
        """Of the columns that are compared otherwise than by their values."""
        names = [words.one_line(one.name) for one, _ in self.pairs if one is not None and one.name in self.follows]
        if not names:
            return []
        verb = "follows the day: its" if len(names) == 1 else "follow the day: their"
        return [f"{', '.join(names)} {verb} times are compared as if both days were one"]

    def _repr_html_(self) -> str:
        rows = []
        for one, other in self.pairs:
            found = self.drifts.get(one.name) if one else None
            number = f"{found.distance:.3f}" if found else ""
            verdict = self._verdict(one, other)
            level = {"strong": "wb-bad", "some": "wb-warm", "slight": "wb-left"}.get(verdict, "wb-quiet")
            meter = drawing.meter(found.distance, level) if found and verdict != found.expected else ""
            said = f'<span class="wb-soft">{look.esc(verdict)}</span>'
            days = self.follows.get(one.name, 0) if one else 0
            drawn = _drawn_two(one, other, days) if one and other else column_html.drawn(_either(one, other))
            numbers = "<br>".join(
                f'<i class="wb-dot {kind}"></i>{_brief_html(column)}'
                for kind, column in (("wb-left", one), ("wb-right", other))
                if column
            )
            rows.append([column_html.name(_either(one, other)), f"{number} {said}<br>{meter}", drawn, numbers])
        headers = [("column", "wb-n"), ("drift", "wb-n"), ("", ""), ("", "")]
        sides = "".join(
            f'<p class="wb-cap"><i class="wb-dot {kind}"></i><b>{look.esc(side.title)}</b> '
            f"<span>{look.esc(side.said)}</span></p>"
            for kind, side in (("wb-left", self.left), ("wb-right", self.right))
        )
        return look.page(
            sides
            + look.table(headers, rows)
            + look.note(" · ".join([*self._notes(), f"drift: Jensen-Shannon distance, 0 to 1 · {self.seconds:.1f} s"]))
        )


def _either(one: ColumnProfile | None, other: ColumnProfile | None) -> ColumnProfile:
    """A pair's column, of whichever side has it: one has."""
    column = one or other
    assert column is not None
    return column


def _drawn_two(one: ColumnProfile, other: ColumnProfile, days: int) -> str:
    """Both sides' bars on one axis, or the values that changed most. days: between the bars of the two sides."""
    if one.axis is not None and one.axis == other.axis and (any(one.bars) or any(other.bars)):
        labels = [one.axis.label(place) for place in range(len(one.bars))]
        if days and isinstance(one.axis, Axis):
            second = later(one.axis, days)
            labels = [f"{label} and {second.label(place)}" for place, label in enumerate(labels)]
        return drawing.svg_two(one.bars, other.bars, labels) + _ends_two(one, days)
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
            f"<span>{look.esc(figures.top_value(value, 32))}</span></div>"
        )
    return "".join(lines)


def _ends_two(column: ColumnProfile, days: int) -> str:
    if not isinstance(column.axis, Axis):
        return column_html.ends(column)
    axis = column.axis
    first = axis.label(0)
    last = axis.label(axis.count - 1)
    if days:  # of each side's day
        first, last = (text.partition(" ")[2] for text in (first, last))
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
        said.append(f"mean {words.number(figures.rounded(column.mean))}")
    elif column.kind.name in {"time", "clock"} and column.low is not None:
        said.append(f"{figures.shown(column, column.low)} – {figures.shown(column, column.high)}")
    elif distinct := figures.distinct(column):
        said.append(f"{distinct} distinct")
    return ", ".join(said)


def _brief_html(column: ColumnProfile) -> str:
    spread = f" ± {words.number(figures.rounded(column.std))}" if column.std is not None else ""
    return f"<small>{look.esc(_brief(column) + spread)}</small>"
