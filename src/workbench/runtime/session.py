"""One task's run of its cells: the shell, the streams and the record, begun and ended together."""

from __future__ import annotations

import builtins
import sys
import time
from types import ModuleType, TracebackType
from typing import Any

from workbench.runtime import waiting
from workbench.runtime.capture import Streams
from workbench.runtime.cells import SAME, Cell
from workbench.runtime.frontend import catch_up
from workbench.runtime.namespace import KernelNames
from workbench.runtime.outputs import CellRecord, Recorder
from workbench.runtime.state.told import was_said

_current: Session | None = None


def current() -> Session | None:
    """The session of this process's task, while its cells run."""
    return _current


class Session:
    """A context manager around a step's cells. module: the flow's."""

    def __init__(self, module: ModuleType) -> None:
        self.recorder = Recorder()
        self.streams = Streams(self.recorder.stream, self._during_import)
        self._module = module
        self._names = KernelNames(module)
        self._shell: Any = None
        self._began = 0.0
        self._builtins: dict[str, Any] = {}
        self._displayhook = sys.displayhook
        self.hook = self.show

    def __enter__(self) -> Session:
        from workbench.runtime import words
        from workbench.runtime.shell import start_shell

        global _current
        self._shell = start_shell(self, self._module)
        catch_up()
        self._builtins = {name: getattr(builtins, name, _ABSENT) for name in ("get_ipython", "_", SAME)}
        vars(builtins).update(get_ipython=self._shell.get_ipython, _="")
        vars(builtins)[SAME] = words.same
        self._displayhook, sys.displayhook = sys.displayhook, self.hook
        self._names.enter()
        self.streams.start()
        _current = self
        return self

    def __exit__(self, *_: object) -> None:
        global _current
        self.leave_cell()
        self.streams.stop()
        self.recorder.close()
        _current = None
        self._names.leave()
        sys.displayhook = self._displayhook
        for name, value in self._builtins.items():
            if value is _ABSENT:
                vars(builtins).pop(name, None)
            else:
                setattr(builtins, name, value)

    def enter_cell(self, cell: Cell) -> None:
        """End the cell that runs, if any, and begin this one."""
        self.leave_cell()
        self.streams.flush()  # what came before is nobody's
        number = len(self.recorder.cells) + 1
        self._shell.execution_count = number
        sys.displayhook = self.hook  # as a kernel does for each cell
        self.recorder.begin(CellRecord(cell.id, cell.heading, cell.setup, cell.source, number))
        self._began = time.perf_counter()
        waiting.enter()
        self._shell.events.trigger("pre_execute")
        self._shell.events.trigger("pre_run_cell", self._execution_info(cell))

    def leave_cell(self) -> None:
        """End the cell that runs: its figures are drawn, its texts sent."""
        if (record := self.recorder.current) is None:
            return
        self._shell.events.trigger("post_execute")
        self._shell.events.trigger("post_run_cell", self._execution_result())
        waiting.leave()
        self.streams.flush()
        record.seconds = time.perf_counter() - self._began
        self.recorder.end()

    def _during_import(self, name: str, text: str, modules: list[str]) -> bool:
        """What a module says while it is imported: dropped where an earlier task has shown it."""
        if was_said(modules[0]):
            return True
        if self.recorder.current is not None:
            return False
        self.recorder.imported(modules[-1], name, text)
        return True

    def fail_cell(self, error: BaseException, failed: dict[str, Any]) -> None:
        """Record the exception that ended the running cell, and end it. failed: see workbench.runtime.failure."""
        if (record := self.recorder.current) is not None:
            self.traceback(error, error.__traceback__)
            record.failed = failed
        self.leave_cell()

    def show(self, value: Any) -> None:
        """Display a value as the last expression of a cell is displayed; None displays nothing."""
        if value is None:
            return
        data, metadata = self._shell.display_formatter.format(value)
        vars(builtins)["_"] = value
        if data:  # empty where the value displays itself
            self.streams.flush()
            self.recorder.result(data, metadata)
            self._log_text(data)

    def publish(self, data: Any, metadata: Any, display_id: str | None, *, update: bool) -> None:
        """What display() sends."""
        self.streams.flush()
        if update:
            if display_id:
                self.recorder.update(data, metadata, display_id)
            return
        self.recorder.display(data, metadata, display_id)
        self._log_text(data)

    def clear(self, wait: bool) -> None:
        """What clear_output() sends."""
        self.streams.flush()
        self.recorder.clear(wait)

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """What the shell sends when it shows a traceback."""
        self.streams.flush()
        self.recorder.error(name, value, traceback)

    def traceback(self, error: BaseException, frames: TracebackType | None) -> None:
        """Record an exception as the shell would show it."""
        kind = type(error)
        if isinstance(error, BaseExceptionGroup):  # those it prints
            import traceback

            sys.stderr.write("".join(traceback.format_exception(kind, error, frames)))
            return
        try:
            lines = self._shell.InteractiveTB.structured_traceback(kind, error, frames)
        except Exception:  # a traceback that can't be drawn must not hide the error itself
            import traceback

            lines = traceback.format_exception(kind, error, frames)
        self.error(kind.__name__, _text_of(error), list(lines))

    def _log_text(self, data: Any) -> None:
        if isinstance(text := data.get("text/plain"), str):
            self.streams.log(text + "\n")

    def _execution_info(self, cell: Cell) -> Any:
        from IPython.core.interactiveshell import ExecutionInfo

        self._info = ExecutionInfo(cell.source, True, False, True, cell.id)
        return self._info

    def _execution_result(self) -> Any:
        from IPython.core.interactiveshell import ExecutionResult

        return ExecutionResult(self._info)


_ABSENT = object()


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} that can't be printed>"
