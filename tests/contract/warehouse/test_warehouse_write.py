"""Frames into tables: every type, three modes, all or nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import workbench
from workbench.errors import MissingTable, ParameterError, WarehouseError
from workbench.project import Project
from workbench.warehouse.base import qualified

Ask = Callable[..., pd.DataFrame]

ODD = 'it\'s a "ñame"'


@pytest.fixture
def schema(ask: Ask) -> str:
    """The schema that was made for the test; writing opens a session of its own, so names are qualified."""
    return str(ask("select current_schema() as name").loc[0, "name"])


def rows(ask: Ask, table: str) -> list[tuple[Any, ...]]:
    frame = ask(f"select * from {table} order by 1")
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]


def test_every_type_comes_back(ask: Ask, schema: str) -> None:
    """What is written is read again: numbers, texts, times, bytes, structures, NULLs, and a name with quotes."""
    frame = pd.DataFrame(
        {
            "id": np.array([1, 2, 3], "int8"),
            "real": [1.5, np.nan, np.inf],
            ODD: ["x", "y'", None],
            "ts": pd.to_datetime(["2024-01-01 01:02:03.456789", None, "1900-01-01"], format="ISO8601"),
            "tz": pd.to_datetime(["2024-01-01", None, None]).tz_localize("Europe/Berlin"),
            "day": [dt.date(2024, 1, 1), None, None],
            "exact": [Decimal("1.23"), None, Decimal("-9.99")],
            "nested": [{"a": [1, np.int64(2)]}, None, [1, "ü"]],
            "flag": [True, False, None],
            "raw": [b"\x00\xff", None, b""],
            "hour": [dt.time(1, 2, 3, 5), None, None],
            "kind": pd.Categorical(["a", None, "b"]),
            "maybe": pd.array([1, None, 2**60], "Int64"),
            "nothing": [None, None, None],
        }
    )
    done = workbench.write(frame, f"{schema}.types", "replace")
    assert (done.rows, done.inserted) == (3, 3)
    moments = [(pd.Timestamp("2024-01-01 01:02:03.456789"), pd.Timestamp("2023-12-31 23:00", tz="UTC"))]
    moments += [(None, None), (pd.Timestamp("1900-01-01"), None)]
    first = (pd.Timestamp("2024-01-01"), 1.23, {"a": [1, 2]}, True, b"\x00\xff", dt.time(1, 2, 3, 5), "a", 1, None)
    assert rows(ask, "types") == [
        (1, 1.5, "x", *moments[0], *first),
        (2, None, "y'", *moments[1], None, None, None, False, None, None, None, None, None),
        (3, np.inf, None, *moments[2], None, -9.99, [1, "ü"], None, b"", None, "b", float(2**60), None),
    ]


def test_append_replace_and_merge(ask: Ask, schema: str) -> None:
    """Append adds and leaves other columns NULL, merge updates by the key, replace takes the frame's columns."""
    table = f"{schema}.modes"
    assert workbench.write(pd.DataFrame({"k": [1, 2], "v": ["a", "b"]}), table).inserted == 2
    workbench.write(pd.DataFrame({"k": [3]}), table)
    done = workbench.write(pd.DataFrame({"v": ["B", "d"], "k": [2, 4]}), table, "merge", key="k")
    assert (done.inserted, done.updated) == (1, 1)
    assert rows(ask, table) == [(1, "a"), (2, "B"), (3, None), (4, "d")]
    workbench.write(pa.table({"only": [1.5]}), table, "replace")
    assert rows(ask, table) == [(1.5,)]
    assert workbench.write(pd.DataFrame({"only": np.array([], float)}), table).inserted == 0


BAD: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "index": (pd.DataFrame({"a": [1]}, index=pd.Index([1], name="n")), {}, ParameterError, "named index"),
    "number": (pd.DataFrame({0: [1]}), {}, ParameterError, "no text as its name"),
    "twice": (pd.DataFrame({"a": [1], "A": [2]}), {}, ParameterError, "are one in a table"),
    "mixed": (pd.DataFrame({"a": [1, "x"]}), {}, ParameterError, "int and str"),
    "duration": (pd.DataFrame({"a": [pd.Timedelta(1)]}), {}, ParameterError, "durations"),
    "no_table": ([1], {}, ParameterError, "list is no table"),
    "mode": (pd.DataFrame({"a": [1]}), {"mode": "upsert"}, ParameterError, "no mode 'upsert'"),
    "no_key": (pd.DataFrame({"a": [1]}), {"mode": "merge"}, ParameterError, "told apart"),
    "other_key": (pd.DataFrame({"sku": [1]}), {"mode": "merge", "key": "sky"}, ParameterError, "did you mean 'sku'"),
    "null_key": (pd.DataFrame({"a": ["x", None]}), {"mode": "merge", "key": "a"}, ParameterError, "is NULL"),
    "same_key": (pd.DataFrame({"a": [1, 1]}), {"mode": "merge", "key": ["a"]}, ParameterError, "in several rows"),
    "column": (pd.DataFrame({"prize": [1]}), {}, MissingTable, "did you mean 'price'"),
    "value": (pd.DataFrame({"price": ["abc"]}), {}, WarehouseError, "abc"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_written(name: str, ask: Ask, schema: str) -> None:
    """Each gives its reason, and leaves the table as it was."""
    frame, options, kind, words = BAD[name]
    ask("create table there (price number(38, 0))")
    ask("insert into there values (1)")
    with pytest.raises(kind, match=words):
        workbench.write(frame, f"{schema}.there", **options)
    assert rows(ask, "there") == [(1,)]


def test_a_name_is_a_name(ask: Ask, schema: str) -> None:
    """Whatever stands in a table's or a column's name never becomes SQL."""
    evil = 'x"; drop table there; --'
    ask("create table there (a number(38, 0))")
    quoted = '"' + evil.replace('"', '""') + '"'
    workbench.write(pd.DataFrame({evil: [1]}), f"{schema}.{quoted}")
    assert ask(f"select * from {quoted}").columns.tolist() == [evil]
    assert rows(ask, "there") == []
    with pytest.raises(ParameterError, match="not the name of a table"):
        workbench.write(pd.DataFrame({"a": [1]}), "a.b.c.d")


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("events", '"EVENTS"'),
        ("raw.Events", '"RAW"."EVENTS"'),
        ('"a.b".c', '"a.b"."C"'),
        ('db.raw."it""s"', '"DB"."RAW"."it""s"'),
    ],
)
def test_names_in_parts(name: str, sql: str) -> None:
    """A dot separates parts, quotes keep one together; what needs no quotes means the upper-case name, as in SQL."""
    assert qualified(name) == sql


@pytest.mark.parametrize("name", ["", "a.", ".a", '"a', '"a"b', "a.b.c.d", '""'])
def test_what_is_no_name(name: str) -> None:
    """Empty parts, too many, and quotes that don't match."""
    with pytest.raises(ValueError, match=r"name|quote"):
        qualified(name)


@pytest.mark.slow
def test_readers_see_all_or_nothing(ask: Ask, schema: str, project: Project) -> None:
    """While a table is replaced again and again, and writers are killed, a reader sees whole frames only."""
    table = f"{schema}.whole"
    workbench.write(pd.DataFrame({"n": np.full(1000, 1000)}), table, "replace")
    program = (
        "import workbench, pandas as pd, numpy as np\n"
        "for size in (40_000, 80_000) * 50:\n"
        f"    workbench.write(pd.DataFrame({{'n': np.full(size, size)}}), {table!r}, 'replace')\n"
        f"    workbench.write(pd.DataFrame({{'n': np.full(size, 2 * size)}}), {table!r}, 'append')\n"
    )
    seen: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            count, total = ask(f"select count(*) as n, sum(n) as total from {table}").iloc[0]
            seen.append((int(count), int(total)))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for seconds in (2.5, 3.1):
            writer = subprocess.Popen([sys.executable, "-c", program], env=os.environ, stderr=subprocess.DEVNULL)
            time.sleep(seconds)
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    finally:
        done.set()
        reader.join()
    whole = {(1000, 1000 * 1000)}
    for size in (40_000, 80_000):
        whole |= {(size, size * size), (2 * size, 3 * size * size)}
    assert set(seen) <= whole
    assert len(seen) > 5
    names = ask("select table_name as name from information_schema.tables").name
    assert not names.str.startswith("WB_LOAD").any()
