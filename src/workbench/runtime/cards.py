"""Cards into Metaflow's datastore.

Rendering costs a task more than half a second, nearly all of it imports. A task that ran for long makes its card at
once; those of the others are made together by the task that ends the run, the last one or the one that fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.runtime.card import CardFacts, Summary, page
from workbench.tracking import record

TYPE = "workbench"
AT_ONCE_S = 5.0
"""A task that ran for so long doesn't notice the time that its card takes."""


def save(datastore: Any, run: str, flow: Any, *, step: str, task_id: str, succeeded: bool, ends_run: bool) -> None:
    """Make and keep the cards that are due when a task has ended.

    datastore: Metaflow's of the flow; run: `Flow/run id`. Whatever goes wrong is a warning in the task's log.
    """
    try:
        seconds = sum(cell["seconds"] for cell in flow._workbench_cells)
        if ends_run or not succeeded:
            _save_missing(datastore, run, flow, step)
        elif seconds < AT_ONCE_S:
            return
        error = flow._exception
        facts = CardFacts(
            pathspec=f"{run}/{step}/{task_id}",
            narrative=_narrative(flow._graph, step),
            cells=flow._workbench_cells,
            succeeded=succeeded,
            error=getattr(error, "exception", "") if error is not None else "",
            summary=_summary(datastore, run, flow) if ends_run and succeeded else None,
            steps=_steps(flow._graph),
        )
        _keep(datastore, facts)
    except Exception as error:  # a card never fails what it shows
        record.warn(f"the card of step {step} could not be made: {type(error).__name__}: {error}")


def logged(datastore: Any, run: str, steps: Iterable[str]) -> list[dict[str, Any]]:
    """What the finished tasks of a run have logged, step by step."""
    records: list[dict[str, Any]] = []
    for step in steps:
        tasks = datastore.get_task_datastores(run_id=run.partition("/")[2], steps=[step])
        for task in sorted(tasks, key=_place_in_loop):
            if "_workbench_logged" in task:
                records += task["_workbench_logged"]
    return records


def _place_in_loop(task: Any) -> list[int]:
    return [frame.index for frame in task["_foreach_stack"]] if "_foreach_stack" in task else []


def metrics(records: Iterable[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Every value of each metric, in order."""
    found: dict[str, list[float]] = {}
    for each in records:
        if each["kind"] == "metric":
            found.setdefault(each["name"], []).append(each["value"])
    return found


def _save_missing(datastore: Any, run: str, flow: Any, but: str) -> None:
    """The cards of finished tasks that left them to us."""
    run_id = run.partition("/")[2]
    for step in _steps(flow._graph):
        for task in datastore.get_task_datastores(run_id=run_id, steps=[step]) if step != but else ():
            pathspec = f"{run}/{step}/{task.task_id}"
            if "_workbench_cells" in task and not _exists(datastore, pathspec):
                cells = task["_workbench_cells"]
                _keep(datastore, CardFacts(pathspec, _narrative(flow._graph, step), cells, steps=_steps(flow._graph)))


def _summary(datastore: Any, run: str, flow: Any) -> Summary:
    records = [*logged(datastore, run, _steps(flow._graph)[:-1]), *flow._workbench_logged]
    parameters = {name: getattr(flow, name) for name, _ in flow._get_parameters()}
    parameters |= {each["name"]: each["value"] for each in records if each["kind"] == "parameter"}
    return Summary(parameters, metrics(records), getattr(flow, "_workbench_experiment", None))


def _steps(graph: Any) -> list[str]:
    return list(graph.sorted_nodes)


def _narrative(graph: Any, step: str) -> str:
    return str(graph[step].doc or "")


def _exists(datastore: Any, pathspec: str) -> bool:
    from metaflow.plugins.cards.exception import CardNotPresentException

    try:
        return bool(_cards(datastore, pathspec).extract_card_paths(card_type=TYPE))
    except CardNotPresentException:
        return False


def _keep(datastore: Any, facts: CardFacts) -> None:
    # the same name for every attempt of a task: the last one's card is the one that is found
    name = hashlib.sha1(facts.pathspec.encode(), usedforsecurity=False).hexdigest()
    _cards(datastore, facts.pathspec).save_card(name, TYPE, page(facts))


def _cards(datastore: Any, pathspec: str) -> Any:
    """Where Metaflow's Client looks for a task's cards."""
    from metaflow.datastore import FlowDataStore
    from metaflow.metaflow_config import CARD_SUFFIX
    from metaflow.plugins.cards.card_datastore import CardDatastore

    root = f"{datastore.datastore_root}/{CARD_SUFFIX}"
    storage = type(datastore._storage_impl)
    return CardDatastore(FlowDataStore(datastore.flow_name, None, storage_impl=storage, ds_root=root), pathspec)
