"""A flow that was edited by hand, and what its notebook gives now: the two together, or what stands against it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple

from workbench.compiler.model import FlowSource
from workbench.notebook.model import Notebook
from workbench.roundtrip.merge import Merged, applied, changes, merged
from workbench.roundtrip.places import Place, cell_label, edits, outside, place_of, places
from workbench.roundtrip.sameness import says_the_same
from workbench.roundtrip.stamp import checksum, unstamped

WORDS = ("promoted", "flow", "notebook")


class HandEdit(NamedTuple):
    """A change that is in the flow and not in what the notebook gives. cell: its id, where it is in a cell.

    line: 1-based, in the flow as it is to be.
    """

    where: str
    cell: str | None
    line: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Contradiction(NamedTuple):
    """Lines that the flow and the notebook changed, each in its own way. base: as last promoted; None: unknown."""

    where: str
    cell: str | None
    base: tuple[str, ...] | None
    flow: tuple[str, ...]
    notebook: tuple[str, ...]


class Reconciled(NamedTuple):
    """text: what the flow is to say, without its stamp; where there are contradictions, with the notebook's side.

    edits: what it has that the notebook doesn't give; problem: why the text can't stand, "" where it can;
    laid_out: the flow says what the notebook says, only its layout is another.
    """

    text: str
    edits: tuple[HandEdit, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    problem: str = ""
    laid_out: bool = False


def reconcile(
    flow: str,
    emitted: FlowSource,
    book: Notebook,
    base_of: Callable[[str], str | None],
    *,
    flow_wins: bool = False,
) -> Reconciled:
    """Put the hand edits of a flow file and what its notebook gives now together.

    flow: the file's text; base_of: finds the emitted text with a checksum ("": of a flow that has none), if anyone
    still has it; flow_wins: the flow's side is what stays where the two contradict each other.
    """
    text, stamp = unstamped(flow)
    if says_the_same(text, emitted.text):
        return Reconciled(text if stamp == checksum(emitted.text) else emitted.text, laid_out=True)
    if problem := syntax_problem(text):
        return Reconciled(emitted.text, problem=f"is not Python: {problem}")
    base = emitted.text if stamp == checksum(emitted.text) else base_of(stamp)
    if base is None:
        return Reconciled(text if flow_wins else emitted.text, contradictions=tuple(_differences(text, emitted, book)))
    if says_the_same(text, base):
        return Reconciled(emitted.text)
    ours = emitted.text.split("\n")
    both = merged_into(emitted, base, text, flow_wins=flow_wins)
    there = places(emitted)
    found = []
    for one in both.conflicts:
        cell = _cell_at(there, one.ours_at, one.ours_at + len(one.ours))
        where = cell_label(book, cell) if cell else outside(ours, one.ours_at)
        found.append(Contradiction(where, cell, one.base, one.theirs, one.ours))
    together = "\n".join(both.lines)
    problem = syntax_problem(together)
    return Reconciled(
        together,
        tuple(hand_edits(together, emitted, book)),
        tuple(found),
        f"and the notebook's changes together are not Python: {problem}" if problem else "",
    )


def merged_into(emitted: FlowSource, base: str, text: str, *, flow_wins: bool = False) -> Merged:
    """The edits that made `text` of a base, in an emitted flow; both texts are without their stamp."""
    return merged(
        base.split("\n"),
        _without_twins(base.split("\n"), text.split("\n"), emitted),
        emitted.text.split("\n"),
        glue=lambda at: emitted.lines[at : at + 1] in ((None,), ()),
        theirs_win=flow_wins,
    )


def _without_twins(base: list[str], text: list[str], emitted: FlowSource) -> tuple[str, ...]:
    """A text without the functions and classes that were added to it, where the notebook has them by now."""
    cells = [
        "\n".join(emitted.text.split("\n")[place.start : place.end]) for place in places(emitted) if not place.body
    ]
    added = [one for one in changes(base, text) if one.start == one.end]
    twins = {one for one in added if "\n".join(one.new).strip("\n") in cells}
    return applied(base, [one for one in changes(base, text) if one not in twins])


def hand_edits(text: str, emitted: FlowSource, book: Notebook) -> list[HandEdit]:
    """What a text has that the notebook doesn't give."""
    ours = emitted.text.split("\n")
    there = places(emitted)
    found = []
    shift = 0
    for change in edits(ours, text.split("\n")):
        place = place_of(there, change)
        where = cell_label(book, place.cell) if place else outside(ours, change.start)
        removed = tuple(ours[change.start : change.end])
        found.append(HandEdit(where, place and place.cell, change.start + shift + 1, removed, change.new))
        shift += len(change.new) - len(removed)
    return found


def syntax_problem(text: str) -> str:
    """Why a text is not Python, or ''."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return f"{getattr(error, 'msg', None) or error}" + (f", line {line}" if line else "")
    return ""


def shown(one: Contradiction) -> str:
    """Both sides of a contradiction, and what they began from, line by line."""
    sides = zip(WORDS, (one.base, one.flow, one.notebook), strict=True)
    lines = [f"  --> {one.where}"]
    for word, side in sides:
        if side is None:
            continue
        for at, line in enumerate(side or ("(nothing)",)):
            lines.append(f"  {word if not at else '':8} | {line}".rstrip())
    return "\n".join(lines)


def _differences(text: str, emitted: FlowSource, book: Notebook) -> list[Contradiction]:
    """All differences of a flow and its notebook, where nobody knows who made them."""
    return [Contradiction(one.where, one.cell, None, one.added, one.removed) for one in hand_edits(text, emitted, book)]


def _cell_at(there: list[Place], start: int, end: int) -> str | None:
    """The cell of some lines, also where they reach beyond it."""
    place = next((one for one in there if one.start < max(end, start + 1) and start < one.end), None)
    return place.cell if place else None
