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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
MORE_MODELS = Path(__file__).with_name("dbt_more")
FOUND = "found: "
BUILD = "build --event-time-start 2026-01-01 --event-time-end 2027-01-01"  # of models by batches
DBT_STEPS = f"""
import json, pathlib, sys
from dbt.cli.main import dbtRunner
runner = dbtRunner()
for step in json.loads(sys.argv[1]):
    if isinstance(step, dict):
        for path, text in step.items():
            pathlib.Path(path).write_text(text)
        continue
    done = runner.invoke(["--no-use-colors", "--log-level", "warn", *step.split(), "--target", "local"])
    if done.exception or not done.success:
        sys.exit(f"dbt {{step}} failed: {{done.exception}}")
    found = {{}}
    for one in done.result.results:
        found[one.node.name] = {{"status": str(one.status), "rows": one.adapter_response.get("rows_affected")}}
    print({FOUND!r} + json.dumps(found))
"""
# what each kind of incremental model and snapshot has after another day, on which 1 and 3 changed, 2 went, and 4 came
MORE = {
    "select id, name from by_append order by id": """1,"a ""quoted"" one"\n2,größe\n3,three\n4,four\n""",
    "select id, amount from by_delete_insert order by id": "1,2.5\n2,\n3,3.0\n4,4.0\n",
    "select id from by_overwrite order by id": "1\n3\n4\n",
    "select id, seen_at::date from by_batch order by id": "1,2026-10-01\n3,2026-10-03\n4,2026-10-03\n",
    "select * from by_merge order by id": """1,"a ""quoted"" one!",2.5\n2,größe!,\n3,three!,3.0\n4,four,4.0\n""",
    "select id, amount, dbt_is_deleted, dbt_valid_to is null from things_by_time order by id, dbt_valid_from": (
        "1,1.5,False,True\n2,,False,False\n2,,True,True\n3,3.0,False,False\n3,3.0,False,True\n4,4.0,False,True\n"
    ),
    "select id, amount, dbt_valid_to = '9999-12-31' from things_by_check order by id, dbt_valid_from": (
        "1,1.5,False\n1,2.5,True\n2,,False\n3,3.0,False\n3,3.0,True\n4,4.0,True\n"
    ),
}


class Built:
    """A small shop, loaded and transformed in a project of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = Project(root)
        self.dbt_folder = Path(shutil.copytree(DBT, root / "dbt", ignore=shutil.ignore_patterns("target", "logs")))
        self.shop: Shop = generate(SIZES["small"], root / "shop")
        load(self.shop.folder, project=self.project)
        self.transform()

    def transform(self) -> None:
        transform(self.dbt_folder, local.ensure(self.project).environment())

    def dbt(self, *steps: str | dict[str, str]) -> list[dict[str, dict[str, Any]]]:
        """Run commands of dbt's in one process: of each, the nodes' status and affected rows. A dict is files' texts,
        by their paths in the project, that are written before the next command.
        """
        environment = {"DBT_PROJECT_DIR": str(self.dbt_folder), "DBT_PROFILES_DIR": str(self.dbt_folder)}
        ended = subprocess.run(
            [sys.executable, "-c", DBT_STEPS, json.dumps(steps)],
            env={**os.environ, **environment, **local.ensure(self.project).environment()},
            cwd=self.dbt_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return [json.loads(line[len(FOUND) :]) for line in ended.stdout.splitlines() if line.startswith(FOUND)]

    @contextmanager
    def more_models(self) -> Iterator[dict[str, str]]:
        """Each kind of incremental model and snapshot over a seed; gives the files that are others another day."""
        files = [path for path in MORE_MODELS.glob("*/*") if path.parent.name != "later"]
        for path in files:
            target = self.dbt_folder / path.relative_to(MORE_MODELS)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
        later = {"models/by_merge.sql": "by_merge.sql", "seeds/things.csv": "things.csv"}
        try:
            yield {path: (MORE_MODELS / "later" / name).read_text() for path, name in later.items()}
        finally:
            for path in files:
                (self.dbt_folder / path.relative_to(MORE_MODELS)).unlink()

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
    manifest = json.loads((built.dbt_folder / "target" / "manifest.json").read_text())
    catalog = json.loads((built.dbt_folder / "target" / "catalog.json").read_text())
    assert (built.dbt_folder / DOCS).stat().st_size > 100_000
    for kind in ("nodes", "sources"):
        for name, table in catalog[kind].items():
            described = {
                column.lower(): facts["description"] for column, facts in manifest[kind][name]["columns"].items()
            }
            assert set(described) == {column.lower() for column in table["columns"]}, name
            assert all(described.values()), name
            assert manifest[kind][name]["description"]
    assert len(catalog["nodes"]) == 9
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
    own = r"query [0-9a-f-]{36}|\d+\.\d+ s\b|\d+ \w+ ago *|just now *|nothing was run in \w+|title=\"[^\"]*\"|changed +"
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
def test_a_build_takes_what_is_new(built: Built) -> None:
    """Of the loads that it doesn't have, a build takes each record once, the later one for the one that was there, also
    where a load comes in late; prices have versions; freshness is of the loads; the next build finds nothing new.
    """
    event, other = [event for event in built.events() if event["product_action"] == "detail"][:2]
    with gzip.open(max((built.shop.folder / "catalogue").iterdir()), "rt") as lines:
        product = json.loads(next(lines))
    before = sql("select count(*) as n from shopping_events")["n"].item()
    for table in ("events", "catalogue", "searches"):  # all of it was the day before yesterday
        sql(f"update raw.{table} set loaded_at = dateadd(day, -2, loaded_at)")
    unknown = {**other, "epoch_ms": other["epoch_ms"] + 2}
    built.land("events", "late", {**other, "url": "https://shop.example/old"}, unknown)
    sql("update raw.events set loaded_at = dateadd(day, -3, loaded_at) where file_name = 'late.jsonl'")
    later = {**event, "epoch_ms": event["epoch_ms"] + 1}
    built.land("events", "redelivered", {**event, "url": "https://shop.example/moved"}, later)
    built.land("catalogue", "a-later-export", {**product, "price_bucket": 11 - product["price_bucket"]})
    with built.more_models() as another_day:
        freshness, first, second = built.dbt("source freshness", BUILD, another_day, BUILD)
        assert {name: found["status"] for name, found in freshness.items()} == {
            "events": "pass",
            "catalogue": "pass",
            "searches": "warn",
        }
        for build in (first, second):
            assert {found["status"] for found in build.values()} <= {"success", "pass", "no-op"}
        assert (first["stg_events"]["rows"], second["stg_events"]["rows"]) == (4, 0)
        assert (first["product_history"]["rows"], second["product_history"]["rows"]) == (2, 0)
        assert {text: sql(text).to_csv(index=False, header=False) for text in MORE} == MORE
    assert sql("select count(*) as n from raw.events")["n"].item() == before + 4
    assert sql("select count(*) as n from shopping_events")["n"].item() == before + 2
    assert sql("select url from shopping_events where url = 'https://shop.example/old'").empty
    moved = sql("select session_id from shopping_events where url = 'https://shop.example/moved'")
    assert moved["session_id"].tolist() == [event["session_id"]]
    price = sql("select price_bucket from product_features where sku = :sku", sku=product["sku"])
    assert price["price_bucket"].tolist() == [11 - product["price_bucket"]]
    versions = sql("select * from product_history where sku = :sku order by dbt_valid_from", sku=product["sku"])
    assert versions["dbt_valid_to"].tolist()[0] == versions["dbt_valid_from"].tolist()[1]
    assert versions["dbt_valid_to"].isna().tolist() == [False, True]
    assert versions["price_bucket"].tolist()[1] == 11 - product["price_bucket"]
    assert sql("select count(*) as n from product_history")["n"].item() == built.shop.products + 1
    assert sql("select table_name from information_schema.tables where table_name ilike '%dbt_tmp'").empty


@pytest.mark.slow
def test_a_broken_delivery_is_found(built: Built) -> None:
    """An event of a product that no catalogue has fails the build, with the test that found it in the message."""
    event = next(event for event in built.events() if event["product_action"] == "detail")
    built.land("events", "broken", {**event, "sku": "P99999"})
    with pytest.raises(WorkbenchError, match="relationships_shopping_events_sku"):
        built.transform()
