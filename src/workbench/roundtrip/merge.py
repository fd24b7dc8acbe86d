"""Two descendants of one text, put together: diff3, which leaves what both changed to the one who reads it.

Ours rather than a library's, because lines are only the coarse half of it (a cell's words are merged in the same way),
and because what one side has of the other's changes, added imports and added decorators are no contradictions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from textwrap import dedent
from typing import NamedTuple

from workbench.compiler import imports
from workbench.roundtrip.sameness import says_the_same

ALIKE = 0.6  # of two lines' characters: then one is the other, rewritten (difflib's own measure of a close match)


Lines = tuple[str, ...]


class Change(NamedTuple):
    """base[start:end] becomes new."""

    start: int
    end: int
    new: Lines


class Conflict(NamedTuple):
    """What both sides changed, each in its own way. at: where `ours` begins in the merged lines and in ours."""

    base: Lines
    theirs: Lines
    ours: Lines
    at: int
    ours_at: int


class Merged(NamedTuple):
    """lines: the two put together; where they contradict each other, one of them."""

    lines: Lines
    conflicts: tuple[Conflict, ...]


def changes(base: Sequence[str], other: Sequence[str]) -> list[Change]:
    """What makes another sequence of a base, in order; between two changes something is the same."""
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [
        Change(start, end, tuple(other[begin:finish]))
        for kind, start, end, begin, finish in matcher.get_opcodes()
        if kind != "equal"
    ]


def applied(base: Sequence[str], made: list[Change]) -> Lines:
    """The base with changes made; they are in order and don't overlap."""
    result: list[str] = []
    at = 0
    for change in made:
        result += base[at : change.start]
        result += change.new
        at = change.end
    return (*result, *base[at:])


def merged(
    base: Sequence[str],
    theirs: Sequence[str],
    ours: Sequence[str],
    *,
    glue: Callable[[int], bool] = lambda _: False,
    theirs_win: bool = False,
) -> Merged:
    """Both sides' changes of a base. Changes that touch are one place: if both made some there, they must agree.

    glue: whether a line of ours only follows from the others, as what a step reads at its top does; theirs_win: whether
    their side is what stays in the place of a conflict.
    """
    result: list[str] = []
    conflicts: list[Conflict] = []
    at = ours_at = 0
    for start, end, of_theirs, of_ours in _places(changes(base, theirs), changes(base, ours)):
        result += base[at:start]
        ours_at += start - at
        before = tuple(base[start:end])
        mine = _side(base, start, end, of_ours)
        other = _side(base, start, end, of_theirs)
        made = tuple(line for at_line, line in enumerate(mine, ours_at) if glue(at_line))
        settled = mine if not of_theirs else other if not of_ours else _settled(before, other, mine, made)
        if settled is None:
            conflicts.append(Conflict(before, other, mine, len(result), ours_at))
            settled = other if theirs_win else mine
        result += settled
        ours_at += len(mine)
        at = end
    return Merged((*result, *base[at:]), tuple(conflicts))


def _side(base: Sequence[str], start: int, end: int, made: list[Change]) -> Lines:
    """What one side has where the base has base[start:end]."""
    moved = [Change(one.start - start, one.end - start, one.new) for one in made]
    return applied(base[start:end], moved)


def _places(theirs: list[Change], ours: list[Change]) -> list[tuple[int, int, list[Change], list[Change]]]:
    """The places of the base where something changed: (start, end, their changes there, our changes there)."""
    places: list[tuple[int, int, list[Change], list[Change]]] = []
    for change, own in sorted([*((one, False) for one in theirs), *((one, True) for one in ours)]):
        if places and change.start <= places[-1][1]:
            start, end, of_theirs, of_ours = places.pop()
            places.append((start, max(end, change.end), of_theirs, of_ours))
        else:
            places.append((change.start, change.end, [], []))
        (places[-1][3] if own else places[-1][2]).append(change)
    return places


def _settled(base: Lines, theirs: Lines, ours: Lines, glue: Lines) -> Lines | None:
    """One text for a place that both sides changed, or None where they contradict each other. glue: those of `ours`."""
    same = theirs == ours or (theirs and ours and says_the_same(*map(_dedented, (theirs, ours)), cell=True))
    if same or _holds(ours, theirs, base, glue):
        return ours
    if _holds(theirs, ours, base, ()):
        return theirs
    return _decorated(base, theirs, ours) or _imported(base, theirs, ours)


def _dedented(lines: Lines) -> str:
    return dedent("\n".join(lines))


def _holds(whole: Lines, part: Lines, base: Lines, glue: Lines) -> bool:
    """Whether one side has made all the changes of the other, and more beside them: a cell's edit, and what it brings.

    Where the other took lines away, what is more must be glue, and no rewriting of those lines: that would be another
    answer to them.
    """
    theirs, own = changes(base, part), changes(base, whole)
    gone = [line for change in theirs for line in base[change.start : change.end] if line.strip()]
    added = [line for change in theirs for line in change.new if line.strip()]
    more = [line for change in own for line in change.new if line.strip()]
    if any(line in whole for line in gone):
        return False
    for line in added:
        if line not in more:
            return False
        more.remove(line)
    if gone and not set(more) <= set(glue):
        return False
    places = [whole.index(line) for line in added]
    return places == sorted(places) and not any(
        SequenceMatcher(None, old.strip(), new.strip()).ratio() > ALIKE for old in gone for new in more
    )


def _decorated(base: Lines, theirs: Lines, ours: Lines) -> Lines | None:
    """Decorators that both sides added at the same place: ours, then the others."""
    if base or not all(line.lstrip().startswith("@") for line in (*theirs, *ours)):
        return None
    return (*ours, *(line for line in theirs if line not in ours))


def _imported(base: Lines, theirs: Lines, ours: Lines) -> Lines | None:
    """Imports that both sides changed: what either added, without what either took away."""
    found = [_import_lines(side) for side in (base, theirs, ours)]
    was, others, mine = found
    if was is None or others is None or mine is None:
        return None
    indents = {line[: len(line) - len(line.lstrip())] for line in (*base, *theirs, *ours) if line[-1:] not in "),("}
    indent = min(indents, key=len, default="")
    kept = (mine | others) - (was - mine) - (was - others)
    return tuple(indent + line for line in imports.block(kept))


def _import_lines(lines: Lines) -> set[str] | None:
    """The imports that some lines are, a name each; None where there is anything else among them."""
    if any("#" in line for line in lines):
        return None
    try:
        body = ast.parse(_dedented(lines)).body
    except SyntaxError:
        return None
    found: set[str] = set()
    for node in body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            return None
        start = f"from {'.' * node.level}{node.module or ''} import " if isinstance(node, ast.ImportFrom) else "import "
        found |= {f"{start}{one.name} as {one.asname}" if one.asname else start + one.name for one in node.names}
    return found
