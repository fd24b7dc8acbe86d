"""What a run's tasks left: outputs by cell, logged records, cards, and what failed. Read through Metaflow's Client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.runs.executed import TaskCells
from workbench.runs.places import Places
from workbench.runs.record import Failure

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow's file and its text as it was run."""

    file: Path
    source: str


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task. cards: HTML pages; logged: records of workbench.tracking; failed: its exception's text, or None."""

    step: str
    cells: list[dict[str, Any]] = field(default_factory=list)
    logged: list[dict[str, Any]] = field(default_factory=list)
    experiment: dict[str, Any] | None = None
    cards: list[str] = field(default_factory=list)
    finished: bool = False
    successful: bool = False
    exception: str | None = None

    @property
    def recorded(self) -> TaskCells:
        """Its cells, for the executed notebook."""
        return TaskCells(self.step, self.cells)


def read(pathspec: str) -> list[TaskFacts]:
    """The run's tasks, in the order in which they were created, a loop's in its own. pathspec: `Flow/run id`."""
    from metaflow import Run

    run = Run(pathspec, _namespace_check=False)
    tasks = [(step.id, task) for step in run for task in step]
    numbers: dict[str, int] = {}
    for step, task in tasks:
        numbers[step] = min(numbers.get(step, _number(task.id)), _number(task.id))
    # a loop's tasks stand where the first of them was created
    return [
        _facts(step, task)
        for step, task in sorted(
            tasks, key=lambda pair: (numbers[pair[0]], _place_in_loop(pair[1]), _number(pair[1].id))
        )
    ]


def metrics(tasks: Iterable[TaskFacts]) -> dict[str, Any]:
    """Each metric's last value, in the order in which they were first logged."""
    return {
        record["name"]: record["value"] for task in tasks for record in task.logged if record.get("kind") == "metric"
    }


def experiment(tasks: Iterable[TaskFacts]) -> dict[str, Any] | None:
    """The run's Comet experiment, as its last step has it."""
    return next((task.experiment for task in tasks if task.experiment), None)


def failure(tasks: Iterable[TaskFacts], places: Places, log: str) -> Failure | None:
    """What failed: of the first failed task the exception, its cell and line. None where no task failed.

    places: the flow's lines in the notebook; log: the flow's output, the only thing there is of a task that was killed.
    """
    for task in tasks:
        if not task.successful and (task.exception or _said_failed(task.step, log)):
            return _failure(task, places, log)
    return None


def _facts(step: str, task: Any) -> TaskFacts:
    exception = artifact(task, "_exception")
    return TaskFacts(
        step,
        cells=artifact(task, "_workbench_cells") or [],
        logged=artifact(task, "_workbench_logged") or [],
        experiment=artifact(task, "_workbench_experiment"),
        cards=_cards(task),
        finished=bool(task.finished),
        successful=bool(task.successful),
        exception=None if exception is None else str(exception),
    )


def _place_in_loop(task: Any) -> tuple[int, ...]:
    """Which iteration a task is; empty outside of loops."""
    return tuple(frame.index for frame in artifact(task, "_foreach_stack") or ())


def artifact(task: Any, name: str) -> Any:
    """An artifact's value; None where the task has none, or one that can't be loaded here."""
    try:
        return task[name].data
    except Exception:  # the user's classes run while it is unpickled
        return None


def _cards(task: Any) -> list[str]:
    from metaflow.cards import get_cards

    try:
        # a task that was taken over from another run has cards of both; this run's know its number
        cards = get_cards(task, follow_resumed=False) or get_cards(task)
        return [html for card in cards if (html := card.get())]
    except Exception:  # a task without cards, or with one that was never finished
        return []


def _failure(task: TaskFacts, places: Places, log: str) -> Failure:
    last = task.cells[-1] if task.cells else {}
    failed = last.get("failed") or {}
    error = _error_output(task)
    kind, message = (error["ename"], error["evalue"]) if error else _last_line(task.exception or "")
    # Metaflow's timeout has the whole stack in its message: the cell and its line are told anyway
    message = message.partition("\nStack when the timeout was raised:")[0]
    if not kind:
        return Failure(*_without_a_word(task.step, log), task.step)
    if not error:
        return Failure(kind, _numbered(message, places), task.step)
    place = places.of(failed) if failed.get("source") else None
    if place is None:
        number, heading = places.cell(last["id"])
        return Failure(kind, message, task.step, last["id"], heading or last.get("heading", ""), number=number)
    return Failure(
        kind,
        message,
        task.step,
        place.cell,
        place.heading,
        place.line,
        place.source,
        place.number,
        place.start,
        place.end,
        failed.get("values", {}),
        places.of(failed["inside"]) if failed.get("inside") else None,
        failed.get("library", ""),
    )


def _numbered(message: str, places: Places) -> str:
    """A hand-over's message with the numbers of the cells that it names."""

    def numbered(match: re.Match[str]) -> str:
        number, _ = places.cell(match[1])
        return match[0] if number is None else f"cell {number} ({match[1]})"

    return re.sub(r"\bcell ([\w-]+)", numbered, message) if message.startswith("WB") else message


def _without_a_word(step: str, log: str) -> tuple[str, str]:
    """The type and the message for a task that recorded nothing: its process ended under it."""
    if re.search(rf"/{re.escape(step)}/\w+ \(pid \d+\)\] Task failed with a segmentation fault", log):
        return "SegmentationFault", "the process crashed in compiled code; the log has what it printed before"
    return (
        "TaskKilled",
        "the process ended without a word: something killed it (out of memory?), or the code ended it; "
        "the log has what it printed before",
    )


def _error_output(task: TaskFacts) -> Mapping[str, str] | None:
    for output in reversed(task.cells[-1]["outputs"] if task.cells else []):
        if output["output_type"] == "error":
            return {name: _ANSI.sub("", str(output.get(name, ""))) for name in ("ename", "evalue")}
    return None


def _last_line(trace: str) -> tuple[str, str]:
    """The type and the message that a traceback ends with; indented lines after it are the message's, as a hint is."""
    lines = trace.rstrip().splitlines()
    begins = [at for at, line in enumerate(lines) if line and not line.startswith(" ")]
    kind, _, message = "\n".join(lines[begins[-1] :] if begins else []).partition(": ")
    return kind.rpartition(".")[2], message


def _said_failed(step: str, log: str) -> bool:
    return re.search(rf"/{re.escape(step)}/\w+ \(pid \d+\)\] Task failed\b", log) is not None


def _number(task_id: str) -> int:
    return int(task_id) if task_id.isdigit() else 0
