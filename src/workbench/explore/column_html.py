"""A profiled column as HTML: its name, its bars or most frequent values, its numbers. Pure; text in it is escaped."""

from __future__ import annotations

from workbench.explore import drawing, figures, look, words
from workbench.explore.axes import Axis
from workbench.explore.measures import ColumnProfile

_TOPS = 5  # most frequent values that are drawn


def name(column: ColumnProfile) -> str:
    return f'<b>{look.esc(column.name)}</b><br><small class="wb-soft">{look.esc(column.type)}</small>'


def nulls(column: ColumnProfile) -> str:
    if not column.nulls or not column.rows:
        return ""
    share = column.nulls / column.rows
    return f'<span title="{column.nulls:,} rows">{words.share(share)}</span><br>{drawing.meter(share, "wb-quiet")}'


def drawn(column: ColumnProfile) -> str:
    """The histogram with its limits below; the most frequent values where there is none."""
    if column.axis is None or not any(column.bars):
        return _tops(column)
    axis = column.axis
    pale = (axis.below, axis.above) if isinstance(axis, Axis) else (False, False)
    labels = [axis.label(place) for place in range(len(column.bars))]
    return drawing.svg(column.bars, labels, pale=pale) + ends(column)


def ends(column: ColumnProfile) -> str:
    axis = column.axis
    if not isinstance(axis, Axis):
        return '<div class="wb-ends"><span>00:00</span><span>24:00</span></div>'
    if column.kind.name == "time":
        first, last, between = axis.label(0), axis.label(axis.count - 1), f"per {axis.step}"
    elif column.kind.name == "number":
        first, last, between = figures.shown(column, column.low), figures.shown(column, column.high), ""
    else:
        lengths = column.lengths or (0, 0.0, 0)
        first, last = f"{lengths[0]:,}", f"{lengths[2]:,}"
        between = {"text": "characters", "binary": "bytes"}.get(column.kind.name, "")
    return (
        f'<div class="wb-ends"><span>{look.esc(first)}</span><span>{between}</span><span>{look.esc(last)}</span></div>'
    )


def numbers(column: ColumnProfile) -> str:
    """Mean, median and the middle, or lengths, or the limits of time."""
    said: list[str] = []
    if column.mean is not None:
        spread = f" ± {words.number(figures.rounded(column.std))}" if column.std is not None else ""
        said.append(f"mean {words.number(figures.rounded(column.mean))}{spread}")
    if column.quantiles:
        quantile = {
            share: words.number(round(value) if column.kind.whole else figures.rounded(value))
            for share, value in column.quantiles.items()
        }
        said += [f"median {quantile[0.5]}", f"90% in {quantile[0.05]} – {quantile[0.95]}"]
    if column.kind.name == "number" and (frequent := figures.tops(column, 3)) and not figures.each_has_a_bar(column):
        said.append(f"most often {frequent}")
    if column.nans or column.infinite:
        said.append(
            " · ".join(
                f"{count:,} {name}" for count, name in ((column.nans, "NaN"), (column.infinite, "infinite")) if count
            )
        )
    if column.kind.name in {"time", "clock"} and column.low is not None:
        said += [f"from {figures.shown(column, column.low)}", f"to {figures.shown(column, column.high)}"]
    said += [text for text in [figures.lengths(column)] if text]
    if column.empty:
        said.append(f"{column.empty:,} empty")
    if column.rows and not column.filled:
        said.append("all NULL")
    return "<br>".join(f"<small>{look.esc(text)}</small>" for text in said)


def _tops(column: ColumnProfile) -> str:
    """The most frequent values, each with its share."""
    if not figures.tops(column):
        return ""
    lines = [
        f'<div class="wb-top">{drawing.meter(count / column.filled)}'
        f'<span class="wb-r" title="{count:,} rows">{words.share(count / column.filled)}</span>'
        f"<span>{look.esc(figures.top_value(value, 44))}</span></div>"
        for value, count in column.top[:_TOPS]
    ]
    more = (column.distinct_said or 0) - _TOPS
    if more > 0 and column.kind.name != "nested":
        sign = "" if column.counted is not None else "about "
        lines.append(
            f'<div class="wb-top"><i></i><i></i><span class="wb-soft">and {sign}{words.short(more)} more</span></div>'
        )
    return "".join(lines)
