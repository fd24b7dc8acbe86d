"""The nested orders that the compiler finds: valid, nothing lost, and the best there are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compiler import nesting
from workbench.compiler.nesting import Nested, nested

Order = tuple[int, ...]  # for each step, the set of those before it, bit i for step i


def closed(edges: list[int]) -> Order:
    """The order that a graph gives. edges: for each step, the set of those that it follows."""
    before: list[int] = []
    for direct in edges:
        found = direct
        for other, above in enumerate(before):
            if direct >> other & 1:
                found |= above
        before.append(found)
    return tuple(before)


def order_of(part: Nested, size: int) -> Order:
    """The order that a nested one draws."""
    before = [0] * size

    def go(one: Nested, above: int) -> int:
        if one.kind == "step":
            before[one.step] = above
            return 1 << one.step
        steps = 0
        for inner in one.parts:
            steps |= go(inner, above | (steps if one.kind == "series" else 0))
        return steps

    assert go(part, 0) == (1 << size) - 1
    return tuple(before)


def pairs(order: Order) -> int:
    return sum(before.bit_count() for before in order)


def longest(order: Order) -> int:
    lengths: list[int] = []
    for before in order:
        lengths.append(1 + max((length for step, length in enumerate(lengths) if before >> step & 1), default=0))
    return max(lengths)


def keeps(order: Order, asked: Order) -> bool:
    return all(wanted & ~have == 0 for wanted, have in zip(asked, order, strict=True))


def has_n(order: Order) -> bool:
    """Whether an order holds an N: a and b before c, b before d, and no other two of the four are ordered."""
    steps = range(len(order))
    tied = [[bool((order[a] >> b | order[b] >> a) & 1) for b in steps] for a in steps]
    return any(
        not tied[a][b] and not tied[c][d] and not tied[a][d]
        for c in steps
        for a, b in product(steps, steps)
        if order[c] >> a & 1 and order[c] >> b & 1
        for d in steps
        if order[d] >> b & 1
    )


def every_graph(size: int) -> Iterator[list[int]]:
    possible = list(combinations(range(size), 2))
    for chosen in range(1 << len(possible)):
        edges = [0] * size
        for at, (one, other) in enumerate(possible):
            if chosen >> at & 1:
                edges[other] |= 1 << one
        yield edges


@cache
def nested_orders(size: int) -> list[Order]:
    """Every series-parallel order that goes forward, by the N that it must not hold."""
    return sorted({order for order in map(closed, every_graph(size)) if not has_n(order)})


@st.composite
def graphs(draw: st.DrawFn, least: int = 1, most: int = 24) -> list[int]:
    """Graphs of every density, each step after some of the steps before it."""
    size = draw(st.integers(least, most))
    reach = draw(st.integers(1, 12))
    edges = [0]
    for step in range(1, size):
        nearby = st.integers(max(0, step - reach), step - 1)
        edges.append(sum(1 << other for other in draw(st.sets(nearby, min_size=0, max_size=3))))
    return edges


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_no_nested_order_is_better_than_the_one_found(size: int) -> None:
    """For every graph of up to five steps: the most pairs beside each other and, of those, the shortest path."""
    for asked in sorted(set(map(closed, every_graph(size)))):
        found = order_of(nested(asked), size)
        best = min((pairs(one), longest(one)) for one in nested_orders(size) if keeps(one, asked))
        assert found in nested_orders(size)
        assert keeps(found, asked)
        assert (pairs(found), longest(found)) == best


@given(graphs(6, 6))
@settings(max_examples=40, deadline=None)
def test_nor_is_one_of_six_steps(edges: list[int]) -> None:
    """The same of graphs of six steps, of which there are too many to try them all."""
    asked = closed(edges)
    found = order_of(nested(asked), 6)
    best = min((pairs(one), longest(one)) for one in nested_orders(6) if keeps(one, asked))
    assert (pairs(found), longest(found)) == best


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_nothing_asked_for_is_lost_and_nothing_is_added_where_the_order_is_nested(edges: list[int]) -> None:
    """The order found is nested, goes forward and has all that was asked for; a nested one stays as it is."""
    asked = closed(edges)
    found = order_of(nested(asked), len(edges))
    assert keeps(found, asked)
    assert not has_n(found)
    assert all(before < 1 << step for step, before in enumerate(found))
    assert found == asked or has_n(asked)


def test_a_large_tangle_is_cut_where_little_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the size for trying every cut, most of the pairs that an exact search keeps are kept."""
    kept = []
    for seed in range(20):
        asked = closed(tangle(22, seed))
        exact = 231 - pairs(order_of(nested(asked), 22))
        with monkeypatch.context() as patch:
            patch.setattr(nesting, "EXACT", 10)
            kept.append((231 - pairs(order_of(nested(asked), 22))) / exact)
    assert sum(kept) / len(kept) > 0.85


def test_two_hundred_steps_take_a_tenth_of_a_second() -> None:
    """The search is bounded, however tangled the steps are."""
    asked = closed(tangle(200, 1))
    began = time.process_time()
    found = nested(asked)
    assert time.process_time() - began < 0.1
    assert keeps(order_of(found, 200), asked)


def tangle(size: int, seed: int) -> list[int]:
    """A graph in which nearly everything is tied together."""
    import random

    dice = random.Random(seed)
    edges = [0]
    for step in range(1, size):
        near = range(max(0, step - 6), step)
        edges.append(sum(1 << other for other in near if dice.random() < 0.3) or 1)
    return edges
