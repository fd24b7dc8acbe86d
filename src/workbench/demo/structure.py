"""The structure that is planted in the shop: what a model can find, and no event shows outright."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workbench.demo.categories import leaf_paths
from workbench.demo.sizes import Size

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

NEIGHBOURS = 12
NEIGHBOUR_DECAY = 0.93
NEIGHBOURS_ELSEWHERE = 0.25  # share of the neighbours that are not of the product's own leaf
NEXT_LEAVES = 4  # where the chain between the categories may go from a leaf
PRICE_BUCKETS = 10
PERSONA_BANDS = np.array([1, 5, 10])  # the price bucket that a session wants, hidden
PERSONA_SHARES = np.array([0.40, 0.35, 0.25])
PERSONA_PULL = 1.2  # a neighbour's weight falls by exp(-PERSONA_PULL) with each bucket from the persona's band
LAUNCHED_SHARE = 0.03
VECTOR_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Structure:
    """What the shop sells and how its products hang together. N skus, L leaves, K neighbours."""

    popularity: Floats  # (N,) sums to 1
    leaf: Ints  # (N,) the leaf of each sku
    price: Ints  # (N,) price bucket, 1 to 10
    neighbours: Ints  # (N, K) skus, nearest first
    next_leaves: Ints  # (L, NEXT_LEAVES)
    paths: tuple[str, ...]  # (L,) category paths
    launched: NDArray[np.bool_]  # (N,) comes into the shop on LAUNCH_DAY
    predecessor: Ints  # (N,) what is shown in its place until then; itself for all others
    leaf_vectors: Floats  # (L, VECTOR_LENGTH) unit vectors
    by_leaf: Ints  # (N,) the skus ordered by leaf
    by_leaf_mass: Floats  # (N + 1,) popularity summed along by_leaf, from 0
    leaf_bounds: Ints  # (L + 1,) where each leaf begins in by_leaf

    def shown(self, day: int, launch_day: int) -> Ints:
        """What the shop shows for each sku on a day: (N,), before the launch a late product's predecessor."""
        return self.predecessor if day < launch_day else np.arange(len(self.popularity))

    def of_leaf(self, leaf: Ints, u: Floats) -> Ints:
        """One sku of each leaf, by popularity. leaf, u: (n,), u uniform in [0, 1); returns (n,)."""
        low = self.by_leaf_mass[self.leaf_bounds[leaf]]
        high = self.by_leaf_mass[self.leaf_bounds[leaf + 1]]
        place = np.searchsorted(self.by_leaf_mass, low + u * (high - low), side="right") - 1
        return self.by_leaf[np.clip(place, self.leaf_bounds[leaf], self.leaf_bounds[leaf + 1] - 1)]


def popularity_law(skus: int) -> Floats:
    """p ∝ 1 / (rank + 0.0015 N)^1.25 for rank 1 … N; shape (N,), sums to 1."""
    weight = 1 / (np.arange(1, skus + 1) + 0.0015 * skus) ** 1.25
    return np.asarray(weight / weight.sum())


def draw(cumulative: Floats, u: Floats) -> Ints:
    """Indices drawn by a cumulative distribution that ends at 1; the shape is u's."""
    return np.minimum(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)


def plant(size: Size, rng: np.random.Generator) -> Structure:
    """Plant a structure for a shop of this size."""
    skus, leaves = size.skus, size.leaves
    leaf_weight = 1 / np.arange(1, leaves + 1) ** 0.6
    leaf = rng.choice(leaves, skus, p=leaf_weight / leaf_weight.sum())
    leaf[rng.permutation(skus)[:leaves]] = np.arange(leaves)  # no leaf is empty
    popularity = popularity_law(skus)[rng.permutation(skus)]
    order = np.argsort(leaf, kind="stable")
    bounds = np.searchsorted(leaf[order], np.arange(leaves + 1))
    launched, predecessor = _launches(popularity, leaf, rng)
    vectors = rng.standard_normal((leaves, VECTOR_LENGTH))
    return Structure(
        popularity=popularity,
        leaf=leaf,
        price=rng.integers(1, PRICE_BUCKETS + 1, skus),
        neighbours=_neighbours(popularity, order, bounds, rng),
        next_leaves=rng.integers(0, leaves, (leaves, NEXT_LEAVES)),
        paths=leaf_paths()[:leaves],
        launched=launched,
        predecessor=predecessor,
        leaf_vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        by_leaf=order,
        by_leaf_mass=np.concatenate([[0.0], np.cumsum(popularity[order])]),
        leaf_bounds=bounds,
    )


def _neighbours(popularity: Floats, order: Ints, bounds: Ints, rng: np.random.Generator) -> Ints:
    """K neighbours a sku, three in four of its own leaf, the popular ones more often than the rare: (N, K)."""
    skus = len(popularity)
    pull = np.sqrt(popularity)
    anywhere = np.cumsum(pull) / pull.sum()
    neighbours = np.empty((skus, NEIGHBOURS), np.int64)
    for start, end in pairwise(bounds.tolist()):
        members = order[start:end]
        within = np.cumsum(pull[members]) / pull[members].sum()
        neighbours[members] = members[draw(within, rng.random((len(members), NEIGHBOURS)))]
    for stray in (rng.random(neighbours.shape) < NEIGHBOURS_ELSEWHERE, neighbours == np.arange(skus)[:, None]):
        neighbours[stray] = draw(anywhere, rng.random(int(stray.sum())))
    return neighbours


def _launches(popularity: Floats, leaf: Ints, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Ints]:
    """Which skus come late, and what stands in their place until then: a sku of the same leaf."""
    skus = len(popularity)
    launched = np.zeros(skus, bool)
    # a leaf keeps its most popular sku, so that every late one has a predecessor
    first = np.lexsort((-popularity, leaf))
    keeps = first[np.r_[True, np.diff(leaf[first]) > 0]]
    candidates = np.setdiff1d(np.arange(skus), keeps)
    launched[rng.choice(candidates, max(1, round(LAUNCHED_SHARE * skus)), replace=False)] = True
    predecessor = np.arange(skus)
    for sku in np.flatnonzero(launched):
        siblings = np.flatnonzero((leaf == leaf[sku]) & ~launched)
        predecessor[sku] = siblings[np.argmin(np.abs(np.log(popularity[siblings] / popularity[sku])))]
    return launched, predecessor
