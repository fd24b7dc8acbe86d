"""tables, describe and preview: from a table's name to what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import workbench
from workbench.cli.warehouse import command
from workbench.errors import MissingTable, ParameterError
from workbench.project import Project
from workbench.warehouse import catalog

Ask = Callable[..., pd.DataFrame]
ODD = 'an "odd" name; drop table x --'


@pytest.fixture
def here(ask: Ask) -> str:
    """The test's own schema, with a table, a view, and a table whose names are an attack."""
    schema = str(ask("select current_schema() as s").s[0])
    ask("create table visits (session_id varchar(20) not null, amount number(10,2), data variant, at timestamp_ntz)")
    ask("""insert into visits select 'a', null, parse_json('{"k": [1]}'), '2026-01-02 03:04:05'""")
    ask("insert into visits values ('b', 12.5, null, null)")
    ask("create view seen as select session_id from visits")
    quoted = ODD.replace('"', '""')
    ask(f'create table "{quoted}" ("{quoted}" varchar, "größe 漢" int)')
    ask(f"""insert into "{quoted}" select '<b>x</b>', 1""")
    catalog._kept.clear()
    return schema


def test_the_catalogue(here: str) -> None:
    """Tables with rows, views without, columns with types; odd names are found as any other."""
    found = {one.name: one for one in workbench.tables() if one.schema == here}
    assert set(found) == {"VISITS", "SEEN", ODD}
    visits = found["VISITS"]
    assert (visits.kind, visits.rows, visits.owner is not None) == ("table", 2, True)
    assert (found["SEEN"].kind, found["SEEN"].rows) == ("view", None)
    assert [(one.name, one.type, one.nullable) for one in visits.columns] == [
        ("SESSION_ID", "VARCHAR(20)", False),
        ("AMOUNT", "NUMBER(10,2)", True),
        ("DATA", "VARIANT", True),
        ("AT", "TIMESTAMP_NTZ", True),
    ]
    assert [one.name for one in workbench.tables(f"{here} session_id")] == ["SEEN", "VISITS"]
    assert workbench.tables("größe")[0].name == ODD
    frame = workbench.tables(f"{here}.visits").frame
    assert frame[["name", "rows", "columns"]].values.tolist() == [["VISITS", 2, 4]]
    assert "did you mean SESSION_ID" in repr(workbench.tables("sesion_id"))


def test_a_whole_catalogue_is_a_few_queries_and_is_kept(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading everything takes two queries beside the two that say where we are; a look again takes none."""
    from workbench.warehouse import query

    asked: list[str] = []
    real = query.sql
    monkeypatch.setattr(query, "sql", lambda text, **rest: asked.append(text) or real(text, **rest))
    workbench.tables(refresh=True)
    assert len(asked) == 4
    workbench.tables("visits")
    assert len(asked) == 4


def test_a_table_that_was_just_made_is_found(here: str, ask: Ask) -> None:
    """What is kept of the catalogue doesn't hide a new table."""
    workbench.tables()
    ask("create table brand_new as select 1 as a")
    assert workbench.preview("brand_new").frame.a.tolist() == [1]


def altered(name: str) -> datetime:
    """When the table was changed last, as the catalogue says now."""
    (found,) = [one for one in workbench.tables(name, refresh=True) if one.name == name.rpartition(".")[2].upper()]
    assert found.altered is not None
    return found.altered


@pytest.mark.parametrize(
    "change",
    [
        "insert into visits (session_id) values ('c')",
        "update visits set amount = 1",
        "delete from visits where session_id = 'a'",
        "merge into visits v using (select 'a' as s) n on v.session_id = n.s when matched then delete",
        "alter table visits add column more number(38,0)",
        "truncate table visits",
        "create or replace table visits as select 1 as a",
    ],
)
def test_when_a_table_was_changed(here: str, ask: Ask, change: str) -> None:
    """Each kind of change moves the time, and reading doesn't; a view has one as well."""
    before = altered(f"{here}.visits")
    assert abs((datetime.now(UTC) - before).total_seconds()) < 120
    ask("select * from visits")
    assert altered(f"{here}.visits") == before
    ask(change)
    assert altered(f"{here}.visits") > before
    assert altered(f"{here}.seen") <= altered(f"{here}.visits")


def test_a_change_is_seen_at_its_commit(here: str, ask: Ask, only_local: None) -> None:
    """What was kept of a table while a transaction changed it is older than the change."""
    ask("begin")
    ask("insert into visits (session_id) values ('c')")
    within = altered(f"{here}.visits")
    ask("commit")
    assert altered(f"{here}.visits") > within


def test_describe(here: str) -> None:
    """Types, whether NULL may be, and the first value that isn't NULL."""
    frame = workbench.describe("visits").frame
    assert frame.column.tolist() == ["SESSION_ID", "AMOUNT", "DATA", "AT"]
    assert frame.nullable.tolist() == [False, True, True, True]
    examples = frame.example.tolist()
    assert (examples[1], json.loads(examples[2])) == (12.5, {"k": [1]})
    assert examples[3] == pd.Timestamp("2026-01-02 03:04:05")
    odd = workbench.describe(f'{here}."{ODD.replace(chr(34), chr(34) * 2)}"')
    assert odd.frame.column.tolist() == [ODD, "größe 漢"]
    assert "<b>x</b>" not in odd._repr_html_()
    assert ODD in repr(odd)


def test_preview(here: str) -> None:
    """The rows as sql gives them, at most as many as asked for."""
    found = workbench.preview("visits", 1)
    assert len(found.frame) == 1
    assert found.caption == "1 of 2 rows"
    assert workbench.preview(workbench.tables("größe")[0]).frame.iloc[0].tolist() == ["<b>x</b>", 1]
    assert "&lt;b&gt;" in workbench.preview(workbench.tables("größe")[0])._repr_html_()
    assert len(workbench.preview("seen", 0).frame) == 0
    for wrong in (-1, 1.5, True, "3 --", 10**9):
        with pytest.raises(ParameterError, match="can't show"):
            workbench.preview("visits", wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("ask_about", [workbench.describe, workbench.preview])
def test_names_that_are_no_table(here: str, ask_about: Callable[[str], object]) -> None:
    """A wrong name says what was meant, and an attack is only a name."""
    with pytest.raises(MissingTable, match=rf"did you mean {here}\.VISITS"):
        ask_about("visitz")
    for text in ("visits; drop table visits", "visits limit 1 --", "(select 1)"):
        with pytest.raises((MissingTable, ParameterError)):
            ask_about(text)
    with pytest.raises(ParameterError, match="not the name of a table"):
        ask_about('visits"; drop table visits; --')
    assert len(workbench.preview("visits").frame) == 2


def test_what_dbt_says(here: str, project: Project, ask: Ask) -> None:
    """dbt's description, tests and keys stand beside the warehouse's columns, and are searched."""
    database = str(ask("select current_database() as d").d[0])
    unique = {"name": "unique", "kwargs": {"column_name": "session_id", "model": ""}}
    node = {
        "resource_type": "model",
        "name": "visits",
        "package_name": "shop",
        "relation_name": f"{database}.{here}.visits",
        "description": "One row a zebra.",
        "columns": {"session_id": {"name": "session_id", "description": "Whose it was."}},
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
        "original_file_path": "dbt_project.yml",
        "primary_key": ["session_id"],
    }
    test = {
        "resource_type": "test",
        "name": "unique_visits",
        "test_metadata": unique,
        "column_name": "session_id",
        "attached_node": "model.shop.visits",
        "depends_on": {"nodes": ["model.shop.visits"]},
    }
    folder = project.root / "dbt"
    (folder / "target").mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text("name: shop\n")
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop"}
    content = {"metadata": metadata, "nodes": {"model.shop.visits": node, "test.shop.u": test}, "sources": {}}
    (folder / "target" / "manifest.json").write_text(json.dumps(content))
    try:
        assert [one.name for one in workbench.tables("zebra")] == ["VISITS"]
        found = workbench.describe("visits")
        assert found.description == "One row a zebra."
        first = found.columns[0]
        assert (first.description, first.keys, first.tests) == ("Whose it was.", ("primary key",), ())
        (folder / "target" / "manifest.json").write_text("{}")
        assert "can't be read" in workbench.tables("visits").notes[0]
    finally:
        (folder / "target" / "manifest.json").unlink()
        (folder / "dbt_project.yml").unlink()


def test_the_commands(here: str) -> None:
    """The same on the command line, for people and for programs; a search without a result is exit status 1."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(command, arguments)

    (found,) = json.loads(run("tables", f"{here}.visits", "--format", "json").stdout)
    assert (found["name"], found["rows"], len(found["columns"])) == ("VISITS", 2, 4)
    assert run("tables", f"{here}.visits").stdout.splitlines()[1].startswith(f"{here}.VISITS")
    assert "  AMOUNT      NUMBER(10,2)\n" in run("tables", f"{here}.visits", "--columns").stdout
    nothing = run("tables", "sesion_id")
    assert (nothing.exit_code, nothing.stdout, "did you mean SESSION_ID" in nothing.stderr) == (1, "", True)
    described = json.loads(run("describe", f"{here}.visits", "--format", "json").stdout)
    assert described["columns"][1]["example"] == "12.5"
    assert json.loads(run("preview", f"{here}.visits", "-n", "1", "--format", "json").stdout)[0]["session_id"] == "a"
    assert isinstance(run("preview", f"{here}.visit").exception, MissingTable)
    assert run("preview", "visits", "-n", "-1").exit_code == 2
