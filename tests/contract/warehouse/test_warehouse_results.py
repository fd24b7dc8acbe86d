"""Results as pandas, Arrow, polars and streams, in parts, and those without room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars
import pyarrow as pa
import pytest

from workbench.errors import MissingTable, ParameterError, ResultTooLarge
from workbench.project import Project
from workbench.warehouse import sessions, table

Ask = Callable[..., Any]

MANY = (
    "select row_number() over (order by null) as n, 'sku-' || (n % 7) as sku from table(generator(rowcount => 400000))"
)
KINDS = (
    "select 1::number(3,0) as whole, null::int as nothing, 1.25::number(10,2) as part, 'x' as text, "
    "'2024-05-06'::date as day, '2024-05-06 07:08:09.123'::timestamp_ntz as moment, true as yes, "
    "parse_json('{\"a\": 1}') as doc"
)


def test_arrow_and_polars(ask: Ask) -> None:
    """One column has the same type in each kind of frame: int64, float64, documents as JSON text."""
    arrow = ask(KINDS, as_="arrow")
    row = arrow.to_pylist()[0]
    assert arrow.column_names == ["whole", "nothing", "part", "text", "day", "moment", "yes", "doc"]
    assert [str(kind) for kind in arrow.schema.types[:5]] == ["int64", "int64", "double", "string", "date32[day]"]
    assert (row["nothing"], row["part"], row["day"]) == (None, 1.25, dt.date(2024, 5, 6))
    assert b"query_id" in arrow.schema.metadata[b"workbench"]
    frame = ask(KINDS, as_="polars")
    assert frame.schema["whole"] == polars.Int64
    assert frame.drop("doc").rows() == polars.from_arrow(arrow).drop("doc").rows()
    assert "1 row" in repr(table(frame))
    with pytest.raises(ParameterError, match="one of pandas, polars, arrow"):
        ask("select 1", as_="list")


def test_a_statement_without_rows_gives_what_the_server_says(ask: Ask) -> None:
    """DDL, changes and SHOW have a frame of each kind as well."""
    ask("create table t (a int)")
    assert ask("insert into t select 1", as_="arrow").num_rows == 1
    assert ask("show tables", as_="polars").height == 1
    assert ask("select * from t where a > 5", as_="arrow").schema.names == ["a"]


def test_limits(ask: Ask) -> None:
    """At most so many rows come, whatever the query: with a LIMIT of its own, an order, a comment, or SHOW."""
    for text in (MANY, f"{MANY} limit 50 -- some", f"with x as ({MANY}) select * from x order by n desc"):
        assert len(ask(text, limit=3)) == 3
    assert ask(f"{MANY} order by n desc", limit=2).n.tolist() == [400000, 399999]
    assert ask(f"{MANY} order by n desc limit 1", limit=2).n.tolist() == [400000]
    for name in "abc":
        ask(f"create table {name} (x int)")
    assert len(ask("show tables", limit=2)) == 2
    with pytest.raises(ParameterError, match="limit is for queries"):
        ask("insert into a select 1", limit=1)
    with pytest.raises(ParameterError, match="limit is 0"):
        ask("select 1", limit=0)
    with pytest.raises(ParameterError, match="limit= is an argument of sql"):
        ask("select :limit", limit=5)
    assert ask("select :limit as x", binds={"limit": 5}).x.tolist() == [5]
    with pytest.raises(ParameterError, match=":a is given twice"):
        ask("select :a", a=5, binds={"a": 5})


def test_a_large_result_comes_in_parts(ask: Ask) -> None:
    """All rows come once, in order, whether at once or as a stream whose batches are parts of the result."""
    whole = ask(MANY, as_="arrow")
    batches = list(ask(MANY, stream=True))
    assert len(batches) > 2
    assert max(len(one) for one in batches) < 300_000
    assert pa.concat_tables(batches).column("n").to_pylist() == list(range(1, 400_001))
    assert whole.column("n").to_pylist() == list(range(1, 400_001))
    assert ask(MANY).n.tolist() == list(range(1, 400_001))
    first = next(ask(MANY, stream=True))  # what is left is not fetched, and the session goes on
    assert first.column("n")[0].as_py() == 1
    assert ask("select 1 as x").x.tolist() == [1]
    with pytest.raises(ParameterError, match="is for queries"):
        ask("create table t (a int)", stream=True)
    with pytest.raises(MissingTable):
        ask("select * from nope", stream=True)


def test_what_has_no_room_is_not_fetched(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result beyond its share of the memory is refused with its size; it can be limited, or read as a stream."""
    monkeypatch.setenv("WORKBENCH_RESULT_MEMORY", "5MB")
    with pytest.raises(ResultTooLarge, match=r"400,000 rows(?s:.*)stream=True"):
        ask(MANY.replace("\n", " "))
    assert len(ask(MANY, limit=10)) == 10
    assert sum(len(batch) for batch in ask(MANY, stream=True)) == 400_000


def test_results_that_nobody_fetched_are_removed(ask: Ask, only_local: None, profile: str, project: Project) -> None:
    """A session's parts go when it ends."""
    kept = project.state / "warehouse" / "results"
    before = len(list(kept.iterdir()))
    ask(MANY, stream=True)
    assert len(list(kept.iterdir())) == before + 1
    schema = ask("select current_schema() as s").s[0]
    sessions.forget(profile, project)
    ask(f"use schema {schema}")
    assert len(list(kept.iterdir())) <= before


def test_a_dry_run_reads_nothing(ask: Ask) -> None:
    """The tables that a query would read are named with their rows, those behind a view too; no value is shown."""
    ask("create table base (id int)")
    ask("insert into base select seq4() from table(generator(rowcount => 7))")
    ask('create table "Odd ""name" (id int)')
    ask("create view seen as select * from base where id > 1")
    plan = ask(
        'with x as (select 1 as id) select * from seen join "Odd ""name" o using (id) where id > :least and false',
        least="planted-secret",
        dry_run=True,
    )
    schema = ask("select current_schema() as s").s[0]
    found = {one.table.rpartition(f'"{schema}".')[2]: one.rows for one in plan.tables}
    assert found == {'"BASE"': 7, '"Odd ""name"': 0}
    assert "id > ?" in plan.statement
    assert plan.binds == ("least",)
    for text in (repr(plan), repr(table(plan)), plan._repr_html_()):
        assert "7 rows" in text or "<td>7</td>" in text
        assert "planted-secret" not in text
    with pytest.raises(MissingTable):
        ask("select * from nope", dry_run=True)
    with pytest.raises(ParameterError, match="is for queries"):
        ask("drop table base", dry_run=True)
    assert ask("select count(*) as n from base").n.tolist() == [7]
