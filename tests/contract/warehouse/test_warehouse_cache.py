"""Results that are kept: never an old one, and said where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbench.errors import MissingTable, ParameterError, ResultTooLarge
from workbench.project import Project
from workbench.warehouse import caching, kept, table
from workbench.warehouse.connection import own_session

Ask = Callable[..., Any]
FROM_CACHE = "from the cache of"


@pytest.fixture
def visits(ask: Ask) -> Ask:
    """Asking for a sum over a table, with the cache: the value, and what is said of it."""
    ask("create table visits (sku varchar, n int)")
    ask("insert into visits values ('a', 1), ('b', 2)")

    def total(text: str = "select sum(n) as n from visits", **more: Any) -> tuple[Any, str]:
        frame = ask(text, cache=True, **more)
        return frame.iloc[0, 0], frame.attrs["workbench"]["cache"]

    return total


def test_a_result_is_taken_while_nothing_changed(visits: Ask, ask: Ask) -> None:
    """The second time nothing runs, and it says so; another text, bind, limit or schema is another query."""
    assert visits() == (3, "kept in the cache")
    value, said = visits()
    assert value == 3
    assert said == "from the cache of just now: no table that it reads has changed" or " second" in said
    one = "select n from visits where sku = :sku"
    assert visits(one, sku="a") == (1, "kept in the cache")
    assert visits(one, sku="b") == (2, "kept in the cache")
    assert FROM_CACHE in visits(one, sku="a")[1]
    assert visits(one, sku="a", limit=5)[1] == "kept in the cache"
    assert visits("select :x as x", x=1) == (1, "kept in the cache")
    assert visits("select :x as x", x="1") == ("1", "kept in the cache")
    here = ask("select current_schema() as s").s[0]
    ask("create schema wb_test_other")  # and goes there
    ask("create table visits as select 'c' as sku, 40 as n")
    assert visits() == (40, "kept in the cache")
    ask(f"use schema {here}")
    assert visits()[0] == 3
    ask("drop schema wb_test_other cascade")


@pytest.mark.parametrize(
    ("change", "total"),
    [
        ("insert into visits values ('c', 4)", 7),
        ("update visits set n = 10 where sku = 'a'", 12),
        ("delete from visits where sku = 'a'", 2),
        ("merge into visits v using (select 'a' as sku) s on v.sku = s.sku when matched then delete", 2),
        ("create or replace table visits as select 'z' as sku, 26 as n", 26),
    ],
)
def test_a_change_in_between_is_seen(visits: Ask, ask: Ask, change: str, total: int) -> None:
    """Whatever changes a table, the next result is new."""
    assert visits() == (3, "kept in the cache")
    ask(change)
    assert visits() == (total, "kept in the cache")


def test_a_change_behind_a_view_of_a_view_is_seen(visits: Ask, ask: Ask) -> None:
    """What a view's text names is looked at, too, and so on."""
    ask("create view within as select * from visits")
    ask("create view seen as select n from within")
    text = "with one as (select * from seen) select sum(n) as n from one"
    assert visits(text) == (3, "kept in the cache")
    assert FROM_CACHE in visits(text)[1]
    ask("insert into visits values ('c', 4)")
    assert visits(text) == (7, "kept in the cache")


def test_a_change_by_somebody_else_while_the_query_runs(
    visits: Ask, profile: str, project: Project, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes between the reading of the times and the query is never hidden, nor what changes after it."""
    here = ask("select current_schema() as s").s[0]
    real = caching._key

    def late(*arguments: Any) -> str:
        key = real(*arguments)
        with own_session(profile, project=project) as other:
            other.cursor().execute(f"insert into {here}.visits values ('late', 100)")
        return key

    monkeypatch.setattr(caching, "_key", late)
    assert visits() == (103, "kept in the cache")
    monkeypatch.setattr(caching, "_key", real)
    assert visits() == (103, "kept in the cache")
    assert visits()[0] == 103


def test_a_view_that_is_another_now(visits: Ask, ask: Ask) -> None:
    """A view's own text is what its results depend on, too; and so is a table that comes to stand before another."""
    ask("create view seen as select n from visits")
    assert visits("select sum(n) as n from seen")[0] == 3
    ask("create or replace view seen as select n * 2 as n from visits")
    assert visits("select sum(n) as n from seen")[0] == 6
    ask("create view lately as select random() as r from visits")
    assert "of the view" in visits("select count(r) as n from lately")[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("select count(*) as n from visits where current_timestamp() > '2020-01-01'", "CURRENT_TIMESTAMP"),
        ("select count(random()) as n from visits", r"RANDOM()"),
        ("select count(*) as n from information_schema.tables", " be told"),
        ("insert into visits values ('c', 3)", "not a SELECT"),
        ("show tables", "not a SELECT"),
    ],
)
def test_what_is_not_kept_says_why(visits: Ask, text: str, why: str) -> None:
    """It runs as without the cache."""
    said = visits(text)[1]
    assert said.startswith("not cached: ")
    assert why in said


def test_the_sessions_own_state_is_not_kept(visits: Ask, ask: Ask) -> None:
    """A transaction's rows, and a temporary table that hides another, are its session's alone."""
    assert visits()[0] == 3
    ask("begin")
    ask("insert into visits values ('mine', 50)")
    assert visits() == (53, "not cached: a transaction is open")
    ask("rollback")
    assert visits()[0] == 3
    ask("create temporary table hidden (n int)")
    assert "temporary" in visits()[1]


def test_kinds_types_and_errors(visits: Ask, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of frame comes from the cache as it came from the warehouse; errors are those of the query."""
    text = (
        "select 1::number(3,0) as whole, null::int as nothing, 1.25::number(10,2) as part, '2024-05-06'::date as day, "
        "'2024-05-06 07:08:09.123456'::timestamp_ntz as moment, true as yes, parse_json('{\"a\": [1]}') as doc, "
        'n as "Odd, name" from visits where n = 1'
    )
    for kind in ("pandas", "arrow", "polars"):
        plain, kept_one = ask(text, as_=kind), [ask(text, as_=kind, cache=True) for _ in range(2)][1]
        assert FROM_CACHE in repr(table(kept_one))
        assert FROM_CACHE not in repr(table(plain))
        if kind == "pandas":
            assert plain.equals(kept_one)
            assert plain.dtypes.tolist() == kept_one.dtypes.tolist()
            assert kept_one.doc[0] == {"a": [1]}
        elif kind == "arrow":
            assert plain.schema.equals(kept_one.schema)
            assert plain.equals(kept_one)
        else:
            assert plain.equals(kept_one)
    with pytest.raises(MissingTable):
        ask("select * from nope", cache=True)
    with pytest.raises(ParameterError, match="a stream is not kept"):
        ask("select 1", cache=True, stream=True)
    with pytest.raises(ParameterError, match="cache= is an argument"):
        ask("select :cache", cache=True)
    monkeypatch.setenv("WORKBENCH_RESULT_MEMORY", "1")
    with pytest.raises(ResultTooLarge):
        ask(text, cache=True)


def test_the_magic(visits: Ask, ask: Ask) -> None:
    """`%%sql --cache` says below the table where it comes from; without it nothing is read from there."""
    from workbench.warehouse.magic import register

    shell = InteractiveShell()
    register(shell)
    said = [repr(shell.run_cell_magic("sql", "found --cache", "select n from visits order by n")) for _ in range(2)]
    assert "kept in the cache" in said[0]
    assert FROM_CACHE in said[1]
    assert "cache" not in repr(shell.run_cell_magic("sql", "found", "select n from visits order by n"))
    assert shell.user_ns["found"].n.tolist() == [1, 2]


def test_a_folder_that_cannot_be_written(visits: Ask, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is there all the same."""
    monkeypatch.setattr(kept, "folder_of", lambda project: project.root / "file" / "below")
    (project.root / "file").write_text("")
    value, said = visits("select max(n) as n from visits")
    assert value == 2
    assert said.startswith("not cached: ")
    (project.root / "file").unlink()
