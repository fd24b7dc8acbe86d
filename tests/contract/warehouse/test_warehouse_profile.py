"""profile: what columns hold, computed by the warehouse, compared with what the rows say."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest
from click.testing import CliRunner

import workbench
from workbench.cli.warehouse import command
from workbench.errors import MissingTable, ParameterError
from workbench.explore import profiling
from workbench.warehouse import catalog, query

Ask = Callable[..., pd.DataFrame]
ODD = "größe \":x'; drop table --"
QUOTED = '"' + ODD.replace('"', '""') + '"'


@pytest.fixture
def events(ask: Ask) -> str:
    """A thousand events on ten days, every fourth without a sku; the name of the table."""
    catalog._kept.clear()
    ask(
        "create table events as select n::number(38,0) as n, (n / 8)::float as x, mod(n, 5)::varchar as kind,"
        " case when mod(n, 4) = 0 then null else 'sku ' || mod(n, 7)::varchar end as sku,"
        " dateadd(hour, floor(n * 0.24), '2026-10-01'::timestamp_ntz) as at, mod(n, 3) = 0 as third,"
        " (n / 100)::number(12, 2) as price"
        " from (select seq4() as n from table(generator(rowcount => 1000)))"
    )
    return "events"


def test_the_numbers_are_right(events: str) -> None:
    """Counts, limits, moments, bars and most frequent values are those of the rows; estimates are near."""
    found = workbench.profile(events)
    assert (found.side.looked_at, found.side.share) == (1000, None)

    n = found["n"]
    assert (n.nulls, n.low, n.high, n.mean) == (0, 0, 999, 499.5)
    assert n.std == pytest.approx(288.819436)
    assert n.quantiles[0.5] == pytest.approx(499.5, abs=10)
    assert n.quantiles[0.05] == pytest.approx(50, abs=10)
    assert sum(n.bars) == 1000
    assert set(n.bars[:-1]) == {42}
    assert n.distinct is not None
    assert abs(n.distinct - 1000) < 100

    kind = found["KIND"]
    assert kind.top == tuple((str(value), 200) for value in range(5))
    assert (kind.complete, kind.distinct_said, kind.lengths) == (True, 5, (1, 1.0, 1))
    sku = found["sku"]
    assert (sku.nulls, sku.low, sku.high, len(sku.top)) == (250, "sku 0", "sku 6", 7)
    assert dict(found["third"].top) == {"false": 666, "true": 334}
    assert (found["price"].low, found["price"].high) == (0, Decimal("9.99"))

    at = found["at"]
    assert at.axis is not None
    assert (at.axis.label(0), sum(at.bars)) == ("2026-10-01 00:00", 1000)
    row = found.frame.set_index("column").loc["AT"]
    assert (row["min"], row["max"]) == (datetime(2026, 10, 1), datetime(2026, 10, 10, 23))
    assert found.frame.set_index("column").loc["SKU", "null_share"] == 0.25


def test_two_statements_however_many_columns(events: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table is profiled with two statements; a wide one with two for each part of its columns."""
    workbench.tables(refresh=True)
    asked: list[str] = []
    real = query.sql
    monkeypatch.setattr(query, "sql", lambda text, **rest: asked.append(text) or real(text, **rest))
    whole = workbench.profile(events)
    assert len(asked) == 2
    monkeypatch.setattr(profiling, "COLUMNS", 3)
    parts = workbench.profile(events)
    assert len(asked) == 2 + 6
    assert parts.columns == whole.columns


def test_whatever_a_column_holds(ask: Ask) -> None:
    """NaN, infinities, the largest floats, 37 digits, far years, huge texts, binary, nested values, odd names."""
    catalog._kept.clear()
    ask(
        f"create table odd (f float, big float, n number(37,0), m number(38,4), d date, t time, s varchar, b binary,"
        f" v variant, nothing varchar, none number(10,2), {QUOTED} varchar, tz timestamp_tz)"
    )
    ask(
        "insert into odd select 'NaN'::float, 1.7e308, 9999999999999999999999999999999999999, 1234567890.1234,"
        " '9999-12-31'::date, '07:30:00'::time, repeat('x', 100000), to_binary('00ff', 'hex'),"
        " parse_json('{\"a\": 1}'),"
        " null, null, '<b>', '2026-10-01 12:00:00 +0000'::timestamp_tz"
    )
    ask(
        "insert into odd select 'inf'::float, -1.7e308, -9999999999999999999999999999999999999, -0.0001,"
        " '0001-01-01'::date, '23:59:59'::time, '', to_binary('', 'hex'), parse_json('[1, 2]'), null, null, '<b>', null"
    )
    ask("insert into odd (f, big, d, s) values (1.5, 0, '2026-10-01', 'a\nb')")
    found = workbench.profile("odd")

    f = found["f"]
    assert (f.nans, f.infinite, f.low, f.high, f.mean, sum(f.bars)) == (1, 1, 1.5, 1.5, 1.5, 1)
    big = found["big"]
    assert (big.low, big.high, big.mean, sum(big.bars)) == (-1.7e308, 1.7e308, 0, 3)
    assert big.std == pytest.approx(1.7e308)
    assert (found["n"].low, found["n"].high) == (-(10**37 - 1), 10**37 - 1)
    assert (found["m"].low, found["m"].high) == (Decimal("-0.0001"), Decimal("1234567890.1234"))
    assert found.frame.set_index("column").loc["D", "max"] == datetime(9999, 12, 31)
    assert sum(found["d"].bars) == 3
    assert found["t"].bars[7] == found["t"].bars[23] == 1
    assert (found["s"].lengths, found["s"].empty) == ((0, pytest.approx(100003 / 3), 100000), 1)
    assert all(len(value) <= 256 for value, _ in found["s"].top)
    assert found["b"].lengths == (0, 1.0, 2)
    assert found["v"].nulls == 1
    for empty in ("nothing", "none"):
        assert (found[empty].nulls, found[empty].low, found[empty].bars, found[empty].top) == (3, None, (), ())
    assert found[ODD].filled == 2
    assert found["tz"].filled == 1
    assert "all NULL" in found._repr_html_()
    assert "&lt;b&gt;" in found._repr_html_()
    assert ODD in repr(found)
    json.dumps(found.as_json(), default=str)


def test_an_empty_table(ask: Ask) -> None:
    """No rows: nothing to say, and nothing breaks."""
    catalog._kept.clear()
    ask("create table empty (a number(38,0), b varchar, c timestamp_ntz, d float)")
    found = workbench.profile("empty")
    assert found.frame[["rows", "nulls"]].values.tolist() == [[0, 0]] * 4
    assert "no rows" in found._repr_html_()
    assert "0 rows" in repr(found)


def test_queries_and_their_binds(events: str) -> None:
    """A query is profiled as a table is, its binds are bound, a comment at its end ends nothing."""
    found = workbench.profile("select n, kind from events where n < :most -- some", most=10)
    assert (found.side.looked_at, found["n"].high, len(found.columns)) == (10, 9, 2)
    assert workbench.profile("with a as (select 1 as x) select * from a;")["x"].rows == 1
    text = "'; drop table events; --"
    assert workbench.profile("select :text as v", text=text)["v"].top == ((text, 1),)
    with pytest.raises(ParameterError, match="wants a value for :most"):
        workbench.profile("select n from events where n < :most")
    with pytest.raises(ParameterError, match="a table has no :most"):
        workbench.profile("events", most=1)


def test_a_sample_says_that_it_is_one(events: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share or a number of rows, by blocks where there are many; of a table too large one is taken unasked."""
    found = workbench.profile(events, sample=0.3)
    assert 150 < found.side.looked_at < 450
    assert (found.side.rows, found.side.share) == (1000, 0.3)
    assert f"a sample of {found.side.looked_at:,} rows of 1,000 rows (30.0%)" in repr(found)
    assert "a sample of" in found._repr_html_()
    n = found["n"]
    assert sum(n.bars) == n.filled  # both statements saw the same rows
    assert workbench.profile(events, sample=200).side.share == 0.2
    assert workbench.profile(events, sample=5000).side.share is None
    monkeypatch.setattr(profiling, "LARGE", 500)
    monkeypatch.setattr(profiling, "SAMPLED", 100)
    assert workbench.profile(events).side.share == 0.1
    assert workbench.profile(events, sample=False).side.looked_at == 1000
    for wrong in (-1, float("nan"), float("inf"), True, "0.1; drop table events"):
        with pytest.raises(ParameterError, match="is no sample"):
            workbench.profile(events, sample=wrong)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="not known"):
        workbench.profile("select * from events", sample=100)


def test_two_days_of_a_table(events: str, ask: Ask) -> None:
    """What changed from one day to the other comes first, what chance alone moved is called that, the day last."""
    ask("create table two as select n, kind, sku, date_trunc('day', at)::date as day from events where n < 200")
    ask("update two set sku = 'new' where day = '2026-10-02'")
    found = workbench.profile("two", at=("2026-10-01", "2026-10-02"), columns=["kind", "sku", "day"])
    assert (found.left.title[-10:], found.left.looked_at + found.right.looked_at) == ("2026-10-01", 200)
    frame = found.frame
    assert frame.column.tolist() == ["SKU", "KIND", "DAY"]
    assert frame.verdict.tolist() == ["strong", "chance", "told apart by it"]
    assert frame.drift[0] == 1
    assert "told apart by it" in found._repr_html_()
    one = workbench.profile(events, at={"at": "2026-10-03"})
    assert one.side.looked_at == 100
    with pytest.raises(ParameterError, match="no column DAI; did you mean DAY"):
        workbench.profile("two", at={"DAI": "2026-10-01"})
    for wrong in ("yesterday", "2026-10-01' or 1=1 --", ("2026-10-01",) * 3, ()):
        with pytest.raises(ParameterError, match="day"):
            workbench.profile("two", at=wrong)
    with pytest.raises(ParameterError, match="has no days"):
        workbench.profile("two", at={"kind": "2026-10-01"})
    with pytest.raises(ParameterError, match="no column of dates or times"):
        workbench.profile("select 1 as a", at="2026-10-01")


def test_columns_that_follow_the_day(ask: Ask) -> None:
    """Times are compared as if the days were one, and may drift within them; other ids of another day are no drift."""
    ask("""
        create table follow as
        select n as id, 'v' || floor(n / 4) as visit, d.day, dateadd(minute, mod(n * 97, 1400), d.day) as at,
            dateadd(minute, mod(n, 60) + 600 * d.late, d.day) as sent, '2026-10-05 01:00:00'::timestamp_ntz as loaded
        from (select seq8() as n from table(generator(rowcount => 1000))) as numbers
        join (select * from (values ('2026-10-01'::date, 0), ('2026-10-02'::date, 1)) as t (day, late)) as d
            on floor(n / 500) = d.late
    """)
    found = workbench.profile("follow", at={"day": ("2026-10-01", "2026-10-02")})
    verdicts = dict(zip(found.frame.column, found.frame.verdict, strict=True))
    assert verdicts == {
        "SENT": "strong",
        "ID": "other ids",
        "VISIT": "other ids",
        "AT": "chance",
        "LOADED": "chance",
        "DAY": "told apart by it",
    }
    assert found.frame.column.tolist()[0] == "SENT"
    assert found.frame.column[found.frame.follows_day].tolist() == ["SENT", "AT"]
    assert "SENT, AT follow the day: their times are compared as if both days were one" in repr(found)
    assert "2026-10-01 10:00 and 2026-10-02 10:00" in found._repr_html_()
    one, other = (f"select * from follow where day = '2026-10-0{number}'" for number in (1, 2))
    tables = workbench.profile(one, compare=other).frame
    assert dict(zip(tables.column, tables.verdict, strict=True)) == {
        **dict.fromkeys(["SENT", "AT", "DAY"], "other times"),
        **dict.fromkeys(["ID", "VISIT"], "other ids"),
        "LOADED": "chance",
    }


def test_two_tables(events: str, ask: Ask) -> None:
    """Columns by name, bars on one axis; a column of another type, and those that only one has, are said."""
    ask("create table other as select n + 500 as n, kind, price::varchar as price, 1 as added from events")
    found = workbench.profile(events, compare="other")
    verdicts = dict(zip(found.frame.column, found.frame.verdict, strict=True))
    assert verdicts["N"] == "strong"
    assert verdicts["KIND"] == "chance"
    assert verdicts["PRICE"] == "NUMBER(12,2) and VARCHAR"
    assert verdicts["ADDED"].startswith("only in ")
    assert verdicts["X"].startswith("only in ")
    one, other = next(pair for pair in found.pairs if pair[0] is not None and pair[0].name == "N")
    assert one is not None
    assert other is not None
    assert one.axis == other.axis
    assert (sum(one.bars), sum(other.bars)) == (1000, 1000)
    same = workbench.profile(events, compare="select * from events")
    assert {drift.distance for drift in same.drifts.values()} == {0}
    assert "Jensen-Shannon" in found._repr_html_()
    assert "left: " in repr(found)
    with pytest.raises(ParameterError, match="two comparisons"):
        workbench.profile(events, compare="other", at={"at": ("2026-10-01", "2026-10-02")})


def test_what_can_not_be_profiled(events: str) -> None:
    """Names that aren't there say what was meant; the kernel is usable after each."""
    with pytest.raises(MissingTable, match=r"did you mean .*EVENTS"):
        workbench.profile("evnts")
    with pytest.raises(MissingTable):
        workbench.profile("select * from nowhere")
    with pytest.raises(ParameterError, match="no column SKUU; did you mean SKU"):
        workbench.profile(events, columns=["SKUU"])
    with pytest.raises(ParameterError, match="columns is a list"):
        workbench.profile(events, columns="sku")
    with pytest.raises(ParameterError, match="can't profile a int"):
        workbench.profile(5)  # type: ignore[call-overload]
    assert [column.name for column in workbench.profile(events, columns=["sku", "N", "sku"]).columns] == ["SKU", "N"]


def test_the_command(events: str) -> None:
    """For people and for programs; a comparison of two days as well."""
    run = CliRunner().invoke
    shown = run(command, ["profile", "events", "-c", "kind"])
    assert "0 (20.0%), 1 (20.0%)" in shown.stdout
    found = json.loads(run(command, ["profile", "events", "--format", "json"]).stdout)
    first = found["columns"][0]
    assert (found["rows"], first["max"], first["mean"]) == (1000, 999, 499.5)
    compared = run(command, ["profile", "events", "--at", "at=2026-10-01,2026-10-02", "--format", "json"])
    assert {one["column"] for one in json.loads(compared.stdout)["columns"]} >= {"N", "AT"}
    assert run(command, ["profile", "select :a as a", "-p", "a", "x", "--format", "json"]).exit_code == 0
