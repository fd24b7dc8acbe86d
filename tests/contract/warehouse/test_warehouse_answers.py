"""Answers that the local warehouse and an account give alike, above all those that fakesnow alone gets wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from workbench.errors import ParameterError, UnsupportedLocally, WarehouseError
from workbench.warehouse import connect

Ask = Callable[..., pd.DataFrame]


def rows(frame: pd.DataFrame) -> list[list[object]]:
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize("kind", ["timestamp_ntz", "timestamp_tz", "timestamp_ltz", "date"])
def test_null_times_are_null(ask: Ask, kind: str) -> None:
    """A NULL time arrives as NaT, not as 1970."""
    moments = ask(f"select null::{kind} as t union all select '2024-05-06'::{kind} order by t nulls first").t
    assert moments.isna().tolist() == [True, False]


def test_times_are_exact(ask: Ask) -> None:
    """Times before 1970 and fractions of a second arrive as they were."""
    (moment,) = ask("select '1960-02-03 04:05:06.789012'::timestamp_ntz as t").t
    assert moment == pd.Timestamp("1960-02-03 04:05:06.789012")


def test_outer_flatten_keeps_rows_without_items(ask: Ask) -> None:
    """FLATTEN(outer => true) gives one row of NULLs for a NULL, an empty list and a missing key."""
    ask("create table f (id int, v variant)")
    for number, text in enumerate(['{"items": ["x", "y"]}', '{"items": []}', "{}", "null"], start=1):
        ask("insert into f select :id, parse_json(:text)", id=number, text=text)
    ask("insert into f select 5, null")
    found = ask(
        "select f.id, i.index, i.value::varchar as item from f, lateral flatten(input => f.v:items, outer => true) i "
        "order by 1, 2"
    )
    assert rows(found) == [[1, 0, "x"], [1, 1, "y"], [2, None, None], [3, None, None], [4, None, None], [5, None, None]]


def test_inner_flatten_drops_rows_without_items(ask: Ask) -> None:
    """FLATTEN alone, and FLATTEN with a path, give a row an item and no others."""
    found = ask(
        "select i.index, i.value::int as item from "
        "(select parse_json(column1) as v from values ('{\"a\": [7, 8]}'), ('{}')) f, "
        "lateral flatten(input => f.v, path => 'a') i order by 1"
    )
    assert rows(found) == [[0, 7], [1, 8]]


def test_other_flattens_are_refused(ask: Ask, only_local: None) -> None:
    """What FLATTEN can't do locally is an error, not another answer."""
    with pytest.raises(UnsupportedLocally, match="FLATTEN with"):
        ask("select value from table(flatten(input => parse_json('[[1]]'), recursive => true))")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("YYYY-MM-DD", "2024-03-04"),
        ("DD/MM/YY", "04/03/24"),
        ("YYYY-MM-DD HH24:MI:SS.FF3", "2024-03-04 15:06:07.123"),
        ("HH12:MI AM", "03:06 PM"),
        ("DY MON DD", "Mon Mar 04"),
        ('YYYY"th"', "2024th"),
        ("YYYY%MM", "2024%03"),
    ],
)
@pytest.mark.parametrize("value", ["'2024-03-04 15:06:07.123'::timestamp_ntz", "at"])
def test_to_char_takes_its_format(ask: Ask, pattern: str, text: str, value: str) -> None:
    """TO_CHAR of a time follows the format, whether the parser knows the type or not."""
    source = "(select '2024-03-04 15:06:07.123'::timestamp_ntz as at)"
    assert ask(f"select to_char({value}, '{pattern}') as t from {source}").t[0] == text


def test_times_as_text(ask: Ask) -> None:
    """A time becomes text with its milliseconds, also as a column whose type no cast says; a date has none."""
    source = "(select '2024-03-04 15:06:07'::timestamp_ntz as t, '2024-03-04'::date as d, 5 as n, 'x' as s)"
    found = ask(
        f"select t::varchar as a, to_varchar(t) as b, d::varchar as c, n::varchar as e, s::varchar as f from {source}"
    )
    time = "2024-03-04 15:06:07.000"
    assert found.iloc[0].tolist() == [time, time, "2024-03-04", "5", "x"]
    assert ask(f"select t::varchar as a, count(*) as n from {source} group by t::varchar").a[0] == time


@pytest.mark.parametrize("call", ["to_char(12.5, '999.00')", "to_char(n, f)", "to_varchar(d, 'YYYY-WW')"])
def test_other_formats_are_refused(ask: Ask, only_local: None, call: str) -> None:
    """A format that isn't understood is an error, never dropped."""
    with pytest.raises(UnsupportedLocally, match="TO_CHAR"):
        ask(f"select {call} from (select 1 as n, 'x' as f, current_date() as d)")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("10 / 3", Decimal("3.333333")),
        ("a / 100::number(12,2)", Decimal("12.34560000")),
        ("1::number(12,8) / 3", Decimal("0.333333333333")),
        ("sum(a) / count(*)", Decimal("1234.56")),
        ("avg(n)", Decimal("7.0")),
        ("avg(n) / 3", Decimal("2.333333333333")),
        ("(select max(n) / q.n from values (1)) ", Decimal("1.0")),
    ],
)
def test_division_of_numbers_is_fixed_point(ask: Ask, expression: str, value: Decimal) -> None:
    """A quotient has as many digits as Snowflake gives it, and the type NUMBER, also in a table made of it."""
    source = "(select 1234.56::number(12,2) as a, 7 as n) q"
    grouped = " group by q.n" if "q.n" in expression else ""
    ask(f"create table t as select {expression} as x from {source}{grouped}")
    assert ask("select x from t").x[0] == float(value)
    assert ask("describe table t")["type"][0].startswith("NUMBER(38")


def test_division_of_floats_is_floating_point(ask: Ask) -> None:
    """A FLOAT on either side makes a FLOAT."""
    assert ask("select 1 / 3::float as x").x[0] == 1 / 3


def test_division_binds(ask: Ask) -> None:
    """A division by a value that is bound knows the value's type."""
    found = ask("select 10 / :whole as a, 10 / :part as b where :last = 'x'", last="x", whole=3, part=3.0)
    assert found.a[0] == 3.333333
    assert found.b[0] == 10 / 3


@pytest.mark.parametrize("expression", ["1 / 0", "1.5 / n", "avg(n) / 0", "1::float / n"])
def test_division_by_zero_is_an_error(ask: Ask, expression: str) -> None:
    """Division by zero is an error, and not infinity."""
    with pytest.raises(WarehouseError, match="Division by zero"):
        ask(f"select {expression} from (select 0 as n) group by n")


def test_guarded_division_by_zero_is_none(ask: Ask) -> None:
    """A division that its own condition keeps from happening is no error."""
    found = ask("select iff(n = 0, null, 1 / n) as a, 1 / nullif(n, 0) as b from (select 0 as n)")
    assert rows(found) == [[None, None]]


def test_sums_of_whole_numbers_are_whole(ask: Ask) -> None:
    """SUM and COUNT give int64, SUM of a NUMBER with digits and of text a float64."""
    source = "(select 1 as n, 1.25::number(5,2) as d, '2' as t union all select 2, 2.5, '3')"
    found = ask(f"select sum(n) as n, count(*) as c, sum(d) as d, sum(t) as t from {source}")
    assert rows(found) == [[3, 2, 3.75, 5.0]]
    assert found.dtypes.astype(str).tolist() == ["int64", "int64", "float64", "float64"]


def test_columns_have_snowflakes_names(ask: Ask) -> None:
    """A column without an alias has its text for a name; plain names are lower case, quoted ones as they are."""
    found = ask(
        """select count(*), sum(n) + 1, n as plain, n as "Quoted", n as "A b" from (select 1 as n) group by n"""
    )
    assert found.columns.tolist() == ["COUNT(*)", "SUM(N) + 1", "plain", "Quoted", "A b"]


def test_types_arrive_as_an_analysis_expects(ask: Ask) -> None:
    """Each SQL type has one pandas type, with rows and without."""
    text = """select 1::int as i, 1.5::number(5,2) as n, 1.5::float as f, true as b, 'x' as s, '2024-01-02'::date as d,
        '2024-01-02'::timestamp_ntz as t, parse_json('{"a": [1]}') as v, array_construct(1, 'x') as a"""
    kinds = ["int64", "float64", "float64", "bool", "object", "datetime64[ns]", "datetime64[ns]", "object", "object"]
    found = ask(text)
    assert found.dtypes.astype(str).tolist() == kinds
    assert found.v[0] == {"a": [1]}
    assert found.a[0] == [1, "x"]
    empty = ask(f"select * from ({text}) where false")
    assert empty.shape == (0, 9)
    assert empty.dtypes.astype(str).tolist()[5:7] == kinds[5:7]


def test_binds_arrive_as_they_were(ask: Ask) -> None:
    """Each Python type, numpy's and pandas' scalars too, is the same value for the server."""
    moment = dt.datetime(2024, 1, 2, 3, 4, 5, 999999)
    found = ask(
        "select :i as i, :f as f, :s as s, :b as b, :d as d, :t as t, :n as n, :dec as dec, :np as np, :ts as ts",
        i=2**53 + 1, f=0.1, s="o'x -- :y", b=True, d=dt.date(2024, 1, 2), t=moment, n=None, dec=Decimal("1.25"),
        np=np.int8(3), ts=pd.Timestamp(moment),
    )  # fmt: skip
    assert rows(found) == [
        [2**53 + 1, 0.1, "o'x -- :y", True, pd.Timestamp("2024-01-02"), moment, None, 1.25, 3, pd.Timestamp(moment)]
    ]


def test_binds_compare_as_their_types(ask: Ask) -> None:
    """A bound number, date and time compare as such with columns."""
    source = "(select 2.5::number(5,2) as n, '2024-01-02'::date as d, '2024-01-02 03:00'::timestamp_ntz as t)"
    condition = "n > :n and d = :d and t > :t and n in (:many)"
    found = ask(
        f"select count(*) as c from {source} where {condition}",
        n=1.5, d=dt.date(2024, 1, 2), t=dt.datetime(2024, 1, 2), many=[2, 2.5],
    )  # fmt: skip
    assert found.c[0] == 1


def test_binds_are_not_spliced(ask: Ask) -> None:
    """Text that looks like SQL stays text."""
    assert ask("select :x as x", x="'; drop table t; --").x[0] == "'; drop table t; --"


def test_a_list_is_as_many_values(ask: Ask) -> None:
    """A list, a Series and a set are bound value by value."""
    for many in ([1, 3], pd.Series([1, 3]), {1, 3}, np.array([1, 3])):
        found = ask("select column1 as c from values (1), (2), (3) where column1 in (:many) order by 1", many=many)
        assert found.c.tolist() == [1, 3]


def test_missing_and_unused_binds(ask: Ask) -> None:
    """A name without a value and a value without a name are errors before anything is sent."""
    with pytest.raises(ParameterError, match="wants a value for :day"):
        ask("select :day")
    with pytest.raises(ParameterError, match="has no :day"):
        ask("select ':day'", day=1)


def test_a_result_says_where_it_came_from(ask: Ask) -> None:
    """The frame keeps the query's id, its time and the profile."""
    facts = ask("select 1").attrs["workbench"]
    assert set(facts) == {"query_id", "seconds", "connection"}
    assert facts["query_id"]


def test_statements_without_rows_of_a_table(ask: Ask) -> None:
    """DDL, DML and SHOW give what the server says of them."""
    assert "created" in ask("create table t (a int)").iloc[0, 0]
    assert ask("insert into t values (1), (2)").iloc[0, 0] == 2
    assert ask("show tables like 'T'").name.tolist() == ["T"]


@pytest.mark.parametrize(
    "column", ["'a'", "1", "1.5", "'2024-01-01'::timestamp_ntz", "'2024-01-01'::timestamp_tz", "true"]
)
def test_no_rows_are_no_rows(ask: Ask, column: str) -> None:
    """A query without rows gives none, by whichever way the connector fetches them, and keeps its columns."""
    query = f"select {column} as a where false"
    with contextlib.closing(connect()) as connection:
        assert connection.cursor().execute(query).fetchall() == []
        assert connection.cursor().execute(query).fetch_pandas_all().columns.tolist() == ["A"]
    assert ask(query).shape == (0, 1)
