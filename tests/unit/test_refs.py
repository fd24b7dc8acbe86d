"""`{{ ref() }}` and `{{ source() }}` in queries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import MissingTable, NoManifest, ParameterError
from workbench.project import Project
from workbench.warehouse.refs import resolved


def entry(kind: str, name: str, relation: str | None, **more: Any) -> dict[str, Any]:
    common = {"resource_type": kind, "name": name, "package_name": "shop", "relation_name": relation}
    return {f"{kind}.shop.{name}": {**common, "depends_on": {"nodes": []}, "config": {}, **more}}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A dbt project with a manifest of two models and a source."""
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    (tmp_path / "target").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    models = {
        **entry("model", "shopping_events", 'WORKBENCH.analytics."Odd ""name"'),
        **entry("model", "inlined", None, config={"materialized": "ephemeral"}),
    }
    content = {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop"},
        "nodes": models,
        "sources": entry("source", "events", "WORKBENCH.raw.events", source_name="raw"),
    }
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(content))
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from {{ ref('shopping_events') }} e", 'from "WORKBENCH"."ANALYTICS"."Odd ""name" e'),
        ('from {{ref( "shop" , "shopping_events", )}}', 'from "WORKBENCH"."ANALYTICS"."Odd ""name"'),
        ("from {{ source('raw','events') }}", 'from "WORKBENCH"."RAW"."EVENTS"'),
        ("select '{{ ref(''x'') }}'", "select '{{ ref(''x'') }}'"),
    ],
)
def test_refs_are_the_manifests_tables(project: Project, text: str, wanted: str) -> None:
    """Each becomes the quoted name of its table; in a text it is text."""
    assert resolved(text, project) == wanted


def test_a_text_without_braces_needs_no_manifest(tmp_path: Path) -> None:
    """Most queries are of a project without dbt."""
    assert resolved("select 1", Project(tmp_path)) == "select 1"
    with pytest.raises(NoManifest):
        resolved("select * from {{ ref('a') }}", Project(tmp_path))


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{{ ref('shoping_events') }}", MissingTable, "did you mean 'shopping_events'"),
        ("{{ source('raw', 'event') }}", MissingTable, "did you mean 'raw.events'"),
        ("{{ ref('inlined') }}", ParameterError, "inlined is ephemeral"),
        ("{{ ref(name) }}", ParameterError, "can't be read"),
        ("{{ ref() }}", ParameterError, "can't be read"),
        ("{{ source('raw') }}", ParameterError, "can't be read"),
        ("{{ ref('a') or ref('b') }}", ParameterError, "can't be read"),
        ("{{ var('day') }}", ParameterError, "can't be read"),
        ("{{ ref('a", ParameterError, "has no end"),
        ("{% if true %} x {% endif %}", ParameterError, "is no SQL"),
    ],
)
def test_what_is_no_ref_is_said(project: Project, text: str, error: type[Exception], message: str) -> None:
    """A model that isn't there has the closest name; of Jinja there are these two forms and no more."""
    with pytest.raises(error, match=message):
        resolved(f"select * from {text}", project)
