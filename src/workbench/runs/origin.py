"""A run that another one may take steps over from, read through Metaflow's Client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.runs.tasks import artifact
from workbench.runtime.environment import Environment
from workbench.runtime.fingerprint import Code


@dataclass(frozen=True, slots=True)
class OriginStep:
    """What a step did there. wanted: how many tasks it should have; made_of: of each that succeeded."""

    wanted: int
    made_of: tuple[tuple[Code, Environment] | None, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """run: its pathspec; parameters: by name, those that can be read; steps: those that began."""

    run: str
    parameters: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, OriginStep] = field(default_factory=dict)


def read(pathspec: str, parameters: Iterable[str]) -> Origin | None:
    """The run, as far as it came; None where Metaflow doesn't know it. pathspec: `Flow/run id`."""
    from metaflow import Run
    from metaflow.exception import MetaflowNotFound

    try:
        run = Run(pathspec, _namespace_check=False)
    except MetaflowNotFound:
        return None
    values: dict[str, Any] = {}
    steps: dict[str, OriginStep] = {}
    for step in run:
        tasks = list(step)
        done = [task for task in tasks if task.successful]
        steps[step.id] = OriginStep(max(len(tasks), *map(_wanted, done[:1]), 1), tuple(map(_made_of, done)))
        for name in parameters if done else ():
            if name not in values and name in done[0]:
                values[name] = artifact(done[0], name)
    return Origin(pathspec, values, steps)


def _wanted(task: Any) -> int:
    """How many tasks a step has that is one of a fan-out's."""
    count = 1
    for frame in artifact(task, "_foreach_stack") or ():
        count *= frame.num_splits or 1
    return count


def _made_of(task: Any) -> tuple[Code, Environment] | None:
    made = artifact(task, "_workbench_made_of")
    if not isinstance(made, dict) or not made.get("code"):
        return None
    return made["code"], made["environment"]
