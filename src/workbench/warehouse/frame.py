"""A statement's result as a pandas DataFrame with the types that an analysis expects, on every warehouse the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SEMI_STRUCTURED = frozenset({5, 9, 10})  # the connector's type codes of VARIANT, OBJECT and ARRAY
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")


def from_cursor(cursor: Any) -> pd.DataFrame:
    """All rows of an executed cursor. Statements without a table of rows (SHOW, DML) give what the server says."""
    import pandas as pd
    from snowflake.connector.errors import NotSupportedError

    described = cursor.description or []
    names = [lowered(column.name) for column in described]
    try:
        table = cursor.fetch_arrow_all(force_return_table=True)
    except NotSupportedError:
        return pd.DataFrame(cursor.fetchall(), columns=pd.Index(names, dtype=object))
    columns = [series(table.column(place)) for place in range(table.num_columns)]
    for place, column in enumerate(described):
        if column.type_code in SEMI_STRUCTURED:
            columns[place] = parsed(columns[place])
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(names, dtype=object)
    return frame


def lowered(name: str) -> str:
    """A column's name as Python likes it: lower case, unless it needed quotes in SQL."""
    return name.lower() if _PLAIN.fullmatch(name) else name


def series(column: pa.ChunkedArray) -> pd.Series[Any]:
    """One column: int64 (float64 where NULLs are among them), float64, datetime64[ns], bool, or objects.

    The connector sends the narrowest integers that hold the result: int8 would overflow in the next multiplication.
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.int64()).to_pandas()
    if pa.types.is_decimal(kind):
        return _from_decimals(column)
    if pa.types.is_date(kind):
        return _from_dates(column)
    return column.to_pandas()


def _from_decimals(column: pa.ChunkedArray) -> pd.Series[Any]:
    """float64, or int64 for whole numbers; Python integers where 64 bits are too few."""
    import pyarrow as pa

    if column.type.scale > 0:
        # by way of text: Arrow's own conversion is a digit off, 12.345600000000001
        return column.cast(pa.string()).cast(pa.float64()).to_pandas()
    try:
        return column.cast(pa.int64()).to_pandas()
    except pa.ArrowInvalid:
        import pandas as pd

        return pd.Series([None if v is None else int(v) for v in column.to_pylist()], dtype=object)


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
