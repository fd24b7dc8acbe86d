"""An edit of a text carried over to the text that it was made from.

The flow is made from the cells, line by line, with few of them changed: indented, shown, lifted. An edit of the flow
and what emission changed are two changes of one text; where they don't meet, the edit has its place in the cell. Where
they meet in a line, the words of that line are looked at in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from workbench.roundtrip.merge import Change, applied, changes

Pairs = Sequence[tuple[int, int]]  # (place in the base, place in the original) of what is the same, in order

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Unclear(Exception):
    """An edit that has no one place in the notebook; the message says why."""


class Gap(NamedTuple):
    """What the base has at start:end is made from the original's begin:finish; the two differ."""

    start: int
    end: int
    begin: int
    finish: int


def same(base: Sequence[str], original: Sequence[str]) -> list[tuple[int, int]]:
    """The places where two texts are the same, found by comparing them."""
    blocks = SequenceMatcher(None, base, original, autojunk=False).get_matching_blocks()
    return [(a + offset, b + offset) for a, b, size in blocks for offset in range(size)]


def carried(
    base: Sequence[str], edited: Sequence[str], original: Sequence[str], pairs: Pairs | None = None
) -> list[Change]:
    """The changes of the original that do to it what was done to the base, which was made from it.

    pairs: what is the same in the base and the original (default: found by comparing). Where an edit rewrites what
    isn't the same even word by word, its words are taken as they are. Raises Unclear.
    """
    pairs = same(base, original) if pairs is None else pairs
    made: list[Change] = []
    for start, end, new, gaps in _clusters(changes(base, edited), _gaps(base, original, pairs), base):
        if not gaps:
            made += _moved(start, end, new, pairs, len(original))
            continue
        begin, finish = _reach(start, end, pairs, gaps, len(original))
        if not any(line.strip() for line in original[begin:finish]):
            raise Unclear("the edit is of a line that the flow has and the cell hasn't")
        while not original[finish - 1].strip() and base[end - 1].strip():
            finish -= 1  # blank lines below it, which the flow hasn't
        before, after = "\n".join(base[start:end]), "\n".join(new)
        text = carried_words(before, after, "\n".join(original[begin:finish]))
        lines = new if text is None else tuple(text.split("\n"))
        made.append(Change(begin, finish, lines))
    return made


def carried_words(base: str, edited: str, original: str) -> str | None:
    """The same within lines, word by word; None where the edit rewrites what isn't the same."""
    words, was = _WORDS.findall(base), _WORDS.findall(original)
    pairs = same(words, was)
    made: list[Change] = []
    for start, end, new, gaps in _clusters(changes(words, _WORDS.findall(edited)), _gaps(words, was, pairs), words):
        if gaps:
            return None
        made += _moved(start, end, new, pairs, len(was))
    return "".join(applied(was, made))


def _gaps(base: Sequence[str], original: Sequence[str], pairs: Pairs) -> list[Gap]:
    """Where the base isn't the original."""
    gaps = []
    at = to = 0
    for one, other in [*pairs, (len(base), len(original))]:
        if one > at or other > to:
            gaps.append(Gap(at, one, to, other))
        at, to = one + 1, other + 1
    return gaps


def _clusters(
    edits: list[Change], gaps: list[Gap], base: Sequence[str]
) -> list[tuple[int, int, tuple[str, ...], list[Gap]]]:
    """Each edit with the gaps that it meets: (start, end, the new lines of that stretch of the base, gaps)."""
    found: list[tuple[int, int, tuple[str, ...], list[Gap]]] = []
    for edit in edits:
        start, end, new = edit
        met = [gap for gap in gaps if max(gap.start, start) < min(gap.end, end) or gap.start < start == end < gap.end]
        for gap in met:
            if gap.start < start:
                new = (*base[gap.start : start], *new)
                start = gap.start
            if gap.end > end:
                new = (*new, *base[end : gap.end])
                end = gap.end
        if found and start < found[-1][1]:
            # the one before meets the same gap: both are one stretch
            first, last, before, others = found.pop()
            known = before[: len(before) - (last - edit.start)] if edit.start < last else before
            joined = (*known, *base[last : edit.start], *new[edit.start - start :])
            found.append((first, max(end, last), joined, [*others, *(gap for gap in met if gap not in others)]))
        else:
            found.append((start, end, new, met))
    return found


def _moved(start: int, end: int, new: tuple[str, ...], pairs: Pairs, size: int) -> list[Change]:
    """An edit that meets no gap, in the original. What the original alone has in its midst stays, below it."""
    to = dict(pairs)
    if start == end:
        before = to.get(start - 1)
        after = to.get(start)
        at = after if after is not None and (before is None or start == 0) else size if before is None else before + 1
        return [Change(at, at, new)]
    made: list[Change] = []
    for place in range(start, end):
        spot = to[place]
        if made and made[-1].end == spot:
            made[-1] = made[-1]._replace(end=spot + 1)
        else:
            made.append(Change(spot, spot + 1, ()))
    made[0] = made[0]._replace(new=new)
    return made


def _reach(start: int, end: int, pairs: Pairs, gaps: list[Gap], size: int) -> tuple[int, int]:
    """The stretch of the original that a stretch of the base, gaps and all, is made from."""
    inside = [other for one, other in pairs if start <= one < end]
    begin = min([*inside, *(gap.begin for gap in gaps)], default=size)
    finish = max([*(other + 1 for other in inside), *(gap.finish for gap in gaps)], default=begin)
    return begin, finish
