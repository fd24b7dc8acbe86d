"""A line that says how long a query has been running: in a notebook below the cell, on a terminal in place.

Nothing in a flow's task, a pipe or a file.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator

from workbench.warehouse.tag import kernel_shell

VARIABLE = "WORKBENCH_PROGRESS"
AFTER_SECONDS = 2.0
EVERY_SECONDS = 1.0

quiet = contextvars.ContextVar("quiet", default=False)  # in a thread that works beside the user

Show = Callable[[str], None]  # "" clears the line


@contextlib.contextmanager
def shown(what: str) -> Iterator[None]:
    """Say `what` and its seconds while the block runs, if that takes longer than two; the line is gone afterwards."""
    show = _place()
    if show is None:
        yield
        return
    ended = threading.Event()
    # the display of a kernel belongs to the cell that runs, which the context knows
    target = contextvars.copy_context().run
    thread = threading.Thread(target=target, args=(_tick, what, show, ended), name="workbench-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _tick(what: str, show: Show, ended: threading.Event) -> None:
    began = time.monotonic()
    if ended.wait(AFTER_SECONDS):
        return
    while True:
        show(f"{what} · {time.monotonic() - began:.0f} s")
        if ended.wait(EVERY_SECONDS):
            show("")
            return


def _place() -> Show | None:
    """Where the line goes; None where nobody would read it."""
    if quiet.get() or os.environ.get(VARIABLE) == "off":
        return None
    shell = kernel_shell()
    if shell is not None:
        return _in_notebook(shell.display_pub.publish)
    stream = sys.stderr
    if stream is None or not stream.isatty():
        return None

    def on_terminal(text: str) -> None:
        stream.write(f"\r\x1b[K{text}")
        stream.flush()

    return on_terminal


def _in_notebook(publish: Callable[..., None]) -> Show:
    display = {"display_id": f"workbench-{uuid.uuid4().hex}"}
    begun = False

    def show(text: str) -> None:
        nonlocal begun
        publish(data={"text/plain": text} if text else {}, metadata={}, transient=display, update=begun)
        begun = True

    return show
