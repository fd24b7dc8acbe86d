"""Whether a result fits into memory, known before it is fetched: the server says its rows and bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError, ResultTooLarge

VARIABLE = "WORKBENCH_RESULT_MEMORY"
SHARE = 0.25
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_CGROUP = Path("/sys/fs/cgroup")
# what pandas needs for a text beside its characters: the object, and the pointer to it
_TEXT_BYTES = 57
_TEXTS = frozenset({2, 5, 9, 10})  # the connector's type codes of TEXT, VARIANT, OBJECT and ARRAY


def check(cursor: Any, *, texts_are_objects: bool) -> None:
    """Refuse the result of an executed cursor that would take more than its share of the memory that is free.

    texts_are_objects: as in pandas. Raises ResultTooLarge, and ParameterError where WORKBENCH_RESULT_MEMORY can't be
    read. What came with the answer itself is small, and passes.
    """
    parts: Sequence[Any] = cursor.get_result_batches() or ()
    rows = sum(part.rowcount for part in parts)
    size = sum(part.uncompressed_size or 0 for part in parts)
    if size:
        check_size(rows, size, cursor.description or (), texts_are_objects=texts_are_objects)


def check_size(rows: int, size: int, described: Sequence[Any], *, texts_are_objects: bool) -> None:
    """As `check`, of a result whose rows, bytes and columns are known."""
    texts = sum(column.type_code in _TEXTS for column in described)
    # the columns as they come, and the same once more as they are made into a frame
    need = 2 * size + (rows * texts * _TEXT_BYTES if texts_are_objects else 0)
    room = allowed()
    if need > room:
        raise ResultTooLarge(
            f"the result has {rows:,} rows and would take about {said(need)} of memory; {said(room)} is the most",
            hint="aggregate it in the query, take --limit N (limit=N), read it in parts with stream=True, "
            f"or set {VARIABLE}",
        )


def allowed() -> int:
    """Bytes that one result may take: WORKBENCH_RESULT_MEMORY (`40%` of what is free, or `8GB`), else 25 %."""
    chosen = os.environ.get(VARIABLE, "").strip()
    if not chosen:
        return int(SHARE * free())
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", chosen):
        return int(float(match[1]) / 100 * free())
    if (size := bytes_of(chosen)) is not None:
        return size
    raise ParameterError(f"{VARIABLE} is {chosen!r}", hint="write a share, `40%`, or a size, `8GB`")


def bytes_of(text: str) -> int | None:
    """`8GB`, `500 M` or `1024` in bytes; None for what is no size."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    return int(float(match[1]) * _UNITS[match[2].upper()]) if match else None


def free() -> int:
    """Bytes of memory that this process may still take, as the machine and its container have it."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    available = int(psutil.virtual_memory().available)
    try:
        limit, used = (int((_CGROUP / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # no container, or one without a limit
        return available
    return max(0, min(available, limit - used))


def said(size: float) -> str:
    """`1.4 GB`."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} GB"
