"""The shop's files as an ingestion lands them: gzip JSON-lines, the same bytes for the same events."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.demo.events import ADD, DETAIL, HOME, NO_SKU, PAGEVIEW, PURCHASE, REMOVE, Events
from workbench.demo.searches import Searches
from workbench.demo.structure import Structure

SHOP_ADDRESS = "https://shop.example"
COMPRESSION = 4  # half the time of the default for a few per cent more bytes
LINES_AT_ONCE = 100_000

_ACTIONS = {PAGEVIEW: "null", DETAIL: '"detail"', ADD: '"add"', REMOVE: '"remove"', PURCHASE: '"purchase"'}
# sixteen hexadecimal digits, as a tracker's cookie has
SessionIds = NDArray[np.uint64]


class Names:
    """The texts of a shop's skus and pages, made once: a sku's number says nothing about its popularity."""

    def __init__(self, shop: Structure) -> None:
        count = len(shop.popularity)
        self.skus = [f"P{number:05d}" for number in range(count)]
        self.products = [
            f"{SHOP_ADDRESS}/{shop.paths[leaf]}/{sku}" for sku, leaf in zip(self.skus, shop.leaf, strict=True)
        ]
        self.pages = [f"{SHOP_ADDRESS}/", *(f"{SHOP_ADDRESS}/{path}" for path in shop.paths)]

    def url(self, page: int) -> str:
        """The address of a page, as Events numbers it."""
        return self.pages[page] if page >= HOME else self.products[-1 - page]


def event_lines(events: Events, ids: SessionIds, names: Names) -> Iterator[str]:
    """One JSON object an event. ids: of the sessions that the events number."""
    texts = [f"{number:016x}" for number in ids.tolist()]
    skus = [*(f'"{sku}"' for sku in names.skus), "null"]  # NO_SKU is the last
    rows = zip(
        *(getattr(events, name).tolist() for name in ("session", "kind", "sku", "page", "epoch_ms")), strict=True
    )
    for session, kind, sku, page, epoch_ms in rows:
        event_type = "pageview" if kind == PAGEVIEW else "product"
        yield (
            f'{{"session_id":"{texts[session]}","event_type":"{event_type}","product_action":{_ACTIONS[kind]},'
            f'"sku":{skus[sku]},"epoch_ms":{epoch_ms},"url":"{names.url(page)}"}}\n'
        )


def search_lines(searches: Searches, ids: SessionIds, names: Names) -> Iterator[str]:
    """One JSON object a search."""
    for row, session in enumerate(searches.session.tolist()):
        clicked = int(searches.clicked[row])
        record = {
            "session_id": f"{int(ids[session]):016x}",
            "epoch_ms": int(searches.epoch_ms[row]),
            "query_vector": _vector(searches.vector[row]),
            "skus_shown": [names.skus[sku] for sku in searches.shown[row].tolist() if sku != NO_SKU],
            "skus_clicked": [names.skus[clicked]] if clicked != NO_SKU else [],
        }
        yield json.dumps(record, separators=(",", ":")) + "\n"


def catalogue_lines(
    shop: Structure, names: Names, prices: NDArray[np.int64], vectors: NDArray[np.float64], listed: NDArray[np.bool_]
) -> Iterator[str]:
    """One JSON object for each listed sku. prices: (N,); vectors: (N, length), NaN where missing; listed: (N,)."""
    for sku in np.flatnonzero(listed).tolist():
        record = {
            "sku": names.skus[sku],
            "category_path": shop.paths[shop.leaf[sku]],
            "price_bucket": int(prices[sku]),
            "description_vector": _vector(vectors[sku]),
        }
        yield json.dumps(record, separators=(",", ":")) + "\n"


def write_lines(path: Path, lines: Iterator[str]) -> int:
    """Write a gzip file without time or name in it, so that the same lines are the same bytes. Returns their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as file, gzip.GzipFile("", "wb", COMPRESSION, file, mtime=0) as packed:
        while batch := list(islice(lines, LINES_AT_ONCE)):
            packed.write("".join(batch).encode("ascii"))
            count += len(batch)
    return count


def _vector(values: NDArray[np.float64]) -> list[float] | None:
    return None if np.isnan(values[0]) else np.round(values, 4).tolist()
