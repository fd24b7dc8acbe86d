"""Running a flow through Metaflow's Runner: what it is, its progress while it runs, how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import RunFailed
from workbench.project import Project
from workbench.runs.guard import Guard
from workbench.runs.processes import Stopping
from workbench.runs.values import Known, literal_kind
from workbench.runtime import resuming
from workbench.runtime.fingerprint import Code, flow_code

_POLL_SECONDS = 0.1
_MOST_ITEMS = 10_000  # of one loop: Metaflow's own limit of 100 would end runs that the notebook does well
_EVENT = re.compile(
    r"\[(?P<run>[^/\]]+)/(?P<step>\w+)/(?P<task>\w+) \(pid \d+\)\] "
    r"(?P<what>Task is starting|Task finished successfully\.|Task failed\b)"
)
_STATES = {"Task is starting": "started", "Task finished successfully.": "succeeded", "Task failed": "failed"}


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What a flow file holds. steps: in the order of the graph; graph: Metaflow's."""

    name: str
    parameters: tuple[Known, ...]
    steps: tuple[str, ...]
    graph: Any

    def code(self, source: str) -> dict[str, Code]:
        """What its steps are made of. source: the file's text."""
        return flow_code(source, self.graph)


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """A task of a step began or ended. state: "started", "succeeded", "failed", or "kept" from an earlier run."""

    step: str
    task: str
    state: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a flow's process ended. pathspec: None where it didn't become a run; signal: what stopped it, if any."""

    pathspec: str | None
    succeeded: bool
    signal: int | None
    stdout: str
    stderr: str


def configure(project: Project, notebook: Path | None = None) -> None:
    """Point Metaflow, here and in its tasks, at the project's datastore; what the user has configured wins.

    The modules beside the notebook can be imported at the flow's module level, as they can in a kernel.
    Must be called before metaflow is imported: it reads its configuration then.
    """
    if notebook is not None:
        sys.path.append(str(notebook.parent))
        known = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([*([known] if known else []), str(notebook.parent)])
    os.environ.setdefault("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(project.root))
    os.environ["WORKBENCH_ROOT"] = str(project.root)
    if not any(os.environ.get(name) for name in ("METAFLOW_USER", "SUDO_USER", "USERNAME", "USER")):
        os.environ["METAFLOW_USER"] = "workbench"  # Metaflow refuses to run for nobody


def facts(flow_file: Path) -> FlowFacts:
    """Import the flow and say what it is. Raises RunFailed where the file isn't a flow that can be imported."""
    from metaflow.graph import FlowGraph
    from metaflow.runner.click_api import extract_flow_class_from_file

    try:
        with _stdout_to_stderr():
            flow = extract_flow_class_from_file(str(flow_file))
            graph = FlowGraph(flow)
            parameters = tuple(_known(parameter) for _, parameter in flow._get_parameters())
    except Exception as error:
        raise RunFailed(
            f"{flow_file} can't be imported as a flow: {type(error).__name__}: {error}",
            hint=f"`python {flow_file.name} show` says more",
        ) from error
    return FlowFacts(flow.__name__, parameters, tuple(graph.sorted_nodes), graph)


def run(
    flow_file: Path,
    project: Project,
    parameters: Mapping[str, Any],
    *,
    started: Callable[[str], None],
    progress: Callable[[TaskEvent], None],
    resume: tuple[str, Sequence[str]] | None = None,
) -> Ended:
    """Run the flow to its end. started: called with the pathspec; progress: with each task's begin and end.

    resume: (pathspec of a run of the same flow, the steps to run again); its other steps' tasks are taken over.

    SIGINT, SIGTERM and SIGHUP stop every task, and the result says so.
    """
    with Guard() as guard:
        return asyncio.run(_run(flow_file, project, parameters, started, progress, guard, resume))


async def _run(
    flow_file: Path,
    project: Project,
    parameters: Mapping[str, Any],
    started: Callable[[str], None],
    progress: Callable[[TaskEvent], None],
    guard: Guard,
    resume: tuple[str, Sequence[str]] | None,
) -> Ended:
    from metaflow import Runner

    plan = {} if resume is None else resuming.plan(resume[0].rpartition("/")[2], resume[1])
    with _stdout_to_stderr():
        runner = Runner(str(flow_file), show_output=False, cwd=str(project.root), pylint=False, env=plan)
    stopping = Stopping()  # after Runner, which has handlers of its own
    guarding = asyncio.create_task(_guarded(runner, guard))
    try:
        try:
            executing = await runner.async_run(max_num_splits=_MOST_ITEMS, **parameters)
        except RuntimeError as error:  # the process ended before there was a run: its output is in the message
            return Ended(None, False, stopping.signal, "", str(error).partition("Stderr:\n")[2] or str(error))
        pathspec = executing.run.pathspec
        started(pathspec)
        process, log = executing.command_obj.process, _Log(Path(executing.command_obj.log_files["stdout"]))
        while True:
            gone = process.returncode is not None
            for line in log.lines():
                if match := _EVENT.search(line):
                    progress(TaskEvent(match["step"], match["task"], _STATES[match["what"]]))
            if gone:
                break
            await asyncio.sleep(_POLL_SECONDS)
        await stopping.finished()
        succeeded = process.returncode == 0 and stopping.signal is None
        return Ended(pathspec, succeeded, stopping.signal, executing.stdout, executing.stderr)
    finally:
        guarding.cancel()
        stopping.restore()
        runner.cleanup()


async def _guarded(runner: Any, guard: Guard) -> None:
    """Tell the guard as soon as there is a process; Runner gives it away only when the run has begun."""
    while not runner.spm.commands:
        await asyncio.sleep(_POLL_SECONDS / 10)
    guard.watch(next(iter(runner.spm.commands)))


class _Log:
    """A growing file's lines, each once, when it is complete."""

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8", errors="replace")
        self._rest = ""

    def lines(self) -> Iterator[str]:
        *complete, self._rest = (self._rest + self._file.read()).split("\n")
        yield from complete


def _known(parameter: Any) -> Known:
    parameter.init()
    kind, default = parameter.kwargs.get("type"), parameter.kwargs.get("default")
    return Known(
        parameter.name,
        kind if kind in (bool, int, float, str) else literal_kind(default),
        None if callable(default) else default,
        bool(parameter.kwargs.get("required")) and default is None,
    )


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Importing a flow runs its module: what that prints isn't a result of ours."""
    with contextlib.redirect_stdout(sys.stderr):
        yield
