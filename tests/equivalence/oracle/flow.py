"""A flow's run: Metaflow's own command line for each task, in a process of its own forked from a warm one.

What stands in for Metaflow's is only what starts the tasks one after the other: `python flow.py step NAME …` happens in
the child to the letter, from the flow's module as `__main__` to the artifacts in Metaflow's local datastore.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Child = Callable[[Callable[[], None]], int]
"""Runs a function in a forked child, and gives its exit status."""

RUN = "1"
TOP = (
    *("--quiet", "--no-pylint", "--metadata", "local"),
    *("--event-logger", "nullSidecarLogger", "--monitor", "nullSidecarMonitor"),
)
LOG = "log"


MODULES = (
    *("metaflow", "metaflow.cli", "metaflow.cli_components.step_cmd"),  # `init` is made of the flow's parameters
    *(
        "metaflow.metaflow_git",
        "metaflow.plugins.metadata_providers.local",
        "metaflow.plugins.datastores.local_storage",
    ),
    *(f"workbench.runtime.{name}" for name in ("cards", "decorator", "environment", "experiment", "shell", "waiting")),
)


def warm_up() -> None:
    """Import what every task imports, and leave away what is not looked at: metadata, versions, cards, environments."""
    modules = {name: importlib.import_module(name) for name in MODULES}
    provider = modules["metaflow.plugins.metadata_providers.local"].LocalMetadataProvider
    for name in ("register_run_id", "register_task_id", "register_metadata", "register_data_artifacts"):
        setattr(provider, name, _nothing)
    modules["metaflow.metaflow_git"]._call_git = lambda *_, **__: (None, None, True)
    version = modules["metaflow.cli"].metaflow_version.get_version()
    modules["metaflow.cli"].metaflow_version.get_version = lambda *_, **__: version
    modules["workbench.runtime.cards"].save = _nothing
    modules["workbench.runtime.environment"].loaded = _nothing
    from workbench.runtime.state.counters import LibraryCounters

    LibraryCounters().read()  # it keeps which classes it has looked at


def _nothing(*_: Any, **__: Any) -> None:
    """Done elsewhere."""


def run(name: str, flow_file: Path, notebook_folder: Path, datastore: Path, child: Child) -> Json:
    """Run every task. Gives {"tasks": [{"step", "cells"}], "error": text or None}; the tasks as they were started."""
    try:
        command = _Command(name, flow_file, notebook_folder, datastore)
    except SyntaxError as error:
        return {"tasks": [], "error": f"the flow is no Python: line {error.lineno}: {error.msg}"}
    results: list[Json] = []
    status = child(command.begin)
    if status:
        return {"tasks": results, "error": f"it didn't begin: {_log(datastore)}"}
    graph = _Graph(command.artifacts("_parameters", "0")["_graph_info"])
    for number, (step, parents, index) in enumerate(graph.tasks(command), 1):
        arguments = ["step", step, "--run-id", RUN, "--task-id", str(number), "--input-paths", ",".join(parents)]
        if index is not None:
            arguments += ["--split-index", str(index)]
        status = child(lambda given=arguments: command.call(*given))  # type: ignore[misc]
        left = command.artifacts(step, str(number))
        results.append({"step": step, "cells": _artifact(left, "_workbench_cells") or []})
        if status:
            exception = _artifact(left, "_exception") or f"the task ended with {status}: {_log(datastore)}"
            return {"tasks": results, "error": str(exception)}
    return {"tasks": results, "error": None}


def _artifact(task: Any, name: str) -> Any:
    """None where the task was killed before it left anything."""
    return task.get(name) if getattr(task, "_objects", None) else None


class _Command:
    """`python flow.py …`, to be called in a child."""

    def __init__(self, name: str, flow_file: Path, notebook_folder: Path, datastore: Path) -> None:
        self._name = name
        self._file = str(flow_file)
        self._folder = str(notebook_folder)
        self._root = str(datastore)
        self._code = compile(flow_file.read_bytes(), self._file, "exec", dont_inherit=True)

    def begin(self) -> None:
        """What `run` does before the first task: the constants, and the checks of the graph."""
        try:
            self.call("init", "--run-id", RUN, "--task-id", "0")
        except SystemExit as end:
            if end.code:
                raise
        from metaflow import lint

        lint.linter.run_checks(getattr(sys.modules["__main__"], self._name)._graph)

    def call(self, *arguments: str) -> None:
        import metaflow.cli
        import metaflow.tuple_util

        module = types.ModuleType("__main__")
        module.__file__ = self._file
        module.__builtins__ = __builtins__  # type: ignore[attr-defined]
        # Metaflow puts the class of its foreach frames there, to be pickled by that name
        module.ForeachFrame = metaflow.tuple_util.ForeachFrame  # type: ignore[attr-defined]
        sys.modules["__main__"] = module
        sys.argv = [self._file, *TOP, "--datastore-root", self._root, *arguments]
        sys.path[:0] = [str(Path(self._file).parent), self._folder]
        os.environ["PYTHONPATH"] = self._folder
        start = metaflow.cli.main
        metaflow.cli.main = lambda flow: start(flow, sys.argv[1:], entrypoint=[sys.executable, self._file])
        exec(self._code, module.__dict__)

    def artifacts(self, step: str, task: str) -> Any:
        """Metaflow's datastore of a task."""
        from metaflow.datastore import FlowDataStore
        from metaflow.plugins.datastores.local_storage import LocalStorage

        store = FlowDataStore(self._name, storage_impl=LocalStorage, ds_root=self._root)
        return store.get_task_datastore(RUN, step, task, attempt=0, allow_not_done=True)


class _Graph:
    """What starts when: Metaflow's rules for splits, foreach and joins."""

    def __init__(self, info: Json) -> None:
        self._steps = info["steps"]
        self._start = info["start_step"]

    def tasks(self, command: _Command) -> Iterator[tuple[str, list[str], int | None]]:
        """Each task's step, input paths and split index; the task has run when the next one is asked for."""
        waiting: list[tuple[str, list[str], int | None]] = [(self._start, [f"{RUN}/_parameters/0"], None)]
        finished: dict[tuple[str, tuple[tuple[str, int], ...]], str] = {}
        number = 0
        while waiting:
            step, parents, index = waiting.pop(0)
            yield step, parents, index
            number += 1
            left = command.artifacts(step, str(number))
            path = f"{RUN}/{step}/{number}"
            stack = [(frame.step, frame.index, frame.num_splits) for frame in left["_foreach_stack"]]
            finished[step, tuple((name, at) for name, at, _ in stack)] = path
            followers, foreach = left["_transition"] or ([], None)
            for follower in followers:
                if foreach:
                    waiting += [(follower, [path], each) for each in range(left["_foreach_num_splits"])]
                elif self._steps[follower]["type"] != "join":
                    waiting.append((follower, [path], None))
                elif (needed := self._needed(follower, stack)) <= finished.keys():
                    waiting.append((follower, [finished[each] for each in sorted(needed)], None))

    def _needed(self, join: str, stack: list[tuple[str, int, int]]) -> set[tuple[str, tuple[tuple[str, int], ...]]]:
        before = [name for name, node in self._steps.items() if join in node["next"]]
        around = tuple((name, at) for name, at, _ in stack)
        split = next(node for node in self._steps.values() if node.get("matching_join") == join)
        if split["type"] == "split-foreach":
            name, _, count = stack[-1]
            return {(step, (*around[:-1], (name, at))) for step in before for at in range(count)}
        return {(step, around) for step in before}


def _log(datastore: Path) -> str:
    with contextlib.suppress(OSError):
        return datastore.with_name(LOG).read_text(errors="replace")[-3000:]
    return ""
