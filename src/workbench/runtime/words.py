"""What stands in a flow for the notebook's own words: a last expression, %time, a failing cell."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime import session

_held: list[Any] | None = None  # what %time shows comes after its times


def show(value: Any) -> Any:
    """Display a value as a cell's last expression is, and give it back.

    None displays nothing. The value goes to sys.displayhook, which a cell may have replaced, %%capture for one.
    """
    if _held is not None:
        _held.append(value)
    else:
        sys.displayhook(value)
    return value


@contextlib.contextmanager
def timed() -> Iterator[None]:
    """Print CPU and wall time as %time does, then what was shown in between."""
    global _held
    outer, _held = _held, []
    wall, (user, system) = time.perf_counter(), _cpu()
    try:
        yield
    finally:
        wall, (user_after, system_after) = time.perf_counter() - wall, _cpu()
        shown, _held = _held, outer
        user, system = user_after - user, system_after - system
        print(f"CPU times: user {_span(user)}, sys: {_span(system)}, total: {_span(user + system)}")
        print(f"Wall time: {_span(wall)}")
    for value in shown:
        show(value)


def _cpu() -> tuple[float, float]:
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime, usage.ru_stime


def _span(seconds: float) -> str:
    """A duration in the units that IPython would choose, three digits."""
    if seconds >= 60:
        parts = []
        left = seconds
        for size, suffix in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
            count = int(left / size)
            if count:
                left %= size
                parts.append(f"{count}{suffix}")
        return " ".join(parts)
    for scale, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


@contextlib.contextmanager
def raises_exception() -> Iterator[None]:
    """A cell that may fail: its error is shown as its output, and the run goes on."""
    try:
        yield
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        running = session.current()
        if running is None:
            import traceback

            traceback.print_exc()
        else:
            frames = error.__traceback__
            running.traceback(error, frames.tb_next if frames else None)


def same(one: Any, other: Any) -> bool:
    """`one is other`, in a cell. Raises HandOverError (WB410) where the hand-over may have made the difference."""
    if one is other:
        return True
    if type(one) is type(other) and type(one) in _COPIED and repr(one) == repr(other):
        kind = type(one).__name__
        raise HandOverError(
            "WB410",
            f"`is` compares two equal values of type {kind}, which may be one object in the notebook and two in a flow",
            hint="compare them with `==`",
        )
    return False


_COPIED = (int, float, complex, str, bytes, tuple, frozenset)
"""Types whose values a task makes again: nothing but their identity can tell."""
