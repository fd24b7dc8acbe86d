"""Frames into tables, in bulk: staged Parquet, COPY into a table of the session's own, one statement that shows it.

Until that last statement nobody else sees anything, and after it everybody sees all of it. What a killed writer had
staged belongs to its session and goes with it.
"""

from __future__ import annotations

import contextlib
import difflib
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import MissingTable, ParameterError, WarehouseError
from workbench.warehouse.base import Connection, Cursor, qualified, quoted
from workbench.warehouse.columns import Column, columns_of

if TYPE_CHECKING:
    import pyarrow as pa

Mode = Literal["append", "replace", "merge"]
MODES: tuple[Mode, ...] = ("append", "replace", "merge")
ROWS_A_FILE = 500_000


@dataclass(frozen=True, slots=True)
class Written:
    """What `write` did. rows: of the frame; inserted, updated: of the table (a replaced table's rows are inserted)."""

    table: str
    mode: str
    rows: int
    inserted: int
    updated: int
    seconds: float

    def __repr__(self) -> str:
        count = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        changed = f", {self.updated:,} of them updated" if self.mode == "merge" else ""
        return f"{self.table}: {count} {_DID[self.mode]}{changed}, {self.seconds:.2f} s"


_DID = {"append": "appended", "replace": "in place of what was there", "merge": "merged"}


def write(
    frame: Any,
    table: str,
    /,
    mode: Mode = "append",
    *,
    key: str | Sequence[str] | None = None,
    connection: str | None = None,
) -> Written:
    """Write a frame's rows into a table, all of them or none; readers see the table as it was, or as it is after.

    frame: a pandas or polars DataFrame, or a pyarrow Table; NaN and None are NULL, dicts and lists become VARIANT,
    times with a zone their instant. table: `name`, `schema.name` or `database.schema.name`. connection: a profile's.

    mode: `append` adds the rows, to a table that is made where there is none: columns that the frame lacks are NULL or
    their default. `replace` puts them in place of the table, with the frame's columns. `merge` updates the rows whose
    key is there already and adds the others; key: the column or columns that tell rows apart, which may have no NULL
    and no value twice in the frame. To repeat a `replace` or a `merge` changes nothing; to repeat an `append` does.

    Raises ParameterError for a frame, a name or a key that can't be written, MissingTable for a schema that isn't there
    and columns that the table doesn't have, and what `workbench.sql` raises.
    """
    from workbench.warehouse.connection import own_session

    began = time.perf_counter()
    keys = _checked(mode, key)
    target = _target(table)
    columns, content = columns_of(frame)
    _unique(columns, content, keys)
    with own_session(connection) as session:
        cursor = session.cursor()
        there = _columns_there(cursor, target)
        if there is not None and mode != "replace":
            _fit(columns, there, table)
        with staged(session, columns, content) as load:
            inserted, updated = _shown(cursor, target, load, columns, mode if there is not None else "replace", keys)
    return Written(table, mode, content.num_rows, inserted, updated, round(time.perf_counter() - began, 3))


def _checked(mode: str, key: str | Sequence[str] | None) -> list[str]:
    if mode not in MODES:
        raise ParameterError(f"there is no mode {mode!r}", hint=f"mode is one of {', '.join(MODES)}")
    keys = [key] if isinstance(key, str) else list(key or ())
    if mode == "merge" and not keys:
        raise ParameterError("to merge, the rows must be told apart", hint='say by which columns: key="sku"')
    if mode != "merge" and keys:
        raise ParameterError(f"a key has no meaning for mode={mode!r}", hint='leave it out, or say mode="merge"')
    return keys


def _target(table: str) -> str:
    try:
        return qualified(table)
    except ValueError as error:
        raise ParameterError(
            str(error), hint="a table is named `name`, `schema.name` or `database.schema.name`"
        ) from error


def _unique(columns: list[Column], content: pa.Table, keys: list[str]) -> None:
    """A key that has NULLs or stands twice would match none or several rows."""
    names = [column.name for column in columns]
    for key in keys:
        if key not in names:
            close = difflib.get_close_matches(key, names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(names)}"
            raise ParameterError(f"the frame has no column {key!r}", hint=hint)
    places = [f"c{names.index(key)}" for key in keys]
    for key, place in zip(keys, places, strict=True):
        if content.column(place).null_count:
            raise ParameterError(f"the key {key!r} is NULL in some rows", hint="drop them, or fill them in")
    if keys and content.select(places).group_by(places).aggregate([]).num_rows != content.num_rows:
        which = ", ".join(keys)
        raise ParameterError(f"the key ({which}) is the same in several rows", hint="drop_duplicates keeps one of each")


def _columns_there(cursor: Cursor, target: str) -> list[str] | None:
    """The table's columns; None where there is no table."""
    from snowflake.connector.errors import Error

    from workbench.warehouse.failures import MISSING

    try:
        found = cursor.execute(f"select * from {target} limit 0")  # noqa: S608  the name is quoted
    except Error as error:
        if error.errno in MISSING:
            return None
        raise
    return [column.name for column in found.description]


def _fit(columns: list[Column], there: list[str], table: str) -> None:
    known = set(map(quoted, there))
    missing = [column.name for column in columns if column.identifier not in known]
    if missing:
        close = difflib.get_close_matches(missing[0].upper(), there, n=1)
        meant = f"did you mean {close[0].lower()!r}? " if close else ""
        raise MissingTable(
            f"{table} has no column {missing[0]!r}", hint=f'{meant}mode="replace" makes a table of the frame\'s columns'
        )


@contextlib.contextmanager
def staged(session: Connection, columns: list[Column], content: pa.Table) -> Iterator[str]:
    """A table of the session's own, with the rows; gone after the block."""
    name = f"WB_LOAD_{uuid.uuid4().hex.upper()}"
    cursor = session.cursor()
    cursor.execute(f"create temporary table {name} ({', '.join(f'{c.identifier} {c.type}' for c in columns)})")
    with tempfile.TemporaryDirectory(prefix="workbench-write-") as folder:
        _as_files(content, Path(folder))
        cursor.execute(f"put 'file://{folder}/*.parquet' @%{name} auto_compress=false")
    _copied(cursor, name, columns)
    yield name
    cursor.execute(f"drop table {name}")


def _as_files(content: pa.Table, folder: Path) -> None:
    import pyarrow.parquet as parquet

    for number, start in enumerate(range(0, max(content.num_rows, 1), ROWS_A_FILE)):
        part = content.slice(start, ROWS_A_FILE)
        parquet.write_table(part, folder / f"{number:06}.parquet", compression="snappy", version="2.6")


def _copied(cursor: Cursor, name: str, columns: list[Column]) -> None:
    values = ", ".join(
        f"parse_json($1:c{place})" if column.is_json else f"$1:c{place}::{column.type}"
        for place, column in enumerate(columns)
    )
    cursor.execute(
        f"copy into {name} ({', '.join(c.identifier for c in columns)}) from (select {values} from @%{name}) "  # noqa: S608  quoted
        "file_format = (type = parquet use_logical_type = true) purge = true"
    )


def _shown(
    cursor: Cursor, target: str, load: str, columns: list[Column], mode: str, keys: list[str]
) -> tuple[int, int]:
    """The one statement after which the rows are there for everybody; how many it inserted and updated."""
    names = [column.identifier for column in columns]
    listed = ", ".join(names)
    if mode == "replace":
        cursor.execute(f"create or replace table {target} copy grants as select {listed} from {load}")  # noqa: S608  quoted
        return _count(cursor.execute(f"select count(*) from {load}").fetchall()), 0  # noqa: S608  quoted
    if mode == "append":
        return _count(cursor.execute(f"insert into {target} ({listed}) select {listed} from {load}").fetchall()), 0  # noqa: S608  quoted
    known = {column.identifier for column in columns if column.name in keys}
    same = " and ".join(f"t.{name} = s.{name}" for name in names if name in known)
    others = [name for name in names if name not in known]
    update = f"when matched then update set {', '.join(f'{name} = s.{name}' for name in others)} " if others else ""
    done = cursor.execute(
        f"merge into {target} t using {load} s on {same} {update}"  # noqa: S608  names are quoted
        f"when not matched then insert ({listed}) values ({', '.join(f's.{name}' for name in names)})"
    ).fetchall()
    if not done:
        raise WarehouseError("the warehouse says nothing about a merge", hint="look into the table")
    inserted, updated = (int(done[0][0]), int(done[0][1])) if others else (int(done[0][0]), 0)
    return inserted, updated


def _count(rows: list[tuple[Any, ...]]) -> int:
    return int(rows[0][0]) if rows else 0
