"""Values are told apart as their user would, down to the last bit, and each difference says where it is."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import functools
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cloudpickle
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from workbench.runs.comparison.values import compare


@dataclasses.dataclass
class Point:
    """A notebook's class."""

    x: int
    y: float = 0.5


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a: object) -> None:
        self.a = a


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    left: int
    right: int


class Bag(list[int]):
    """A list with more to it."""

    label = ""


class Opaque:
    """What neither pickle nor anybody else can look into."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> str:
        raise TypeError("no pickle")


class Estimator:
    """An estimator as scikit-learn has them: parameters, and attributes that fit() gives."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def fit(self, slope: float) -> Estimator:
        self.coef_ = np.array([1.0, 2.0, 3.0, slope])
        self.cv_results_ = {"mean_fit_time": np.random.rand(2), "mean_test_score": np.array([0.5, 0.6])}
        return self


def cyclic(end: int) -> list[Any]:
    """A list that holds itself."""
    value: list[Any] = [1, [2, end]]
    value[1].append(value)
    return value


def nested(depth: int) -> list[Any]:
    """A list so deep that nobody can go down."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def made(factor: int) -> Callable[[int], int]:
    """A closure."""
    return lambda value: value * factor


def generator(draws: int) -> np.random.Generator:
    """A generator that has been used."""
    rng = np.random.default_rng(1)
    rng.random(draws)
    return rng


def bag(label: str) -> Bag:
    found = Bag([1, 2])
    found.label = label
    return found


FRAME = pd.DataFrame({"sku": ["a", "b", "c"], "price": [1.0, 2.0, np.nan]}, index=[10, 11, 12])
MOMENTS = pd.date_range("2026-10-01", periods=3, tz="UTC")

# (left, right, the paths of the differences); no path: they are equal
TABLE: list[tuple[Any, Any, list[str]]] = [
    (1, 1, []),
    (1, 1.0, ["v"]),
    (True, 1, ["v"]),
    (0.0, -0.0, ["v"]),
    (float("nan"), float("nan"), []),
    (complex(0, float("nan")), complex(0, float("nan")), []),
    (0.1 + 0.2, 0.3, ["v"]),
    ("a", "b", ["v"]),
    (b"a", b"a", []),
    (None, 0, ["v"]),
    ([1, [2, 3]], [1, [2, 4]], ["v[1][1]"]),
    ([1, 2], [1, 2, 3], ["v"]),
    ([1], (1,), ["v"]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ["v"]),
    ({"a": 1}, {"a": 2}, ["v['a']"]),
    ({"a": 1}, {"b": 1}, ["v['a']", "v['b']"]),
    ({1: 0}, {True: 0}, ["v[1]", "v[True]"]),
    ({1, 2}, {2, 1}, []),
    ({1, 2}, {1, 3}, ["v", "v"]),
    (frozenset("ab"), {"a", "b"}, ["v"]),
    (collections.Counter("aab"), collections.Counter("ab"), ["v['a']"]),
    (collections.deque([1, 2], 3), collections.deque([1, 2], 4), ["v[1]"]),
    (collections.defaultdict(list, a=[1]), collections.defaultdict(set, a=[1]), ["v.default_factory"]),
    (cyclic(3), cyclic(3), []),
    (cyclic(3), cyclic(4), ["v[1][1]"]),
    (Pair(1, 2), Pair(1, 3), ["v.right"]),
    (bag("x"), bag("y"), ["v.label"]),
    (Point(1), Point(1), []),
    (Point(1), Point(1, 0.25), ["v.y"]),
    ([Point(1)], [Point(2)], ["v[0].x"]),
    (Slotted(1), Slotted(2), ["v.a"]),
    (Colour.RED, Colour.BLUE, ["v[0]"]),
    (datetime.date(2026, 1, 2), datetime.date(2026, 1, 3), ["v"]),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00"), ["v"]),
    (Path("a"), Path("a"), []),
    (re.compile("a"), re.compile("a", re.IGNORECASE), ["v[1]"]),
    (np.arange(6).reshape(2, 3), np.array([[0, 1, 2], [3, 9, 5]]), ["v[1, 1]"]),
    (np.zeros(2), np.zeros(2, np.float32), ["v.dtype"]),
    (np.zeros(2), np.zeros((2, 1)), ["v.shape"]),
    (np.array([np.nan, 0.0]), np.array([np.nan, -0.0]), ["v[1]"]),
    (np.array([1, "a"], object), np.array([1, "b"], object), ["v[1]"]),
    (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8"), ["v['f1'][0]"]),
    (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 3], mask=[0, 1]), []),
    (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0]), ["v.mask[0]", "v.mask[1]"]),
    (np.array("NaT", "M8[s]"), np.array("NaT", "M8[s]"), []),
    (np.float64(1), 1.0, ["v"]),
    (np.float64(1), np.float64(2), ["v"]),
    (generator(3), generator(3), []),
    (generator(3), generator(4), ["v.bit_generator.state['state']['state']"]),
    (np.random.RandomState(1), np.random.RandomState(1), []),
    (sp.eye(3, format="csr"), sp.eye(3, format="csr"), []),
    (sp.csr_matrix([[0, 1]]), sp.csr_matrix([[0, 2]]), ["v[0, 1]"]),
    (sp.csr_matrix([[0, 1]]), sp.csr_matrix([[1, 0]]), ["v"]),
    (sp.csr_matrix([[0, 1]]), sp.csc_matrix([[0, 1]]), ["v"]),
    (FRAME, FRAME.copy(), []),
    (FRAME, FRAME.assign(price=[1.0, 2.5, np.nan]), ["v['price'].loc[11]"]),
    (FRAME, FRAME.assign(price=[1, 2, 3]), ["v['price'].dtype"]),
    (FRAME, FRAME.rename(index={12: 13}), ["v.index[2]"]),
    (FRAME, FRAME[["price", "sku"]], ["v.columns[0]", "v.columns[1]"]),
    (FRAME.sku, FRAME.sku.rename("x"), ["v.name"]),
    (FRAME.sku.astype("category"), pd.Series(["a", "b", "b"], [10, 11, 12], "category", "sku"), ["v.dtype"]),
    (pd.array([1, None], "Int64"), pd.array([1, 2], "Int64"), ["v[1]"]),
    (pd.Index([1, 2], name="a"), pd.Index([1, 2], name="b"), ["v.names[0]"]),
    (pd.MultiIndex.from_product([[1], ["a", "b"]]), pd.MultiIndex.from_product([[1], ["a", "c"]]),
     ["v.get_level_values(1)[1]"]),
    (FRAME.style, FRAME.style, []),
    (FRAME.style, FRAME.rename(columns={"sku": "id"}).style, ["v.data.columns[0]"]),
    (MOMENTS, MOMENTS, []),
    (MOMENTS[0], MOMENTS[1], ["v"]),
    (pd.NaT, pd.NaT, []),
    (Estimator().fit(0.25), Estimator().fit(0.25), []),
    (Estimator().fit(0.25), Estimator().fit(0.26), ["v.coef_[3]"]),
    (Estimator(2.0), Estimator(), ["v.alpha"]),
    (Estimator().fit(1), Estimator(), ["v.coef_", "v.cv_results_"]),
    (made(2), made(2), []),
    (made(2), made(3), ["v:factor"]),
    (lambda x: x + 1, lambda x: x + 2, ["v"]),
    (lambda x, y=1: x, lambda x, y=2: x, ["v.__defaults__[0]"]),
    (functools.partial(pow, 2), functools.partial(pow, 3), ["v[1][0]"]),
    (bag("").append, bag("x").append, ["v.__self__.label"]),
    (Point(1).__eq__, Point(2).__eq__, ["v.__self__.x"]),
    (len, sum, ["v"]),
    (re, functools, ["v"]),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "paths"), TABLE, ids=range(len(TABLE)))
def test_differences_say_where_they_are(left: Any, right: Any, paths: list[str]) -> None:
    """The same, also as copies that went through a pickle; or different, exactly there, from both sides."""
    for other in (right, _copied(right)):
        found = compare("v", left, other)
        assert [one.path for one in found.differences] == paths
        assert not found.unproven
        assert bool(compare("v", other, left).differences) == bool(paths)


def _copied(value: Any) -> Any:
    return value if isinstance(value, types.ModuleType) else cloudpickle.loads(cloudpickle.dumps(value))


def test_every_value_of_the_table_is_equal_to_its_own_copy() -> None:
    """A comparison that finds differences everywhere would be of no use either."""
    for left, right, _ in TABLE:
        for value in (left, right):
            found = compare("v", value, _copied(value))
            assert found.verdict in ("equal", "noise"), (value, found)


def test_a_time_in_a_value_is_noise_with_a_name() -> None:
    """A fit's and a query's time are told by where they stand; the score beside them isn't noise."""
    one, other = Estimator().fit(1), Estimator().fit(1)
    other.cv_results_["mean_fit_time"] = np.array([7.0, 8.0])
    assert compare("m", one, other).noise == ("times taken",)
    other.cv_results_["mean_test_score"][1] = 0.7
    assert [each.path for each in compare("m", one, other).differences] == ["m.cv_results_['mean_test_score'][1]"]
    frames = FRAME.copy(), FRAME.copy()
    frames[0].attrs["workbench"] = {"query_id": "1", "seconds": 0.1, "connection": "local"}
    frames[1].attrs["workbench"] = {"query_id": "2", "seconds": 0.2, "connection": "local"}
    found = compare("f", *frames)
    assert (found.verdict, found.noise) == ("noise", ("query times and ids",))
    assert compare("t", "<A at 0x7f0000000001>", "<A at 0x7f0000000002>").noise == ("memory addresses",)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1.0, 1.0 + 1e-9),
        (np.array([1.0, 0.0]), np.array([1.0 + 1e-9, -1e-12])),
        (FRAME, FRAME.assign(price=FRAME.price * (1 + 1e-9))),
        (sp.csr_matrix([[1.0]]), sp.csr_matrix([[1.0 + 1e-9]])),
        ({"a": [1.0]}, {"a": [1.0 + 1e-9]}),
    ],
)
def test_a_tolerance_is_an_option(left: Any, right: Any) -> None:
    """Exact by default; with a tolerance numbers within it are equal, others aren't."""
    assert compare("v", left, right).verdict == "different"
    assert compare("v", left, right, rtol=1e-6, atol=1e-9).verdict == "equal"
    assert compare("v", left, right, rtol=1e-12).verdict == "different"


def test_classes_of_the_notebook_are_told_by_their_name() -> None:
    """The flow has the notebook's class in a module of its own; a library's class of the same name is another."""
    notebook, flow, library = (
        type("Point", (), {"__module__": module}) for module in ("__main__", "next_product_flow", "somewhere")
    )
    modules = ("__main__", "next_product_flow")
    left, right = notebook(), flow()
    left.x = right.x = 1
    assert compare("p", left, right, notebook_modules=modules).verdict == "equal"
    right.x = 2
    assert [one.path for one in compare("p", left, right, notebook_modules=modules).differences] == ["p.x"]
    assert compare("p", left, library(), notebook_modules=modules).verdict == "different"


def test_a_function_is_the_same_as_a_closure_and_with_globals() -> None:
    """In a step a notebook's name is a local, in a kernel a global: what counts is what the name means."""
    namespace: dict[str, Any] = {"k": 2, "__name__": "__main__"}
    exec("f = lambda value: [value * k for _ in range(2)]", namespace)
    step: dict[str, Any] = {"__name__": "__main__"}
    exec("def step(k):\n    f = lambda value: [value * k for _ in range(2)]\n    return f", step)
    assert compare("f", namespace["f"], step["step"](2)).verdict == "equal"
    assert [one.path for one in compare("f", namespace["f"], step["step"](3)).differences] == ["f:k"]
    exec("def step(k):\n    f = lambda value: [value + k for _ in range(2)]\n    return f", step)
    assert compare("f", namespace["f"], step["step"](2)).verdict == "different"


def test_figures_are_compared_by_their_pixels() -> None:
    """A figure is what it looks like, and axes are their figure."""
    from matplotlib.figure import Figure

    def drawn(height: float) -> Any:
        figure = Figure(figsize=(2, 2))
        figure.subplots().plot([1, height])
        return figure

    assert compare("f", drawn(2), drawn(2)).verdict == "equal"
    found = compare("f", drawn(2).axes[0], drawn(3).axes[0])
    assert "pixels" in found.differences[0].note


def test_what_cannot_be_looked_into_is_unproven() -> None:
    """It is never called equal; nor is a value whose own code fails, or one that is too deep."""
    assert "can't be looked into" in compare("v", [Opaque()], [Opaque()]).unproven
    assert compare("v", Opaque(), Opaque()).verdict == "unproven"
    assert compare("v", nested(9999), nested(9999)).verdict == "unproven"
    shared = Opaque()
    assert compare("v", [shared], [shared]).verdict == "equal"


def test_a_value_s_differences_are_a_handful() -> None:
    """A thousand differences are told by the first few, also where a value is large."""
    found = compare("v", list(range(1000)), list(range(1, 1001)))
    assert 1 < len(found.differences) < 10
    frame = pd.DataFrame({"a": np.arange(100_000), "b": 0.5})
    found = compare("v", frame, copy.deepcopy(frame).assign(a=frame.a + 1))
    assert found.differences[0].note == "100,000 of 100,000 differ"
