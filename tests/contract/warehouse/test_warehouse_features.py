"""Features as they were known: held against a search through all rows, and against what came later."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench
from workbench.errors import MissingTable, NoManifest, ParameterError, WarehouseError
from workbench.explore.shelf import shelf
from workbench.project import Project

Ask = Callable[..., pd.DataFrame]


def manifest(database: str, schema: str) -> dict[str, Any]:
    """dbt's, as far as it is read here: two models with features, and one without."""

    def model(name: str, columns: list[str], meta: dict[str, Any]) -> dict[str, Any]:
        return {
            "resource_type": "model",
            "name": name,
            "package_name": "shop",
            "relation_name": f'"{database}"."{schema}"."{name.upper()}"',
            "original_file_path": f"models/{name}.sql",
            "columns": {each: {"name": each, "description": f"The {each}."} for each in columns},
            "config": {"materialized": "table", "meta": meta},
            "depends_on": {"nodes": []},
        }

    about = {"entity": "sku", "event_time": "known_at", "owner": "ada"}
    models = [
        model("activity", ["sku", "known_at", "views", "Odd name"], about),
        model("prices", ["sku", "shop", "day", "price", "views"], {"entity": ["sku", "shop"], "event_time": "day"}),
        model("plain", ["sku"], {}),
    ]
    return {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop"},
        "nodes": {f"model.shop.{one['name']}": one for one in models},
        "sources": {},
    }


@pytest.fixture
def store(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A dbt project that declares the features, and their empty tables."""
    where = ask("select current_database() as d, current_schema() as s").iloc[0]
    (tmp_path / "target").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest(where["d"], where["s"])))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    ask('create table activity (sku varchar, known_at timestamp_ntz, views number(38, 0), "Odd name" varchar)')
    ask("create table prices (sku varchar, shop number(38, 0), day date, price number(10, 2), views number(38, 0))")
    return ask


def known(ask: Ask, *rows: tuple[str, str, int]) -> None:
    """Put rows into `activity`."""
    values = ", ".join(f"('{sku}', '{time}'::timestamp_ntz, {views}, 'x{views}')" for sku, time, views in rows)
    ask(f"insert into activity values {values}")


def test_the_latest_that_was_known(store: Ask) -> None:
    """The row's own time counts, later ones don't; order, index, and rows that match nothing stay."""
    known(store, ("a", "2024-01-01", 1), ("a", "2024-01-03", 3), ("b", "2024-01-02", 2))
    store("insert into prices values ('a', 1, '2024-01-02', 9.99, 7)")
    entities = pd.DataFrame(
        {
            "sku": ["a", "b", "a", "a", None, "zz"],
            "shop": [1, 1, 2, 1, 1, 1],
            "ts": pd.to_datetime(["2024-01-03", "2024-01-01", "2024-01-02", None, "2024-01-02", "2024-01-02"]),
        },
        index=list("uvwxyz"),
    )
    found = workbench.features(
        entities, ["activity.views", "prices.price", "activity.Odd name", "prices.views", "activity.views"], at="ts"
    )
    assert found.columns.tolist() == ["sku", "shop", "ts", "activity__views", "Odd name", "price", "prices__views"]
    assert found.index.tolist() == list("uvwxyz")
    assert found["activity__views"].tolist() == pytest.approx([3, np.nan, 1, np.nan, np.nan, np.nan], nan_ok=True)
    assert found["Odd name"].where(found["Odd name"].notna(), None).tolist() == ["x3", None, "x1", None, None, None]
    assert found["price"].tolist() == pytest.approx([9.99, *[np.nan] * 5], nan_ok=True)
    pd.testing.assert_frame_equal(found[["sku", "shop", "ts"]], entities)


def test_times_with_a_zone_are_instants(store: Ask) -> None:
    """01:00 in Berlin is midnight UTC in winter: what was known at midnight counts then, and not a minute before."""
    known(store, ("a", "2024-01-02 00:00", 1))
    times = pd.to_datetime(["2024-01-02 01:00", "2024-01-02 00:59"]).tz_localize("Europe/Berlin")
    found = workbench.features(pd.DataFrame({"sku": ["a", "a"], "at": times}), ["activity.views"], at="at")
    assert found.views.tolist() == pytest.approx([1, np.nan], nan_ok=True)


MINUTES = st.integers(0, 12)
EVENTS = st.lists(st.tuples(st.sampled_from("abc"), MINUTES), max_size=12, unique=True)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(events=EVENTS, asked=st.lists(st.tuples(st.sampled_from("abcd"), MINUTES), min_size=1, max_size=8))
def test_what_comes_later_changes_nothing(
    store: Ask, events: list[tuple[str, int]], asked: list[tuple[str, int]]
) -> None:
    """For any rows and any times: what a search through all rows finds; with later rows taken away, the same."""
    store("truncate table activity")
    start = pd.Timestamp("2024-05-01")
    times = [start + pd.Timedelta(minutes=minute) for _, minute in events]
    if events:
        known(store, *((sku, str(time), at) for at, ((sku, _), time) in enumerate(zip(events, times, strict=True))))
    entities = pd.DataFrame(
        {"sku": [sku for sku, _ in asked], "at": [start + pd.Timedelta(minutes=minute) for _, minute in asked]}
    )

    def expected(sku: str, minute: int) -> float:
        before = [(when, at) for at, (each, when) in enumerate(events) if each == sku and when <= minute]
        return float(max(before)[1]) if before else np.nan

    wanted = [expected(sku, minute) for sku, minute in asked]
    found = workbench.features(entities, ["activity.views"], at="at")["views"].tolist()
    assert found == pytest.approx(wanted, nan_ok=True)
    first = min(minute for _, minute in asked)
    store(f"delete from activity where known_at > '{start + pd.Timedelta(minutes=first)}'::timestamp_ntz")
    again = workbench.features(entities, ["activity.views"], at="at")["views"].tolist()
    early = [place for place, (_, minute) in enumerate(asked) if minute == first]
    assert [again[place] for place in early] == pytest.approx([found[place] for place in early], nan_ok=True)


ROWS = pd.DataFrame({"sku": ["a"], "at": pd.to_datetime(["2024-01-01"]), "n": [1]})
BAD: dict[str, tuple[Any, Any, str, type[Exception], str]] = {
    "no_frame": ([1], ["activity.views"], "at", ParameterError, "list is no frame"),
    "no_time": (ROWS, ["activity.views"], "when", ParameterError, "no column 'when'"),
    "numbers": (ROWS, ["activity.views"], "n", ParameterError, "no times"),
    "no_key": (ROWS.drop(columns="sku"), ["activity.views"], "at", ParameterError, "no column 'sku'"),
    "other_key": (ROWS, ["prices.price"], "at", ParameterError, "no column 'shop'"),
    "no_name": (ROWS, ["views"], "at", ParameterError, "names no feature"),
    "nothing": (ROWS, [], "at", ParameterError, "no features are asked for"),
    "the_key": (ROWS, ["activity.sku"], "at", ParameterError, "which row is meant"),
    "model": (ROWS, ["activty.views"], "at", MissingTable, "did you mean activity"),
    "plain": (ROWS, ["plain.sku"], "at", MissingTable, "declares no features"),
    "feature": (ROWS, ["activity.view"], "at", MissingTable, "did you mean activity.views"),
    "evil": (ROWS, ['activity.views" from x; drop table activity; --'], "at", MissingTable, "there is no feature"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_asked(name: str, store: Ask) -> None:
    """Each gives its reason."""
    entities, wanted, at, kind, words = BAD[name]
    with pytest.raises(kind, match=words):
        workbench.features(entities, wanted, at=at)


def test_two_rows_of_one_time_are_refused(store: Ask) -> None:
    """Which of them was known nobody can say; rows of entities that aren't asked for don't matter."""
    known(store, ("a", "2024-01-01", 1), ("a", "2024-01-01", 2), ("b", "2024-01-01", 2))
    with pytest.raises(WarehouseError, match="several rows of sku a"):
        workbench.features(ROWS, ["activity.views"], at="at")
    assert workbench.features(ROWS.assign(sku="b"), ["activity.views"], at="at").views.tolist() == [2]


def test_the_shelf(store: Ask, tmp_path: Path) -> None:
    """Every feature with what dbt says of it, how fresh it is, and who asks for it."""
    known(store, ("a", "2024-01-03 10:00", 3))
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "next.py").write_text("workbench.features(e, ['activity.views'], at='t')\n")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "x.ipynb").write_text(json.dumps({"cells": [{"source": '["activity.Odd name"]'}]}))
    found = shelf(project=Project(tmp_path))
    assert [(str(one), one.used) for one in found.found] == [
        ("activity.views", ("flows/next.py",)),
        ("activity.Odd name", ("notebooks/x.ipynb",)),
        ("prices.price", ()),
        ("prices.views", ()),
    ]
    assert found.frame.known.iloc[0] == pd.Timestamp("2024-01-03 10:00", tz="UTC")
    assert found.frame.owner.iloc[0] == "ada"
    assert "activity.views" in repr(found)
    assert "<b>activity.views</b>" in found._repr_html_()


def test_no_manifest(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without dbt's manifest it is said what makes it."""
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    with pytest.raises(NoManifest, match="dbt parse"):
        workbench.features(ROWS, ["activity.views"], at="at")
