"""The generated shop: the same bytes for the same seed, realistic marginals, and a structure that can be found."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from workbench.demo.sessions import product_views, session_lengths
from workbench.demo.shop import Shop, generate
from workbench.demo.sizes import DAYS, LAUNCH_DAY, SIZES, Size
from workbench.demo.structure import plant, popularity_law

TINY = Size("tiny", skus=60, leaves=5, shopping_sessions=150, browsing_sessions=300)
LAUNCH_MS = 1000 * int(datetime.combine(DAYS[LAUNCH_DAY], datetime.min.time(), UTC).timestamp())


def records(shop: Shop, kind: str) -> Iterator[dict]:
    """The records of a kind, file after file, in the order of their lines."""
    for path in sorted((shop.folder / kind).iterdir()):
        with gzip.open(path, "rt") as lines:
            yield from map(json.loads, lines)


def digests(folder: Path) -> dict[str, str]:
    """What each file of a folder holds."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The small shop."""
    return generate(SIZES["small"], tmp_path_factory.mktemp("shop") / "small")


@pytest.fixture(scope="module")
def viewed(shop: Shop) -> dict[str, list[tuple[int, str]]]:
    """Each shopping session's product views: (epoch ms, sku), in order."""
    sessions = defaultdict(list)
    for event in records(shop, "events"):
        if event["product_action"] == "detail":
            sessions[event["session_id"]].append((event["epoch_ms"], event["sku"]))
    return {session: sorted(views) for session, views in sessions.items()}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two shops of one seed are the same files to the byte, another seed gives another shop."""
    generate(TINY, tmp_path / "a", seed=1)
    generate(TINY, tmp_path / "b", seed=1)
    generate(TINY, tmp_path / "c", seed=2)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a")["events/events-2026-09-07.jsonl.gz"] not in digests(tmp_path / "c").values()


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    """A second call writes nothing; a shop that is incomplete or of another seed is made anew."""
    first = generate(TINY, tmp_path / "shop")
    stamp = (tmp_path / "shop" / "manifest.json").stat().st_mtime_ns
    again = generate(TINY, tmp_path / "shop")
    assert (first.fresh, again.fresh) == (True, False)
    assert (again.events, again.searches, again.products) == (first.events, first.searches, first.products)
    assert (tmp_path / "shop" / "manifest.json").stat().st_mtime_ns == stamp
    (tmp_path / "shop" / "manifest.json").unlink()
    assert generate(TINY, tmp_path / "shop").fresh
    assert generate(TINY, tmp_path / "shop", seed=3).fresh
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_counts_are_the_size_s(shop: Shop, viewed: dict) -> None:
    """The sessions are as many as the size says, and two thirds of them look at pages alone."""
    sessions = {event["session_id"] for event in records(shop, "events")}
    assert len(sessions) == 12_000
    assert len(viewed) == 4_000
    assert shop.events == sum(1 for _ in records(shop, "events"))
    assert len(list((shop.folder / "events").iterdir())) == len(DAYS)


def test_session_length() -> None:
    """A session's product views are 1 + NegBin with a mean of 5.5."""
    lengths = session_lengths(200_000, np.random.default_rng(0))
    assert lengths.min() == 1
    assert lengths.mean() == pytest.approx(5.5, abs=0.05)
    # the variance of the negative binomial: m + m²/1.2 for m = 4.5
    assert lengths.var() == pytest.approx(4.5 + 4.5**2 / 1.2, rel=0.03)


def test_session_length_in_the_files(viewed: dict) -> None:
    """The files hold what the law says: a mean of 5.5 products a session."""
    assert np.mean([len(views) for views in viewed.values()]) == pytest.approx(5.5, abs=0.25)


@pytest.mark.parametrize("size", ["small", "medium"])
def test_popularity_law(size: str) -> None:
    """Sessions begin with products by p ∝ 1 / (rank + 0.0015 N)^1.25."""
    rng = np.random.default_rng(3)
    structure = plant(SIZES[size], rng)
    views = product_views(structure, 100_000, LAUNCH_DAY, rng, launch_day=LAUNCH_DAY)
    begun = np.bincount(views.skus[views.first], minlength=SIZES[size].skus)
    law = popularity_law(SIZES[size].skus)
    observed = np.sort(begun)[::-1] / begun.sum()
    np.testing.assert_allclose(np.cumsum(observed)[[4, 19, 99]], np.cumsum(law)[[4, 19, 99]], atol=0.01)
    assert np.sort(structure.popularity)[::-1] == pytest.approx(law)


@pytest.mark.parametrize("size", ["small", "medium"])
def test_repeats(size: str) -> None:
    """Of the views after a session's first, 13% are of a product that it saw before."""
    rng = np.random.default_rng(5)
    views = product_views(plant(SIZES[size], rng), 20_000, 0, rng, launch_day=LAUNCH_DAY)
    later = len(views.skus) - len(views.lengths)
    assert (~views.new).sum() / later == pytest.approx(0.13, abs=0.01)


def test_products_nobody_could_have_learnt(viewed: dict) -> None:
    """In the last week products are seen that no earlier day shows."""
    before, after = set(), Counter()
    for views in viewed.values():
        before.update(sku for epoch_ms, sku in views if epoch_ms < LAUNCH_MS)
        after.update(sku for epoch_ms, sku in views if epoch_ms >= LAUNCH_MS)
    unseen = {sku: count for sku, count in after.items() if sku not in before}
    assert len(unseen) >= 10
    assert 0.005 < sum(unseen.values()) / after.total() < 0.06


def test_missing_vectors(shop: Shop) -> None:
    """Some descriptions and some queries have no vector; the others have fifty numbers."""
    catalogue = list(records(shop, "catalogue"))
    searches = list(records(shop, "searches"))
    for vectors, low, high in (
        ([record["description_vector"] for record in catalogue], 0.04, 0.08),
        ([record["query_vector"] for record in searches], 0.02, 0.07),
    ):
        assert low < sum(vector is None for vector in vectors) / len(vectors) < high
        assert {len(vector) for vector in vectors if vector is not None} == {50}


def test_twins_in_any_order(shop: Shop) -> None:
    """A detail and the page view of its page have the same time, and either comes first in the file."""
    orders = Counter()
    last: dict[str, dict] = {}
    for event in records(shop, "events"):
        before = last.get(event["session_id"])
        if before and (before["epoch_ms"], before["url"]) == (event["epoch_ms"], event["url"]):
            orders[before["event_type"]] += 1
        last[event["session_id"]] = event
    assert min(orders["pageview"], orders["product"]) > 0.4 * orders.total()


def test_a_session_begins_on_the_day_of_its_file(shop: Shop) -> None:
    """The first event of each session is of the day that its file is named for."""
    for day in DAYS[:3]:
        begun: dict[str, int] = {}
        with gzip.open(shop.folder / "events" / f"events-{day}.jsonl.gz", "rt") as lines:
            for event in map(json.loads, lines):
                begun[event["session_id"]] = min(begun.get(event["session_id"], 1 << 62), event["epoch_ms"])
        assert {datetime.fromtimestamp(epoch_ms / 1000, UTC).date() for epoch_ms in begun.values()} == {day}


def test_no_event_twice(shop: Shop) -> None:
    """Session, time, type, action and sku tell events apart."""
    names = ("session_id", "epoch_ms", "event_type", "product_action", "sku")
    keys = Counter(tuple(event[name] for name in names) for event in records(shop, "events"))
    assert max(keys.values()) == 1


def test_carts_make_sense(shop: Shop) -> None:
    """What is removed or bought was added before, what was removed is not bought, and a page view has no sku."""
    carts: dict[str, set[str]] = defaultdict(set)
    for event in sorted(records(shop, "events"), key=lambda event: event["epoch_ms"]):
        cart = carts[event["session_id"]]
        match event["product_action"]:
            case "add":
                cart.add(event["sku"])
            case "remove":
                cart.remove(event["sku"])
            case "purchase":
                assert event["sku"] in cart
            case None:
                assert (event["event_type"], event["sku"]) == ("pageview", None)


def test_searches_show_what_is_clicked(shop: Shop) -> None:
    """A click is on a product that was shown, each product is shown once, and none before it is launched."""
    late = {record["sku"] for record in records(shop, "catalogue")}
    with gzip.open(shop.folder / "catalogue" / f"catalogue-{DAYS[0]}.jsonl.gz", "rt") as lines:
        late -= {json.loads(line)["sku"] for line in lines}
    for search in records(shop, "searches"):
        shown = search["skus_shown"]
        assert set(search["skus_clicked"]) <= set(shown)
        assert len(shown) == len(set(shown)) <= 20
        # an hour's grace: a search comes a little before the view that it belongs to
        assert search["epoch_ms"] > LAUNCH_MS - 3_600_000 or not late & set(shown)


def test_planted_structure_is_findable(viewed: dict) -> None:
    """Counting what follows what, up to the last week, ranks the last week's next products far above popularity."""
    follows: dict[str, Counter[str]] = defaultdict(Counter)
    popular: Counter[str] = Counter()
    for views in viewed.values():
        if views[0][0] < LAUNCH_MS:
            skus = [sku for _, sku in views]
            popular.update(skus)
            for sku, following in pairwise(skus):
                follows[sku][following] += 1
    ranking = {sku: [other for other, _ in counts.most_common(20)] for sku, counts in follows.items()}
    top = [sku for sku, _ in popular.most_common(20)]
    scores: dict[str, list[float]] = {"markov": [], "popularity": []}
    for views in viewed.values():
        if views[0][0] >= LAUNCH_MS:
            for (_, sku), (_, following) in pairwise(views):
                for name, ranked in (("markov", ranking.get(sku, [])), ("popularity", top)):
                    scores[name].append(1 / (1 + ranked.index(following)) if following in ranked else 0)
    assert np.mean(scores["markov"]) > 2.5 * np.mean(scores["popularity"])


def test_persona_shows_in_prices(shop: Shop, viewed: dict) -> None:
    """The hidden persona can be found: prices within a session are nearer to each other than between sessions."""
    price = {record["sku"]: record["price_bucket"] for record in records(shop, "catalogue")}
    sessions = [[price[sku] for _, sku in views] for views in viewed.values() if len(views) >= 5]
    within = np.mean([np.var(prices) for prices in sessions])
    assert within < 0.9 * np.var(np.concatenate(sessions))
