"""Which products a session looks at, in which order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.demo.structure import (
    NEIGHBOUR_DECAY,
    NEIGHBOURS,
    PERSONA_BANDS,
    PERSONA_PULL,
    PERSONA_SHARES,
    Floats,
    Ints,
    Structure,
    draw,
)

MEAN_LENGTH = 5.5
DISPERSION = 1.2  # of the negative binomial
LONGEST = 50

# What a shopper does next. A product that was seen already comes back by the first of these, and by a draw of the
# others that finds nothing new: together 13% of all views.
REPEAT, NEIGHBOUR, SAME_LEAF, NEXT_LEAF = 0.12, 0.50, 0.21, 0.17
REDRAWS = 3


@dataclass(frozen=True, slots=True)
class Views:
    """Product views of n sessions, in order: v views in all."""

    lengths: Ints  # (n,)
    skus: Ints  # (v,) session after session

    @property
    def session(self) -> Ints:
        """(v,) the session that each view belongs to."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @property
    def first(self) -> Ints:
        """(n,) where each session begins in skus."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def new(self) -> NDArray[np.bool_]:
        """(v,) whether the session sees the sku for the first time."""
        order = np.lexsort((np.arange(len(self.skus)), self.skus, self.session))
        session, sku = self.session[order], self.skus[order]
        again = np.zeros(len(order), bool)
        again[order[1:]] = (session[1:] == session[:-1]) & (sku[1:] == sku[:-1])
        return ~again


def session_lengths(n: int, rng: np.random.Generator) -> Ints:
    """1 + NegBin with a mean of MEAN_LENGTH, at most LONGEST: (n,)."""
    tail = rng.negative_binomial(DISPERSION, DISPERSION / (DISPERSION + MEAN_LENGTH - 1), n)
    return 1 + np.minimum(tail, LONGEST - 1)


def product_views(shop: Structure, n: int, day: int, rng: np.random.Generator, *, launch_day: int) -> Views:
    """What n shopping sessions of one day (0 is the first) look at."""
    lengths = session_lengths(n, rng)
    persona = PERSONA_BANDS[draw(np.cumsum(PERSONA_SHARES), rng.random(n))]
    shown = shop.shown(day, launch_day)
    seen = np.full((n, int(lengths.max(initial=1))), -1, np.int64)
    seen[:, 0] = shown[draw(np.cumsum(shop.popularity), rng.random(n))]
    for step in range(1, seen.shape[1]):
        going = np.flatnonzero(lengths > step)
        seen[going, step] = _next(shop, shown, seen[going, :step], persona[going], rng)
    return Views(lengths, seen[seen >= 0])


def _next(shop: Structure, shown: Ints, seen: Ints, persona: Ints, rng: np.random.Generator) -> Ints:
    """The next product of sessions that have seen these. seen: (n, steps); returns (n,)."""
    n, steps = seen.shape
    back = rng.random(n) < REPEAT
    chosen = seen[np.arange(n), rng.integers(0, steps, n)]
    open_ = np.flatnonzero(~back)
    for _ in range(1 + REDRAWS):
        chosen[open_] = shown[_move(shop, seen[open_, -1], persona[open_], rng)]
        open_ = open_[(seen[open_] == chosen[open_, None]).any(axis=1)]
    return chosen


def _move(shop: Structure, current: Ints, persona: Ints, rng: np.random.Generator) -> Ints:
    """From each current product to a neighbour, to its leaf, or along the chain of the categories: (n,)."""
    n = len(current)
    kind = draw(np.cumsum([NEIGHBOUR, SAME_LEAF, NEXT_LEAF]) / (NEIGHBOUR + SAME_LEAF + NEXT_LEAF), rng.random(n))
    onward = shop.next_leaves[shop.leaf[current], rng.integers(0, shop.next_leaves.shape[1], n)]
    chosen = shop.of_leaf(np.where(kind == 1, shop.leaf[current], onward), rng.random(n))
    near = np.flatnonzero(kind == 0)
    chosen[near] = _neighbour(shop, current[near], persona[near], rng)
    return chosen


def _neighbour(shop: Structure, current: Ints, persona: Ints, rng: np.random.Generator) -> Ints:
    """A neighbour of each product: the nearer the likelier, and the closer to the persona's price."""
    candidates = shop.neighbours[current]
    distance = np.abs(shop.price[candidates] - persona[:, None])
    weight: Floats = NEIGHBOUR_DECAY ** np.arange(NEIGHBOURS) * np.exp(-PERSONA_PULL * distance)
    reached = np.cumsum(weight, axis=1)
    place = (reached <= rng.random((len(current), 1)) * reached[:, -1:]).sum(axis=1)
    return candidates[np.arange(len(current)), np.minimum(place, NEIGHBOURS - 1)]
