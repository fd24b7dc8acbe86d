"""Stopping what we started: every process below this one, gently first."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import psutil  # type: ignore[import-untyped]

_POLL_SECONDS = 0.05
_HEARD_SECONDS = 2.0  # after which those that still run as before are told (again)
_GRACE_SECONDS = 10.0  # for the tasks to record what they have


class Stopping:
    """Stops the processes below this one at SIGINT, SIGTERM or SIGHUP; a second signal stops them at once.

    At Ctrl-C the terminal has told the whole group, and telling twice would break off what the tasks still record: so
    then they are told only where nothing has happened for a moment. signal: the first that came, or None.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        """Needs a running event loop, in the main thread; takes the place of handlers that are there."""
        self.signal: int | None = None
        self._impatient = False
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        for number in self.SIGNALS:
            self._loop.add_signal_handler(number, self._stop, number)

    async def finished(self) -> None:
        """Return when all is stopped, if anything is being stopped."""
        if self._task is not None:
            await self._task

    def restore(self) -> None:
        """Give the signals back."""
        for number in self.SIGNALS:
            self._loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        if self._task is not None:
            self._impatient = True
            return
        self.signal = number
        self._task = self._loop.create_task(self._end(below()))

    async def _end(self, processes: list[psutil.Process]) -> None:
        began = self._loop.time()
        count, told = len(processes), False
        while alive := [process for process in processes if _alive(process)]:
            waited = self._loop.time() - began
            if self._impatient or waited > _GRACE_SECONDS:
                break
            heard_already = self.signal == signal.SIGINT and _in_foreground()
            if not told and (not heard_already or (waited > _HEARD_SECONDS and len(alive) == count)):
                told = True
                for process in alive:
                    with contextlib.suppress(psutil.Error):
                        process.send_signal(signal.SIGINT)
            await asyncio.sleep(_POLL_SECONDS)
        for process in {*alive, *below()}:
            with contextlib.suppress(psutil.Error):
                process.kill()


def below(pid: int | None = None) -> list[psutil.Process]:
    """The processes below this one (or pid) that share its session: a server started for others as well has its own."""
    root = psutil.Process(pid)
    session = os.getsid(root.pid)
    return [process for process in root.children(recursive=True) if _session(process.pid) == session]


def stop(pid: int) -> None:
    """Stop a process and those below it: SIGINT, and SIGKILL for what is left after the grace period."""
    try:
        processes = [psutil.Process(pid), *below(pid)]
    except (psutil.Error, OSError):
        return  # it has ended already
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGINT)
    for process in psutil.wait_procs(processes, timeout=_GRACE_SECONDS)[1]:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _in_foreground() -> bool:
    """True where a terminal's Ctrl-C goes to our children as well."""
    try:
        with open("/dev/tty", "rb") as terminal:  # noqa: PTH123
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
