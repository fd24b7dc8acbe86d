"""What was logged: plain records, that can be artifacts of a task and be sent later, once, for the whole run."""

from __future__ import annotations

import io
import os
import sys
import time
from typing import Any

# {"kind": "metric",    "name": str, "value": int | float, "step": int | None, "at": epoch seconds}
# {"kind": "parameter", "name": str, "value": JSON value, "at": …}
# {"kind": "figure",    "name": str, "png": bytes, "at": …}
Record = dict[str, Any]

_task: list[Record] = []


def in_task() -> bool:
    """True in a process that runs a flow's task; False in a kernel, also one that uses Metaflow's Client or Runner."""
    metaflow = sys.modules.get("metaflow")
    return metaflow is not None and bool(getattr(metaflow.current, "is_running_flow", False))


def is_off() -> bool:
    """True where nothing is to become an experiment, as in a verification."""
    return os.environ.get("WORKBENCH_TRACKING") == "off"


def keep(record: Record) -> None:
    """Add a record to the task's."""
    _task.append(record)


def drain() -> list[Record]:
    """The records of the task so far, in order; they are forgotten here."""
    records = list(_task)
    _task.clear()
    return records


def metric(name: str, value: object, step: int | None = None) -> Record:
    """A metric's record. Raises TypeError where the value is no number."""
    number = plain(value)
    if isinstance(number, bool):
        number = int(number)
    if not isinstance(number, int | float):
        try:
            number = float(number)
        except (TypeError, ValueError):
            raise TypeError(f"a metric is a number, found {type(value).__name__}") from None
    return {"kind": "metric", "name": str(name), "value": number, "step": _step(step), "at": time.time()}


def parameter(name: str, value: object) -> Record:
    """A parameter's record; what JSON has no form for is kept as its text."""
    return {"kind": "parameter", "name": str(name), "value": plain(value), "at": time.time()}


def figure(name: str, drawn: object = None) -> Record:
    """A figure's record, as PNG. drawn: a figure (or axes of one), an image, or PNG bytes; None: the current figure.

    Raises TypeError where there is nothing that can be drawn.
    """
    return {"kind": "figure", "name": str(name), "png": _png(drawn), "at": time.time()}


def plain(value: object) -> Any:
    """The value as JSON's types have it: scalars of numpy and its like as Python's, sets as lists, the rest as text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    scalar = getattr(value, "item", None)
    if callable(scalar) and getattr(value, "size", 1) == 1:
        try:
            return plain(scalar())
        except (TypeError, ValueError, RuntimeError):
            return str(value)
    return str(value)


def warn(message: str) -> None:
    """Say on stderr what went wrong. Not `warnings.warn`: under a filter "error" that would fail the run."""
    print(f"workbench: warning: {message}", file=sys.stderr)


def _step(step: object) -> int | None:
    return None if step is None else int(plain(step))


def _png(drawn: object) -> bytes:
    if isinstance(drawn, bytes):
        if not drawn.startswith(b"\x89PNG"):
            raise TypeError("the bytes of a figure must be PNG")
        return drawn
    if drawn is None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or not pyplot.get_fignums():
            raise TypeError("there is no current matplotlib figure")
        drawn = pyplot.gcf()
    if not hasattr(drawn, "savefig"):
        drawn = getattr(drawn, "figure", drawn)  # axes and artists know their figure
    buffer = io.BytesIO()
    if hasattr(drawn, "savefig"):
        drawn.savefig(buffer, format="png", bbox_inches="tight")
    elif hasattr(drawn, "save") and hasattr(drawn, "mode"):
        drawn.save(buffer, format="PNG")  # an image of Pillow's
    else:
        raise TypeError(f"{type(drawn).__name__} can't be drawn as PNG")
    return buffer.getvalue()
