"""Statements as dbt-snowflake sends them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from workbench.errors import WarehouseError
from workbench.warehouse.connection import own_session

Ask = Callable[..., pd.DataFrame]


def test_temporary_tables_with_qualified_names(ask: Ask) -> None:
    """An incremental model's temporary table is found by its qualified name."""
    schema = ask("select current_schema() as s").s[0]
    ask(f"create or replace temporary table {schema}.t__dbt_tmp as (select 1 as id)")
    assert ask(f"select id from {schema}.t__dbt_tmp").id.tolist() == [1]


def test_what_is_temporary_goes_with_its_session(ask: Ask, profile: str) -> None:
    """Tables and views with qualified names as well; a permanent one by a name that was temporary before stays."""
    schema = ask("select current_schema() as s").s[0]
    with own_session(profile) as other:
        for statement in (
            f"create or replace temporary table {schema}.t__dbt_tmp as select 1 as id",
            f"create or replace temporary table {schema}.t__dbt_tmp as select 2 as id",
            f"create temporary view {schema}.v__dbt_tmp as select 1 as id",
            f"create temporary table {schema}.kept (id int)",
            f"drop table {schema}.kept",
            f"create table {schema}.kept (id int)",
        ):
            other.cursor().execute(statement)
        assert other.cursor().execute(f"select id from {schema}.t__dbt_tmp").fetchall() == [(2,)]
    found = ask("select table_name from information_schema.tables where table_schema = current_schema()")
    assert found.table_name.tolist() == ["KEPT"]


def test_a_temporary_table_writes_over_no_other(ask: Ask, only_local: None) -> None:
    """An account hides the permanent one for a while; here that is refused, and the table is as it was."""
    schema = ask("select current_schema() as s").s[0]
    ask("create table t as select 1 as id")
    with pytest.raises(WarehouseError, match="temporary table with the name of one that is there"):
        ask(f"create or replace temporary table {schema}.t as select 2 as id")
    assert ask("select id from t").id.tolist() == [1]


def test_merge_inserts_what_is_not_there(ask: Ask) -> None:
    """MERGE with names that both sides have updates the one row and inserts the other."""
    ask("create table t as select 1 as id, 'old' as v")
    ask("create table s as select 1 as id, 'new' as v union all select 2, 'new'")
    ask("""merge into t as dest using s as src on src.id = dest.id
        when matched then update set "ID" = src."ID", "V" = src."V"
        when not matched then insert ("ID", "V") values ("ID", "V")""")
    assert ask("select * from t order by id").to_numpy().tolist() == [[1, "new"], [2, "new"]]


def test_query_tags(ask: Ask) -> None:
    """The session's query tag can be set, shown and unset."""
    ask("alter session set query_tag = 'dbt''s'")
    assert ask("show parameters like 'query_tag' in session")["value"].tolist() == ["dbt's"]
    ask("alter session unset query_tag")
    assert ask("show parameters like 'query_tag' in session")["value"].tolist() == [""]


def test_comments(ask: Ask) -> None:
    """Tables and columns can be commented, quotes and all."""
    ask("create table t (a int, b int)")
    ask("comment on table t is 'it''s'")
    ask("comment on column t.a is 'it''s'")
    ask('alter table t alter "A" comment $$it\'s$$, "B" comment $$b$$')
    assert ask(
        "select comment from information_schema.tables where table_schema = current_schema()"
    ).comment.tolist() == ["it's"]


def test_grants(ask: Ask, only_local: None) -> None:
    """Grants are taken and forgotten: the local warehouse has one user."""
    ask("create table t (a int)")
    ask("grant select on table t to role reader")
    assert ask("show grants on table t").grantee_name.tolist() == []
    ask("revoke select on table t from role reader")


def test_metadata_is_written_within_a_transaction(ask: Ask) -> None:
    """A table with text columns is made in a transaction that has written rows."""
    ask("create table t (a int)")
    ask("begin")
    ask("insert into t values (1)")
    ask("create or replace table u (b varchar(10))")
    ask("commit")
    assert ask("select count(*) as n from t").n[0] == 1


def test_several_statements_fail_at_once(ask: Ask) -> None:
    """Two statements in one call are an error that says so; a semicolon in a text or at the end is none."""
    with pytest.raises(WarehouseError, match="statement count 2"):
        ask("select 1; select 2")
    assert ask("select ';' as a; ").a[0] == ";"
