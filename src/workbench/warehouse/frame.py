"""A statement's result as Arrow, pandas or polars, with the types that an analysis expects on every warehouse.

Arrow comes first: each batch is cast to the types that the others are made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import WarehouseError, WorkbenchError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ATTRIBUTE = "workbench"
ON_POLARS = "_workbench"  # polars has no place for facts; this one goes no further than the frame itself
SEMI_STRUCTURED = frozenset({5, 9, 10})  # the connector's type codes of VARIANT, OBJECT and ARRAY
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")
_EXACT = 2**53  # a float holds every whole number up to here


def names(cursor: Any) -> list[str]:
    """The columns of an executed cursor, as Python likes them."""
    return [lowered(column.name) for column in cursor.description or []]


def lowered(name: str) -> str:
    """A column's name as Python likes it: lower case, unless it needed quotes in SQL."""
    return name.lower() if _PLAIN.fullmatch(name) else name


def batches(cursor: Any) -> Iterator[pa.Table]:
    """The result as the connector downloads it, a table a batch, not cast yet: at least one, which may be empty.

    Statements without a table of rows (SHOW, DML) give one of texts and numbers, as the server says them.
    """
    import pyarrow as pa
    from snowflake.connector.errors import NotSupportedError

    try:
        found = cursor.fetch_arrow_batches()
        first = next(found, None)
    except NotSupportedError:
        rows = cursor.fetchall()
        columns = zip(*rows, strict=True) if rows else ((),) * len(cursor.description or [])
        yield pa.table([pa.array(column) for column in columns], names=[c.name for c in cursor.description or []])
        return
    yield cursor.fetch_arrow_all(force_return_table=True) if first is None else first
    yield from found


def cast(batch: pa.Table, wide: frozenset[int] = frozenset()) -> pa.Table:
    """A batch with int64 for whole numbers, float64 for other numbers, and dates and times as they came.

    wide: the places of the columns of whole numbers for which 64 bits are too few: they stay decimals.
    """
    import pyarrow as pa

    columns = []
    for place, column in enumerate(batch.columns):
        kind = column.type
        if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
            # the connector sends the narrowest integers that hold the batch: int8 would overflow in the next sum
            column = column.cast(pa.decimal128(38, 0) if place in wide else pa.int64())
        elif pa.types.is_decimal(kind):
            column = pa.chunked_array([_floats(chunk) for chunk in column.chunks], pa.float64())
        columns.append(column)
    return pa.table(columns, names=batch.column_names)


def table_of(found: list[pa.Table], labels: list[str]) -> pa.Table:
    """The batches of a result as one table."""
    import pyarrow as pa

    wide = frozenset(place for batch in found for place in _wide(batch))
    return pa.concat_tables([cast(batch, wide) for batch in found]).rename_columns(labels)


def streamed(found: Iterator[pa.Table], labels: list[str]) -> Iterator[pa.Table]:
    """The batches one by one, all with the first one's types. Raises WarehouseError where one can't have them."""
    import pyarrow as pa

    schema, wide = None, frozenset[int]()
    for batch in found:
        if schema is None:
            wide = _wide(batch)
        try:
            table = cast(batch, wide).rename_columns(labels)
        except pa.ArrowInvalid as error:
            raise WarehouseError(
                f"a later batch has a whole number that the first ones' 64 bits can't hold: {error}",
                hint="cast the column in the query: to varchar, or to double",
            ) from error
        schema = schema or table.schema
        yield table.cast(schema)


def _wide(batch: pa.Table) -> frozenset[int]:
    import pyarrow as pa

    found = set()
    for place, column in enumerate(batch.columns):
        if pa.types.is_decimal(column.type) and column.type.scale == 0:
            try:
                column.cast(pa.int64())
            except pa.ArrowInvalid:
                found.add(place)
    return frozenset(found)


def _floats(column: pa.Array) -> pa.Array:
    """Decimals as the floats that are nearest to them; Arrow's own conversion is a digit off, 12.345600000000001.

    A quotient of two numbers that floats hold exactly is the nearest float; larger ones go by way of text.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    scale = column.type.scale
    if column.type.bit_width == 128 and scale <= 22 and len(column) > 0:
        # little-endian words of 64 bits: the lower and the upper half of each number
        words = np.frombuffer(column.buffers()[1], dtype="<i8")[2 * column.offset : 2 * (column.offset + len(column))]
        low, high = words[0::2], words[1::2]
        valid = np.ones(len(column), bool) if column.null_count == 0 else column.is_valid().to_numpy(False)
        if bool(np.all(((high == low >> 63) & (np.abs(low) <= _EXACT)) | ~valid)):
            return pa.array(low / 10.0**scale, pa.float64(), mask=None if column.null_count == 0 else ~valid)
    return pc.cast(pc.cast(column, pa.string()), pa.float64())


def as_kind(kind: str, table: pa.Table, described: Any, facts: dict[str, Any]) -> Any:
    """The table as `pandas`, `polars` or `arrow`, with the facts of its query where the kind has a place for them."""
    if kind == "polars":
        polars = to_polars(table)
        if "cache" in facts:
            setattr(polars, ON_POLARS, facts)
        return polars
    if kind == "arrow":
        metadata = {**(table.schema.metadata or {}), ATTRIBUTE: json.dumps(facts)}
        return table.replace_schema_metadata(metadata)
    frame = to_pandas(table, described)
    frame.attrs[ATTRIBUTE] = facts
    return frame


def to_pandas(table: pa.Table, described: Any = ()) -> pd.DataFrame:
    """The table as a frame. described: the cursor's columns; those that are VARIANT, OBJECT or ARRAY become values."""
    import pandas as pd

    columns = [series(column) for column in table.columns]
    for place, column in enumerate(described):
        if column.type_code in SEMI_STRUCTURED:
            columns[place] = parsed(columns[place])
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def to_polars(table: pa.Table) -> Any:
    """The table as a polars.DataFrame. Raises WorkbenchError where polars isn't installed."""
    try:
        import polars
    except ImportError as error:
        raise WorkbenchError(
            "polars is not installed", hint="pip install 'workbench[polars]', or ask for a pandas or Arrow result"
        ) from error
    return polars.from_arrow(table)


def series(column: pa.ChunkedArray) -> pd.Series[Any]:
    """One column: int64 (float64 where NULLs are among them), float64, datetime64[ns], bool, or objects."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        batch = pa.table([column], names=["x"])
        column = cast(batch, _wide(batch)).column(0)
        if pa.types.is_decimal(column.type):
            import pandas as pd

            return pd.Series([None if v is None else int(v) for v in column.to_pylist()], dtype=object)
    if pa.types.is_date(kind):
        return _from_dates(column)
    return column.to_pandas()


def _from_dates(column: pa.ChunkedArray) -> pd.Series[Any]:
    """datetime64[ns]; Python dates where one is outside of what that holds (1677 to 2262)."""
    import pyarrow as pa

    try:
        return column.cast(pa.timestamp("ns")).to_pandas()
    except pa.ArrowInvalid:
        return column.to_pandas()


def parsed(column: pd.Series[Any]) -> pd.Series[Any]:
    """VARIANT, OBJECT and ARRAY arrive as JSON text, formatted as each warehouse likes: the values themselves instead.

    A column with what JSON has no word for (`undefined`) stays as it is.
    """
    import pandas as pd

    try:
        values = [None if text is None else json.loads(text) for text in column]
    except (ValueError, TypeError):
        return column
    result = pd.Series(index=column.index, dtype=object)
    result[:] = values
    return result
