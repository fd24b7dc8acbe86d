"""Bad input at every place where a text reaches the warehouse: a clear error or a plain value, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import workbench
from workbench.errors import MissingTable, ParameterError, WarehouseError, WorkbenchError
from workbench.warehouse import catalog
from workbench.warehouse.base import quoted
from workbench.warehouse.load import load
from workbench.warehouse.magic import register

Ask = Callable[..., Any]
ATTACKS = (
    "visits; drop table canary",
    'visits"; drop table canary; --',
    "visits'; drop table canary; --",
    "visits) ; delete from canary; --",
    "$$; drop table canary; $$",
    "{{ ref('canary') }}",
    ":day ? %s %(x)s",
    "sch\\'; drop table canary; --",
    "größe 漢 \"quoted\" 'name'",
    "a\nb",
    "x\0y",
    "",
)
HOME = "WORKBENCH.ANALYTICS"  # where a session begins
FRAME = pd.DataFrame({"sku": ["a"], "ts": pd.to_datetime(["2026-01-02"])})


class Place:
    """Where a text may stand: a project with dbt's manifest, a table, and a shell with the magics."""

    def __init__(self, folder: Path, shell: InteractiveShell) -> None:
        self.folder = folder
        self.shell = shell

    def file(self, name: str) -> Path:
        """A file to load that has the name, as far as a file can have it."""
        path = self.folder / (name.replace("/", "_").replace("\0", "_") + ".jsonl")
        path.write_text('{"a": 1}\n')
        return path

    def cell(self, line: str, text: str) -> Any:
        return self.shell.run_cell_magic("sql", line, text)


PLACES: dict[str, Callable[[Place, str], Any]] = {
    "tables": lambda _, text: workbench.tables(text),
    "describe": lambda _, text: workbench.describe(text),
    "preview": lambda _, text: workbench.preview(text),
    "preview rows": lambda _, text: workbench.preview("visits", text),  # type: ignore[arg-type]
    "profile": lambda _, text: workbench.profile(text),
    "profile columns": lambda _, text: workbench.profile("visits", columns=[text]),
    "profile compare": lambda _, text: workbench.profile("visits", compare=text),
    "profile at": lambda _, text: workbench.profile("visits", at=text),
    "profile at column": lambda _, text: workbench.profile("visits", at={text: "2026-01-01"}),
    "profile sample": lambda _, text: workbench.profile("visits", sample=text),  # type: ignore[arg-type]
    "profile bind": lambda _, text: workbench.profile("select name from visits where name = :x", x=text),
    "sql bind": lambda _, text: workbench.sql("select name from visits where name = :x", x=text),
    "sql list bind": lambda _, text: workbench.sql("select name from visits where name in (:x)", x=[text, "b"]),
    "sql bind name": lambda _, text: workbench.sql("select name from visits", binds={text: 1}),
    "sql limit": lambda _, text: workbench.sql("select 1", limit=text),  # type: ignore[call-overload]
    "sql as": lambda _, text: workbench.sql("select 1", as_=text or "?"),
    "sql connection": lambda _, text: workbench.sql("select 1", connection=text or "?"),
    "sql dry run": lambda _, text: workbench.sql("select name from visits where name = :x", x=text, dry_run=True),
    "sql ref": lambda _, text: workbench.sql(f"select * from {{{{ ref({text!r}) }}}}"),
    "%%sql limit": lambda place, text: place.cell(f"x --limit {text}", "select 1"),
    "%%sql connection": lambda place, text: place.cell(f"x --connection {text}", "select 1"),
    "features": lambda _, text: workbench.features(FRAME, [text], at="ts"),
    "features column": lambda _, text: workbench.features(FRAME, [f"activity.{text}"], at="ts"),
    "features at": lambda _, text: workbench.features(FRAME, ["activity.views"], at=text),
    "features value": lambda _, text: workbench.features(FRAME.assign(sku=text), ["activity.views"], at="ts"),
    "write table": lambda _, text: workbench.write(FRAME, text),
    "write mode": lambda _, text: workbench.write(FRAME, "written", text),  # type: ignore[arg-type]
    "write key": lambda _, text: workbench.write(FRAME, "visits", "merge", key=text),
    "write column": lambda _, text: workbench.write(FRAME.rename(columns={"sku": text}), "written", "replace"),
    "write value": lambda _, text: workbench.write(FRAME.assign(sku=text), "written", "replace"),
    "load file": lambda place, text: load(place.file(text), schema="LOADED_HERE"),
    "load schema": lambda place, text: load(place.file("plain"), schema=text),
    "load table": lambda place, text: load(place.folder, text, schema="LOADED_HERE"),
    "queries": lambda _, text: workbench.queries(text),
}


@pytest.fixture
def place(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    where = ask("select current_database() as d, current_schema() as s").iloc[0]
    ask("create table canary as select 'alive' as state")
    ask("create table visits (name varchar, ts timestamp_ntz)")
    ask("insert into visits values ('a', '2026-01-01'), ('b', '2026-01-02')")
    ask("create table activity (sku varchar, known_at timestamp_ntz, views int)")
    model = {
        "resource_type": "model",
        "name": "activity",
        "package_name": "shop",
        "relation_name": f'"{where["d"]}"."{where["s"]}"."ACTIVITY"',
        "original_file_path": "models/activity.sql",
        "columns": {},
        "config": {"materialized": "table", "meta": {"entity": "sku", "event_time": "known_at"}},
        "depends_on": {"nodes": []},
    }
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop"}
    (tmp_path / "dbt" / "target").mkdir(parents=True)
    (tmp_path / "dbt" / "dbt_project.yml").write_text("name: shop\n")
    content = {"metadata": metadata, "nodes": {"model.shop.activity": model}, "sources": {}}
    (tmp_path / "dbt" / "target" / "manifest.json").write_text(json.dumps(content))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path / "dbt"))
    catalog._kept.clear()
    shell = InteractiveShell()
    register(shell)
    before = set(ask("show schemas")["name"])
    # write has a session of its own, in the profile's schema
    ask(f"create or replace table {HOME}.visits as select 'a' as sku, '2026-01-01'::timestamp_ntz as ts")
    (tmp_path / "files").mkdir()
    yield Place(tmp_path / "files", shell)
    for name in set(ask("show schemas")["name"]) - before:
        ask(f"drop schema {quoted(name)} cascade")
    for name in ask(f"show tables in schema {HOME}")["name"]:
        ask(f"drop table {HOME}.{quoted(name)}")


@pytest.mark.parametrize("where", PLACES)
def test_a_text_is_never_sql(ask: Ask, place: Place, where: str) -> None:
    """Whatever the text says, it is a name or a value: it gives a result, or one sentence with a way out; the tables
    are as they were, and the session goes on.
    """
    for text in ATTACKS:
        said = None
        try:
            PLACES[where](place, text)
        except WorkbenchError as error:
            said = error
        if said is not None:
            assert said.message.strip(), text
            assert "\n" not in said.message, (text, said.message)
            assert said.hint or type(said) is WarehouseError, (text, said.message)  # then it is the warehouse's own
    assert ask("select state from canary").state.tolist() == ["alive"]
    assert len(ask("select * from visits")) == 2


@pytest.mark.parametrize("look", [workbench.describe, workbench.preview, workbench.profile])
def test_a_name_that_several_tables_have(ask: Ask, place: Place, look: Callable[[str], Any]) -> None:
    """All that may be meant are named, and the name with its schema means one."""
    here = ask("select current_schema() as s").s[0]
    for schema in ("TWICE_A", "TWICE_B"):
        ask(f"create schema {schema}")
        ask(f"create table {schema}.twice as select 1 as a")
    ask(f"use schema {here}")
    with pytest.raises(ParameterError, match=r"TWICE_A\.TWICE, WORKBENCH\.TWICE_B\.TWICE") as caught:
        look("twice")
    assert "say the schema" in caught.value.hint
    assert look("twice_a.twice") is not None


@pytest.mark.parametrize(
    "statement",
    [
        "create table {} (x int)",
        "create or replace table {} copy grants as select 1 as x",
        "create temporary table {} (x int)",
        "create table {} (x int) comment = 'one''s own'",
        "create view {} as select 1 as x",
        "create sequence {}",
    ],
)
def test_a_name_that_would_end_a_text(ask: Ask, place: Place, only_local: None, statement: str) -> None:
    """What the local warehouse says of a statement that went well has the name in it, as a name."""
    name = "x'; drop table canary; select '"
    assert name in ask(statement.format(quoted(name))).iloc[0, 0]
    if " sequence " not in statement:
        assert ask(f"describe {'view' if ' view ' in statement else 'table'} {quoted(name)}")["name"].tolist() == ["X"]
        dropped = ask(f"drop {'view' if ' view ' in statement else 'table'} {quoted(name)}")
        assert dropped.iloc[0, 0] == f"{name} successfully dropped."
    assert ask("select state from canary").state.tolist() == ["alive"]


def test_columns_of_any_name(ask: Ask, place: Place) -> None:
    """Quotes, spaces, cases and letters of any script go through writing, exploring and querying as they are."""
    here = ask("select current_schema() as s").s[0]
    names = ['an "odd" one', "größe 漢", "With Space", "MixedCase", "select", "a'b;--"]
    frame = pd.DataFrame({name: [place, place + 1] for place, name in enumerate(names)})
    workbench.write(frame, f'{here}."Odd table"')
    kept = [*names[:4], "SELECT", names[5]]
    assert workbench.describe('"Odd table"').frame["column"].tolist() == kept
    shown = workbench.preview('"Odd table"').frame
    assert [*shown.columns] == [*names[:4], "select", names[5]]
    assert shown.iloc[0].tolist() == list(range(6))
    profiled = workbench.profile('"Odd table"', compare='"Odd table"', columns=kept)
    assert {name: found.distance for name, found in profiled.drifts.items()} == dict.fromkeys(kept, 0.0)
    assert ask(f'select {quoted(names[0])} as x from "Odd table" where "größe 漢" = :g', g=2).x.tolist() == [1]
    workbench.write(frame.assign(select=9), f'{here}."Odd table"', "merge", key=names[:1])
    assert ask('select sum("SELECT") as n from "Odd table"').n.tolist() == [18]


def test_binds_of_two_queries(place: Place) -> None:
    """Each query of a comparison takes the binds that it names; one that is missing or left over is said."""
    text = "select ts from visits where name = :{}"
    found = workbench.profile(text.format("one"), compare=text.format("other"), one="a", other="b")
    assert (found.left.looked_at, found.right.looked_at) == (1, 1)  # type: ignore[union-attr]
    assert [found.left.title, found.right.title] == ["… = :one", "… = :other"]  # type: ignore[union-attr]
    with pytest.raises(ParameterError, match="wants a value for :other"):
        workbench.profile(text.format("one"), compare=text.format("other"), one="a")
    with pytest.raises(ParameterError, match="has no :more"):
        workbench.profile(text.format("one"), compare=text.format("one"), one="a", more=1)


@pytest.mark.parametrize("look", [workbench.describe, workbench.preview, workbench.profile])
def test_no_such_table(place: Place, look: Callable[[str], Any]) -> None:
    """The closest name is said."""
    with pytest.raises(MissingTable, match=r"there is no table visit; did you mean .*\.VISITS"):
        look("visit")
