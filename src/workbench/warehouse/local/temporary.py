"""Temporary tables and views with qualified names, as dbt makes them: DuckDB's live in no schema, so these are ordinary
ones, which go when their session ends. https://docs.snowflake.com/en/user-guide/tables-temp-transient

Another session could see one. A permanent table's name is refused: Snowflake would hide that table for a while, and
here it would be written over. What a killed server leaves is dropped at the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from workbench.warehouse.base import joined, quoted
from workbench.warehouse.local.changes import NOTES, Changed, temporary_made

log = logging.getLogger("workbench.warehouse")

# of a database, those that are there: schema, name, and what they are
_LEFT = (
    f"SELECT schema_name, table_name, kind FROM {{database}}.{NOTES} AS noted JOIN ("  # noqa: S608  names are quoted
    "SELECT database_name, schema_name, table_name, 'TABLE' AS kind FROM duckdb_tables() UNION ALL "
    "SELECT database_name, schema_name, view_name, 'VIEW' FROM duckdb_views()"
    ") AS known USING (schema_name, table_name) WHERE known.database_name = ? AND "
)


def is_made(statement: Any) -> bool:
    """Whether the statement (of Snowflake's dialect) makes a temporary table or view with a qualified name."""
    table = temporary_made(statement)
    return table is not None and bool(table.db)


def as_ordinary(statement: Any) -> None:
    """Make such a statement one that makes an ordinary table, in place."""
    from sqlglot import exp

    if is_made(statement):
        properties = statement.args["properties"]
        kept = [one for one in properties.expressions if not isinstance(one, exp.TemporaryProperty)]
        properties.set("expressions", kept)


def check(connection: Any, changed: Changed, refuse: Callable[[str], Exception]) -> None:
    """Refuse to make one where a permanent table has the name. connection: DuckDB's; changed: by the statement."""
    if changed.temporary is None:
        return
    for database, schema, name in changed.targets:
        text = (
            _LEFT.format(database=quoted(database)) + "noted.temporary IS NULL AND schema_name = ? AND table_name = ?"
        )
        if connection.execute(text, [database, schema, name]).fetchall():
            raise refuse(f"a temporary table with the name of one that is there, {joined(database, schema, name)}")


def drop(connection: Any, session: int | None = None) -> None:
    """Drop those of a session, or all. connection: DuckDB's, of no transaction."""
    import duckdb

    for database, schema, name, kind in list(_left(connection, session)):
        try:
            connection.execute(f"DROP {kind} IF EXISTS {joined(database, schema, name)}")
        except duckdb.Error as error:
            log.info("can't drop the temporary %s.%s.%s: %s", database, schema, name, error)


def _left(connection: Any, session: int | None) -> Iterator[tuple[str, str, str, str]]:
    databases = connection.execute("SELECT database_name FROM duckdb_databases() WHERE path <> ''").fetchall()
    for (database,) in databases:
        whose, values = ("noted.temporary IS NOT NULL", []) if session is None else ("noted.temporary = ?", [session])
        text = _LEFT.format(database=quoted(database)) + whose
        for schema, name, kind in connection.execute(text, [database, *values]).fetchall():
            yield database, schema, name, kind
