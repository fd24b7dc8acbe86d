"""The run's Comet experiment, made by its last task of what all of its tasks have logged."""

from __future__ import annotations

import os
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.runtime.cards import logged
from workbench.tracking.record import is_off


@dataclass(frozen=True)
class TaskFacts:
    """run: `Flow/run id`; datastore: Metaflow's of the flow; steps: in the graph's order."""

    run: str
    datastore: Any
    steps: tuple[str, ...]


def published(flow: Any, module: types.ModuleType, facts: TaskFacts) -> dict[str, Any] | None:
    """Publish, and give the experiment's key and links; None where nothing was logged and no account is configured."""
    if is_off():
        return None
    records = [*logged(facts.datastore, facts.run, facts.steps), *flow._workbench_logged]
    if not records and not os.environ.get("COMET_API_KEY"):
        return None  # the library costs a second: a run that tracks nothing doesn't pay for it
    from workbench.project import Project
    from workbench.tracking.comet import publish

    file = Path(module.__file__ or ".")
    notebook = getattr(module, "__notebook__", None)
    link = publish(
        facts.run,
        flow.name,
        records,
        parameters(flow),
        notebook=str(file.parent.joinpath(notebook).resolve()) if notebook else None,
        project=Project.around(file),
    )
    return dict(link)


def parameters(flow: Any) -> dict[str, Any]:
    """The run's parameters, by name."""
    return {name: getattr(flow, name) for name, _ in flow._get_parameters()}
