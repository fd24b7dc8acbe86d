"""What sessions search for, what they are shown, and what they click."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.demo.events import NO_SKU, Timeline
from workbench.demo.sessions import Views
from workbench.demo.structure import VECTOR_LENGTH, Floats, Ints, Structure

SEARCHES = 0.15  # of shopping sessions
SHOWN = 20  # products on a page of results
CLICKED = 0.75  # of searches
NO_QUERY_VECTOR = 0.04
QUERY_NOISE = 0.6


@dataclass(frozen=True, slots=True)
class Searches:
    """s searches. One shows SHOWN different products at most; NO_SKU fills the rest."""

    session: Ints  # (s,) number of the session in its day
    epoch_ms: Ints  # (s,)
    vector: Floats  # (s, VECTOR_LENGTH), NaN where it is missing
    shown: Ints  # (s, SHOWN)
    clicked: Ints  # (s,) a sku of those shown, or NO_SKU


def searches(
    shop: Structure, views: Views, timeline: Timeline, shown_instead: Ints, rng: np.random.Generator
) -> Searches:
    """One search in some sessions, before one of their views: for that product's leaf, and mostly it is clicked.

    shown_instead: (N,) what the shop shows for each sku on that day.
    """
    session = np.flatnonzero(rng.random(len(views.lengths)) < SEARCHES)
    n = len(session)
    view = views.first[session] + rng.integers(0, views.lengths[session])
    found, leaf = views.skus[view], shop.leaf[views.skus[view]]
    vector = shop.leaf_vectors[leaf] + QUERY_NOISE * rng.standard_normal((n, VECTOR_LENGTH)) / np.sqrt(VECTOR_LENGTH)
    vector[rng.random(n) < NO_QUERY_VECTOR] = np.nan
    others = shown_instead[shop.of_leaf(np.repeat(leaf, SHOWN), rng.random(n * SHOWN))].reshape(n, SHOWN)
    others[np.arange(n), rng.integers(0, SHOWN, n)] = found
    clicks = rng.random(n) < CLICKED
    before = (timeline.before[view] * rng.uniform(0.4, 0.6, n)).astype(np.int64)
    return Searches(
        session=session,
        epoch_ms=timeline.epoch_ms[view] - before,
        vector=vector,
        shown=_each_once(others),
        clicked=np.where(clicks, found, NO_SKU),
    )


def _each_once(rows: Ints) -> Ints:
    """Each row's values once, where they stand first; NO_SKU for the others."""
    order = np.argsort(rows, axis=1, kind="stable")
    ranked = np.take_along_axis(rows, order, axis=1)
    again: NDArray[np.bool_] = np.zeros(rows.shape, bool)
    np.put_along_axis(again, order[:, 1:], ranked[:, 1:] == ranked[:, :-1], axis=1)
    return np.where(again, NO_SKU, rows)
