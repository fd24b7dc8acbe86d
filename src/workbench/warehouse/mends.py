"""What fakesnow 0.12.1 answers wrongly or not at all, mended, or refused where it can't be.

`apply` puts each mend in place, once, in the server's process. Nothing else in the package knows that fakesnow exists
but `engine` and `gateway`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.warehouse import rewrites

if TYPE_CHECKING:
    from sqlglot import exp

log = logging.getLogger("workbench.warehouse")

UNSUPPORTED = (2, "0A000")
WRONG_COUNT = (8, "0A000")
CANCELLED = (604, "57014")
FAILED = (900001, "XX000")

# DuckDB's types that fakesnow has no word for, among them those of HUGEINT sums and of `unnest`
OTHER_TYPES = {
    "TINYINT": "fixed",
    "SMALLINT": "fixed",
    "UTINYINT": "fixed",
    "USMALLINT": "fixed",
    "UINTEGER": "fixed",
    "FLOAT": "real",
}

_copying = threading.Lock()


def apply() -> None:
    """Put all mends in place. Call it before the engine is opened, once in a process."""
    import fakesnow.arrow
    import fakesnow.macros
    import fakesnow.rowtype
    import fakesnow.server
    from fakesnow.cursor import FakeSnowflakeCursor

    fakesnow.arrow.timestamp_to_sf_struct = timestamp_struct
    fakesnow.server.from_binding = bound_value
    fakesnow.macros.creation_sql = _with_ours(fakesnow.macros.creation_sql)
    fakesnow.rowtype.duckdb_to_sf_type |= OTHER_TYPES
    FakeSnowflakeCursor.execute = _guarded(FakeSnowflakeCursor.execute)
    FakeSnowflakeCursor._transform_explode = _rewritten(FakeSnowflakeCursor._transform_explode)
    _mend_copy()


def refuse(what: str) -> Exception:
    """The error for SQL that the local warehouse would answer wrongly."""
    return _failure(f"{what} is not supported by the local warehouse", UNSUPPORTED)


def _failure(message: str, number: tuple[int, str]) -> Exception:
    from snowflake.connector.errors import ProgrammingError

    return ProgrammingError(msg=message, errno=number[0], sqlstate=number[1])


def timestamp_struct(column: Any) -> Any:
    """Timestamps as the connector wants them: epoch seconds and nanoseconds, and NULL where they are NULL.

    column: a pyarrow timestamp array of any unit, UTC where it has a zone.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    empty = pc.is_null(column)
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    ticks = pc.fill_null(column.cast(pa.int64()), 0)
    truncated = pc.divide(ticks, per_second)
    # integer division goes towards zero; seconds before 1970 go down
    negative = pc.less(ticks, pc.multiply(truncated, per_second))
    epoch = pc.subtract(truncated, negative.cast(pa.int64()))
    fraction = pc.multiply(pc.subtract(ticks, pc.multiply(epoch, per_second)), 10**9 // per_second)
    fields = [pa.field("epoch", pa.int64(), nullable=False), pa.field("fraction", pa.int32(), nullable=False)]
    arrays = [epoch, fraction.cast(pa.int32())]
    if column.type.tz:
        fields.append(pa.field("timezone", pa.int32(), nullable=False))
        arrays.append(pa.array([1440] * len(column), type=pa.int32()))
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=empty)


def bound_value(binding: dict[str, Any]) -> Any:
    """A value that the client bound, as Python has it; exact for times, and for numbers that are not whole."""
    kind, value = binding["type"], binding["value"]
    if value is None:
        return None
    if kind == "FIXED":
        return Decimal(value) if "." in value or "E" in value.upper() else int(value)
    if kind == "REAL":
        return float(value)
    if kind == "BOOLEAN":
        return value.lower() == "true"
    if kind == "BINARY":
        return bytes.fromhex(value)
    if kind == "DATE":
        return (datetime(1970, 1, 1) + timedelta(milliseconds=int(value))).date()
    if kind == "TIME":
        return (datetime(1970, 1, 1) + timedelta(microseconds=int(value) // 1000)).time()
    if kind.startswith("TIMESTAMP"):
        nanoseconds, _, zone = value.partition(" ")
        moment = datetime(1970, 1, 1) + timedelta(microseconds=int(nanoseconds) // 1000)
        if kind == "TIMESTAMP_NTZ":
            return moment
        return moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=int(zone or 1440) - 1440)))
    return value


def _with_ours(creation_sql: Callable[[str], str]) -> Callable[[str], str]:
    """fakesnow makes its macros in each database: ours beside them."""

    def with_ours(catalog: str) -> str:
        return creation_sql(catalog) + "".join(macro.format(catalog=catalog) for macro in rewrites.MACROS)

    return with_ours


def _guarded(execute: Callable[..., Any]) -> Callable[..., Any]:
    """Every failure is an error with a number: the connector would retry anything else for 20 s."""

    def guarded(cursor: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        import duckdb
        from snowflake.connector.errors import Error

        try:
            _only_one(command)
            return execute(cursor, command, *args, **kwargs)
        except Error:
            raise
        except duckdb.InterruptException as error:
            raise _failure("SQL execution canceled", CANCELLED) from error
        except duckdb.Error as error:
            raise _failure(str(error).split("\n\n")[0], FAILED) from error
        except Exception as error:
            log.exception("can't run: %s", command)
            reason = str(error).split("\n")[0] or type(error).__name__
            raise _failure(f"the local warehouse can't run this statement: {reason}", UNSUPPORTED) from error

    return guarded


def _only_one(command: str) -> None:
    if ";" not in command:
        return
    from fakesnow.dialect import parse
    from sqlglot import exp

    count = sum(statement is not None and not isinstance(statement, exp.Semicolon) for statement in parse(command))
    if count > 1:
        raise _failure(
            f"Actual statement count {count} did not match the desired statement count 1: send one at a time.",
            WRONG_COUNT,
        )


def _rewritten(explode: Callable[..., Any]) -> Callable[..., Any]:
    """The statement is rewritten before fakesnow looks at it."""

    def rewritten(cursor: Any, expression: exp.Expr) -> Any:
        return explode(cursor, rewrites.mended(expression, refuse))

    return rewritten


def _mend_copy() -> None:
    """COPY of JSON through a SELECT: `$1` is the document and METADATA$FILENAME the file; one COPY at a time, so that
    two that load the same file don't both find it not loaded yet."""
    import fakesnow.copy_into as module
    import fakesnow.cursor
    from sqlglot import exp

    inserts, copy = module._inserts, module.copy_into

    def with_json(statement: exp.Copy, params: Any, *args: Any) -> Any:
        source = statement.args["files"][0]
        if isinstance(params.file_format, module.ReadJSON) and isinstance(source, exp.Subquery):
            source.set("this", source.this.transform(_json_column))
        return inserts(statement, params, *args)

    def one_at_a_time(*args: Any, **kwargs: Any) -> Any:
        with _copying:
            return copy(*args, **kwargs)

    module._inserts = with_json
    fakesnow.cursor.copy_into = one_at_a_time


def _json_column(node: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    if isinstance(node, exp.Parameter) and node.name == "1":
        return exp.column("json")
    if isinstance(node, exp.Column) and node.name.upper() == "METADATA$FILENAME":
        return exp.column("filename")
    return node
