"""The decorator of a promoted step, as Metaflow's own decorators are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from metaflow.decorators import BadStepDecoratorException, DuplicateStepDecoratorException, StepDecorator

from workbench.runtime import cards, resuming
from workbench.runtime.experiment import TaskFacts
from workbench.runtime.task import Task


class NotebookStep(StepDecorator):
    """Runs a step's cells as a kernel would, and hands over to the next step what plain artifacts can't hold."""

    name = "notebook_step"
    defaults: dict[str, Any] = {}  # noqa: RUF012 - Metaflow's base reads and copies it

    def step_init(
        self,
        flow: Any,
        graph: Any,
        step_name: str,
        decorators: Any,
        environment: Any,
        flow_datastore: Any,
        logger: Any,
    ) -> None:
        """Let a run resume where it was started to."""
        resuming.install()

    def task_pre_step(
        self,
        step_name: str,
        task_datastore: Any,
        metadata: Any,
        run_id: str,
        task_id: str,
        flow: Any,
        graph: Any,
        retry_count: int,
        max_user_code_retries: int,
        ubf_context: Any,
        inputs: Any,
    ) -> None:
        """Remember whose task it is."""
        self._facts = TaskFacts(f"{flow.name}/{run_id}", task_datastore._parent, tuple(graph.sorted_nodes))
        self._task_id = task_id

    def task_decorate(
        self,
        step_func: Callable[..., Any],
        flow: Any,
        graph: Any,
        retry_count: int,
        max_user_code_retries: int,
        ubf_context: Any,
    ) -> Callable[..., Any]:
        """Stand in for the step's body."""
        return Task(step_func, flow, graph, self._facts).run

    def task_finished(
        self,
        step_name: str,
        flow: Any,
        graph: Any,
        is_task_ok: bool,
        retry_count: int,
        max_user_code_retries: int,
    ) -> None:
        """Make the cards that are due."""
        if hasattr(flow, "_workbench_cells"):
            cards.save(
                self._facts.datastore,
                self._facts.run,
                flow,
                step=step_name,
                task_id=self._task_id,
                succeeded=is_task_ok,
                ends_run=step_name == graph.end_step,
            )


def notebook_step(step: Any) -> Any:
    """Run the cells of a step as a Jupyter kernel would. Stands directly above `@step`.

    Raises Metaflow's BadStepDecoratorException where it stands on something else.
    """
    if not hasattr(step, "is_step"):
        raise BadStepDecoratorException(NotebookStep.name, step)
    if any(isinstance(each, NotebookStep) for each in step.decorators):
        raise DuplicateStepDecoratorException(NotebookStep.name, step)
    step.decorators.append(NotebookStep(attributes={}, statically_defined=True))
    return step
