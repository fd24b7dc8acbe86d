"""The catalogue: which tables there are, in all databases that the role sees, and what is in them.

Two queries read a catalogue of any size, one for the tables and one for the columns, each over every database at once.
What was read is kept for a short while, for each profile and project.
"""

from __future__ import annotations

import difflib
import operator
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.errors import MissingTable, ParameterError, WarehouseError
from workbench.project import Project
from workbench.warehouse.base import joined, name_parts, quoted

if TYPE_CHECKING:
    import pandas as pd

KEPT_SECONDS = 60.0
_CLOSE = 3  # names that "did you mean" says at most


@dataclass(frozen=True, slots=True)
class Column:
    """type: as the warehouse calls it, `NUMBER(38,0)`."""

    name: str
    type: str
    nullable: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table or a view, its names as the warehouse keeps them.

    kind: `table`, `view`, or another of the warehouse's words in lower case. rows, bytes: None for a view, which would
    have to be run to know. created, altered: aware datetimes, UTC; None where the warehouse doesn't say.
    """

    database: str
    schema: str
    name: str
    kind: str
    rows: int | None = None
    bytes: int | None = None
    owner: str | None = None
    created: datetime | None = None
    altered: datetime | None = None
    comment: str | None = None
    columns: tuple[Column, ...] = ()

    @property
    def sql(self) -> str:
        """The name as SQL takes it, whatever characters are in it."""
        return joined(self.database, self.schema, self.name)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.database, self.schema, self.name

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


# a view is listed in both
_TABLES = """
    select table_catalog, table_schema, table_name, table_type, row_count, bytes, table_owner, created, last_altered,
        comment
    from {database}.information_schema.tables where table_type <> 'VIEW' and table_schema <> 'INFORMATION_SCHEMA'
    union all
    select table_catalog, table_schema, table_name, 'VIEW', null, null, table_owner, created, last_altered, comment
    from {database}.information_schema.views where table_schema <> 'INFORMATION_SCHEMA'
"""
_COLUMNS = """
    select table_catalog, table_schema, table_name, column_name, data_type, numeric_precision, numeric_scale,
        character_maximum_length, is_nullable, comment, ordinal_position
    from {database}.information_schema.columns where table_schema <> 'INFORMATION_SCHEMA'
"""
_FOREIGN = frozenset({"SNOWFLAKE"})  # the account's own usage views: thousands of columns that nobody looks for here


class Catalogue:
    """What is there. tables: by database, schema and name, without columns; unread: databases that can't be read.

    database, schema: the session's own, None where it has none.
    """

    def __init__(self, connection: str | None) -> None:
        self._connection = connection
        self._columns: dict[tuple[str, str, str], tuple[Column, ...]] | None = None
        self.unread: dict[str, str] = {}
        here = self._ask("select current_database() as d, current_schema() as s").iloc[0]
        self.database: str | None = here["d"] or None
        self.schema: str | None = here["s"] or None
        found = self._ask("show databases")
        self._databases = [name for name in found["name"] if name not in _FOREIGN]
        rows = self._everywhere(_TABLES)
        self.tables = tuple(sorted(map(_table, rows.itertuples(index=False, name=None)), key=lambda one: one.key))

    @property
    def columns(self) -> dict[tuple[str, str, str], tuple[Column, ...]]:
        """Each table's columns in their order, by (database, schema, name); read when first asked for."""
        if self._columns is None:
            found: dict[tuple[str, str, str], list[tuple[int, Column]]] = {}
            for row in self._everywhere(_COLUMNS).itertuples(index=False, name=None):
                found.setdefault(row[:3], []).append((row[10], _column(row)))
            self._columns = {
                key: tuple(column for _, column in sorted(pairs, key=operator.itemgetter(0)))
                for key, pairs in found.items()
            }
        return self._columns

    def with_columns(self) -> tuple[TableFacts, ...]:
        """The tables, each with its columns."""
        return tuple(replace(table, columns=self.columns.get(table.key, ())) for table in self.tables)

    def find(self, name: str) -> TableFacts:
        """The table that a person means by `events`, `raw.events` or `db.raw."Odd name"`, with its columns.

        The session's own schema and database come first; a name that only one other schema has means that one. Upper
        and lower case matter only where names differ in nothing else.
        Raises MissingTable with the closest names, ParameterError where several are meant or the text is no name.
        """
        try:
            parts = name_parts(name)
        except ValueError as error:
            raise ParameterError(
                str(error), hint="a table is `name`, `schema.name` or `database.schema.name`"
            ) from error
        found = [one for one in self.tables if _meant(one.key, parts)]
        if not found:
            raise self._missing(name, parts)
        exact = [one for one in found if one.key[-len(parts) :] == parts] or found
        for place in ((self.database, self.schema), (self.database, None)):
            near = [one for one in exact if one.database == place[0] and place[1] in (None, one.schema)]
            exact = near or exact
        if len(exact) > 1:
            listed = ", ".join(".".join(one.key) for one in exact[:5])
            raise ParameterError(
                f"{name} may be any of {len(exact)} tables: {listed}", hint="say the schema, or the database, with it"
            )
        return replace(exact[0], columns=self.columns.get(exact[0].key, ()))

    def _missing(self, name: str, parts: tuple[str, ...]) -> MissingTable:
        close = self.close(parts[-1])
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        hint = "`workbench.tables()` lists what is there; a role sees only what it may read"
        return MissingTable(f"there is no table {name}{meant}", hint=hint)

    def close(self, name: str) -> list[str]:
        """Up to three tables with names like this one, the closest first."""
        by_name: dict[str, list[TableFacts]] = {}
        for one in self.tables:
            by_name.setdefault(one.name.lower(), []).append(one)
        close = difflib.get_close_matches(name.lower(), by_name, n=_CLOSE, cutoff=0.6)
        return [str(one) for found in close for one in by_name[found]][:_CLOSE]

    def _ask(self, text: str) -> pd.DataFrame:
        from workbench.warehouse.query import sql

        return sql(text, connection=self._connection)

    def _everywhere(self, text: str) -> pd.DataFrame:
        """The query over all databases at once; where that fails, over each that can be read."""
        import pandas as pd

        texts = [text.format(database=quoted(name)) for name in self._databases if name not in self.unread]
        if not texts:
            return pd.DataFrame()
        try:
            return self._ask("union all".join(texts))
        except WarehouseError as error:
            if len(texts) == 1:
                raise
            frames, last = [], error
        for name in [name for name in self._databases if name not in self.unread]:
            try:
                frames.append(self._ask(text.format(database=quoted(name))))
            except WarehouseError as error:
                self.unread[name], last = error.message, error
        if not frames:
            raise last
        return pd.concat(frames, ignore_index=True)


_kept: dict[tuple[str, str], tuple[float, Catalogue]] = {}


def catalogue(connection: str | None = None, *, fresh: bool = False) -> Catalogue:
    """The catalogue of the profile, as it was within the last minute. fresh: as it is now.

    Raises what `workbench.sql` raises.
    """
    from workbench.warehouse.connection import profile_name

    key = (profile_name(connection), str(Project.around().root))
    kept = _kept.get(key)
    if fresh or kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = _kept[key] = (time.monotonic(), Catalogue(connection))
    return kept[1]


def find(name: str, connection: str | None = None) -> TableFacts:
    """The table that is meant by a name, see Catalogue.find; one that was just made is found as well."""
    try:
        return catalogue(connection).find(name)
    except MissingTable:
        return catalogue(connection, fresh=True).find(name)


def tables(connection: str | None = None) -> tuple[TableFacts, ...]:
    """The tables and views that the profile's role sees, as they are now, with their columns.

    Raises what `workbench.sql` raises.
    """
    return catalogue(connection, fresh=True).with_columns()


def _meant(key: tuple[str, str, str], parts: tuple[str, ...]) -> bool:
    return [one.casefold() for one in key[-len(parts) :]] == [one.casefold() for one in parts]


def _table(row: tuple[Any, ...]) -> TableFacts:
    database, schema, name, kind, rows, size, owner, created, altered, comment = row
    view = kind == "VIEW"
    count = None if view or rows != rows or rows is None else int(rows)
    return TableFacts(
        database=database,
        schema=schema,
        name=name,
        kind={"BASE TABLE": "table"}.get(kind, kind.lower()),
        rows=count,
        bytes=None if size is None or size != size or (count and not size) else int(size),
        owner=owner or None,
        created=_moment(created),
        altered=_moment(altered),
        comment=comment or None,
    )


def _moment(value: Any) -> datetime | None:
    """UTC; None for NULL, and for 1970, with which fakesnow says that it doesn't know."""
    if value is None or value != value or value.year <= 1970:
        return None
    found: datetime = value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _column(row: tuple[Any, ...]) -> Column:
    name, kind, digits, scale, length, nullable, comment = row[3:10]
    return Column(name, type_name(kind, digits, scale, length), nullable == "YES", comment or None)


def type_name(kind: str, digits: float | None, scale: float | None, length: float | None = None) -> str:
    """`NUMBER(38,2)`, `VARCHAR(20)`, `TIMESTAMP_NTZ`: as one declares it; no length for the longest VARCHAR."""
    if kind in {"NUMBER", "FIXED"} and digits is not None and digits == digits:
        return f"NUMBER({digits:.0f},{scale or 0:.0f})"
    if kind == "TEXT":
        return f"VARCHAR({length:.0f})" if length and length == length and length < 16_777_216 else "VARCHAR"
    return kind
