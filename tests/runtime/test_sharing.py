"""Which names share something that can change, and what the flow's own pickle keeps."""

from __future__ import annotations

import datetime
import inspect
import sys
import threading
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.runtime.arrays import bounds
from workbench.runtime.pickling import digest, dumps, loads
from workbench.runtime.sharing import sharing

MODULE = sys.modules[__name__]


class Point:
    def __init__(self, x: Any) -> None:
        self.x = x


def groups(**values: Any) -> set[frozenset[str]]:
    return {frozenset(group.names) for group in sharing(values, MODULE).groups if len(group.names) > 1}


def handed(**values: Any) -> dict[str, Any]:
    """The values as the next task would have them, each group pickled together."""
    found = sharing(values, MODULE)
    arrived = dict(values)
    for group in found.groups:
        arrived |= loads(dumps({name: values[name] for name in group.names}, MODULE, group.view_roots))
    return arrived


ONE = [1]
ARRAY = np.arange(12.0)
GRID = np.arange(12).reshape(3, 4)
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0], "c": list("xyz")})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, ONE),
        (ONE, {"deep": [ONE]}),
        (ONE, (ONE,)),
        (ONE, ONE.append),
        (Point(ONE), Point(ONE)),
        (ARRAY, ARRAY[3:]),
        (ARRAY[:4], ARRAY[3:]),
        (GRID, GRID.T),
        (GRID[0], GRID[:, 1]),
        (ARRAY, ARRAY[::-1]),
        (FRAME, FRAME["a"]),
        (FRAME, FRAME.head(2)),
        (FRAME["b"], FRAME["b"].to_numpy()),
        (np.array([ONE, 2], object), ONE),
    ],
)
def test_names_that_share(one: Any, other: Any) -> None:
    """Objects in each other, and arrays that show the same memory, are found."""
    assert groups(one=one, other=other) == {frozenset({"one", "other"})}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [1]),
        ("text", "text"),
        ((1, "a"), (1, "a")),
        (FRAME, FRAME.copy()),
        (FRAME, FRAME[FRAME.a > 1]),
        (FRAME, FRAME[["a", "b"]].copy()),
        (ARRAY, ARRAY.copy()),
        (ARRAY[:4], ARRAY[4:]),
        (GRID[0], GRID[1]),
        (datetime.UTC, [datetime.UTC]),
        (Decimal(1), [Decimal(1)]),
        (len, [len]),
        (Point, [Point]),
        (np.dtype("f8"), [np.dtype("f8")]),
        (pd.NA, [pd.NA]),
    ],
)
def test_names_that_do_not_share(one: Any, other: Any) -> None:
    """What can't change, copies, selections and memory side by side need nothing beyond plain artifacts."""
    assert groups(one=one, other=other) == set()


def test_copy_on_write_keeps_frames_apart() -> None:
    """Where pandas keeps views apart itself, a frame and its column share nothing."""
    with pd.option_context("mode.copy_on_write", True):
        frame = pd.DataFrame({"a": [1, 2], "b": [[1], [2]]})
        assert groups(frame=frame, column=frame["a"]) == set()
        assert groups(frame=frame, inside=frame["b"][0]) == {frozenset({"frame", "inside"})}


def test_views_of_every_shape_arrive() -> None:
    """Reversed, transposed, strided and empty views, of numbers and of objects, show the loaded base."""
    base, objects = np.arange(24).reshape(4, 6), np.array([[1], "a", None], object)
    fortran = np.asfortranarray(np.arange(6).reshape(2, 3))
    got = handed(
        base=base, turned=base.T, back=base[::-1, ::2], empty=base[4:], objects=objects, tail=objects[1:],
        fortran=fortran, row=fortran[1],
    )  # fmt: skip
    got["base"][:] = 7
    assert (got["turned"] == 7).all()
    assert (got["back"] == 7).all()
    assert got["back"].shape == (4, 3)
    assert got["empty"].shape == (0, 6)
    got["tail"][0] = "new"
    assert got["objects"][1] == "new"
    got["row"][0] = 99
    assert got["fortran"][1, 0] == 99


def test_a_view_alone_within_a_value_arrives() -> None:
    """One artifact that holds an array and a view of it keeps them together."""
    got = handed(both={"base": ARRAY, "view": ARRAY[2:4]})["both"]
    got["view"][:] = -1
    assert (got["base"][2:4] == -1).all()


def test_ordinary_arrays_need_nothing() -> None:
    """What plain pickle keeps is an artifact like any other: C's and Fortran's order, and parts in one piece."""
    values = {"whole": GRID.copy(), "turned": GRID.T, "rows": GRID[1:], "column": GRID[:, :1].copy(), "frame": FRAME}
    for name, value in values.items():
        found = sharing({name: value}, MODULE)
        assert (found.groups, found.special) == ((), frozenset()), name


def test_a_part_brings_no_gaps() -> None:
    """An array with gaps between its elements has them again, and what stands in them stays where it is."""
    part = np.arange(1_000_000.0).reshape(1000, 1000)[::50, ::50]
    content = dumps(part, MODULE)
    arrived = loads(content)
    assert (arrived == part).all()
    assert np.ptp(bounds(arrived)) == 950 * 8000 + 950 * 8 + 8
    assert len(content) < 2 * part.nbytes


def test_closures_go_on_sharing_their_cell() -> None:
    """Two functions of one scope count the same thing; a function that calls itself still does."""
    count = 0

    def increase() -> int:
        nonlocal count
        count += 1
        return count

    def value() -> int:
        return count

    def fact(n: int) -> int:
        return 1 if n < 2 else n * fact(n - 1)

    got = handed(increase=increase, value=value, fact=fact)
    got["increase"]()
    assert got["value"]() == 1
    assert value() == 0
    assert got["fact"](5) == 120
    assert got["fact"].__globals__ is globals()
    assert "n < 2" in inspect.getsource(got["fact"])


def test_functions_keep_what_was_written_on_them() -> None:
    """Attributes, defaults, keyword defaults, annotations and the text of a function go along."""

    def f(a: int, b: list[int] = [1], *, c: int = 2) -> int:  # noqa: B006
        """Text."""
        return a + len(b) + c

    f.seen = 3  # type: ignore[attr-defined]
    got = handed(f=f)["f"]
    assert (got(1), got.seen, got.__doc__, got.__name__) == (4, 3, "Text.", "f")
    assert got.__annotations__ == f.__annotations__


def test_the_process_own_generators_stay() -> None:
    """A value that refers to numpy's global generator refers to the next process's."""
    generator = np.random.mtrand._rand
    assert handed(holder=Point(generator), kept=[generator])["holder"].x is generator


@pytest.mark.parametrize("value", [(i for i in "ab"), threading.Lock(), [sys.stdout]])
def test_what_no_pickle_can_do_is_named(value: Any) -> None:
    """Generators, locks and streams are reported with the name that holds them."""
    assert list(sharing({"fine": [1], "bad": value}, MODULE).failed) == ["bad"]


def test_a_digest_tells_whether_an_object_changed() -> None:
    """Looking at a value leaves its digest; changing it anywhere doesn't; what can't be pickled has none."""
    values: list[Any] = [FRAME.copy(), np.arange(3.0), {"a": [1, {2}]}, Point([1])]
    for value in values:
        before = digest(value, MODULE)
        str(value)
        assert digest(value, MODULE) == before
    marks = [digest(value, MODULE) for value in values]
    values[0].iloc[0, 0] = 9
    values[1][1] = 9
    values[2]["a"][1].add(3)
    values[3].x.append(2)
    assert all(digest(value, MODULE) != mark for value, mark in zip(values, marks, strict=True))
    assert digest(threading.Lock(), MODULE) is None
