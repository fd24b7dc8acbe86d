"""How the exception of a cell leaves the task: recorded under the cell, told in the notebook's terms."""

from __future__ import annotations

import traceback
from types import TracebackType

from workbench.runtime.cells import HAND_OVER, StepCode
from workbench.runtime.session import Session


def explained(error: BaseException, code: StepCode, index: int, session: Session) -> BaseException:
    """The exception that the notebook's cell would have raised, recorded, with a note on cell and line.

    index: of the cell that ran, or HAND_OVER.
    """
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__  # the step's body became a generator, and those may not raise it: the cell did
    error.__traceback__ = _from_step_on(error.__traceback__, code)
    raised = error
    if isinstance(error, SystemExit):
        # Metaflow would take it for the end of the task
        error = RuntimeError(f"a cell ended the process: SystemExit({error.code!r})").with_traceback(
            error.__traceback__
        )
    if index == HAND_OVER or session.recorder.current is None:
        return error
    cell = code.cells[index]
    steps = (line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code is code.code)
    line = next(steps, cell.line) - cell.line
    lines = cell.source.splitlines()
    source = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    session.fail_cell(raised, line or None, source)
    error.add_note(f"in cell {cell.title}, line {line}: {source}" if source else f"in cell {cell.title}")
    return error


def _from_step_on(frames: TracebackType | None, code: StepCode) -> TracebackType | None:
    """The traceback without the runtime's own frames, from the step's on."""
    found = frames
    while found is not None and found.tb_frame.f_code is not code.code:
        found = found.tb_next
    return found or frames
