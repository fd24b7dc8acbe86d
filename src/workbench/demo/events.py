"""What sessions send to the collector: page views and product events, with their times."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from workbench.demo.sessions import Views
from workbench.demo.structure import Ints, Structure, draw

PAGEVIEW, DETAIL, ADD, REMOVE, PURCHASE = range(5)
NO_SKU = -1
HOME = 0

TWIN = 0.85  # a product page gives a detail, and mostly a page view of the same time
LISTING_BEFORE = 0.30  # a listing page before a product page
ADDS, REMOVES, BUYS = 0.11, 0.15, 0.45  # of new products; of what is in the cart; of sessions with a cart
BROWSED_PAGES = 2.6  # mean page views of a browsing session
BROWSED_AT_MOST = 40
TYPICAL_GAP_MS, GAP_SPREAD = 22_000, 1.1  # between two things that a shopper does: log-normal
SHORTEST_GAP_MS, LONGEST_GAP_MS = 2_000, 20 * 60_000
# visits by hour of the day, UTC
HOURS = np.array([8, 5, 4, 3, 3, 4, 8, 14, 20, 26, 30, 33, 36, 34, 32, 31, 32, 35, 41, 48, 52, 46, 31, 17], float)
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Events:
    """e browsing events, in no particular order."""

    session: Ints  # (e,) number of the session in its day
    kind: Ints  # (e,) PAGEVIEW … PURCHASE
    sku: Ints  # (e,) NO_SKU for page views, also for those of a product's page: the collector knows only the address
    page: Ints  # (e,) HOME; 1 + leaf: a listing; -1 - sku: a product's page
    epoch_ms: Ints  # (e,)

    @classmethod
    def of(cls, session: Ints, kind: int, sku: Ints | int, page: Ints | int, epoch_ms: Ints) -> Events:
        """Events of one kind; a single sku or page holds for all."""
        like = session.shape
        return cls(session, np.full(like, kind), np.broadcast_to(sku, like), np.broadcast_to(page, like), epoch_ms)

    @classmethod
    def together(cls, *parts: Events) -> Events:
        """The events of all parts."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def arrived(self, rng: np.random.Generator) -> Events:
        """By time; events of the same time in any order, as a collector gets them."""
        order = np.lexsort((rng.random(len(self.session)), self.epoch_ms))
        return Events(*(getattr(self, field.name)[order] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each of v product views was. before, after: milliseconds to the views around it (or to leaving)."""

    epoch_ms: Ints  # (v,)
    before: Ints  # (v,)
    after: Ints  # (v,)

    @classmethod
    def of(cls, views: Views, midnight_ms: int, rng: np.random.Generator) -> Timeline:
        """Times for views of a day that begins at midnight_ms."""
        before = gaps(len(views.skus), rng)
        elapsed = np.cumsum(before)
        entered = (elapsed - before)[views.first]
        time = (visit_times(len(views.lengths), midnight_ms, rng) - entered)[views.session] + elapsed
        return cls(time, before, after=np.append(before[1:], before[:1]))


def shopping_events(shop: Structure, views: Views, timeline: Timeline, rng: np.random.Generator) -> Events:
    """What sessions that look at products send."""
    session, sku, time = views.session, views.skus, timeline.epoch_ms
    twin = rng.random(len(sku)) < TWIN
    listing = rng.random(len(sku)) < LISTING_BEFORE
    earlier = time - _part_of(timeline.before, 0.1, 0.3, rng)
    return Events.together(
        Events.of(session, DETAIL, sku, -1 - sku, time),
        Events.of(session[twin], PAGEVIEW, NO_SKU, -1 - sku[twin], time[twin]),
        Events.of(session[listing], PAGEVIEW, NO_SKU, 1 + shop.leaf[sku[listing]], earlier[listing]),
        *_cart(views, timeline, rng),
    )


def _cart(views: Views, timeline: Timeline, rng: np.random.Generator) -> tuple[Events, Events, Events]:
    """What goes into the carts and out again, and what is bought when the session ends."""
    session, sku = views.session, views.skus
    added = np.flatnonzero(views.new & (rng.random(len(sku)) < ADDS))
    removed = added[rng.random(len(added)) < REMOVES]
    buys = rng.random(len(views.lengths)) < BUYS
    kept = np.setdiff1d(added, removed)
    bought = kept[buys[session[kept]]]
    last = views.first + views.lengths - 1
    checkout = timeline.epoch_ms[last] + timeline.after[last]
    add_time = timeline.epoch_ms + _part_of(timeline.after, 0.2, 0.4, rng)
    remove_time = timeline.epoch_ms + _part_of(timeline.after, 0.5, 0.6, rng)
    return (
        Events.of(session[added], ADD, sku[added], -1 - sku[added], add_time[added]),
        Events.of(session[removed], REMOVE, sku[removed], -1 - sku[removed], remove_time[removed]),
        Events.of(session[bought], PURCHASE, sku[bought], -1 - sku[bought], checkout[session[bought]]),
    )


def browsing_events(shop: Structure, n: int, midnight_ms: int, rng: np.random.Generator) -> Events:
    """What n sessions send that look at the home page and at listings, and at no product."""
    pages = np.minimum(rng.geometric(1 / BROWSED_PAGES, n), BROWSED_AT_MOST)
    session = np.repeat(np.arange(n), pages)
    gap = gaps(len(session), rng)
    elapsed = np.cumsum(gap)
    first = np.cumsum(pages) - pages
    time = (visit_times(n, midnight_ms, rng) - elapsed[first])[session] + elapsed
    popular_sku = draw(np.cumsum(shop.popularity), rng.random(len(session)))
    page = np.where(rng.random(len(session)) < 0.35, HOME, 1 + shop.leaf[popular_sku])
    return Events.of(session, PAGEVIEW, NO_SKU, page, time)


def visit_times(n: int, midnight_ms: int, rng: np.random.Generator) -> Ints:
    """When n visits of a day begin, by HOURS: (n,) epoch milliseconds. Their first events are still of that day."""
    hour = draw(np.cumsum(HOURS) / HOURS.sum(), rng.random(n)) + rng.random(n)
    return midnight_ms + (hour / 24 * (24 * HOUR_MS - LONGEST_GAP_MS)).astype(np.int64)


def gaps(n: int, rng: np.random.Generator) -> Ints:
    """Milliseconds between n things that a shopper does: (n,)."""
    milliseconds = TYPICAL_GAP_MS * np.exp(GAP_SPREAD * rng.standard_normal(n))
    return SHORTEST_GAP_MS + np.minimum(milliseconds, LONGEST_GAP_MS - SHORTEST_GAP_MS).astype(np.int64)


def _part_of(gap: Ints, low: float, high: float, rng: np.random.Generator) -> Ints:
    """A time within each gap, between the shares low and high of it."""
    return (gap * rng.uniform(low, high, len(gap))).astype(np.int64)
