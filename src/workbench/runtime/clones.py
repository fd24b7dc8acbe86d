"""A run of Metaflow that begins with clones of another run's tasks.

Metaflow's own command resumes from one step on, with the parameters that the earlier run had. Its runtime can do more:
it clones the tasks of all steps that it isn't told to run again. The clones are handed the new run's parameters and
transitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from metaflow.metadata_provider import MetaDatum
from metaflow.runtime import NativeRuntime

_OF_THE_RUN = ("_workbench_experiment",)
"""Artifacts that say something of the whole run: a clone of another run's has none."""


class ResumedRuntime(NativeRuntime):
    """Metaflow's runtime that first clones another run's tasks. plan: as workbench.runtime.resuming has it."""

    def __init__(self, plan: Mapping[str, Any], *arguments: Any, **options: Any) -> None:
        # the parameters are the new run's: their task is made anew, not cloned
        again = {*plan["again"], "_parameters"}
        super().__init__(*arguments, **options, clone_run_id=plan["origin"], steps_to_rerun=again)

    def execute(self) -> None:
        """Clone what is kept, then run the rest."""
        kept = sorted(
            (
                origin
                for origin in self._origin_ds_set
                if origin.step_name not in self._steps_to_rerun
                and origin.step_name in self._graph.nodes
                and origin["_task_ok"]
            ),
            key=_number,
        )
        # one after the other, so that the tasks' numbers go on telling their order
        tasks = [self._new_task(origin.step_name, pathspec_index=origin.pathspec_index) for origin in kept]
        with ThreadPoolExecutor(self._max_workers) as pool:
            list(pool.map(self._clone, tasks, kept))
        self._cloned_tasks = tasks
        super().execute()

    def _clone(self, task: Any, origin: Any) -> None:
        """Make a task of this run from another run's."""
        made = self._flow_datastore.get_task_datastore(self._run_id, task.step, task.task_id, attempt=0, mode="w")
        made.init_task()
        made.passdown_partial(origin, [name for name in origin if name not in _OF_THE_RUN])
        made.passdown_partial(
            self._params_task.results, [*(name for name, _ in self._flow._get_parameters()), "_graph_info"]
        )
        node = self._graph[task.step]
        if node.type in ("linear", "start", "split", "join"):
            made.save_artifacts([("_transition", (node.out_funcs, None))])
        tags = ["attempt_id:0"]
        fields = {"origin-task-id": origin.task_id, "origin-run-id": origin.run_id, "attempt": "0"}
        self._metadata.register_metadata(
            self._run_id,
            task.step,
            task.task_id,
            [
                *(MetaDatum(field=name, value=str(value), type=name, tags=tags) for name, value in fields.items()),
                MetaDatum(field="attempt_ok", value="True", type="internal_attempt_status", tags=tags),
            ],
        )
        made.done()
        task._results_ds = None  # it was the origin's, whose transition and parameters may differ
        stack = tuple(each._replace(value=0) for each in origin.get("_foreach_stack", ()))
        self._finished[(task.step, stack, tuple(origin.get("_iteration_stack", ())))] = task.path
        self._is_cloned[task.path] = True
        self._ran_or_scheduled_task_index.add(origin.pathspec_index.split("/")[1])


def _number(origin: Any) -> tuple[int, str]:
    return (int(origin.task_id) if origin.task_id.isdigit() else 0, origin.pathspec)
