"""Numbers, sizes, times and values as people read them."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")


def count(number: int, what: str) -> str:
    """`1 row`, `4,000 rows`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def size(number: int | None) -> str:
    """`1.2 MB`; empty where it isn't known."""
    if number is None:
        return ""
    value, unit = float(number), 0
    while value >= 999.5 and unit < len(_SIZES) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_SIZES[unit]}" if unit == 0 or value >= 99.5 else f"{value:.1f} {_SIZES[unit]}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 days ago`, then the date; empty where it isn't known."""
    if moment is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 48 * 3600:
        return f"{seconds // 3600:.0f} h ago"
    return f"{seconds // 86400:.0f} days ago" if seconds < 60 * 86400 else f"{moment:%Y-%m-%d}"


def number(value: Any) -> str:
    """A number in at most six significant digits, thousands apart; whole numbers whole up to fifteen digits."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "∞", "-inf": "-∞"}[str(float(value))]
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 10**15:
        return f"{int(value):,}"
    magnitude = abs(value)
    if magnitude >= 10**15 or magnitude < Decimal("0.0001"):
        return f"{float(value):.4g}"
    if magnitude >= 1000:
        return f"{value:,.0f}" if magnitude >= 100_000 else f"{value:,.1f}"
    return f"{float(value):.4g}"


def short(number: int) -> str:
    """A large number in three digits: `9,870`, `12.3k`, `4.57M`."""
    for size, sign in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= 10 * size or (number >= size and size > 10**3):
            return f"{number / size:.3g}{sign}" if number < 999.5 * size else f"{number / size:,.0f}{sign}"
    return f"{number:,}"


def share(part: float) -> str:
    """`0%`, `<0.1%`, `12.3%`, `>99.9%`, `100%`: what isn't none is not shown as none, nor what isn't all as all."""
    if part <= 0 or part >= 1:
        return "0%" if part <= 0 else "100%"
    if part < 0.001:
        return "<0.1%"
    if part > 0.999:
        return ">99.9%"
    return f"{part:.1%}"


def is_null(found: Any) -> bool:
    """Whether a cell of a frame stands for NULL: None, NaT, NaN."""
    return found is None or type(found).__name__ in {"NaTType", "NAType"} or found != found


def value(found: Any, longest: int = 80) -> str:
    """A cell's value in one line of at most `longest` characters; empty for NULL."""
    if is_null(found):
        return ""
    if isinstance(found, dict | list):
        text = json.dumps(found, ensure_ascii=False, default=str)
    elif isinstance(found, bytes | bytearray):
        text = found.hex()
    elif isinstance(found, datetime):
        text = str(found).removesuffix(" 00:00:00")
    elif isinstance(found, str | bool | int | date | time):
        text = str(found)
    else:
        text = number(found) if isinstance(found, float) else str(found)
    return cut(one_line(text), longest)


def one_line(text: str) -> str:
    """Line ends, tabs and other characters that have no form, as the signs for them."""
    signs = {"\n": "⏎", "\r": "␍", "\t": "⇥", "\0": "␀"}
    return "".join(signs.get(char, "·" if unicodedata.category(char) in {"Cc", "Cf"} else char) for char in text)


_BOLD, _CODE = re.compile(r"(?<!\*)\*\*(?! )(.+?)(?<! )\*\*"), re.compile(r"`([^`\n]+)`")


def unmarked(text: str) -> str:
    """A dbt description without the Markdown of its bold words and its code."""
    return _CODE.sub(r"\1", _BOLD.sub(r"\1", text))


def marked_up(escaped: str) -> str:
    """A description that is HTML already, with its bold words and its code as HTML has them."""
    return _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<b>\1</b>", escaped))


def cut(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis, as wide as `longest` columns of a terminal at most."""
    if width(text) <= longest:
        return text
    kept = text[: max(0, longest - 1)]
    while kept and width(kept) > longest - 1:
        kept = kept[:-1]
    return kept + "…"


def told_apart(left: str, right: str, longest: int = 60) -> tuple[str, str]:
    """Two texts as titles: where they differ, with a word before and two after; the rest of both is an ellipsis."""
    one, other = left.split(), right.split()
    if one == other:
        return cut(" ".join(one), longest), cut(" ".join(other), longest)
    first = _alike(one, other)
    last = _alike(one[first:][::-1], other[first:][::-1])
    begin, left_out = max(0, first - 1), max(0, last - 2)

    def title(said: list[str]) -> str:
        middle = said[begin : len(said) - left_out]
        return cut(" ".join([*(["…"] if begin else []), *middle, *(["…"] if left_out else [])]), longest)

    return title(one), title(other)


def _alike(one: list[str], other: list[str]) -> int:
    """With how many equal items both begin."""
    least = min(len(one), len(other))
    return next((place for place in range(least) if one[place] != other[place]), least)


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) != 0 for char in text)


def aligned(
    headers: list[str], rows: list[list[str]], *, right: set[int] | None = None, keep: bool = False, wide: int = 120
) -> str:
    """The rows below their headers in columns, lines cut to the width; columns with nothing in them only with keep."""
    right = right or set()
    kept = [place for place in range(len(headers)) if keep or place == 0 or any(row[place] for row in rows)]
    widths = {place: max(width(headers[place]), *(width(row[place]) for row in rows)) for place in kept} if rows else {}
    lines = []
    for row in [headers, *rows] if rows else [headers]:
        parts = []
        for place in kept:
            room = " " * (widths.get(place, 0) - width(row[place]))
            parts.append(room + row[place] if place in right else row[place] + room)
        lines.append(cut("  ".join(parts).rstrip(), wide))
    return "\n".join(lines)
