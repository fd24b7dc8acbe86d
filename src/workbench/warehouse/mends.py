"""What fakesnow 0.12.1 answers wrongly or not at all, mended, or refused where it can't be.

`apply` puts each mend in place, once, in the server's process. Nothing else in the package knows that fakesnow exists
but `engine` and `gateway`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

log = logging.getLogger("workbench.warehouse")

UNSUPPORTED = (2, "0A000")
WRONG_COUNT = (8, "0A000")
CANCELLED = (604, "57014")
FAILED = (900001, "XX000")

_copying = threading.Lock()


def apply() -> None:
    """Put all mends in place. Call it before the engine is opened, once in a process."""
    import fakesnow.arrow
    from fakesnow.cursor import FakeSnowflakeCursor

    fakesnow.arrow.timestamp_to_sf_struct = timestamp_struct
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
        return explode(cursor, mended(expression))

    return rewritten


def mended(statement: exp.Expr) -> exp.Expr:
    """The statement (Snowflake's dialect) as fakesnow gets it right. Raises the error of `refuse` where it can't."""
    from fakesnow.transforms.transforms import SUCCESS_NOP
    from sqlglot import exp

    if isinstance(statement, exp.Grant | exp.Revoke) or _sets_query_tag(statement):
        return SUCCESS_NOP.copy()
    if isinstance(statement, exp.Create):
        _keep_qualified(statement)
    if isinstance(statement, exp.Merge):
        _qualify_inserted(statement)
    return statement


def _sets_query_tag(statement: exp.Expr) -> bool:
    from sqlglot import exp

    items = [item for action in statement.find_all(exp.AlterSession) for item in action.expressions]
    return bool(items) and all(
        (name := item.find(exp.Identifier)) is not None and name.name.upper() == "QUERY_TAG" for item in items
    )


def _keep_qualified(create: exp.Create) -> None:
    """DuckDB's temporary objects live in no schema: one with a qualified name is an ordinary one, as dbt drops it."""
    from sqlglot import exp

    table, properties = create.find(exp.Table), create.args.get("properties")
    if table is not None and table.db and properties is not None:
        kept = [p for p in properties.expressions if not isinstance(p, exp.TemporaryProperty)]
        properties.set("expressions", kept)


def _qualify_inserted(merge: exp.Merge) -> None:
    """`insert (id) values (id)`: the values are the source's, which DuckDB can't tell from the target's."""
    from sqlglot import exp

    source = merge.args["using"].alias_or_name
    for insert in (when.args["then"] for when in merge.args["whens"].expressions):
        if isinstance(insert, exp.Insert) and insert.expression is not None:
            for column in insert.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(source))


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
