"""What a step writes: to sys.stdout and sys.stderr, and by C code and subprocesses to the descriptors 1 and 2.

All of it is recorded under the cell that runs, and still reaches the task's own log. As in a Jupyter kernel a stream's
text is held back for up to 0.2 s, so prints to stdout between prints to stderr come as one piece.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import io
import os
import select
import sys
import termios
import threading
import time
from array import array
from collections.abc import Callable
from typing import Any

from workbench.runtime.state.told import importing

HOLD_S = 0.2
"""How long the kernel gathers a stream's text before it sends it."""

_SYNC_TIMEOUT_S = 5.0


class Streams:
    """Stands in for the process's stdout and stderr. record(name, text) gets the texts, in the order they are sent.

    during_import(name, text, modules): called for what is written while modules are imported, the innermost first;
    True where that is all there is to do with it.
    """

    def __init__(
        self, record: Callable[[str, str], None], during_import: Callable[[str, str, list[str]], bool] | None = None
    ) -> None:
        self._record = record
        self._during_import = during_import
        self._lock = threading.RLock()
        self._held: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._since: dict[str, float] = {}
        self._log = {name: os.dup(number) for name, number in _NUMBERS.items()}
        self._pid = os.getpid()
        self._before: tuple[Any, Any] = (sys.stdout, sys.stderr)
        self._pipes: list[_Pipe] = []

    def start(self) -> None:
        """Take over sys.stdout, sys.stderr and the descriptors 1 and 2."""
        for stream in self._before:
            stream.flush()
        self._before = (sys.stdout, sys.stderr)
        self._pipes = [_Pipe(number, self._log[name], self._receiver(name)) for name, number in _NUMBERS.items()]
        sys.stdout = Captured(self, "stdout")
        sys.stderr = Captured(self, "stderr")

    def stop(self) -> None:
        """Give them back."""
        self.flush()
        sys.stdout, sys.stderr = self._before
        for pipe in self._pipes:
            pipe.close()
        self._pipes = []
        self.send()  # the descriptors of the log stay open: a process that a cell left behind may still write to it

    def write(self, name: str, text: str) -> None:
        """Hold a text back, and put it into the log at once."""
        if os.getpid() != self._pid:
            # a forked child has no recorder: what it writes goes through the pipe to the one who has
            _write_all(_NUMBERS[name], text.encode("utf-8", "backslashreplace"))
            return
        for pipe in self._pipes:
            if pipe.is_behind():
                pipe.drain()  # what C code or a subprocess wrote before comes before
        self.log(text, name)
        if self._during_import and (modules := importing()) and self._during_import(name, text, modules):
            return
        self._hold(name, text)

    def log(self, text: str, name: str = "stdout") -> None:
        """Write to the task's log alone."""
        _write_all(self._log[name], text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        """Wait for what is on its way through the descriptors, and send everything."""
        if os.getpid() != self._pid:
            return
        for pipe in self._pipes:
            pipe.drain()
        self.send()

    def send(self) -> None:
        """Hand what is held back to the recorder, stdout first."""
        with self._lock:
            for name in self._held:
                self._send(name)

    def fileno(self, name: str) -> int:
        """The descriptor of the log, as a kernel gives it to a subprocess that asks for sys.stdout."""
        return self._log[name]

    def _hold(self, name: str, text: str) -> None:
        now = time.monotonic()
        with self._lock:
            for other in sorted(self._since, key=self._since.__getitem__):
                if now - self._since[other] > HOLD_S:
                    self._send(other)
            self._since.setdefault(name, now)
            self._held[name].append(text)

    def _send(self, name: str) -> None:
        self._since.pop(name, None)
        if texts := self._held[name]:
            self._held[name] = []
            self._record(name, "".join(texts))

    def _receiver(self, name: str) -> Callable[[str], None]:
        def receive(text: str) -> None:
            self._hold(name, text)

        return receive


_NUMBERS = {"stdout": 1, "stderr": 2}


class Captured(io.TextIOBase):
    """What sys.stdout or sys.stderr is while cells run."""

    def __init__(self, streams: Streams, name: str) -> None:
        self._streams = streams
        self.name = f"<{name}>"
        self._name = name

    encoding = "UTF-8"
    errors = "strict"

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._streams.write(self._name, text)
        return len(text)

    def flush(self) -> None:
        self._streams.flush()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._streams.fileno(self._name)


class _Pipe:
    """Redirects a descriptor to a pipe, whose content goes to the log at once, and as text to a receiver."""

    def __init__(self, number: int, log: int, receive: Callable[[str], None]) -> None:
        self._number = number
        self._log = log
        self._receive = receive
        self._read, write = os.pipe()
        _widen(write)
        os.dup2(write, number)
        os.close(write)
        # bytes that no program prints: what was written before them has arrived when they do
        self._mark = b"\x00workbench-sync-%d-%d\x00" % (os.getpid(), number)
        self._arrived = threading.Semaphore(0)
        self._delivering = False
        self._thread = threading.Thread(target=self._pump, name=f"workbench-fd{number}", daemon=True)
        self._thread.start()

    def is_behind(self) -> bool:
        """Whether something was written that hasn't been received. In this order: the thread tells, and then reads."""
        waiting = array("i", [0])
        fcntl.ioctl(self._read, termios.FIONREAD, waiting)
        return (waiting[0] > 0 or self._delivering) and threading.current_thread() is not self._thread

    def drain(self) -> None:
        """Return when all that was written so far has been received."""
        if threading.current_thread() is self._thread:
            return
        _write_all(self._number, self._mark)
        self._arrived.acquire(timeout=_SYNC_TIMEOUT_S)

    def close(self) -> None:
        """Point the descriptor at the log again."""
        self.drain()
        os.dup2(self._log, self._number)
        # a subprocess that outlives the step may hold the other end: the thread is a daemon

    def _pump(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        pending = b""
        while chunk := self._chunk():
            pending += chunk
            while self._mark in pending:
                before, pending = pending.split(self._mark, 1)
                self._deliver(before, decoder)
                self._arrived.release()
            keep = _overlap(pending, self._mark)
            self._deliver(pending[: len(pending) - keep], decoder)
            pending = pending[len(pending) - keep :]
        self._deliver(pending, decoder)
        os.close(self._read)

    def _chunk(self) -> bytes:
        self._delivering = False
        select.select([self._read], [], [])
        self._delivering = True
        return os.read(self._read, 65536)

    def _deliver(self, content: bytes, decoder: Any) -> None:
        if content:
            _write_all(self._log, content)
            if text := decoder.decode(content):
                self._receive(text)


def _widen(pipe: int) -> None:
    """Room for what C code prints in one go while it holds the interpreter, and with it our reader, back."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the user's limit
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


def _overlap(content: bytes, mark: bytes) -> int:
    """How many of the last bytes may be the beginning of the mark."""
    for length in range(min(len(mark) - 1, len(content)), 0, -1):
        if mark.startswith(content[-length:]):
            return length
    return 0


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except OSError:  # whoever reads the log has gone: the cells go on
            return
