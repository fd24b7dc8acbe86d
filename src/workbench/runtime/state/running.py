"""What a step's cells left running: in the notebook it goes on beside later cells, in a flow it ends with the task."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.capture import Captured


def check(module: types.ModuleType) -> None:
    """Raise HandOverError (WB409) where code of the notebook still runs. module: the flow's."""
    if not isinstance(sys.stdout, Captured) or not isinstance(sys.stderr, Captured):
        raise HandOverError(
            "WB409",
            "sys.stdout or sys.stderr is still another stream when the step ends: later steps have their own",
            hint="put it back in the cell that replaces it, or use contextlib.redirect_stdout",
        )
    for what in _running(module):
        raise HandOverError(
            "WB409",
            f"{what} still runs when the step ends; in the notebook it goes on beside later cells",
            hint="wait for it in the cell that starts it, or put the cells that it runs beside into one step",
        )


def _running(module: types.ModuleType) -> Iterator[str]:
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and _is_of(module, thread):
            yield f"the thread `{thread.name}`"
    waiting = sys.modules.get("workbench.runtime.waiting")
    if waiting is not None:
        import asyncio

        for task in asyncio.all_tasks(waiting.LOOP):
            if not task.done():
                yield f"the asyncio task `{getattr(task.get_coro(), '__qualname__', task.get_name())}`"
    signal = sys.modules.get("signal")
    if signal is not None and signal.getitimer(signal.ITIMER_REAL)[0]:
        yield "an alarm"


def _is_of(module: types.ModuleType, thread: threading.Thread) -> bool:
    """Whether a thread runs what the notebook has defined: its class, its target, a timer's function."""
    found: list[Any] = [type(thread).run, getattr(thread, "_target", None), getattr(thread, "function", None)]
    while found:
        function = found.pop()
        if isinstance(function, types.MethodType):
            function = function.__func__
        if getattr(function, "__globals__", None) is vars(module):
            return True
        if hasattr(function, "func"):  # a partial
            found.append(function.func)
    return False
