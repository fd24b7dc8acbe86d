"""Top-level await. One event loop serves the process, so that tasks and locks live on between cells.

The loop is there as soon as a flow imports this: `asyncio.gather(...)` looks for it before anything is awaited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)


def wait(awaitable: Awaitable[T]) -> T:
    """The result of a top-level await."""

    async def result() -> T:
        return await awaitable

    return _loop.run_until_complete(result())
