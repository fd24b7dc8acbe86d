"""Run a notebook's flow: compiled, run, its outputs put back into the notebook's cells, and linked."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import re
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from workbench.app.resume import Chosen, Resume, Target, choose
from workbench.errors import NotANotebook, ParameterError, RunFailed, WorkbenchError
from workbench.files import write_atomic
from workbench.project import Project, keep_out_of_git
from workbench.runs import executed, flow, link, page, provenance, record, tasks
from workbench.runs.places import Lines, Places
from workbench.runs.record import RunRecord
from workbench.runs.values import typed


class Watcher(Protocol):
    """Who shows the progress of a run."""

    def began(self, name: str, steps: tuple[str, ...]) -> None:
        """The run has a name now; steps: those that it will go through."""

    def task(self, event: flow.TaskEvent) -> None:
        """A task began or ended."""

    def ended(self, status: record.Status) -> None:
        """All tasks have ended."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is run. notebook: the file it came from, and its content at that time; None for a flow of no notebook.

    lines: for each line of the flow its cell and the line there; () where the notebook wasn't compiled.
    """

    project: Project
    flow: tasks.Flow
    notebook: Path | None
    content: dict[str, Any] | None
    lines: Lines = ()

    @property
    def places(self) -> Places:
        """Where the flow's lines are in the notebook."""
        return Places(self.flow.source, self.content, self.lines)


def run(
    target: Path,
    given: Iterable[tuple[str, str]],
    watcher: Watcher,
    *,
    steps: Literal["tags", "headings"] = "tags",
    executed_to: Path | None = None,
    linked: bool = True,
    resume: Resume | None = None,
) -> Finished:
    """Run a notebook or a flow to its end.

    given: parameters as (name, text). executed_to: where the executed notebook is written as well. linked: whether the
    notebook gets its links. resume: take over what holds of an earlier run; where all of it does, nothing is run, and
    the result is that run. A run that fails or is interrupted returns too, its record says so. Raises PromotionRefused,
    ParameterError, NotebookError, TargetNotWritable and RunFailed before there is a run.
    """
    prepared = prepare(target, steps)
    if executed_to is not None and prepared.content is None:
        raise ParameterError(
            f"{target} was not promoted from a notebook that is still there: it has no executed notebook",
            hint="leave --executed away",
        )
    flow.configure(prepared.project, prepared.notebook)
    facts = flow.facts(prepared.flow.file)
    values = typed(facts.parameters, given, owner=target.name)
    keep_out_of_git(prepared.project.root)
    chosen = None if resume is None else _chosen(prepared, facts, values, resume)
    problems: list[WorkbenchError] = []
    if chosen is not None and chosen.origin is not None and len(chosen.kept) == len(chosen.decided):
        former = record.find(prepared.project, chosen.origin.run)
        if executed_to is not None and former.executed is not None:
            content = (prepared.project.root / former.executed).read_bytes()
            attempt(problems, lambda: write_atomic(executed_to, content))
        return Finished(_resumed(former, chosen), tuple(problems))
    finished, notebook_content = _Run(prepared, facts, values, watcher, chosen).to_the_end()
    if executed_to is not None and notebook_content is not None:
        attempt(problems, lambda: write_atomic(executed_to, notebook_content))
    attempt(problems, lambda: page.write(prepared.project, finished))
    if linked and (notebook := prepared.notebook) is not None:
        attempt(problems, lambda: link_runs(prepared.project, notebook))
    return Finished(finished, tuple(problems))


def _chosen(prepared: Prepared, facts: flow.FlowFacts, values: dict[str, Any], asked: Resume) -> Chosen:
    """Decide what is taken over, and say so."""
    source, file = prepared.flow.source, prepared.flow.file
    target = Target(prepared.project, facts, source, values, prepared.notebook, file, prepared.content)
    chosen = choose(target, asked)
    asked.announce(chosen)
    return chosen


def _resumed(run: RunRecord, chosen: Chosen) -> RunRecord:
    """The record of a run, with what it took over."""
    steps = {step: decision.as_json() for step, decision in chosen.decided.items()}
    return dataclasses.replace(run, resumed_from=chosen.origin.run if chosen.origin else None, steps=steps)


def link_runs(project: Project, notebook: Path) -> bool:
    """Put the latest of a notebook's runs into it; returns whether it had to be written. Raises as link.write does."""
    ended = [run for run in record.runs(project, notebook) if run.status != "running" and run.kind == "flow"]
    return link.write(project, notebook, [link.entry(project, notebook, run) for run in ended[: link.KEPT]])


def attempt(problems: list[WorkbenchError], do: Callable[[], object]) -> None:
    """What comes after a run doesn't change how it ended."""
    try:
        do()
    except WorkbenchError as error:
        problems.append(error)


def prepare(target: Path, steps: Literal["tags", "headings"] = "tags") -> Prepared:
    """The flow to run: a notebook is compiled beside the project's state, `flows/` stays as it is."""
    if not target.exists():
        raise NotANotebook(f"{target} doesn't exist", hint="name a notebook (.ipynb) or a flow (.py)")
    project = Project.around(target)
    if target.suffix == ".py":
        source = target.read_text("utf-8")
        notebook = _origin(target, source)
        content = _read(notebook) if notebook else None
        return Prepared(project, tasks.Flow(target.resolve(), source), notebook, content)
    from workbench.app.promote import compiled

    content = _read(target)
    # the folder's name has the same length whatever is in it, so that paths relative to it hold
    promoted = compiled(target, steps=steps, beside=project.state / "flows" / ("0" * 12) / "flow.py")
    digest = hashlib.sha256(promoted.source.encode()).hexdigest()[:12]
    # the flow's folder is first on sys.path: a flow from pandas.ipynb must not be what `import pandas` finds
    file = project.state / "flows" / digest / f"{_snake(promoted.flow_name)}.py"
    if not file.exists() or file.read_text("utf-8") != promoted.source:
        write_atomic(file, promoted.source.encode())
    return Prepared(project, tasks.Flow(file, promoted.source), target.resolve(), content, promoted.emitted.lines)


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that ended. problems: what could not be done after it, such as linking."""

    record: RunRecord
    problems: tuple[WorkbenchError, ...] = ()

    @property
    def exit_status(self) -> int:
        """What the command ends with: 0 succeeded, 1 failed or not linked, 130 interrupted."""
        if self.record.status == "interrupted":
            return 128 + signal.SIGINT
        return 1 if self.problems or self.record.status != "succeeded" else 0


class _Run:
    """One run of a prepared flow."""

    def __init__(
        self,
        prepared: Prepared,
        facts: flow.FlowFacts,
        values: dict[str, Any],
        watcher: Watcher,
        chosen: Chosen | None,
    ) -> None:
        self._prepared, self._facts, self._values, self._watcher = prepared, facts, values, watcher
        self._chosen = chosen
        self._project = prepared.project
        self._record: RunRecord | None = None
        self._lock = record.Running()

    def to_the_end(self) -> tuple[RunRecord, bytes | None]:
        """The record, and the executed notebook where there is one."""
        began = time.monotonic()
        with self._lock:
            ended = flow.run(
                self._prepared.flow.file,
                self._project,
                self._values,
                started=self._started,
                progress=self._watcher.task,
                resume=self._chosen.plan if self._chosen else None,
            )
            self._watcher.ended(_status(ended))
            if self._record is None:
                if ended.signal is not None:
                    raise KeyboardInterrupt
                raise RunFailed("the flow didn't start", hint=ended.stderr.strip() or "its output says nothing")
            return self._finish(self._record, ended, round(time.monotonic() - began, 1))

    def _started(self, pathspec: str) -> None:
        notebook = self._prepared.notebook
        self._record = RunRecord(
            name=pathspec,
            kind="flow",
            status="running",
            started=record.now(),
            notebook=record.relative(self._project, notebook) if notebook else None,
            flow=record.relative(self._project, self._prepared.flow.file),
            parameters={known.name: self._values.get(known.name, known.default) for known in self._facts.parameters},
            **provenance.facts(self._project),
        )
        if self._chosen is not None:
            self._record = _resumed(self._record, self._chosen)
        folder = record.folder_of(self._project, self._record)
        self._lock.hold(folder)
        write_atomic(folder / self._prepared.flow.file.name, self._prepared.flow.source.encode())
        record.write(self._project, self._record)
        self._watcher.began(pathspec, self._facts.steps)
        for step in self._chosen.kept if self._chosen else ():
            self._watcher.task(flow.TaskEvent(step, "", "kept"))

    def _finish(self, running: RunRecord, ended: flow.Ended, seconds: float) -> tuple[RunRecord, bytes | None]:
        found = tasks.read(running.name)
        folder = record.folder_of(self._project, running)
        write_atomic(folder / record.LOG, (ended.stdout + ended.stderr).encode())
        finished = dataclasses.replace(
            running,
            status=_status(ended),
            seconds=seconds,
            metrics=tasks.metrics(found),
            experiment=tasks.experiment(found),
            cards=self._cards(folder, found),
            failure=None if ended.succeeded else tasks.failure(found, self._prepared.places, ended.stdout),
        )
        content = None
        if self._prepared.content is not None:
            run = {"name": finished.name, "status": finished.status, "parameters": finished.as_json()["parameters"]}
            recorded = [self._as_now(task.recorded) for task in found]
            content = executed.as_bytes(executed.executed(self._prepared.content, recorded, run))
            write_atomic(folder / record.EXECUTED, content)
            path = record.relative(self._project, folder / record.EXECUTED)
            finished = dataclasses.replace(finished, executed=path)
        record.write(self._project, finished)
        return finished, content

    def _as_now(self, recorded: executed.TaskCells) -> executed.TaskCells:
        """What a step recorded; where it was taken over, under the names that its cells have now."""
        if self._chosen is None or recorded.step not in self._chosen.kept:
            return recorded
        names = self._chosen.cells[recorded.step]
        cells = [{**cell, "id": name} for cell, name in zip(recorded.cells, names, strict=True)]
        return executed.TaskCells(recorded.step, cells)

    def _cards(self, folder: Path, found: list[tasks.TaskFacts]) -> dict[str, str]:
        """Write the cards beside the record; step (with a number where it has several) → path."""
        written: dict[str, str] = {}
        for task in found:
            for html in task.cards:
                name, number = task.step, 2
                while name in written:
                    name, number = f"{task.step}-{number}", number + 1
                path = folder / "cards" / f"{name}.html"
                write_atomic(path, html.encode())
                written[name] = record.relative(self._project, path)
        return written


def _status(ended: flow.Ended) -> record.Status:
    if ended.signal is not None:
        return "interrupted"
    return "succeeded" if ended.succeeded else "failed"


def _origin(file: Path, source: str) -> Path | None:
    """The notebook that a flow says it was promoted from, if it is there."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise RunFailed(f"{file} is no Python: line {error.lineno}: {error.msg}", hint="mend it") from None
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name("__notebook__")], value=ast.Constant(str(path))):
                notebook = (file.parent / path).resolve()
                return notebook if notebook.is_file() else None
    return None


def _snake(name: str) -> str:
    """NextProductFlow as next_product_flow."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _read(notebook: Path) -> dict[str, Any]:
    from workbench.notebook.ipynb import read_json

    return read_json(notebook)
