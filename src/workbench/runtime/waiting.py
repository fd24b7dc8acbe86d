"""Top-level await. One event loop serves the process, so that tasks and locks live on between cells.

A kernel runs its cells inside a running loop: `asyncio.create_task(...)` finds it, `asyncio.run(...)` is refused, and
what was started gets its turn between the cells. So it is here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(LOOP)
_TURNS = 5


def wait(awaitable: Awaitable[T]) -> T:
    """The result of a top-level await."""

    async def result() -> T:
        return await awaitable

    inside = asyncio._get_running_loop() is not None
    leave(turns=0)
    try:
        return LOOP.run_until_complete(result())
    finally:
        if inside:
            enter()


def enter() -> None:
    """A cell begins: from now on the loop is the running one."""
    asyncio._set_running_loop(LOOP)
    LOOP._thread_id = threading.get_ident()  # type: ignore[attr-defined] # what is_running() looks at


def leave(turns: int = _TURNS) -> None:
    """The cell ends: what it started gets its turn."""
    asyncio._set_running_loop(None)
    LOOP._thread_id = None  # type: ignore[attr-defined] # as above
    for _ in range(turns if asyncio.all_tasks(LOOP) else 0):
        LOOP.run_until_complete(asyncio.sleep(0))
