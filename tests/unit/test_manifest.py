"""Reading dbt's manifest."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ManifestUnreadable, MissingTable, NoManifest
from workbench.manifest import Manifest, parts
from workbench.project import Project

SQL = "select 1 as id\n"


def model(name: str, **more: Any) -> dict[str, Any]:
    entry = {
        "resource_type": "model",
        "name": name,
        "package_name": "shop",
        "relation_name": f"WORKBENCH.analytics.{name}",
        "original_file_path": f"models/{name}.sql",
        "checksum": {"name": "sha256", "checksum": hashlib.sha256(SQL.strip().encode()).hexdigest()},
        "config": {"materialized": "table", "meta": {}},
        "depends_on": {"nodes": []},
    }
    return {f"model.shop.{name}": {**entry, **more}}


def generic(name: str, column: str, of: str, **kwargs: Any) -> dict[str, Any]:
    metadata = {"name": name, "kwargs": {"column_name": column, "model": "{{ ref('x') }}", **kwargs}}
    entry = {
        "resource_type": "test",
        "name": f"{name}_{of}_{column}",
        "column_name": column,
        "test_metadata": metadata,
        "attached_node": of,
        "config": {"severity": "WARN"},
        "depends_on": {"nodes": [of]},
    }
    return {f"test.shop.{name}.{of}.{column}": entry}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a dbt project in a folder of its own, its manifest as old as its files."""
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    (tmp_path / "dbt" / "models").mkdir(parents=True)
    (tmp_path / "dbt" / "dbt_project.yml").write_text("name: shop\n")
    for name in ("orders", "customers"):
        (tmp_path / "dbt" / "models" / f"{name}.sql").write_text(SQL)
    return Project(tmp_path)


def write(project: Project, *entries: dict[str, Any], **more: Any) -> Path:
    nodes: dict[str, Any] = {}
    for entry in entries:
        nodes |= entry
    path = project.root / "dbt" / "target" / "manifest.json"
    path.parent.mkdir(exist_ok=True)
    content = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "project_name": "shop",
            "invocation_id": "i-1",
        },
        "nodes": nodes,
        "sources": {
            "source.shop.raw.events": {
                "resource_type": "source",
                "source_name": "raw",
                "name": "events",
                "package_name": "shop",
                "relation_name": 'WORKBENCH.raw."Odd ""events"""',
                "original_file_path": "models/sources.yml",
            }
        },
        **more,
    }
    path.write_text(json.dumps(content))
    return path


def test_what_dbt_says_of_a_table(project: Project) -> None:
    """Descriptions, tests in words, meta from both places, owner, key, and what is made of what."""
    orders = model(
        "orders",
        description="One row an order.",
        columns={"ID": {"name": "ID", "description": "Which one."}},
        meta={"owner": {"name": "Sales"}, "old": 1},
        config={"materialized": "incremental", "meta": {"entity": "order"}},
        primary_key=["ID"],
        depends_on={"nodes": ["source.shop.raw.events"]},
    )
    customer = generic("relationships", "customer", "model.shop.orders", to="ref('customers')", field="id")
    kind = generic("accepted_values", "kind", "model.shop.orders", values=["a", "b"])
    path = write(project, orders, model("customers"), customer, kind, generic("not_null", "ID", "model.shop.orders"))

    manifest = Manifest.of(project)

    node = manifest.of_table("WORKBENCH", "ANALYTICS", "ORDERS")
    assert node is manifest.ref("orders")
    assert node is not None
    assert (node.description, node.owner, node.primary_key) == ("One row an order.", "Sales", ("id",))
    assert node.meta == {"owner": {"name": "Sales"}, "old": 1, "entity": "order"}
    assert node.columns["id"].description == "Which one."
    said = {name: [str(test) for test in column.tests] for name, column in node.columns.items()}
    assert said == {"id": ["not null"], "customer": ["in customers.id"], "kind": ["one of a, b"]}
    assert node.columns["id"].tests[0].severity == "warn"
    assert manifest.source("raw", "events").relation == ("WORKBENCH", "RAW", 'Odd "events"')
    assert manifest.parents("model.shop.orders") == ("source.shop.raw.events",)
    assert manifest.children("source.shop.raw.events") == ("model.shop.orders",)
    assert (manifest.path, manifest.invocation_id) == (path, "i-1")


def test_the_manifest_is_read_once_until_dbt_writes_it_anew(project: Project) -> None:
    """The same object as long as the file is the same, another one after that."""
    write(project, model("orders"))
    first = Manifest.of(project)
    assert Manifest.of(project) is first
    write(project, model("orders"), model("customers"))
    assert Manifest.of(project).ref("customers")


def test_names_that_dbt_does_not_know(project: Project) -> None:
    """A wrong name is MissingTable with the closest one."""
    write(project, model("orders"))
    manifest = Manifest.of(project)
    with pytest.raises(MissingTable, match="did you mean 'orders'"):
        manifest.ref("order")
    with pytest.raises(MissingTable, match=r"did you mean 'raw\.events'"):
        manifest.source("raw", "event")


def test_a_ref_means_the_latest_version_of_the_own_project(project: Project) -> None:
    """Of two models with one name, the project's own before a package's, and the latest version."""
    others = {
        "model.other.orders": model("orders", package_name="other")["model.shop.orders"],
        "model.shop.orders.v1": model("orders", version=1, latest_version=2)["model.shop.orders"],
        "model.shop.orders.v2": model("orders", version=2, latest_version=2)["model.shop.orders"],
    }
    write(project, others)
    assert Manifest.of(project).ref("orders").unique_id == "model.shop.orders.v2"
    assert Manifest.of(project).ref("orders", "other").unique_id == "model.other.orders"


def test_a_stale_manifest_says_which_file_changed(project: Project) -> None:
    """A model's new text, a new or newer file, and a file that is gone; not a file that was only touched."""
    path = write(project, model("orders"), model("customers"))
    os.utime(path, (path.stat().st_mtime - 100,) * 2)
    for file in (project.root / "dbt").rglob("*"):
        os.utime(file, (path.stat().st_mtime - 100,) * 2)
    orders = project.root / "dbt" / "models" / "orders.sql"
    orders.touch()
    manifest = Manifest.of(project)
    # sources.yml, where the source stands, is not there
    assert manifest.stale() == (
        "models/sources.yml is gone since dbt wrote the manifest; `dbt parse` (or `dbt build`) writes it anew"
    )
    sources = project.root / "dbt" / "models" / "sources.yml"
    sources.write_text("")
    os.utime(sources, (path.stat().st_mtime - 100,) * 2)
    assert manifest.stale() is None
    orders.write_text("select 2 as id\n")
    assert str(manifest.stale()).startswith("models/orders.sql has changed")
    orders.write_text(SQL)
    (project.root / "dbt" / "models" / "new.sql").write_text(SQL)
    assert str(manifest.stale()).startswith("models/new.sql has changed")


def test_no_manifest(project: Project, tmp_path: Path) -> None:
    """No dbt project, and one that was never parsed, each say what to do; `find` gives None."""
    with pytest.raises(NoManifest, match=r"no dbt/target/manifest\.json yet\n  hint: `dbt parse`"):
        Manifest.of(project)
    assert Manifest.find(project) is None
    with pytest.raises(NoManifest, match="no dbt project"):
        Manifest.of(Project(tmp_path / "dbt" / "models"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v4.json"}, "nodes": {}}',
        '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}, "nodes": [1]}',
    ],
)
def test_what_is_no_manifest(project: Project, text: str) -> None:
    """A file that isn't a manifest, or too old a one, is an error that names it."""
    path = write(project)
    path.write_text(text)
    with pytest.raises(ManifestUnreadable, match=r"manifest\.json can't be read"):
        Manifest.of(project)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b.c", ("A", "B", "C")),
        ('a."b.""c"."D"', ("A", 'b."c', "D")),
        ("", ()),
    ],
)
def test_relation_names(text: str, names: tuple[str, ...]) -> None:
    """Plain parts are upper case, quoted ones stay as they are."""
    assert parts(text) == names


def test_where_dbt_writes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """DBT_TARGET_PATH, dbt_project.yml's target-path and DBT_PROJECT_DIR are dbt's own, and hold here."""
    path = write(project, model("orders"))
    elsewhere = path.parent.rename(project.root / "dbt" / "made")
    (project.root / "dbt" / "dbt_project.yml").write_text("name: shop\ntarget-path: made # here\n")
    assert Manifest.of(project).path.parent == elsewhere
    monkeypatch.setenv("DBT_TARGET_PATH", str(elsewhere.rename(project.root / "there")))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(project.root / "dbt"))
    assert Manifest.of(Project(Path("/"))).path.parent == project.root / "there"
