"""Which queries give the same while their tables stay as they are, and which tables a statement reads and writes."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from workbench.errors import ParameterError
from workbench.project import Project
from workbench.warehouse import kept
from workbench.warehouse.reading import tables_of
from workbench.warehouse.statements import leaves_transaction, may_make_temporaries
from workbench.warehouse.steady import Steady, steady


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("select 1", ()),
        ("select count(*), 'current_date, random()' from t -- random()", (("T",),)),
        ('select "current_date" from a.b."Odd c" where x in (1, 2) and d = ?', (("A", "B", "Odd c"),)),
        ("(select 1) union all select a from t", (("T",),)),
        ("with x (a, b) as (select * from s.x) select * from x join y using (a)", (("X",), ("Y",), ("S", "X"))),
        ("select v:a.b::number(10,2), f.value from t, lateral flatten(input => t.v) f", (("T",),)),
        ("select $1 from values (1)", ()),
        ("select a from t sample (10) seed (3)", (("T",),)),
        (
            "select sum(a) over (partition by b order by c rows between 1 preceding and current row) from t q (a, b) "
            "group by rollup (b) qualify row_number() over (order by a) = 1",
            (("T",),),
        ),
    ],
)
def test_steady_queries(text: str, tables: tuple[tuple[str, ...], ...]) -> None:
    """What depends on its tables alone is found to, with every name that may be a table's."""
    found = steady(text)
    assert isinstance(found, Steady), found
    assert sorted(found.tables) == sorted(tables)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("select current_timestamp", "CURRENT_TIMESTAMP"),
        ("select current_date() - 1 from t", "CURRENT_DATE"),
        ("select a from t where d < sysdate()", "SYSDATE"),
        ("select current_role from t", "CURRENT_ROLE"),
        ("select RANDOM()", r"RANDOM\(\)"),
        ("select uuid_string()", "UUID_STRING"),
        ("select seq4() from table(generator(rowcount => 3))", "SEQ4"),
        ("select 1 from table(generator(timelimit => 3))", "TIMELIMIT"),
        ("select numbers.nextval", "NEXTVAL"),
        ("select mine(1) from t", r"calls MINE\(\)"),
        ("select db.s.count(1) from t", r"calls COUNT\(\)"),
        ('select "sum"(1) from t', r"calls sum\(\)"),
        ("select * from table(mine(1))", r"calls MINE\(\)"),
        ("select * from table(result_scan('x'))", "RESULT_SCAN"),
        ("select * from table('t')", "no table whose changes"),
        ("select * from @stage/x", "no table whose changes"),
        ("select * from identifier('t')", "variable|IDENTIFIER"),
        ("select $x from t", "variable of the session"),
        ("select * from t at(offset => -60)", "at another time"),
        ("select * from t sample (10)", "takes a sample"),
        ("insert into t select 1", "not a SELECT"),
        ("select a into b from t", "changes something"),
        ("call f()", "not a SELECT"),
        ("show tables", "not a SELECT"),
        ("select 1; select 2", "not a SELECT"),
        ("select (", "can't be read"),
    ],
)
def test_unsteady_queries_say_why(text: str, why: str) -> None:
    """The clock, chance, the session, functions that aren't known, and what isn't a plain table of now."""
    found = steady(text)
    assert isinstance(found, str)
    assert re.search(why, found), found


@pytest.mark.parametrize(
    ("text", "read", "written"),
    [
        ("with x as (select * from x) select * from x", [("X",)], []),
        ("with x as (select 1 a), y as (select * from x) select * from y join z using (a)", [("Z",)], []),
        ("with recursive r as (select 1 a union all select a + 1 from r) select * from r", [], []),
        ("select * from x where a in (with x as (select 1 a) select a from x)", [("X",)], []),
        ('create or replace table a."b c" as select * from c', [("C",)], [("A", "b c")]),
        ("insert into x (a) select a from y where a in (select b from x)", [("Y",), ("X",)], [("X",)]),
        ("merge into t using s on t.a = s.a when matched then delete", [("S",)], [("T",)]),
        ("update t set a = 1 from u", [("U",)], [("T",)]),
        ("copy into t from @st", [], [("T",)]),
        ("drop table t", [], [("T",)]),
        ("use schema s", [], []),
        ("select 1; select * from later", [("LATER",)], []),
    ],
)
def test_tables_of_statements(text: str, read: list[tuple[str, ...]], written: list[tuple[str, ...]]) -> None:
    """A name that a WITH makes is no table where it holds, and one elsewhere."""
    found = tables_of(text)
    assert (list(found.read), list(found.written)) == (read, written)
    with pytest.raises(ValueError, match="not SQL"):
        tables_of("select (")


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("create temporary table t (a int)", True),
        ("create or replace temp view v as select 1", True),
        ("call f()", True),
        ("begin create temp table t (a int); end", True),
        ("with p as procedure () returns int language sql as 'x' call p()", True),
        ("create table t (temporary int)", False),
        ("begin transaction", False),
        ("with x as (select 1) select * from x", False),
    ],
)
def test_statements_that_may_leave_temporary_tables(text: str, may: bool) -> None:
    """Those that make one, and those that run what their text doesn't show."""
    assert may_make_temporaries(text) is may


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("begin", True),
        ("-- now\nBEGIN WORK", True),
        ("start transaction", True),
        ("begin return 1; end", None),
        ("commit", False),
        ("rollback", False),
        ("create table t (a int)", False),
        ("insert into t values (1)", None),
        ("select 'begin'", None),
    ],
)
def test_statements_that_open_and_end_a_transaction(text: str, leaves: bool | None) -> None:
    """What defines something ends it as well; other statements leave it as it is."""
    assert leaves_transaction(text) is leaves


def result(rows: int) -> kept.Kept:
    """A result that no compression makes smaller."""
    table = pa.table({"a": [os.urandom(64) for _ in range(rows)]})
    return kept.Kept(table, [kept.Described(11)], {"query_id": "q", "seconds": 1.5})


def test_results_are_kept_for_their_owner(tmp_path: Path) -> None:
    """A file that nobody else reads, whole, and out of git; one that is broken is none, and goes."""
    project = Project(tmp_path)
    assert kept.read(project, "k") is None
    assert kept.write(project, "k", result(3)) is None
    (file,) = kept.folder_of(project).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert (tmp_path / ".workbench" / ".gitignore").read_text() == "*\n"
    found = kept.read(project, "k")
    assert found is not None
    assert (found.table.num_rows, found.described, found.facts["query_id"]) == (3, [kept.Described(11)], "q")
    assert found.age in {"just now", "1 second ago"}
    file.write_bytes(file.read_bytes()[:100])
    assert kept.read(project, "k") is None
    assert not file.exists()


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All results together take no more than they may; one that would take half of it is not kept."""
    project = Project(tmp_path)
    monkeypatch.setenv(kept.VARIABLE, "100kB")
    for place, key in enumerate("abcd"):
        assert kept.write(project, key, result(500)) is None
        if (path := kept.folder_of(project) / f"{key}.arrow").exists():
            os.utime(path, (place, place))
    there = [key for key in "abcd" if kept.read(project, key) is not None]
    assert there == ["b", "c", "d"]
    assert "is the most" in (kept.write(project, "e", result(1500)) or "")
    assert [key for key in "abcde" if kept.read(project, key) is not None] == ["b", "c", "d"]
    monkeypatch.setenv(kept.VARIABLE, "much")
    with pytest.raises(ParameterError, match="is 'much'"):
        kept.write(project, "f", result(1))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (180, "3 minutes ago"), (7300, "2 hours ago")],
)
def test_ages(seconds: float, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest unit that there is one of."""
    monkeypatch.setattr(kept.time, "time", lambda: 1e9)
    assert kept.Kept(pa.table({}), [], {}, 1e9 - seconds).age == said
