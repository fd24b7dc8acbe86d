"""The axes of histograms: where bars begin, how wide they are, and what stands below them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workbench.explore import words

BARS = 24
TIMES = 48
_DAY = 86_400
# seconds; above, months
_SPANS = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY)
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 600)
_MONDAY = 4  # 1970-01-05 was one


@dataclass(frozen=True, slots=True)
class Axis:
    """count bars, each width wide, the first from start.

    unit: number, second or day (since 1970), month (since year 0). below, above: whether the first and last bar hold
    what lies outside as well.
    """

    start: float
    width: float
    count: int
    unit: str = "number"
    whole: bool = False
    below: bool = False
    above: bool = False

    def label(self, bar: int) -> str:
        """What the bar holds, as people read it."""
        first = self.start + bar * self.width
        if self.unit != "number":
            return self.moment(first)
        if self.whole:
            last = first + self.width - 1
            text = words.number(first) if last <= first else f"{words.number(first)} – {words.number(last)}"
        else:
            text = f"{words.number(first)} – {words.number(first + self.width)}"
        if bar == 0 and self.below:
            return f"up to {words.number(first + self.width - self.whole)}"
        return f"from {words.number(first)} on" if bar == self.count - 1 and self.above else text

    def moment(self, place: float) -> str:
        """A place on a time axis as a date, with the time where bars are shorter than a day."""
        if self.unit == "month":
            year, month = divmod(int(place), 12)
            return f"{year}" if self.width % 12 == 0 else f"{year}-{month + 1:02}"
        seconds = place * _DAY if self.unit == "day" else place
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        form = "%Y-%m-%d" if self.unit == "day" or self.width % _DAY == 0 else "%Y-%m-%d %H:%M:%S"
        return found.strftime(form).removesuffix(":00")

    @property
    def step(self) -> str:
        """How long a bar of a time axis is: `day`, `3 months`."""
        if self.unit == "month":
            number, name = (self.width // 12, "year") if self.width % 12 == 0 else (self.width, "month")
        else:
            seconds = self.width * _DAY if self.unit == "day" else self.width
            sizes = ((7 * _DAY, "week"), (_DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
            number, name = next((seconds // size, name) for size, name in sizes if seconds % size == 0)
        return name if number == 1 else f"{number:.0f} {name}s"


@dataclass(frozen=True, slots=True)
class Clock:
    """The hours of a day."""

    count: int = 24

    def label(self, bar: int) -> str:
        """`07:00`."""
        return f"{bar:02}:00"


def for_numbers(low: float, high: float, q_low: float, q_high: float, *, whole: bool) -> Axis:
    """Bars from low to high. Where the middle 98% of the values (q_low to q_high) would be a few bars of many, bars
    stand on those alone, and the outer two hold the rest. Whole numbers get bars that are whole numbers wide.
    """
    below = above = False
    if q_low < q_high and (high / 4 - low / 4) > (q_high - q_low):
        below, above = low < q_low, high > q_high
        low, high = (math.floor(q_low), math.ceil(q_high)) if whole else (q_low, q_high)
    if whole:
        width = float(max(1, math.ceil((high - low + 1) / BARS)))
        return Axis(low, width, max(1, math.ceil((high - low + 1) / width)), "number", True, below, above)
    if not low < high:
        return Axis(low, abs(low) or 1.0, 1)
    width = high / BARS - low / BARS
    if width == 0 or low + width == low:  # the limits are neighbours among floats
        return Axis(low, (high - low) or 1.0, 1, below=below, above=above)
    return Axis(low, width, BARS, "number", False, below, above)


def for_times(first: int, last: int, *, day: bool) -> Axis:
    """Bars of a usual length, from first to last (microseconds since 1970): at most TIMES of them."""
    low, high = first // 1_000_000, last // 1_000_000
    for span in _SPANS:
        if day and span < _DAY:
            continue
        shift = _MONDAY * _DAY if span % (7 * _DAY) == 0 else 0
        start = (low - shift) // span * span + shift
        count = (high - start) // span + 1
        if count <= TIMES:
            return Axis(start // _DAY, span // _DAY, count, "day") if day else Axis(start, span, count, "second")
    begin, end = _month(low), _month(high)
    for months in _MONTHS:
        start = begin // months * months
        count = (end - start) // months + 1
        if count <= TIMES or months == _MONTHS[-1]:
            return Axis(start, months, count, "month")
    raise AssertionError("unreachable")


def _month(seconds: int) -> int:
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return found.year * 12 + found.month - 1
