"""What branches that ran beside each other did to what they have in common.

In the notebook their cells ran one after the other. The flow gives the same only where no branch changed what another
one used after it, or changed too. Each step inside a split notes what it used and changed; the join compares the notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.origins import Key, latest
from workbench.runtime.state.kind import Kind

NOTES = "_workbench_branch"

Note = dict[str, Any]
"""One task's: step, iteration (of a loop, else None), line (where the step stands: steps stand in the notebook's
order), used, changed, bound (names), held (name -> place -> key: workbench.runtime.origins), touched (keys of what was
in the changed names), state (kind -> key -> fingerprint), seeded (generators that were seeded before
they were used), live (kinds)."""

_HINT_VALUE = "let one branch run `after:` the other, or have each work on its own copy"
_HINT_STATE = "set it in a cell tagged `setup`, or let one branch run `after:` the other"


@dataclass(frozen=True)
class Branch:
    """What one branch did since the split. used, changed: names that it had from before the split -> (line, step)."""

    name: str
    used: Mapping[str, tuple[int, str]]
    changed: Mapping[str, tuple[int, str]]
    bound: frozenset[str]
    notes: Sequence[Note]

    def held(self, name: str) -> set[Key]:
        """The keys of what a name holds from before the split."""
        return set(latest(self.notes, name)[1].values())

    @property
    def touched(self) -> set[Key]:
        """The keys of what was in the values from before the split that it changed."""
        return {key for note in self.notes for key in note["touched"]}

    @property
    def state_changed(self) -> set[str]:
        """Kinds of process state."""
        return {kind for note in self.notes for kind in note["state"]}


def branch(name: str, notes: Sequence[Note]) -> Branch:
    """Put the notes of a branch's steps, in order, together."""
    used: dict[str, tuple[int, str]] = {}
    changed: dict[str, tuple[int, str]] = {}
    bound: set[str] = set()
    for note in notes:
        at = (note["line"], note["step"])
        used |= {each: at for each in note["used"] if each not in bound}
        changed |= {each: at for each in note["changed"] if each not in bound and each not in changed}
        bound |= set(note["bound"])
    return Branch(name, used, changed, frozenset(bound), notes)


def since_split(notes: Mapping[str, Sequence[Note]]) -> list[Branch]:
    """The branches that a join ends, as the notebook has them, without what they share from an outer split."""
    steps = [{note["step"] for note in each} for each in notes.values()]
    common = set.intersection(*steps) if steps else set()
    return in_order(
        [branch(name, [note for note in each if note["step"] not in common]) for name, each in notes.items()]
    )


def check_values(branches: Sequence[Branch], taken: set[tuple[str, str]]) -> None:
    """Raise HandOverError (WB402) where a value is not what the notebook would have.

    taken: what the join reads, as (branch, name).
    """
    for one, other in permutations(branches, 2):
        for name, (line, step) in one.changed.items():
            if name in other.changed:
                raise _conflict(f"step {step} and step {other.changed[name][1]} both change {name!r}")
            if name in other.used and other.used[name][0] > line:
                raise _conflict(f"step {step} changes {name!r}, which step {other.used[name][1]} uses after it")
            if (other.name, name) in taken and name not in other.bound:
                raise _conflict(f"step {step} changes {name!r}, and the join takes it from the branch {other.name}")
        touched = one.touched
        for holder, name in sorted(taken) if touched else ():
            if holder == other.name and name in other.bound and (kept := touched & other.held(name)):
                raise _conflict(f"a step of the branch {one.name} changes {min(kept)[1]!r}, which {name!r} holds")


def check_state(branches: Sequence[Branch], kinds: Mapping[str, Kind]) -> None:
    """Raise HandOverError (WB403) where the process's state is not what the notebook would have."""
    for one, other in permutations(branches, 2):
        for note, kind, changes in _state_changes(one, kinds):
            for later in other.notes:
                theirs = later["state"].get(kind.name, {})
                if theirs and kind.consumed and kind.name in max(note, later, key=_line)["seeded"]:
                    continue  # whatever the earlier one drew is no concern of the later one
                shared = changes.keys() & theirs.keys()
                if any(changes[key] != theirs[key] for key in shared) or (shared and kind.consumed):
                    raise _disagreement(f"step {note['step']} and step {later['step']} both change {kind.title}")
                unaware = changes.keys() - theirs.keys()
                if (
                    unaware
                    and not (kind.consumed or kind.by_each)
                    and later["line"] > note["line"]
                    and kind.name in later["live"]
                ):
                    raise _disagreement(
                        f"step {note['step']} changes {kind.title}, and step {later['step']} comes after it"
                    )


def in_order(branches: Sequence[Branch]) -> list[Branch]:
    """The branches as the notebook has their last steps."""
    return sorted(branches, key=_last_line)


def _line(note: Note) -> int:
    line: int = note["line"]
    return line


def _last_line(each: Branch) -> int:
    return max(map(_line, each.notes), default=0)


def _state_changes(each: Branch, kinds: Mapping[str, Kind]) -> Iterator[tuple[Note, Kind, dict[str, bytes]]]:
    for note in each.notes:
        for name, changes in note["state"].items():
            yield note, kinds[name], changes


def _conflict(what: str) -> HandOverError:
    return HandOverError("WB402", f"{what}; in the notebook they run one after the other", hint=_HINT_VALUE)


def _disagreement(what: str) -> HandOverError:
    return HandOverError("WB403", f"{what}; in the notebook they run one after the other", hint=_HINT_STATE)
