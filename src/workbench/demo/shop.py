"""A web shop's clickstream, generated: seeded, with realistic marginals and a structure that a model can find."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.demo.events import Events, Timeline, browsing_events, shopping_events
from workbench.demo.searches import searches
from workbench.demo.sessions import product_views
from workbench.demo.sizes import DAYS, LAUNCH_DAY, Size
from workbench.demo.structure import PRICE_BUCKETS, VECTOR_LENGTH, Floats, Ints, Structure, plant
from workbench.demo.writing import Names, catalogue_lines, event_lines, search_lines, write_lines
from workbench.files import write_atomic

SEED = 7
MANIFEST = "manifest.json"
# visits by day of the week, Monday first
WEEKDAYS = np.array([1.0, 0.97, 0.95, 1.0, 1.04, 1.16, 1.24])
NO_DESCRIPTION_VECTOR = 0.06
PRICE_CORRECTED = 0.05  # of the skus, between the first catalogue and the second
# streams of random numbers, so that one more draw in one doesn't change the others
_STRUCTURE, _COUNTS, _CATALOGUE, _DAY = range(4)


@dataclass(frozen=True, slots=True)
class Shop:
    """A generated shop. folder: events/, searches/ and catalogue/ with gzip JSON-lines files, and manifest.json."""

    folder: Path
    events: int
    searches: int
    products: int
    fingerprint: str  # of all that the files' bytes depend on
    fresh: bool  # made now; False where it was there already


def generate(size: Size, folder: Path, *, seed: int = SEED, progress: Callable[[int, int], None] | None = None) -> Shop:
    """Write the shop into folder, unless what is there was made by this very generator with the same size and seed.

    Memory holds one day at a time. progress is told how many of how many days are done.
    """
    fingerprint = _fingerprint(size, seed)
    if counts := _counts_of(folder, fingerprint):
        return Shop(folder, **counts, fingerprint=fingerprint, fresh=False)
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    shop = plant(size, np.random.default_rng([seed, _STRUCTURE]))
    names = Names(shop)
    products = _write_catalogues(shop, names, building, np.random.default_rng([seed, _CATALOGUE]))
    events = found = 0
    for number, (shopping, browsing) in enumerate(_visits(size, np.random.default_rng([seed, _COUNTS]))):
        rng = np.random.default_rng([seed, _DAY, number])
        written = _write_day(shop, names, building, number, int(shopping), int(browsing), rng)
        events, found = events + written[0], found + written[1]
        if progress:
            progress(number + 1, len(DAYS))
    counts = {"events": events, "searches": found, "products": products}
    manifest = {"fingerprint": fingerprint, "size": asdict(size), "seed": seed, **counts}
    write_atomic(building / MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    return Shop(folder, **counts, fingerprint=fingerprint, fresh=True)


def _write_day(
    shop: Structure, names: Names, folder: Path, number: int, shopping: int, browsing: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Write a day's events and searches; a session that goes on after midnight stays with the day it began on."""
    midnight = _midnight_ms(DAYS[number])
    ids = rng.integers(0, 2**64, shopping + browsing, dtype=np.uint64)
    views = product_views(shop, shopping, number, rng, launch_day=LAUNCH_DAY)
    timeline = Timeline.of(views, midnight, rng)
    bought = shopping_events(shop, views, timeline, rng)
    browsed = browsing_events(shop, browsing, midnight, rng)
    browsed = Events(browsed.session + shopping, browsed.kind, browsed.sku, browsed.page, browsed.epoch_ms)
    events = Events.together(bought, browsed).arrived(rng)
    searched = searches(shop, views, timeline, shop.shown(number, LAUNCH_DAY), rng)
    day = DAYS[number].isoformat()
    return (
        write_lines(folder / "events" / f"events-{day}.jsonl.gz", event_lines(events, ids, names)),
        write_lines(folder / "searches" / f"searches-{day}.jsonl.gz", search_lines(searched, ids, names)),
    )


def _write_catalogues(shop: Structure, names: Names, folder: Path, rng: np.random.Generator) -> int:
    """Write the catalogue of the first day, and the whole one of the launch day, which corrects some prices."""
    skus = len(shop.popularity)
    vectors = _description_vectors(shop, rng)
    corrected = rng.random(skus) < PRICE_CORRECTED
    mistaken = np.where(corrected, rng.integers(1, PRICE_BUCKETS + 1, skus), shop.price)
    everything: NDArray[np.bool_] = np.ones(skus, bool)
    for day, prices, listed in ((0, mistaken, ~shop.launched), (LAUNCH_DAY, shop.price, everything)):
        path = folder / "catalogue" / f"catalogue-{DAYS[day].isoformat()}.jsonl.gz"
        write_lines(path, catalogue_lines(shop, names, prices, vectors, listed))
    return skus


def _description_vectors(shop: Structure, rng: np.random.Generator) -> Floats:
    """(N, VECTOR_LENGTH): near its leaf's for each sku, NaN for the few that nobody described."""
    skus = len(shop.popularity)
    vectors = shop.leaf_vectors[shop.leaf] + 0.5 * rng.standard_normal((skus, VECTOR_LENGTH)) / np.sqrt(VECTOR_LENGTH)
    vectors[rng.choice(skus, max(1, round(NO_DESCRIPTION_VECTOR * skus)), replace=False)] = np.nan
    return vectors


def _visits(size: Size, rng: np.random.Generator) -> Ints:
    """How many shopping and browsing sessions begin on each day: (days, 2), the sums exact."""
    share = np.resize(WEEKDAYS, len(DAYS))
    share = share / share.sum()
    return np.stack([rng.multinomial(n, share) for n in (size.shopping_sessions, size.browsing_sessions)], axis=1)


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _fingerprint(size: Size, seed: int) -> str:
    """Of all that the bytes depend on: the size, the seed, and this package's own sources."""
    digest = hashlib.sha256(repr((size, seed, np.__version__)).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _counts_of(folder: Path, fingerprint: str) -> dict[str, int] | None:
    """What the manifest counts, where the folder holds a whole shop of this fingerprint."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    if manifest.get("fingerprint") != fingerprint:
        return None
    return {name: manifest[name] for name in ("events", "searches", "products")}
