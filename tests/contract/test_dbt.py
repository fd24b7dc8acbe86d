"""The dbt project on the local warehouse, and the notebooks that read what it builds."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from workbench.demo.shop import Shop, generate
from workbench.demo.sizes import SIZES
from workbench.demo.transform import DOCS, transform
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.warehouse import local, sql
from workbench.warehouse.load import load

ROOT = Path(__file__).parents[2]
DBT = ROOT / "dbt"


class Built:
    """A small shop, loaded and transformed in a project of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = Project(root)
        self.dbt = Path(shutil.copytree(DBT, root / "dbt", ignore=shutil.ignore_patterns("target", "logs")))
        self.shop: Shop = generate(SIZES["small"], root / "shop")
        load(self.shop.folder, project=self.project)
        self.transform()

    def transform(self) -> None:
        transform(self.dbt, local.ensure(self.project).environment())

    def events(self) -> list[dict]:
        """Every event of the files."""
        found = []
        for path in sorted((self.shop.folder / "events").iterdir()):
            with gzip.open(path, "rt") as lines:
                found += map(json.loads, lines)
        return found

    def land(self, table: str, name: str, *records: dict) -> None:
        """Load some more records, in a file of their own."""
        folder = self.root / "more" / name
        (folder / table).mkdir(parents=True)
        (folder / table / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        load(folder, project=self.project)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The shop's tables; the warehouse stops with the module."""
    root = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ROOT", str(root))
        patch.setenv("WORKBENCH_CONNECTION", "local")
        try:
            yield Built(root)
        finally:
            local.stop(Project(root))


def test_profiles_hold_no_secret() -> None:
    """Whatever tells who connects, where and with what comes from environment variables."""
    profile = yaml.safe_load((DBT / "profiles.yml").read_text())["shop"]
    assert set(profile["outputs"]) == {"local", "snowflake"}
    assert profile["target"] == "{{ env_var('DBT_TARGET', 'local') }}"
    for output in profile["outputs"].values():
        for name, value in output.items():
            assert name in ("type", "threads") or value.startswith("{{ env_var("), name


def test_every_notebook_and_flow_is_an_exposure() -> None:
    """What reads the marts is known to dbt, and what dbt knows is there."""
    exposures = yaml.safe_load((DBT / "models" / "exposures.yml").read_text())["exposures"]
    known = {exposure["config"]["meta"]["path"] for exposure in exposures}
    there = {path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("flows/*.py"))}
    assert there <= known
    assert {path for path in known if path.startswith("notebooks/")} <= there


@pytest.mark.slow
def test_the_snowflake_target_reads_its_own_variables(tmp_path: Path) -> None:
    """DBT_TARGET alone turns to the account; nothing of the local warehouse is asked for."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    environment |= {
        "DBT_TARGET": "snowflake",
        "SNOWFLAKE_ACCOUNT": "an-account",
        "SNOWFLAKE_USER": "somebody",
        "DBT_PROJECT_DIR": str(DBT),
        "DBT_PROFILES_DIR": str(DBT),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "parse"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.slow
def test_every_column_is_described(built: Built) -> None:
    """What the documentation shows of a table is all of its columns, each with a sentence."""
    manifest = json.loads((built.dbt / "target" / "manifest.json").read_text())
    catalog = json.loads((built.dbt / "target" / "catalog.json").read_text())
    assert (built.dbt / DOCS).stat().st_size > 100_000
    for kind in ("nodes", "sources"):
        for name, table in catalog[kind].items():
            described = {
                column.lower(): facts["description"] for column, facts in manifest[kind][name]["columns"].items()
            }
            assert set(described) == {column.lower() for column in table["columns"]}, name
            assert all(described.values()), name
            assert manifest[kind][name]["description"]
    assert len(catalog["nodes"]) == 8
    assert len(catalog["sources"]) == 3


@pytest.mark.slow
def test_sessions_have_their_products_in_order(built: Built) -> None:
    """session_interactions is what the files say: every session, its products in order, whether it bought."""
    views = defaultdict(list)
    bought, sessions = set(), set()
    for event in built.events():
        sessions.add(event["session_id"])
        if event["product_action"] == "detail":
            views[event["session_id"]].append((event["epoch_ms"], event["sku"]))
        if event["product_action"] == "purchase":
            bought.add(event["session_id"])
    found = sql("select session_id, skus, converted from session_interactions").set_index("session_id")
    assert set(found.index) == sessions
    assert {name: list(skus) for name, skus in found["skus"].items()} == {
        name: [sku for _, sku in sorted(views[name])] for name in sessions
    }
    assert set(found.index[found["converted"]]) == bought


@pytest.mark.slow
def test_conversion_is_the_same_for_reports_and_models(built: Built) -> None:
    """The days' converted sessions add up to the sessions that say they have converted, on the days they began."""
    daily = sql("select day, sessions, converted_sessions, conversion from daily_conversion order by day")
    by_session = sql("select day, converted from session_interactions").groupby("day")["converted"]
    assert daily["converted_sessions"].tolist() == by_session.sum().tolist()
    assert daily["conversion"].tolist() == pytest.approx(by_session.mean().tolist())
    assert len(daily) == 28


@pytest.mark.slow
def test_a_detail_comes_before_its_page_view(built: Built) -> None:
    """However a product page's two events arrive, the detail is the first of them in its session."""
    wrong = sql(
        """
        select count(*) as n
        from shopping_events as twin
        inner join shopping_events as detail
            on detail.session_id = twin.session_id
            and detail.occurred_at = twin.occurred_at
            and detail.url = twin.url
        where twin.event_kind = 'pageview' and detail.event_kind = 'detail' and detail.event_number > twin.event_number
        """
    )
    assert wrong["n"].item() == 0


@pytest.mark.slow
def test_the_notebook_runs(built: Built) -> None:
    """The notebook to be promoted runs from top to bottom under nbval."""
    notebook = str(ROOT / "notebooks" / "next_product.ipynb")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", notebook],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


def explored(**environment: str) -> list[list[str]]:
    """Each cell's outputs after running the exploring notebook, without what every run has its own of."""
    path = ROOT / "notebooks" / "explore_sessions.ipynb"
    book = nbformat.read(path, 4)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"WORKBENCH_NOTEBOOK": path.name, **environment}.items():
            patch.setenv(name, value)
        NotebookClient(book, timeout=120, kernel_name="python3").execute()
    own = r"query [0-9a-f-]{36}|\d+\.\d+ s\b|\d+ \w+ ago|just now|nothing was run in \w+|title=\"[^\"]*\""
    outputs = [
        [re.sub(own, "…", str(one.get("data") or one.get("text") or one)) for one in cell.outputs]
        for cell in book.cells
        if cell.cell_type == "code"
    ]
    [asked] = outputs[-1]  # which of them took the longest is chance
    return [*outputs[:-1], re.findall(r"\d+ queries", asked)[:1]]


@pytest.mark.slow
def test_the_exploring_notebook_on_another_profile(built: Built, tmp_path: Path) -> None:
    """A profile of another name, of another server with the same tables, gives the same outputs; what changes is one
    variable, and nothing asks the first server.
    """
    local.stop(built.project)
    other = Project(tmp_path / "other")
    shutil.copytree(built.project.state / "warehouse", other.state / "warehouse")
    found = local.ensure(other)
    try:
        settings = "\n".join(f"{name} = {json.dumps(value)}" for name, value in found.connection().items())
        (tmp_path / "connections.toml").write_text(f"[elsewhere]\n{settings}\n")
        (tmp_path / "connections.toml").chmod(0o600)
        here = explored(WORKBENCH_CONNECTION="local")
        local.stop(built.project)
        there = explored(WORKBENCH_CONNECTION="elsewhere", SNOWFLAKE_HOME=str(tmp_path))
        assert local.find(built.project) is None
    finally:
        local.stop(other)
    assert any("image/png" in output for cell in here for output in cell)
    assert not any("traceback" in output for cell in here for output in cell)
    assert there == here


@pytest.mark.slow
def test_the_latest_load_wins(built: Built) -> None:
    """A record that is loaded again, corrected, is there once and corrected; what else was loaded stays."""
    event = next(event for event in built.events() if event["product_action"] == "detail")
    with gzip.open(next((built.shop.folder / "catalogue").iterdir()), "rt") as lines:
        product = json.loads(next(lines))
    before = sql("select count(*) as n from shopping_events")["n"].item()
    built.land("events", "redelivered", {**event, "url": "https://shop.example/moved"})
    built.land("catalogue", "a-later-export", {**product, "price_bucket": 11 - product["price_bucket"]})
    built.transform()
    assert sql("select count(*) as n from raw.events")["n"].item() == before + 1
    assert sql("select count(*) as n from shopping_events")["n"].item() == before
    moved = sql("select session_id from shopping_events where url = 'https://shop.example/moved'")
    assert moved["session_id"].tolist() == [event["session_id"]]
    price = sql("select price_bucket from product_features where sku = :sku", sku=product["sku"])
    assert price["price_bucket"].tolist() == [11 - product["price_bucket"]]


@pytest.mark.slow
def test_a_broken_delivery_is_found(built: Built) -> None:
    """An event of a product that no catalogue has fails the build, with the test that found it in the message."""
    event = next(event for event in built.events() if event["product_action"] == "detail")
    built.land("events", "broken", {**event, "sku": "P99999"})
    with pytest.raises(WorkbenchError, match="relationships_shopping_events_sku"):
        built.transform()
