"""A frame's columns as the warehouse takes them: each one's SQL type, and its values as Parquet holds them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError
from workbench.warehouse.base import identifier

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """name: the frame's; type: of SQL; is_json: the values are JSON texts, to be parsed by the warehouse."""

    name: str
    type: str
    is_json: bool = False

    @property
    def identifier(self) -> str:
        return identifier(self.name)


def columns_of(frame: Any) -> tuple[list[Column], pa.Table]:
    """The columns of a pandas DataFrame, a pyarrow Table, or whatever gives Arrow's stream (polars).

    The table's columns are named c0, c1, …: a name is SQL's concern alone. NaN in a pandas column is NULL.
    Raises ParameterError for a frame that has no such table: names that are no texts or stand twice, a named index,
    values of several types in one column, durations.
    """
    table = _as_arrow(frame)
    if not table.num_columns:
        raise ParameterError("the frame has no columns", hint="a table has at least one")
    _different(table.column_names)
    columns, arrays = [], []
    for name, values in zip(table.column_names, table.columns, strict=True):
        column, array = _column(name, values)
        columns.append(column)
        arrays.append(array)
    import pyarrow as pa

    return columns, pa.table(arrays, names=[f"c{place}" for place in range(len(arrays))])


def _as_arrow(frame: Any) -> pa.Table:
    import pandas as pd
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pd.DataFrame):
        return _from_pandas(frame)
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    raise ParameterError(
        f"a {type(frame).__name__} is no table", hint="give a pandas or polars DataFrame, or a pyarrow Table"
    )


def _from_pandas(frame: Any) -> pa.Table:
    import pyarrow as pa

    if any(name is not None for name in frame.index.names):
        named = ", ".join(repr(name) for name in frame.index.names)
        raise ParameterError(
            f"the frame has a named index ({named}), and a table has none",
            hint="frame.reset_index() makes columns of it, reset_index(drop=True) leaves it out",
        )
    if odd := [name for name in frame.columns if not isinstance(name, str)]:
        raise ParameterError(f"the column {odd[0]!r} has no text as its name", hint="rename it: frame.columns = […]")
    _different(list(frame.columns))
    arrays = [_from_series(name, frame[name]) for name in frame.columns]
    return pa.table(arrays, names=list(frame.columns))


def _from_series(name: str, series: Any) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        present = series.dropna()
        if len(present) and present.map(lambda value: isinstance(value, dict | list | tuple)).any():
            return pa.array([None if _is_missing(value) else _json(name, value) for value in series], _json_type())
        kinds = sorted({type(value).__name__ for value in present})
        raise ParameterError(
            f"the column {name!r} can't be a column of a table: {' and '.join(kinds)} ({str(error).splitlines()[0]})",
            hint="convert it to one type: frame[name] = frame[name].astype(…)",
        ) from error


def _is_missing(value: Any) -> bool:
    return value is None or value != value


def _different(names: list[str]) -> None:
    """Two columns that SQL would take for one: `a` and `A`."""
    known: dict[str, str] = {}
    for name in names:
        try:
            quoted = identifier(name)
        except ValueError as error:
            raise ParameterError(f"{name!r} is no column's name", hint="rename it") from error
        if quoted in known:
            raise ParameterError(
                f"the columns {known[quoted]!r} and {name!r} are one in a table", hint="rename one of them"
            )
        known[quoted] = name


def _json_type() -> pa.ExtensionType:
    import pyarrow as pa

    return pa.json_()


def _json(name: str, value: Any) -> str:
    try:
        return json.dumps(value, default=_plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"a value of {name!r} is no JSON: {error}", hint="convert it to numbers and texts"
        ) from error


def _plain(value: Any) -> Any:
    """numpy's scalars and arrays, dates and decimals within a structure."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if type(value).__name__ == "Decimal":
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _column(name: str, values: Any) -> tuple[Column, Any]:
    import pyarrow as pa

    kind = values.type
    is_type = pa.types
    if isinstance(kind, pa.JsonType):
        return Column(name, "variant", is_json=True), values.cast(pa.string())
    if is_type.is_dictionary(kind):
        return _column(name, values.cast(kind.value_type))
    if is_type.is_struct(kind) or is_type.is_list(kind) or is_type.is_large_list(kind) or is_type.is_map(kind):
        texts = [None if value is None else _json(name, value) for value in values.to_pylist()]
        return Column(name, "variant", is_json=True), pa.array(texts, pa.string())
    if is_type.is_duration(kind):
        raise ParameterError(
            f"the column {name!r} holds durations, which a table has no type for",
            hint=f"write seconds: frame[{name!r}].dt.total_seconds()",
        )
    found = _sql_type(kind)
    if found is None:
        raise ParameterError(f"the column {name!r} is of type {kind}, which a table has no type for", hint="convert it")
    return Column(name, found), _stored(values)


def _sql_type(kind: Any) -> str | None:
    import pyarrow as pa

    is_type = pa.types
    if is_type.is_integer(kind):
        return "number(38, 0)"
    if is_type.is_decimal(kind):
        return f"number(38, {kind.scale})" if 0 <= kind.scale <= 37 else None
    if is_type.is_timestamp(kind):
        return "timestamp_ntz" if kind.tz is None else "timestamp_tz"
    found = {
        "float": is_type.is_floating(kind),
        "boolean": is_type.is_boolean(kind),
        "varchar": is_type.is_null(kind) or is_type.is_string(kind) or is_type.is_large_string(kind),
        "binary": is_type.is_binary(kind) or is_type.is_large_binary(kind) or is_type.is_fixed_size_binary(kind),
        "date": is_type.is_date(kind),
        "time": is_type.is_time(kind),
    }
    return next((name for name, fits in found.items() if fits), None)


def _stored(values: Any) -> Any:
    """The values in the Parquet type that COPY reads right: microseconds where they are enough, dates as days."""
    import pyarrow as pa

    kind = values.type
    if pa.types.is_null(kind):
        return values.cast(pa.string())
    if pa.types.is_date64(kind):
        return values.cast(pa.date32())
    if pa.types.is_time(kind):
        return values.cast(pa.time64("us"))
    if pa.types.is_timestamp(kind) and kind.unit != "us":
        try:
            return values.cast(pa.timestamp("us", kind.tz))
        except pa.ArrowInvalid:
            return values  # there are nanoseconds
    return values
