"""A statement that a session asked for: its id, whether it runs, and how it is cut off."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from starlette.responses import Response

AGAIN_SECONDS = 0.05  # one that is about to begin, or between two of its parts, doesn't hear it the first time
NEVER_SECONDS = 172_800.0  # Snowflake's default for a statement's timeout: nobody waits for it here


class Asked:
    """One statement, from when it was asked for to when its answer is fetched.

    connection: fakesnow's, of the session. key: the client's, the same when it asks again. told: the client was told
    to come back for the answer. timed_out: it was cut off because it took too long.
    """

    def __init__(self, connection: Any, key: str) -> None:
        self.connection = connection
        self.key = key
        self.query_id = str(uuid.uuid4())
        self.task: asyncio.Task[Response] | None = None
        self.told = self.cancelled = self.timed_out = False
        self._runs = False
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None

    def begin(self, seconds: float) -> bool:
        """Say that it runs from now on, in this thread, for so many seconds at most; False if it was cancelled."""
        if self.cancelled:
            return False
        self.connection._wb_asked = self
        self._runs = True
        if 0 < seconds < NEVER_SECONDS:
            self._timer = threading.Timer(seconds, self._time_out)
            self._timer.daemon = True
            self._timer.start()
        return True

    def end(self) -> None:
        """Say that it runs no longer: what is cut off from now on is another statement's."""
        with self._guard:
            self._runs = False
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()

    def interrupt(self) -> None:
        """Cut it off if it runs, once."""
        with self._guard:
            if self._runs:
                self.connection._duck_conn.interrupt()

    def cancel(self) -> None:
        """Cut it off and wait until it has ended. To be called in another thread than its own."""
        self.cancelled = True
        while self.task is not None and not self.task.done():
            self.interrupt()
            time.sleep(AGAIN_SECONDS)

    def _time_out(self) -> None:
        self.timed_out = True
        while not self._ended.wait(AGAIN_SECONDS):
            self.interrupt()
