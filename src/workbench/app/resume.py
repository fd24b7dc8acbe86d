"""Which earlier run a run takes over steps from."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError, WorkbenchError
from workbench.project import Project
from workbench.runs import executed, flow, origin, record, resume
from workbench.runs.origin import Origin
from workbench.runs.record import RunRecord
from workbench.runs.resume import Decision, Names, Now, Surroundings
from workbench.runtime import environment

_LOOKED_AT = 10
"""So many runs, the latest first: older ones hardly have more to give."""

_DEFINITION = re.compile(r"^(?:async\s+)?(?P<kind>def|class)\s+(?P<name>\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Resume:
    """What is asked for. run: the run's name, None for the one that leaves least to do; forced: steps to run again.

    announce: told what was decided, before anything runs.
    """

    run: str | None = None
    forced: tuple[str, ...] = ()
    announce: Callable[[Chosen], None] = field(default=lambda chosen: None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The run that steps are taken over from, and what becomes of each step; origin: None where there is no run.

    cells: for each step the names of its cells, in order.
    """

    origin: Origin | None
    decided: Mapping[str, Decision]
    cells: Mapping[str, Sequence[str]]

    @property
    def kept(self) -> list[str]:
        """The steps that are taken over."""
        return [step for step, decision in self.decided.items() if decision.kept]

    @property
    def plan(self) -> tuple[str, list[str]] | None:
        """For runs.flow.run; None where all is run anew."""
        partly = any(decision.kept or decision.incomplete for decision in self.decided.values())
        return (self.origin.run, resume.to_run(self.decided)) if self.origin and partly else None


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be run. folder: where its tasks work; content: the notebook's, where there is one."""

    project: Project
    facts: flow.FlowFacts
    source: str
    values: Mapping[str, Any]
    notebook: Path | None
    flow_file: Path
    content: dict[str, Any] | None

    @property
    def folder(self) -> Path:
        """Where its tasks work."""
        return self.notebook.parent if self.notebook else self.project.root


def choose(target: Target, asked: Resume) -> Chosen:
    """Compare the target with earlier runs. Raises ParameterError for an unknown step, WorkbenchError for a run."""
    for step in asked.forced:
        if step not in target.facts.steps:
            close = difflib.get_close_matches(step, target.facts.steps, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(target.facts.steps)}"
            raise ParameterError(f"{target.facts.name} has no step {step!r}", hint=hint)
    code = target.facts.code(target.source)
    ordered = {step: code[step] for step in target.facts.steps if step in code}
    if len(ordered) < len(target.facts.steps):
        raise WorkbenchError(
            f"{target.flow_file.name} has steps that its class inherits: what they are made of can't be compared",
            hint="run it without --resume",
        )
    now = Now(ordered, target.facts.parameters, target.values, _surroundings(), _names(target.content))
    choices = ((each, _decide(now, each, target, asked)) for each in _origins(target, asked))
    cells = {step: [name for name, *_ in code["cells"] if name] for step, code in ordered.items()}
    if (found := resume.best(choices)) is not None:
        return Chosen(*found, cells)
    return Chosen(None, dict.fromkeys(ordered, Decision(False, "there is no earlier run")), cells)


def _decide(now: Now, found: Origin, target: Target, asked: Resume) -> dict[str, Decision]:
    made = [each for step in found.steps.values() for each in step.made_of if each is not None]
    paths = {path for _, before in made for path in before["files"]}
    files = {path: environment.file_digest(str(target.folder / path)) for path in paths}
    here = dataclasses.replace(now.surroundings, files=files)
    if any(before["profile"] for _, before in made):
        from workbench.warehouse.connection import profile_name

        here = dataclasses.replace(here, profile=profile_name())
    decided = resume.decisions(dataclasses.replace(now, surroundings=here), found, asked.forced)
    last = target.facts.graph.end_step
    if all(decision.kept for decision in decided.values()) and not _succeeded(target.project, found.run):
        decided[last] = Decision(False, "that run was broken off")
    return decided


def _succeeded(project: Project, run: str) -> bool:
    try:
        return record.find(project, run).status == "succeeded"
    except WorkbenchError:
        return False  # of another project: there is no record to show


def _origins(target: Target, asked: Resume) -> Iterator[Origin]:
    names = [known.name for known in target.facts.parameters]
    if asked.run is not None:
        yield _named(target, asked.run, names)
        return
    for each in _runs(target)[:_LOOKED_AT]:
        if (found := origin.read(each.name, names)) is not None:
            yield found


def _runs(target: Target) -> list[RunRecord]:
    """The flow's runs that have ended, the latest first: the notebook's, or the flow file's where it has none."""
    own = record.relative(target.project, target.flow_file)
    return [
        run
        for run in record.runs(target.project, target.notebook)
        if run.kind == "flow"
        and run.status != "running"
        and run.name.partition("/")[0] == target.facts.name
        and (target.notebook is not None or run.flow == own)
    ]


def _named(target: Target, name: str, parameters: list[str]) -> Origin:
    try:
        pathspec = record.find(target.project, name).name
    except WorkbenchError:
        pathspec = name if "/" in name else f"{target.facts.name}/{name}"  # Metaflow may know more than our records
    if pathspec.partition("/")[0] != target.facts.name:
        raise WorkbenchError(f"{pathspec} is no run of {target.facts.name}", hint="`workbench runs` lists the runs")
    if (found := origin.read(pathspec, parameters)) is None:
        raise WorkbenchError(f"there is no run {name!r}", hint="`workbench runs` lists the runs")
    return found


def _surroundings() -> Surroundings:
    return Surroundings(environment.python(), environment.installed())


def _names(content: dict[str, Any] | None) -> Names:
    """The numbers of the notebook's cells, and where its functions and classes are defined."""
    if content is None:
        return Names()
    definitions: dict[str, tuple[str, int]] = {}
    for number, cell in enumerate(content["cells"], 1):
        if cell.get("cell_type") == "code":
            for match in _DEFINITION.finditer("".join(cell.get("source", ""))):
                definitions[match["name"]] = ("function" if match["kind"] == "def" else "class", number)
    return Names({name: number for number, name in enumerate(executed.markers(content), 1)}, definitions)
