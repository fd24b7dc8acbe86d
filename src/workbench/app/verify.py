"""Verify: a notebook's promoted cells in a kernel, its flow in Metaflow, and whether the two gave the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from workbench.app.run import Prepared, Watcher, prepare
from workbench.compiler import compile_notebook
from workbench.compiler.model import StepGraph
from workbench.errors import NotANotebook, RunFailed
from workbench.files import write_atomic
from workbench.notebook.ipynb import parse
from workbench.notebook.model import Cell
from workbench.project import keep_out_of_git
from workbench.runs import executed, flow, reference, rerun, sidebyside, tasks
from workbench.runs.comparison import judge, outputs
from workbench.runs.comparison.judge import ArtifactCompared, Question
from workbench.runs.comparison.noise import Run
from workbench.runs.comparison.verdicts import CellVerdict, Verification
from workbench.runs.reference import Reference
from workbench.runs.values import typed

Json = dict[str, Any]
UNSTEADY = "the notebook differs from itself here when it runs twice: is there no seed, or a time in it?"


class Showing(Protocol):
    """Who shows the progress of the runs."""

    def notebook(self, again: bool) -> contextlib.AbstractContextManager[rerun.OnCell]:
        """The notebook runs within; again: a second time, for the cells that differ."""

    def flow(self) -> contextlib.AbstractContextManager[Watcher]:
        """The flow runs within."""


@dataclass(frozen=True, slots=True)
class Options:
    """rtol, atol: of numbers, as math.isclose has them. ignored: artifacts that aren't compared.

    once: the notebook isn't run again where something differs. unsteady: whether what the notebook itself doesn't give
    twice is let pass.
    """

    steps: Literal["tags", "headings"] = "tags"
    rtol: float = 0.0
    atol: float = 0.0
    ignored: frozenset[str] = frozenset()
    once: bool = False
    unsteady: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found, and the page that shows both sides."""

    found: Verification
    page: Path


def verify(notebook: Path, given: Iterable[tuple[str, str]], options: Options, showing: Showing) -> Verified:
    """Run both and compare. given: parameters as (name, text).

    The two run one after the other, in the notebook's folder; the notebook's file isn't touched, and no run is left
    behind: Metaflow keeps this one in a folder that is gone afterwards. Raises PromotionRefused, ParameterError,
    NotebookError, and RunFailed where one of the two can't be started.
    """
    if notebook.suffix == ".py":
        raise NotANotebook(f"{notebook} is a flow", hint="name the notebook that it was promoted from")
    prepared = prepare(notebook, options.steps)
    assert prepared.content is not None
    graph = compile_notebook(parse(prepared.content, str(notebook)), steps=options.steps).graph
    assert graph is not None  # prepare has refused it otherwise
    keep_out_of_git(prepared.project.root)
    place = prepared.project.state / "verify"
    place.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".", dir=place))
    try:
        with _environment(scratch):
            found = _Verifying(notebook, prepared, graph, options, showing, scratch).done(list(given))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    page = place / f"{notebook.stem}.html"
    write_atomic(page, sidebyside.page(found).encode())
    return Verified(found, page)


@contextlib.contextmanager
def _environment(scratch: Path) -> Iterator[None]:
    """Both runs' own: no experiments, one order of sets, and a datastore that is gone afterwards."""
    ours = {
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(scratch),
        "WORKBENCH_TRACKING": "off",
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class _FlowRun:
    """outputs: cell index → what its task recorded; finished: the steps whose one task ended well."""

    pathspec: str
    outputs: Mapping[int, list[Json]]
    finished: Collection[str]
    run: Run
    failure: str


class _Verifying:
    """One verification."""

    def __init__(
        self, notebook: Path, prepared: Prepared, graph: StepGraph, options: Options, showing: Showing, scratch: Path
    ) -> None:
        assert prepared.content is not None
        self._notebook, self._prepared, self._graph = notebook, prepared, graph
        self._options, self._showing, self._scratch = options, showing, scratch
        self._content: Json = prepared.content
        self._book = parse(self._content, str(notebook))
        self._cwd = notebook.resolve().parent

    def done(self, given: list[tuple[str, str]]) -> Verification:
        flow.configure(self._prepared.project, self._prepared.notebook)
        facts = flow.facts(self._prepared.flow.file)
        flow_values = typed(facts.parameters, given, owner=self._notebook.name)
        values = typed(rerun.known_parameters(self._book), given, owner=self._notebook.name)
        one = self._reference(values, again=False)
        other = self._flow_run(facts, flow_values)
        cells = self._cells(one, other)
        artifacts = self._artifacts(one, other)
        differs = "different" in {*(cell.verdict for cell in cells), *(each.verdict for each in artifacts)}
        if differs and not self._options.once:
            again = self._reference(values, again=True)
            cells = [self._steady(cell, one, again) for cell in cells]
            artifacts = self._steady_artifacts(artifacts, one, again)
        return Verification(
            str(self._notebook),
            tuple(cells),
            tuple(artifacts),
            (round(one.run.ended - one.run.began, 1), round(other.run.ended - other.run.began, 1)),
            tuple(self._failures(one, other)),
            self._options.unsteady,
        )

    def _reference(self, values: Mapping[str, object], *, again: bool) -> Reference:
        folder = self._scratch / ("again" if again else "notebook")
        folder.mkdir()
        with self._showing.notebook(again) as on_cell:
            return reference.run(self._book, self._content, self._graph, values, self._cwd, folder, on_cell)

    def _flow_run(self, facts: flow.FlowFacts, values: Mapping[str, Any]) -> _FlowRun:
        began = time.time()
        names: list[str] = []
        with self._showing.flow() as watcher:

            def started(pathspec: str) -> None:
                names.append(pathspec)
                watcher.began(pathspec, facts.steps)

            ended = flow.run(
                self._prepared.flow.file, self._prepared.project, values, started=started, progress=watcher.task
            )
            watcher.ended("succeeded" if ended.succeeded else "failed")
        if ended.signal is not None:
            raise KeyboardInterrupt
        if not names:
            raise RunFailed("the flow didn't start", hint=ended.stderr.strip() or "its output says nothing")
        found = tasks.read(names[0])
        failed = None if ended.succeeded else tasks.failure(found, self._prepared.places, ended.stdout)
        result = executed.executed(self._content, [task.recorded for task in found], {})
        steps = [task.step for task in found]
        return _FlowRun(
            names[0],
            {
                index: cell["outputs"]
                for index, cell in enumerate(result["cells"])
                if cell["cell_type"] == "code" and "step" in cell["metadata"].get("workbench", {})
            },
            {task.step for task in found if task.successful and steps.count(task.step) == 1},
            Run(began, time.time(), str(self._prepared.flow.file)),
            "" if ended.succeeded else failed.text() if failed else "the flow failed without saying why",
        )

    def _cells(self, one: Reference, other: _FlowRun) -> list[CellVerdict]:
        step_of: dict[str, str] = {}
        for step in self._graph.steps:
            step_of |= {facts.cell.id: "setup" for facts in step.setup}
            step_of |= {facts.cell.id: step.name for facts in step.cells if facts.cell.id not in step_of}
        return [self._cell(cell, step_of[cell.id], one, other) for cell in self._book.cells if cell.id in step_of]

    def _cell(self, cell: Cell, step: str, one: Reference, other: _FlowRun) -> CellVerdict:
        left, right = one.outputs.get(cell.index), other.outputs.get(cell.index, [])
        verdict = CellVerdict(
            cell.number,
            cell.id,
            step,
            rerun.heading_above(self._book, cell.index),
            "not run",
            left=left or (),
            right=right,
        )
        if left is None:
            return replace(verdict, note="the notebook fails before this cell")
        if other.failure and cell.index not in other.outputs and step not in other.finished and cell.source.strip():
            return replace(verdict, note="the flow fails before this cell")
        found = outputs.compare(left, right, (one.run, other.run), rtol=self._options.rtol, atol=self._options.atol)
        kind = "different" if found.differences else "noise" if found.noise else "equal"
        return replace(verdict, verdict=kind, noise=found.noise, differences=found.differences)

    def _steady(self, cell: CellVerdict, one: Reference, again: Reference) -> CellVerdict:
        """A cell that differs, or whether the notebook itself is what doesn't stay the same."""
        if cell.verdict != "different":
            return cell
        sides = (one.outputs.get(cell.number - 1, []), again.outputs.get(cell.number - 1, []))
        found = outputs.compare(*sides, (one.run, again.run), rtol=self._options.rtol, atol=self._options.atol)
        return replace(cell, verdict="unsteady", note=UNSTEADY) if found.differences else cell

    def _artifacts(self, one: Reference, other: _FlowRun) -> list[ArtifactCompared]:
        steps = {
            step: kept
            for step, (last, names) in reference.given(self._book, self._graph).items()
            if step in other.finished
            and (one.failed_at is None or last < one.failed_at)
            and (kept := [pair for pair in names if pair[0] not in self._options.ignored])
        }
        return self._asked(steps, {"folder": str(one.kept)}, {"run": other.pathspec}, (one.run, other.run))

    def _steady_artifacts(
        self, artifacts: list[ArtifactCompared], one: Reference, again: Reference
    ) -> list[ArtifactCompared]:
        steps: dict[str, list[tuple[str, str]]] = {}
        for each in artifacts:
            if each.verdict == "different":
                steps.setdefault(each.step, []).append((each.name, each.name))
        sides = {"folder": str(one.kept)}, {"folder": str(again.kept)}
        changing = {
            (each.step, each.name)
            for each in self._asked(steps, *sides, (one.run, again.run))
            if each.verdict == "different"
        }
        return [replace(each, verdict="unsteady") if (each.step, each.name) in changing else each for each in artifacts]

    def _asked(
        self,
        steps: Mapping[str, Sequence[tuple[str, str]]],
        left: Mapping[str, str],
        right: Mapping[str, str],
        runs: tuple[Run, Run],
    ) -> list[ArtifactCompared]:
        if not steps:
            return []
        modules = (self._prepared.flow.file.stem,)
        question = Question(steps, left, right, runs, modules, self._options.rtol, self._options.atol)
        return judge.ask(question, self._scratch, self._cwd)

    def _failures(self, one: Reference, other: _FlowRun) -> Iterator[str]:
        if one.failure is not None:
            yield f"the notebook fails: {one.failure.text()}"
        if other.failure:
            yield f"the flow fails: {other.failure}"
