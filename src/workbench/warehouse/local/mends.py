"""What fakesnow 0.12.1 answers wrongly or not at all, mended, or refused where it can't be.

`apply` puts each mend in place, once, in the server's process. Nothing else in the package knows that fakesnow exists
but `engine` and `gateway`.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.warehouse.local import changes, explain, history, names, rewrites, typed

if TYPE_CHECKING:
    from sqlglot import exp

log = logging.getLogger("workbench.warehouse")

UNSUPPORTED = (2, "0A000")
WRONG_COUNT = (8, "0A000")
MISSING = (2003, "02000")
NO_COLUMN = (904, "42000")
INVALID = (979, "42601")
CANCELLED = (604, "57014")
BY_ZERO = (100051, "22012")
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


class _Statement(threading.local):
    """What one of our functions tells another about the statement that this thread runs."""

    notes: list[str]
    changed: tuple[list[changes.Target], bool]
    text_is_numbers = False


_this = _Statement()


def apply() -> None:
    """Put all mends in place. Call it before the engine is opened, once in a process."""
    import fakesnow.arrow
    import fakesnow.info_schema
    import fakesnow.macros
    import fakesnow.rowtype
    import fakesnow.server
    import fakesnow.transforms
    from fakesnow.cursor import FakeSnowflakeCursor

    changes.apply()
    fakesnow.arrow.timestamp_to_sf_struct = timestamp_struct
    fakesnow.server.from_binding = bound_value
    fakesnow.macros.creation_sql = _with_ours(fakesnow.macros.creation_sql)
    fakesnow.rowtype.duckdb_to_sf_type |= OTHER_TYPES
    for name in ("insert_table_comment_sql", "insert_text_lengths_sql"):
        setattr(fakesnow.info_schema, name, _noted(getattr(fakesnow.info_schema, name)))
    FakeSnowflakeCursor.execute = _guarded(_alone(FakeSnowflakeCursor.execute))
    FakeSnowflakeCursor._transform_explode = _rewritten(FakeSnowflakeCursor._transform_explode)
    FakeSnowflakeCursor._transform = _computed(FakeSnowflakeCursor._transform)
    FakeSnowflakeCursor._describe_last_sql = _guarded(FakeSnowflakeCursor._describe_last_sql)
    # it makes every sum a FLOAT, for the sake of sums of text: see _alone
    fakesnow.transforms.numeric_agg_implicit_cast = lambda node: node
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
    """fakesnow makes its macros in each database: ours beside them, and the schema that each database has."""
    own = ("CREATE SCHEMA IF NOT EXISTS {catalog}.PUBLIC;", *changes.statements())
    ours = (*own, *rewrites.MACROS, *typed.MACROS)

    def with_ours(catalog: str) -> str:
        return creation_sql(catalog) + "".join(statement.format(catalog=catalog) for statement in ours)

    return with_ours


def _guarded(run: Callable[..., Any]) -> Callable[..., Any]:
    """Every failure is an error with a number: the connector would retry anything else for 20 s."""

    def guarded(cursor: Any, *args: Any, **kwargs: Any) -> Any:
        import duckdb
        from snowflake.connector.errors import Error

        try:
            return run(cursor, *args, **kwargs)
        except Error as error:
            raise _renumbered(error) from error
        except duckdb.InterruptException as error:
            raise _failure("SQL execution canceled", CANCELLED) from error
        except duckdb.Error as error:
            if "Division by zero" in str(error):
                raise _failure("Division by zero", BY_ZERO) from error
            raise _renumbered(_failure(str(error).split("\n\n")[0], FAILED)) from error
        except Exception as error:
            log.exception("can't run: %s", args)
            reason = str(error).split("\n")[0] or type(error).__name__
            raise refuse(f"this statement ({reason})") from error

    return guarded


def explained(cursor: Any, text: str, values: Any) -> str | None:
    """The statement that answers EXPLAIN, see explain.answered; None for any other statement."""
    found: str | None = _guarded(explain.answered)(cursor, text, values, refuse)
    return found


def _renumbered(error: Any) -> Any:
    """fakesnow's error as Snowflake would say it: what is missing, or what the local warehouse can't do."""
    if match := re.search(r"Function with name (\S+) does not exist", error.msg):
        return refuse(f"the function {match[1].upper()}")
    if match := re.search(r'(Table|View|Schema|Catalog) (?:with name )?"?([^\s"]+)"? does not exist', error.msg):
        kind = {"Schema": "Schema", "Catalog": "Database"}.get(match[1], "Object")
        return _failure(f"SQL compilation error:\n{kind} '{match[2]}' does not exist or not authorized.", MISSING)
    if match := re.search(r'(?:Referenced (?:column|table)|does not have a column named) "([^"]+)"', error.msg):
        return _failure(f"SQL compilation error:\ninvalid identifier '{match[1]}'", NO_COLUMN)
    if match := re.search(r"Binder Error: (.*)", error.msg):
        return _failure(f"SQL compilation error:\n{match[1]}", INVALID)
    if match := re.search(r"^(?:\d+ \(\w+\): )?(.*) not implemented\. Please raise", error.msg, re.DOTALL):
        return refuse(match[1])
    return error


def _alone(execute: Callable[..., Any]) -> Callable[..., Any]:
    """One statement a call; and text is taken for numbers in SUM and the like only where nothing else will do."""

    def alone(cursor: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        from snowflake.connector.errors import ProgrammingError

        _only_one(command)
        cursor._wb_command = command
        try:
            result = _noting(execute, cursor, command, *args, **kwargs)
        except ProgrammingError as error:
            if not re.search(r"No function matches .*\(VARCHAR\)", error.msg or ""):
                raise
            _this.text_is_numbers = True
            try:
                result = _noting(execute, cursor, command, *args, **kwargs)
            finally:
                _this.text_is_numbers = False
        return result

    return alone


def _noted(statement: Callable[..., str]) -> Callable[..., str]:
    """What fakesnow notes about a table (its comment, the lengths of its texts) in another database: written after the
    statement, because one transaction can't write to two. A quote in a comment stays one."""

    def noted(*args: Any) -> str:
        _this.notes.append(statement(*map(_quotes_doubled, args)))
        return "SELECT 1"

    return noted


def _quotes_doubled(value: Any) -> Any:
    """Texts as they stand within quotes; also in fakesnow's list of columns and their lengths."""
    if isinstance(value, str):
        return value.replace("'", "''")
    return type(value)(map(_quotes_doubled, value)) if isinstance(value, list | tuple) else value


def _noting(execute: Callable[..., Any], cursor: Any, *args: Any, **kwargs: Any) -> Any:
    _this.notes, _this.changed = [], ([], False)
    result = execute(cursor, *args, **kwargs)
    with cursor._duck_conn.cursor() as other:
        for note in _this.notes:
            other.execute(note)
        changes.note(other, *_this.changed)
    return result


def _computed(transform: Callable[..., Any]) -> Callable[..., Any]:
    """What depends on types is mended when fakesnow has made it DuckDB's, and DuckDB can say the types."""

    def computed(cursor: Any, expression: Any, params: Any) -> Any:
        def describe(text: str, values: dict[str, Any]) -> list[str] | None:
            import duckdb

            try:
                with cursor._duck_conn.cursor() as other:
                    other.execute(f"SET schema = '{cursor._conn.database}.{cursor._conn._schema}'")
                    return [row[1] for row in other.execute(f"DESCRIBE {text}", values).fetchall()]
            except duckdb.Error as error:
                log.info("can't describe %s: %s", text, error)
                return None

        values = list(params) if isinstance(params, list) else []
        statement = rewrites.finished(transform(cursor, expression, params))
        if _this.text_is_numbers:
            typed.with_texts_cast(statement, values, describe)
        return typed.mended(statement, values, describe, refuse)

    return computed


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
        tag = getattr(cursor._conn, "_wb_query_tag", "")
        expression, cursor._conn._wb_query_tag = rewrites.with_query_tag(expression, tag)
        history.mended(expression, refuse)
        _this.changed = changes.following(cursor._conn, expression)
        names.named(expression, cursor._wb_command)
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
