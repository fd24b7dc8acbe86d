"""What happens in a task of a promoted flow: folder, hand-over, cells, record."""

from __future__ import annotations

import linecache
import os
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.runtime import environment, experiment, failure, fingerprint, stars
from workbench.runtime.cells import HAND_OVER, StepCode, step_code
from workbench.runtime.crossing import Crossing
from workbench.runtime.frontend import choose_backend, show_warnings
from workbench.runtime.session import Session
from workbench.tracking import record


class Task:
    """One task. run is what Metaflow calls in place of the step's body."""

    def __init__(self, body: Callable[..., Any], flow: Any, graph: Any, facts: experiment.TaskFacts) -> None:
        self._function: types.FunctionType = body.__func__  # type: ignore[attr-defined] # a bound method
        self._flow = flow
        self._graph = graph
        self._facts = facts

    def run(self, *inputs: Any) -> None:
        """Run the step. Raises what its cells raise, with a note that names the cell and its line."""
        flow = self._flow
        flow._workbench_cells = []
        flow._workbench_logged = []
        code = step_code(self._function)
        module = sys.modules[self._function.__module__]
        began = time.time()
        _enter_notebook_folder(module)
        stars.check(module)
        folder = str(Path.cwd())
        show_warnings()
        session = Session(module)
        crossing = Crossing(flow, inputs[0] if inputs else None, module, code, self._graph)
        try:
            with session:
                crossing.arrive()  # what it imports is to see the shell, as in a kernel
                self._run_cells(code, session, crossing, inputs)
                crossing.look()
            crossing.leave()
        except BaseException:
            crossing.abandon()
            raise
        finally:
            flow._workbench_cells = [each.as_dict() for each in session.recorder.cells]
            flow._workbench_logged = record.drain()
        flow._workbench_made_of = self._made_of(folder, began)
        if self._graph.end_step == code.name and (link := experiment.published(flow, module, self._facts)):
            flow._workbench_experiment = link

    def _made_of(self, folder: str, began: float) -> dict[str, Any]:
        """What the task's results rest on, for a later run to know whether they still hold."""
        file = self._function.__code__.co_filename
        source = "".join(linecache.getlines(file))
        return {
            "code": fingerprint.step_code(source, self._function.__name__, self._graph),
            "environment": environment.loaded(file, folder, began),
        }

    def _run_cells(self, code: StepCode, session: Session, crossing: Crossing, inputs: tuple[Any, ...]) -> None:
        index, settled = HAND_OVER, False
        body = code.run(self._flow, *inputs)
        if not any(cell.setup for cell in code.cells):
            crossing.begin(body)  # the imports at the top of the step need the module path that earlier cells left
        try:
            for following in body:
                if session.recorder.current is not None:
                    crossing.end_part(index)
                index = following
                session.leave_cell()
                if index == HAND_OVER or not code.cells[index].setup:
                    crossing.begin(body)
                if index != HAND_OVER:
                    if not (settled or code.cells[index].setup):
                        crossing.settle()
                        settled = True
                    session.enter_cell(code.cells[index])
            session.leave_cell()
        except BaseException as error:
            raise failure.explained(error, code, index, session) from None


def _enter_notebook_folder(module: types.ModuleType) -> None:
    """Work where the notebook's kernel would, with that folder's modules importable and plots inline."""
    notebook = getattr(module, "__notebook__", None)
    file = getattr(module, "__file__", None)
    if notebook and file:
        folder = Path(file).parent.joinpath(notebook).parent
        if folder.is_dir():
            os.chdir(folder)
    if "" not in sys.path:  # behind the standard library, before what is installed: where the kernel has it
        sites = (index for index, entry in enumerate(sys.path) if entry.endswith("-packages"))
        sys.path.insert(next(sites, len(sys.path)), "")
    choose_backend()
