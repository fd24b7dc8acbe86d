"""The warehouse's pure parts: binds, identifiers, frames, tables as a notebook shows them, column names."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from snowflake.connector.errors import OperationalError
from snowflake.connector.vendored.requests.exceptions import ChunkedEncodingError
from sqlglot import parse_one

from workbench.errors import ParameterError, ResultTooLarge, WarehouseDown, WarehouseError
from workbench.warehouse import frame as frames
from workbench.warehouse import room
from workbench.warehouse.base import identifier
from workbench.warehouse.binding import bound
from workbench.warehouse.display import table
from workbench.warehouse.failures import raised, translated
from workbench.warehouse.local.names import named
from workbench.warehouse.statements import limited, reads


@pytest.mark.parametrize(
    ("text", "values", "statement", "bindings"),
    [
        ("select 1", {}, "select 1", []),
        ("select :a, :b, :a", {"a": 1, "b": "x"}, "select ?, ?, ?", [1, "x", 1]),
        ("a in (:a)", {"a": [1, 2]}, "a in (?, ?)", [1, 2]),
        ("a in (:a)", {"a": pd.Index(["x"])}, "a in (?)", ["x"]),
        ("x::int, v:path, ':a' -- :a\n:a", {"a": None}, "x::int, v:path, ':a' -- :a\n?", [None]),
        (":a", {"a": np.float32(0.5)}, "?", [0.5]),
        (":a", {"a": pd.NaT}, "?", [None]),
        (":a", {"a": enum.StrEnum("Kind", {"ONE": "one"})("one")}, "?", ["one"]),
    ],
)
def test_binds(text: str, values: dict[str, Any], statement: str, bindings: list[Any]) -> None:
    """Each `:name` outside of quotes, comments, casts and paths becomes a placeholder, or one for each item."""
    assert bound(text, values) == (statement, bindings)
    assert [type(value) for value in bound(text, values)[1]] == [type(value) for value in bindings]


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("select :a, :b", {}, "wants a value for :a, :b"),
        ("select ':a'", {"a": 1}, "has no :a"),
        ("select :a", {"a": []}, "the list for :a is empty"),
        ("select :a", {"a": object()}, ":a is a object"),
        ("select :a", {"a": pd.Timedelta(1)}, ":a is a Timedelta"),
        ("select :a", {"a": {"x": 1}}, ":a is a dict"),
        ("select \0", {}, "NUL"),
    ],
)
def test_binds_that_are_refused(text: str, values: dict[str, Any], message: str) -> None:
    """What can't be bound is said before anything is sent."""
    with pytest.raises(ParameterError, match=message):
        bound(text, values)


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("raw", '"RAW"'), ("RAW", '"RAW"'), ("Raw", '"Raw"'), ("a b", '"a b"'), ('x"; drop', '"x""; drop"'), ("é", '"é"')],
)
def test_identifiers(name: str, quoted: str) -> None:
    """A plain name is the one that SQL means without quotes; any other is itself."""
    assert identifier(name) == quoted


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_is_no_identifier(name: str) -> None:
    """An empty name and a NUL are refused."""
    with pytest.raises(ValueError, match="not a name"):
        identifier(name)


@pytest.mark.parametrize(
    ("values", "kind", "result"),
    [
        ([1, 2], pa.int8(), "int64"),
        ([1, None], pa.int8(), "float64"),
        ([Decimal("1"), Decimal("2")], pa.decimal128(38, 0), "int64"),
        ([Decimal("1.5"), None], pa.decimal128(10, 2), "float64"),
        ([Decimal(10) ** 30], pa.decimal128(38, 0), "object"),
        ([dt.date(2024, 1, 1), None], pa.date32(), "datetime64[ns]"),
        ([dt.date(9999, 12, 31)], pa.date32(), "object"),
        (["x", None], pa.string(), "object"),
        ([True], pa.bool_(), "bool"),
    ],
)
def test_types_of_columns(values: list[Any], kind: pa.DataType, result: str) -> None:
    """Each type that the connector sends becomes the one that an analysis expects, and no value changes."""
    column = frames.series(pa.chunked_array([pa.array(values, kind)]))
    assert str(column.dtype) == result
    assert column.isna().tolist() == [value is None for value in values]
    if result == "object" and values[0] != "x":
        assert column[0] == values[0]


def test_decimals_keep_their_digits() -> None:
    """A NUMBER becomes the float that is nearest to it."""
    column = pa.chunked_array([pa.array([Decimal("12.34560000")], pa.decimal128(38, 8))])
    assert frames.series(column)[0] == 12.3456


def test_decimals_of_any_size_are_the_nearest_floats() -> None:
    """A quotient gives the same float as the number's text, with NULLs, in slices, and beyond what a float holds."""
    texts = ["0.1", "-12.345", None, "9007199254740993.123", "-99999999999999999999.999", "0.001"]
    column = pa.array([None if t is None else Decimal(t) for t in texts], pa.decimal128(38, 3))
    for part, wanted in ((column, texts), (column.slice(1, 2), texts[1:3]), (column.slice(5), texts[5:])):
        found = frames.cast(pa.table([part], names=["x"])).column(0).to_pylist()
        assert found == [None if t is None else float(t) for t in wanted]


def test_batches_have_one_type() -> None:
    """The narrow integers of batches become one type; what 64 bits can't hold stays a decimal or is said."""
    small = pa.table({"N": pa.array([1], pa.int8())})
    large = pa.table({"N": pa.array([Decimal(10) ** 30], pa.decimal128(38, 0))})
    assert frames.table_of([small, pa.table({"N": pa.array([300], pa.int16())})], ["n"]).schema.types == [pa.int64()]
    assert frames.table_of([small, large], ["n"]).column("n").to_pylist() == [1, Decimal(10) ** 30]
    stream = frames.streamed(iter([small, large]), ["n"])
    assert next(stream).schema.types == [pa.int64()]
    with pytest.raises(WarehouseError, match="64 bits"):
        next(stream)


def test_semi_structured_values() -> None:
    """JSON text becomes values; a column with what JSON doesn't know stays text."""
    assert frames.parsed(pd.Series(["[1, 2]", None, '"x"', "null"])).tolist() == [[1, 2], None, "x", None]
    assert frames.parsed(pd.Series(["[undefined]", "1"])).tolist() == ["[undefined]", "1"]


def test_a_table_has_a_caption_and_some_rows() -> None:
    """At most 20 rows are rendered, and the caption says how many there are, how long it took and the query's id."""
    frame = pd.DataFrame({"<n>": range(4000), "s": "<script>"})
    frame.attrs["workbench"] = {"query_id": "01<b>", "seconds": 0.314, "connection": "local"}
    shown = table(frame)
    assert repr(shown).splitlines()[-1] == "4,000 rows · 0.31 s · query 01<b>"
    html = shown._repr_html_()
    assert html.count("<tr") <= 22
    assert "<p>4,000 rows · 0.31 s · query 01&lt;b&gt;</p>" in html
    assert "<script>" not in html
    assert "<n>" not in html
    assert shown.frame is frame


@pytest.mark.parametrize(("rows", "caption"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_a_table_of_no_query(rows: int, caption: str) -> None:
    """A frame that no query gave has a caption of its rows alone."""
    assert table(pd.DataFrame({"a": range(rows)})).caption == caption


def test_a_table_of_something_else() -> None:
    """table() shows DataFrames and nothing else."""
    with pytest.raises(TypeError, match="not a list"):
        table([1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select count(*), a, a+1 b from t", ["COUNT(*)", "a", "b"]),
        ("select distinct iff(a, 'x,y', 2) from t", ["IFF(A, 'X,Y', 2)"]),
        ("with c as (select 1, 2) select max(x) from c", ["MAX(X)"]),
        ("select 1 union all select 2", ["1"]),
        ("select *, 1 from t", ["*", "1"]),
        ("select v:a.b::int /* why, not */ from t", ["V:A.B::INT"]),
        ("insert into t values (1)", []),
    ],
)
def test_names_of_columns_without_an_alias(text: str, names: list[str]) -> None:
    """A column that is an expression has its text in upper case for a name."""
    statement = parse_one(text, read="snowflake")
    named(statement, text)
    assert list(getattr(statement, "named_selects", [])) == names


@pytest.mark.parametrize(
    ("number", "message", "kind"),
    [
        (2003, "SQL compilation error:\nObject 'T' does not exist or not authorized.", "MissingTable"),
        (904, "SQL compilation error: error line 1 at position 7\ninvalid identifier 'X'", "MissingTable"),
        (3001, "SQL access control error:\nInsufficient privileges", "NotAuthorised"),
        (250001, "Could not connect to Snowflake backend after 2 attempt(s).Aborting", "WarehouseDown"),
        (250001, "Failed to connect to DB: a.b. Incorrect username or password was specified.", "NotAuthorised"),
        (251005, "User is empty", "WarehouseError"),
        (2, "Unsupported feature 'X'", "UnsupportedLocally"),
        (100051, "Division by zero", "WarehouseError"),
    ],
)
def test_the_connectors_errors(number: int, message: str, kind: str) -> None:
    """Each error number is the error that says what to do, in one line."""
    from snowflake.connector.errors import ProgrammingError

    error = translated(ProgrammingError(msg=message, errno=number, sqlstate="00000"), profile="local")
    assert type(error).__name__ == kind
    assert "\n" not in error.message
    assert "00000" not in error.message


def test_a_connection_that_breaks_is_a_warehouse_that_is_down() -> None:
    """Within an answer, and within a file that is put: then the address, which is a permission, is in no message."""
    broken = translated(ChunkedEncodingError("IncompleteRead(0 bytes read)"), profile="local")
    assert isinstance(broken, WarehouseDown)
    assert isinstance(ChunkedEncodingError(), raised())
    for reason, kind in (("failed for exceeding maximum retries", WarehouseDown), ("is full", WarehouseError)):
        text = f"While putting file(s) there was an error: 'PUT with url http://host/bucket/f?key=planted {reason}.'"
        error = translated(OperationalError(msg=text, errno=253003), profile="local")
        assert type(error) is kind
        assert "planted" not in str(error)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("select a from t", True),
        ("with x as (select 1 limit 3) select * from x", True),
        ("select 'limit', \"limit\" -- limit", True),
        ("(select 1) union all (select 2)", True),
        ("select a from t limit 3", False),
        ("select top 3 a from t", False),
        ("select a from t order by a fetch first 3 rows only", False),
        ("show tables", False),
    ],
)
def test_a_limit_is_written_where_there_is_none(text: str, limit: bool) -> None:
    """On a line of its own, so that a comment at the end hides nothing."""
    assert reads(text)
    assert limited(text, 5) == (f"{text}\nlimit 5" if limit else text)


@pytest.mark.parametrize(
    "text", ["insert into t select 1", "/* select */ delete from t", "create table t as select 1", ""]
)
def test_what_changes_something_is_no_query(text: str) -> None:
    """The first word that is no comment says it."""
    assert not reads(text)


class _Part:
    def __init__(self, rowcount: int, size: int | None) -> None:
        self.rowcount, self.uncompressed_size = rowcount, size


class _Described:
    type_code = 2


class _Cursor:
    description = (_Described(),)

    def get_result_batches(self) -> list[_Part]:
        return [_Part(10, None), _Part(1_000_000, 50_000_000)]


@pytest.mark.parametrize(("chosen", "refused"), [("1GB", False), ("90 MB", True), ("120MB", True), ("0.001%", True)])
def test_a_result_without_room_is_refused(monkeypatch: pytest.MonkeyPatch, chosen: str, refused: bool) -> None:
    """Its rows, its size and its share are said, and what to do; texts take more in pandas than in Arrow."""
    monkeypatch.setenv(room.VARIABLE, chosen)
    if refused:
        with pytest.raises(ResultTooLarge, match=r"1,000,010 rows and would take about 1\d\d MB.*(?s:.*)limit"):
            room.check(_Cursor(), texts_are_objects=True)
    else:
        room.check(_Cursor(), texts_are_objects=True)
    if chosen == "120MB":
        room.check(_Cursor(), texts_are_objects=False)


def test_a_share_that_cant_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and what it may be are said."""
    monkeypatch.setenv(room.VARIABLE, "much")
    with pytest.raises(ParameterError, match="WORKBENCH_RESULT_MEMORY is 'much'"):
        room.allowed()
