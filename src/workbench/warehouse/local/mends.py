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

from workbench.warehouse.local import (
    changes,
    comments,
    context,
    copying,
    errors,
    explain,
    history,
    names,
    parameters,
    quoting,
    rewrites,
    shows,
    statements,
    temporary,
    typed,
    variables,
    views,
)
from workbench.warehouse.local.errors import refuse

if TYPE_CHECKING:
    from sqlglot import exp

log = logging.getLogger("workbench.warehouse")

# DuckDB's types that fakesnow has no word for, among them those of HUGEINT sums and of `unnest`
OTHER_TYPES = {
    "TINYINT": "fixed",
    "SMALLINT": "fixed",
    "UTINYINT": "fixed",
    "USMALLINT": "fixed",
    "UINTEGER": "fixed",
    "FLOAT": "real",
}

_KEPT_IDS = 100
_canceller: list[Callable[[str], str]] = []


class _Statement(threading.local):
    """What one of our functions tells another about the statement that this thread runs."""

    comments: list[comments.Comment]
    changed: changes.Changed
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

    copying.apply()
    variables.apply()
    views.apply()
    quoting.apply()
    fakesnow.arrow.timestamp_to_sf_struct = timestamp_struct
    fakesnow.server.from_binding = bound_value
    fakesnow.macros.creation_sql = _with_ours(fakesnow.macros.creation_sql)
    fakesnow.rowtype.duckdb_to_sf_type |= OTHER_TYPES
    fakesnow.rowtype.describe_as_rowtype = _known_types(fakesnow.rowtype.describe_as_rowtype)
    # comments are DuckDB's own, a length is in a CHECK
    fakesnow.info_schema.insert_text_lengths_sql = lambda *_: "SELECT 1"
    FakeSnowflakeCursor.execute = _guarded(_alone(FakeSnowflakeCursor.execute))
    FakeSnowflakeCursor._transform_explode = _rewritten(FakeSnowflakeCursor._transform_explode)
    FakeSnowflakeCursor._transform = _computed(FakeSnowflakeCursor._transform)
    FakeSnowflakeCursor._describe_last_sql = _guarded(FakeSnowflakeCursor._describe_last_sql)
    # it makes every sum a FLOAT, for the sake of sums of text: see _alone
    fakesnow.transforms.numeric_agg_implicit_cast = lambda node: node


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


def _known_types(describe: Callable[..., Any]) -> Callable[..., Any]:
    """A result of a type that Snowflake doesn't have is refused; fakesnow gives a status of 500, for retries."""

    def known(described: Any) -> Any:
        try:
            return describe(described)
        except NotImplementedError as error:
            raise refuse(f"a result {error}") from error

    return known


def _with_ours(creation_sql: Callable[[str], str]) -> Callable[[str], str]:
    """fakesnow makes its macros in each database: ours beside them, and the schema that each database has."""
    own = ("CREATE SCHEMA IF NOT EXISTS {catalog}.PUBLIC;", *changes.statements())
    ours = (*own, *views.statements(), *rewrites.MACROS, *typed.MACROS, *copying.MACROS)

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
            raise errors.of_connector(error, understood=getattr(cursor, "_wb_understood", False)) from error
        except duckdb.Error as error:
            asked = cursor._conn.__dict__.get("_wb_asked")
            timed_out = asked is not None and asked.timed_out
            raise errors.of_duckdb(error, timed_out=timed_out) from error
        except Exception as error:
            log.exception("can't run: %s", args)
            reason = str(error).split("\n")[0] or type(error).__name__
            raise refuse(f"this statement ({reason})") from error

    return guarded


def explained(cursor: Any, text: str, values: Any) -> str | None:
    """The statement that answers EXPLAIN, see explain.answered; None for any other statement."""
    found: str | None = _guarded(explain.answered)(cursor, text, values, refuse)
    return found


def _alone(execute: Callable[..., Any]) -> Callable[..., Any]:
    """One statement a call; and text is taken for numbers in SUM and the like only where nothing else will do."""

    def alone(cursor: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        from snowflake.connector.errors import ProgrammingError

        cursor._wb_command, cursor._wb_understood = command, False
        cursor._wb_values = kwargs.get("binding_params")
        try:
            return _noting(execute, cursor, command, *args, **kwargs)
        except ProgrammingError as error:
            if not re.search(r"No function matches .*\(VARCHAR\)", error.msg or ""):
                raise
            _this.text_is_numbers = True
            try:
                return _noting(execute, cursor, command, *args, **kwargs)
            finally:
                _this.text_is_numbers = False

    return alone


def _noting(execute: Callable[..., Any], cursor: Any, *args: Any, **kwargs: Any) -> Any:
    _this.comments, _this.changed = [], changes.NOTHING
    cursor._wb_began = False
    try:
        result = execute(cursor, *args, **kwargs)
    except BaseException:
        if cursor._wb_began:
            cursor._duck_conn.rollback()
        raise
    if cursor._wb_began:
        cursor._duck_conn.commit()
    _finished(cursor)
    context.of(cursor._conn).own |= _this.changed.own
    comments.made(cursor._conn, _this.comments)
    with cursor._duck_conn.cursor() as other:
        changes.note(other, _this.changed)
    return result


def _finished(cursor: Any) -> None:
    """What comes after a statement that went well: a MERGE's result, and what the session remembers."""
    from sqlglot import exp

    session, statement = context.of(cursor._conn), cursor._last_transformed
    if isinstance(statement, exp.Merge):
        text, count = statements.merge_result(statement, cursor._arrow_table.column(0).to_pylist())
        cursor._arrow_table = cursor._duck_conn.execute(text).to_arrow_table()
        cursor._rowcount, cursor._last_sql, cursor._last_params = count, text, None
        cursor._conn.results_cache[cursor._sfqid] = (cursor._arrow_table, count, text, None, statement)
    elif isinstance(statement, exp.Transaction | exp.Commit | exp.Rollback):
        session.in_transaction = isinstance(statement, exp.Transaction)
    if cursor._sfqid and (asked := cursor._conn.__dict__.get("_wb_asked")) is not None:
        cursor._conn.results_cache.rename(cursor._sfqid, asked.query_id)
        cursor._sfqid = asked.query_id
    if cursor._sfqid:
        session.query_ids = [*session.query_ids[-_KEPT_IDS:], cursor._sfqid]


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


def count_statements(text: str, wanted: Any = None) -> None:
    """Raise Snowflake's error for a text of several statements. wanted: MULTI_STATEMENT_COUNT; 0 is any number.

    https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements
    """
    if ";" not in text:
        return
    from fakesnow.dialect import parse
    from sqlglot import exp

    count = sum(statement is not None and not isinstance(statement, exp.Semicolon) for statement in parse(text))
    desired = 1 if wanted is None else int(wanted)
    if count > 1 and desired in (0, count):
        raise refuse(f"a call of {count} statements (send one at a time)")
    if count > 1:
        raise errors.failure(
            f"Actual statement count {count} did not match the desired statement count {desired}: send one at a time.",
            errors.WRONG_COUNT,
        )


def _rewritten(explode: Callable[..., Any]) -> Callable[..., Any]:
    """The statement is rewritten before fakesnow looks at it; what becomes several runs as one transaction."""

    def rewritten(cursor: Any, expression: exp.Expr) -> Any:
        from fakesnow.transforms.transforms import SUCCESS_NOP
        from sqlglot import exp

        session = context.of(cursor._conn)
        cursor._wb_understood = rewrites.is_understood(expression)
        quoting.check(expression)
        history.mended(expression, refuse)
        if session.in_transaction and isinstance(expression, exp.Transaction):
            return [SUCCESS_NOP.copy()]
        if variables.set_in(expression, cursor._conn, refuse):
            return [SUCCESS_NOP.copy()]
        before: list[changes.Target] = []
        if session.in_transaction and statements.ends_transaction(expression):
            cursor._duck_conn.commit()
            session.in_transaction = False
            before, cursor._conn._wb_pending = cursor._conn.__dict__.get("_wb_pending") or [], None
        _this.changed = changes.following(cursor._conn, expression, before)
        if temporary.is_made(expression):
            _this.changed = _this.changed._replace(temporary=session.session_id)
            temporary.check(cursor._duck_conn, _this.changed, refuse)
            session.has_temporary = True
        changes.counted(cursor._conn, expression)
        expression, _this.comments = comments.taken(expression, rewrites.text_of(expression), refuse)
        expression = shows.mended(expression, cursor._conn, refuse)
        expression = parameters.applied(expression, rewrites.text_of(expression), session.settings, refuse)
        context.told(expression, session, refuse)
        _cancelled(expression, cursor.__dict__.get("_wb_values"))
        context.scanned(expression, cursor._conn.results_cache, cursor._duck_conn.register, _no_result)
        names.named(expression, cursor._wb_command)
        parts = statements.swapped(expression, refuse)
        if parts is None:
            expression = rewrites.mended(expression, refuse)
            merging = isinstance(expression, exp.Merge)
            parts = [statements.native_merge(expression)] if merging else explode(cursor, expression)
        copying.begin(alone=cursor._conn._autocommit and not session.in_transaction)
        if len(parts) > 1 and cursor._conn._autocommit and not session.in_transaction:
            cursor._duck_conn.begin()
            cursor._wb_began = True
        return parts

    return rewritten


def cancel_by(cancel: Callable[[str], str]) -> None:
    """Let SYSTEM$CANCEL_QUERY cancel by this: given a query's id, what it says of it."""
    _canceller.append(cancel)


def _cancelled(statement: Any, values: Any) -> None:
    """SYSTEM$CANCEL_QUERY('id'), done, and what it says in its place. …/functions/system_cancel_query"""
    from sqlglot import exp

    for call in list(statement.find_all(exp.Anonymous)):
        if call.name.upper() != "SYSTEM$CANCEL_QUERY":
            continue
        given = call.expressions[0] if call.expressions else None
        if isinstance(given, exp.Placeholder) and len(list(statement.find_all(exp.Placeholder))) == 1 and values:
            said = exp.Literal.string(_canceller[-1](str(values[0])))
            # the value is bound all the same
            call.replace(
                exp.Case(ifs=[exp.If(this=exp.Is(this=given, expression=exp.Null()), true=exp.Null())], default=said)
            )
        elif isinstance(given, exp.Literal) and given.is_string:
            call.replace(exp.Literal.string(_canceller[-1](given.name)))
        else:
            raise refuse("SYSTEM$CANCEL_QUERY of anything but a text")


def _no_result(query_id: str) -> Exception:
    return errors.failure(f"Statement {query_id} not found", (709, "02000"))
