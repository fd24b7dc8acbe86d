"""Which steps of an earlier run still hold, and why the others don't: their code, parameters and environment compared.

Pure. What a step read from files, the warehouse, the network or the clock can't be compared.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.runs.origin import Origin, OriginStep
from workbench.runs.values import Known
from workbench.runtime.environment import Environment
from workbench.runtime.fingerprint import Code

UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a step. why: for people. incomplete: it is as it was, but not all of its tasks have succeeded."""

    kept: bool
    why: str
    incomplete: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the run's record has it."""
        return {"kept": self.kept, "why": self.why}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment as it is. distributions: name -> version, all that are installed; files: what those that the
    earlier run had loaded are now (path -> digest, None for one that is gone); profile: the warehouse's connection.
    """

    python: str
    distributions: Mapping[str, str]
    files: Mapping[str, str | None] = field(default_factory=dict)
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """How people call the notebook's parts.

    cells: a cell's name in the flow -> its number in the notebook; definitions: the name of a function or class ->
    ("function" or "class", number of its cell).
    """

    cells: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def cell(self, name: str) -> str:
        """`cell 5`, or `cell abcd` where the number isn't known."""
        return f"cell {self.cells.get(name, name)}"

    def definition(self, name: str) -> str:
        """`function best in cell 3`, or just the name."""
        if name not in self.definitions:
            return f"`{name}`"
        kind, number = self.definitions[name]
        return f"{kind} `{name}` in cell {number}"


@dataclass(frozen=True, slots=True)
class Now:
    """What would run. code: by step, in the graph's order; known: the parameters; given: values of some of them."""

    code: Mapping[str, Code]
    known: Sequence[Known]
    given: Mapping[str, Any]
    surroundings: Surroundings
    names: Names = field(default_factory=Names)


def decisions(now: Now, origin: Origin, forced: Collection[str] = ()) -> dict[str, Decision]:
    """For each step whether what the origin did is kept. forced: steps to run again whatever was."""
    changed = dict(_changed_parameters(now, origin))
    decided: dict[str, Decision] = {}
    for step, code in now.code.items():
        again = [parent for parent in code["parents"] if parent in decided and not decided[parent].kept]
        before = origin.steps.get(step)
        reasons = list(_reasons(step, code, before, now, changed, forced))
        if reasons:
            decided[step] = Decision(False, "; ".join(dict.fromkeys(reasons)))
        elif again:
            decided[step] = Decision(False, "after " + " and ".join(f"`{parent}`" for parent in again))
        elif before is not None and (missing := before.wanted - len(before.made_of)):
            which = (
                "it didn't succeed" if before.wanted == 1 else f"{missing} of its {before.wanted} tasks didn't succeed"
            )
            decided[step] = Decision(False, which, incomplete=True)
        else:
            decided[step] = Decision(True, UNCHANGED)
    return decided


def to_run(decided: Mapping[str, Decision]) -> list[str]:
    """The steps of which no task is taken over; of an incomplete one those are that succeeded."""
    return [step for step, decision in decided.items() if not decision.kept and not decision.incomplete]


def _reasons(
    step: str,
    code: Code,
    before: OriginStep | None,
    now: Now,
    changed: Mapping[str, str],
    forced: Collection[str],
) -> Iterator[str]:
    if step in forced:
        yield "asked for"
    if before is None:
        yield "it has not run"
        return
    for made in before.made_of:
        if made is None:
            yield "that run doesn't say what it was made of"
            continue
        yield from _code_reasons(code, made[0], now.names)
        yield from (changed[name] for name in _reads(code) if name in changed)
        yield from _environment_reasons(made[1], now.surroundings)


def _reads(code: Code) -> list[str]:
    """What a step reads of the flow's attributes, parameters among them."""
    taken = [name.rpartition(".")[2] for name in code["takes"]]
    return [*taken, *(name.removeprefix("self.") for name in code["reaches"] if name.startswith("self."))]


def _code_reasons(now: Code, before: Code, names: Names) -> Iterator[str]:
    if now["format"] != before["format"]:
        yield "that run was made by another version of workbench"
        return
    yield from _cell_reasons(now["cells"], before["cells"], names)
    for name, state in _differences(now["reaches"], before["reaches"]):
        yield f"{names.definition(name)} {state}"
    for name, state in _differences(now["decorators"], before["decorators"]):
        yield f"decorator @{name} {state}"
    yield from (f"it needs `{name}` now" for name in now["takes"] if name not in before["takes"])
    yield from (f"it doesn't need `{name}` any more" for name in before["takes"] if name not in now["takes"])
    yield from (f"`{name}` is needed after it now" for name in now["gives"] if name not in before["gives"])
    if now["takes"] == before["takes"]:  # else the statements that take them differ as well
        for text, state in _differences(now["ahead"], before["ahead"]):
            yield f"`{text}` {state}"
    for name in now["gives"].keys() & before["gives"].keys():
        if now["gives"][name] != before["gives"][name]:
            yield f"it hands `{name}` over otherwise"
    for name in sorted(set(now["shared"]) ^ set(before["shared"])):
        yield f"what functions see of `{name}` changed"
    if now["parents"] != before["parents"]:
        yield "it comes after " + (" and ".join(f"`{name}`" for name in now["parents"]) or "nothing") + " now"
    elif "end" in now["place"] and "end" not in before["place"]:
        yield "it is the last step now"
    elif [each for each in now["place"] if each != "end"] != [each for each in before["place"] if each != "end"]:
        yield "its place between the branches changed"
    if now["next"] != before["next"] and "=" in now["next"] + before["next"]:
        yield "its fan-out changed"


def _cell_reasons(
    now: Sequence[tuple[str, str, str]], before: Sequence[tuple[str, str, str]], names: Names
) -> Iterator[str]:
    """Cells are the same by what they hold: a notebook without ids names them by their places."""
    if [each[1:] for each in now] == [tuple(each[1:]) for each in before]:
        return
    known = {name: tuple(rest) for name, *rest in before}
    left = {name for name, *_ in now}
    found = [
        f"{names.cell(name)} {'changed' if name in known else 'is new'}"
        for name, *rest in now
        if known.get(name) != tuple(rest)
    ]
    found += [f"cell {name} is gone" for name in known if name not in left]
    yield from found or ["its cells are in another order"]


def _differences(now: Mapping[str, str], before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in [*now, *(name for name in before if name not in now)]:
        if name not in before:
            yield name, "is new"
        elif name not in now:
            yield name, "is gone"
        elif now[name] != before[name]:
            yield name, "changed"


def _changed_parameters(now: Now, origin: Origin) -> Iterator[tuple[str, str]]:
    for known in now.known:
        if known.name not in origin.parameters:
            yield known.name, f"parameter {known.name} is new"
            continue
        before = origin.parameters[known.name]
        value = now.given.get(known.name, known.default)
        if not _same(value, before):
            default = "" if known.name in now.given else ", its default"
            yield known.name, f"parameter {known.name} {_short(before)} → {_short(value)}{default}"


def _same(value: Any, before: Any) -> bool:
    """Whether a parameter has the same value and type; JSON is text until Metaflow has read it."""
    if isinstance(value, str) and not isinstance(before, str):
        try:
            value = json.loads(value)
        except ValueError:
            return False
    return type(value) is type(before) and bool(value == before)


def _environment_reasons(before: Environment, now: Surroundings) -> Iterator[str]:
    if before["python"] != now.python:
        yield f"{before['python']} → {now.python}"
    for name, version in before["distributions"].items():
        if now.distributions.get(name) != version:
            yield f"{name} {version} → {now.distributions.get(name, 'not installed')}"
    for path, mark in before["files"].items():
        if mark is None:
            yield f"{path} changed while it ran"
        elif now.files.get(path) != mark:
            yield f"{path} {'is gone' if now.files.get(path) is None else 'changed'}"
    if before["profile"] is not None and before["profile"] != now.profile:
        yield f"connection {before['profile']} → {now.profile}"


def _short(value: Any) -> str:
    text = reprlib.Repr()
    text.maxstring = 40
    return text.repr(value)


def best(choices: Iterable[tuple[Origin, dict[str, Decision]]]) -> tuple[Origin, dict[str, Decision]] | None:
    """The origin that leaves least to run, of equals the first; None where there is none."""
    found: tuple[Origin, dict[str, Decision]] | None = None
    for origin, decided in choices:
        count = sum(decision.kept for decision in decided.values())
        if found is None or count > sum(decision.kept for decision in found[1].values()):
            found = origin, decided
        if count == len(decided):
            break
    return found
