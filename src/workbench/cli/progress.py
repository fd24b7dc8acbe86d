"""The progress of a run's steps: live on a terminal, plain lines otherwise; on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs.flow import TaskEvent


class StepsProgress:
    """A context manager that is a Watcher (workbench.app.run)."""

    def __init__(self) -> None:
        self._steps: tuple[str, ...] = ()
        self._name = ""
        self._began: dict[str, float] = {}
        self._seconds: dict[str, float] = {}
        self._running: dict[str, set[str]] = {}
        self._failed: set[str] = set()
        self._stopped: set[str] = set()
        self._kept: set[str] = set()
        self._live: Any = None

    def __enter__(self) -> StepsProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def began(self, name: str, steps: tuple[str, ...]) -> None:
        """Show the steps that will be gone through."""
        self._name, self._steps = name, steps
        if not sys.stderr.isatty():
            print(f"run {name}", file=sys.stderr, flush=True)
            return
        from rich.console import Console
        from rich.live import Live

        self._live = Live(get_renderable=self._table, console=Console(stderr=True), refresh_per_second=10)
        self._live.start()

    def task(self, event: TaskEvent) -> None:
        """Show that a task began or ended; a step with several is done when all that began are."""
        if event.state == "kept":
            self._kept.add(event.step)
            return
        step, running = event.step, self._running.setdefault(event.step, set())
        if event.state == "started":
            self._began.setdefault(step, time.monotonic())
            running.add(event.task)
        else:
            running.discard(event.task)
            self._seconds[step] = time.monotonic() - self._began.setdefault(step, time.monotonic())
            if event.state == "failed":
                self._failed.add(step)
        if self._live is None:
            taken = "" if event.state == "started" else f" in {self._seconds[step]:.1f} s"
            print(f"  {step} {event.state}{taken}", file=sys.stderr, flush=True)

    def ended(self, status: str) -> None:
        """Show no step as running any more."""
        for step, running in self._running.items():
            if running:
                self._stopped.add(step)
                self._seconds[step] = time.monotonic() - self._began[step]
                running.clear()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _table(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1))
        table.add_row(Text(""), Text(self._name, style="bold"))
        for step in self._steps:
            row: tuple[Any, ...]
            if step in self._failed:
                row = (Text("✗", style="red"), Text(step, style="red"), f"{self._seconds[step]:5.1f} s")
            elif step in self._stopped:
                row = (Text("■", style="yellow"), Text(step), f"{self._seconds[step]:5.1f} s")
            elif self._running.get(step):
                row = (Spinner("dots", style="cyan"), Text(step), f"{time.monotonic() - self._began[step]:5.1f} s")
            elif step in self._seconds:
                row = (Text("✓", style="green"), Text(step), f"{self._seconds[step]:5.1f} s")
            elif step in self._kept:
                row = (Text("=", style="green"), Text(step), Text("kept", style="dim"))
            else:
                row = (Text("·", style="dim"), Text(step, style="dim"), "")
            table.add_row(*row)
        return table


class CellsProgress:
    """A context manager whose `cell` is told which cell of a notebook begins."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> CellsProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            if kind is None:
                self._bar.update(self._task, description="")
            self._bar.stop()

    def cell(self, number: int, count: int, heading: str) -> None:
        """Show the cell that begins; from 1."""
        if not sys.stderr.isatty():
            print(f"  cell {number} of {count}" + (f": {heading}" if heading else ""), file=sys.stderr, flush=True)
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._task = self._bar.add_task("", total=count)
            self._bar.start()
        from rich.markup import escape

        self._bar.update(self._task, completed=number, description=escape(heading))
