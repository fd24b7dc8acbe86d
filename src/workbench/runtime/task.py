"""What happens in a task of a promoted flow: folder, hand-over, cells, record."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.runtime.cells import HAND_OVER, StepCode, step_code
from workbench.runtime.handover import HandOver
from workbench.runtime.session import Session
from workbench.tracking import record


class Task:
    """One task. run is what Metaflow calls in place of the step's body."""

    def __init__(self, body: Callable[..., Any], flow: Any, graph: Any, run_pathspec: str) -> None:
        self._function = body.__func__  # type: ignore[attr-defined]
        self._flow = flow
        self._node = graph[self._function.__name__]
        self._run_pathspec = run_pathspec

    def run(self, *inputs: Any) -> None:
        """Run the step. Raises what its cells raise, with a note that names the cell and its line."""
        code = step_code(self._function)
        module = sys.modules[self._function.__module__]
        self._flow._workbench_cells = []
        self._flow._workbench_logged = []
        _enter_notebook_folder(module)
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        hand_over = HandOver(self._flow, inputs[0] if inputs else None, module, code)
        session = Session(module)
        try:
            hand_over.take()
            with session:
                self._run_cells(code, session, inputs)
            hand_over.give()
        except BaseException:
            hand_over.drop()
            raise
        finally:
            self._flow._workbench_cells = [each.as_dict() for each in session.recorder.cells]
            self._flow._workbench_logged = record.drain()

    def _run_cells(self, code: StepCode, session: Session, inputs: tuple[Any, ...]) -> None:
        index = HAND_OVER
        try:
            for index in code.run(self._flow, *inputs):
                if index == HAND_OVER:
                    session.leave_cell()
                else:
                    session.enter_cell(code.cells[index])
        except BaseException as error:
            raise _explained(error, code, index, session) from None


def _explained(error: BaseException, code: StepCode, index: int, session: Session) -> BaseException:
    """The error of a cell, recorded and with a note on where it happened."""
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__  # a generator, which the body has become, may not raise it: the notebook's cell did
    if isinstance(error, SystemExit):
        error = RuntimeError(f"a cell ended the process: SystemExit({error.code!r})")
    error.__traceback__ = _without_runtime(error, code)
    if index == HAND_OVER:
        return error
    cell = code.cells[index]
    line = next((at for frame, at in traceback.walk_tb(error.__traceback__) if frame.f_code is code.run.__code__), None)
    within = line - cell.line if line else None
    lines = cell.source.splitlines()
    source = lines[within - 1].strip() if within and 0 < within <= len(lines) else ""
    session.fail_cell(error, within, source)
    error.add_note(f"in cell {cell.title}" + (f", line {within}: {source}" if within else ""))
    return error


def _without_runtime(error: BaseException, code: StepCode) -> Any:
    """The traceback from the step's own frame on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code is not code.run.__code__:
        frames = frames.tb_next
    return frames or error.__traceback__


def _enter_notebook_folder(module: Any) -> None:
    """Work where the notebook's kernel would, with that folder's modules importable."""
    notebook = getattr(module, "__notebook__", None)
    file = getattr(module, "__file__", None)
    if notebook and file:
        folder = Path(file).parent.joinpath(notebook).parent
        if folder.is_dir():
            os.chdir(folder)
    if "" not in sys.path:
        sys.path.insert(0, "")
