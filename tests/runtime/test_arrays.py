"""What the flow's own pickle keeps of arrays. This module asks how they lie in memory, so all of it is kept."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from workbench.runtime.arrays import are_looked_at
from workbench.runtime.pickling import digest, dumps, loads
from workbench.runtime.sharing import sharing

MODULE = sys.modules[__name__]
GRID = np.arange(24.0).reshape(4, 6)
PAIRS = np.zeros(3, [("n", "i8"), ("x", object)])


def handed(**values: Any) -> dict[str, Any]:
    """The values as the next task would have them, each group pickled together."""
    found = sharing(values, MODULE)
    assert not found.failed
    arrived: dict[str, Any] = {}
    for group in found.groups:
        arrived |= loads(dumps({name: values[name] for name in group.names}, MODULE, group.view_roots))
    return arrived


def locked(array: Any) -> Any:
    """The array, that can't be written to any more."""
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "array",
    [
        np.arange(3),
        np.arange(2000),
        GRID,
        GRID.T,
        GRID[::2, 1],
        GRID[:, ::-1],
        GRID[:, None],
        np.broadcast_to(np.arange(3), (2, 3)),
        np.lib.stride_tricks.sliding_window_view(np.arange(5), 2),
        np.zeros((2, 3), order="F"),
        np.array(7),
        np.array(["2026-01-01"], "M8[D]"),
        np.array([[1], "a", None, 2], object)[::2],
        PAIRS["x"],
        PAIRS["n"],
        locked(np.arange(3)),
        locked(np.array([1, "a"], object)),
        locked(np.zeros(4)[1:]),
        np.frombuffer(bytearray(8), "i4"),
        np.zeros((0, 3)),
    ],
)
def test_layout_and_flags_stay(array: Any) -> None:
    """Strides, flags and content are those of the array that was handed over."""
    arrived = handed(array=array, kept=[array])["array"]
    assert arrived.tolist() == array.tolist()
    assert (arrived.strides, arrived.dtype) == (array.strides, array.dtype)
    assert str(arrived.flags) == str(array.flags)
    assert (arrived.base is None) == (array.base is None)


def test_a_read_only_view_stays_so() -> None:
    """The flag that forbids writing goes along, and the view still shows its base."""
    base = np.arange(4)
    view = locked(base[1:])
    got = handed(base=base, view=view)
    assert not got["view"].flags.writeable
    got["base"][1] = 5
    assert got["view"][0] == 5


def test_a_buffer_is_shared() -> None:
    """An array over a bytearray shows the loaded one."""
    buffer = bytearray(b"abcd")
    got = handed(buffer=buffer, array=np.frombuffer(buffer, "u1")[1:])
    got["buffer"][1] = 122
    assert got["array"][0] == 122


def test_a_flag_is_a_change() -> None:
    """An array that can't be written to any more is another one for the branches beside it."""
    array = np.arange(3)
    before = digest(array, MODULE)
    assert digest(locked(array), MODULE) != before


def test_only_who_looks_pays() -> None:
    """Whose memory an array shows is kept where the text asks for it."""
    assert are_looked_at(MODULE)
    assert not are_looked_at(sys.modules["workbench.runtime.sharing"])
