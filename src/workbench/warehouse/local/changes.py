"""When tables were made and last changed, which DuckDB doesn't know: noted in each database, after each statement.

`information_schema.tables` and `views` have it as CREATED and LAST_ALTERED, like an account's. A change in a
transaction is noted again when it is committed: others see it then, and what they kept by the earlier time is old.
DuckDB's own count of a table's rows has those that were deleted: such a table is noted, and counted for who asks.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from workbench.warehouse.local import context

Target = tuple[str, str, str]  # database, schema, name


class Changed(NamedTuple):
    """The tables and views that a statement changes, whether it makes them, and whether rows go.

    temporary: the session that they go with, see `temporary`. own: the table that it makes for its session alone, which
    others don't see change.
    """

    targets: list[Target]
    made: bool = False
    fewer: bool = False
    temporary: int | None = None
    own: frozenset[Target] = frozenset()


NOTHING = Changed([])
NOTES = "_fs_information_schema._wb_changes"
_writing = threading.Lock()  # two sessions that note the same table would be a conflict


def statements() -> tuple[str, ...]:
    """What is to be run in each database when it is opened; `{catalog}` is its name."""
    return (
        f"CREATE TABLE IF NOT EXISTS {{catalog}}.{NOTES} (schema_name VARCHAR, table_name VARCHAR, "
        "created TIMESTAMPTZ, altered TIMESTAMPTZ, PRIMARY KEY (schema_name, table_name));",
        f"ALTER TABLE {{catalog}}.{NOTES} ADD COLUMN IF NOT EXISTS counted BIGINT;",
        f"ALTER TABLE {{catalog}}.{NOTES} ADD COLUMN IF NOT EXISTS temporary BIGINT;",
    )


def targets(statement: Any, database: str | None, schema: str | None, own: Collection[Target] = frozenset()) -> Changed:
    """What the statement (of Snowflake's dialect) changes. own: what the session has for itself alone."""
    from sqlglot import exp

    made = isinstance(statement, exp.Create) and statement.args.get("kind") in {"TABLE", "VIEW"}
    if made or isinstance(statement, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Copy | exp.Alter):
        nodes = [statement.this]
    elif isinstance(statement, exp.TruncateTable):
        nodes = statement.expressions
    else:
        return NOTHING
    if isinstance(statement, exp.Alter):
        nodes += [action.this for action in statement.args.get("actions") or () if isinstance(action, exp.AlterRename)]
    # an UPDATE may be a DELETE and an INSERT, and so may INSERT OVERWRITE
    fewer = isinstance(statement, exp.Update | exp.Delete | exp.Merge | exp.TruncateTable | exp.Insert | exp.Alter)
    fewer &= not isinstance(statement, exp.Insert) or bool(statement.args.get("overwrite"))
    found = _named(nodes, database, schema)
    if made and (temporary := temporary_made(statement)) is not None and not temporary.db:
        return Changed([], own=frozenset(target for target, _ in found))
    # a qualified name is never one of its own: DuckDB's temporary tables live in no schema
    return Changed([target for target, plain in found if made or not (plain and target in own)], made, fewer)


def temporary_made(statement: Any) -> Any:
    """The name (an exp.Table) of the temporary table or view that the statement makes; None for any other statement."""
    from sqlglot import exp

    if not isinstance(statement, exp.Create) or statement.args.get("kind") not in {"TABLE", "VIEW"}:
        return None
    properties = statement.args.get("properties")
    return statement.find(exp.Table) if properties is not None and properties.find(exp.TemporaryProperty) else None


def _named(nodes: list[Any], database: str | None, schema: str | None) -> Iterator[tuple[Target, bool]]:
    """Each table, and whether it is named without its schema."""
    from sqlglot import exp

    for node in nodes:
        table = node if isinstance(node, exp.Table) else node.find(exp.Table) if isinstance(node, exp.Expr) else None
        if table is None or not isinstance(table.this, exp.Identifier):
            continue
        parts = [part.name if part.args.get("quoted") else part.name.upper() for part in table.parts]
        where = [*([database, schema][: 3 - len(parts)]), *parts]
        if len(where) == 3 and all(where):
            yield (str(where[0]), str(where[1]), str(where[2])), len(parts) == 1


def following(connection: Any, statement: Any, before: list[Target]) -> Changed:
    """What is to be noted when the statement has run: what it changes and, for a COMMIT, all that its transaction did.

    before: what the transaction did that ends because this statement begins.
    """
    from sqlglot import exp

    own = context.of(connection).own
    if isinstance(statement, exp.Drop):
        own.difference_update(target for target, _ in _named([statement], connection.database, connection._schema))
    changed = targets(statement, connection.database, connection._schema, own)
    pending: list[Target] | None = connection.__dict__.get("_wb_pending")
    if isinstance(statement, exp.Transaction):
        connection._wb_pending = []
    elif isinstance(statement, exp.Commit | exp.Rollback):
        connection._wb_pending = None
        # whether rows went isn't known any more: they are counted
        changed = (
            Changed(list(dict.fromkeys(pending or [])), fewer=True) if isinstance(statement, exp.Commit) else NOTHING
        )
    elif pending is not None:
        pending += changed.targets
    return changed._replace(targets=[*before, *changed.targets])


def note(cursor: Any, changed: Changed) -> None:
    """Write down that the tables have changed now. cursor: DuckDB's, of no transaction."""
    from workbench.warehouse.base import quoted

    now = datetime.now(UTC)
    counted = 0 if changed.fewer else None
    with _writing:
        for database, schema, name in changed.targets:
            cursor.execute(
                f"INSERT INTO {quoted(database)}.{NOTES} AS n VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "  # noqa: S608
                "altered = excluded.altered, created = coalesce(excluded.created, n.created), "
                "counted = CASE WHEN excluded.created IS NULL THEN coalesce(excluded.counted, n.counted) END, "
                "temporary = CASE WHEN excluded.created IS NULL THEN n.temporary ELSE excluded.temporary END",
                [schema, name, now if changed.made else None, now, counted, changed.temporary],
            )


def counted(connection: Any, statement: Any) -> None:
    """Count the rows of the tables that lost some, before a statement that may ask how many there are.

    connection: fakesnow's. What its own open transaction did isn't counted.
    """
    if not _asks(statement):
        return
    import duckdb

    from workbench.warehouse.base import joined, quoted

    find = connection._duck_conn.execute
    for (database,) in find("SELECT database_name FROM duckdb_databases() WHERE path <> ''").fetchall():
        notes = f"{quoted(database)}.{NOTES}"
        noted = find(
            f"SELECT schema_name, table_name FROM {notes} JOIN duckdb_tables() t USING (schema_name, table_name) "  # noqa: S608
            "WHERE counted IS NOT NULL AND t.database_name = ?",
            [database],
        ).fetchall()
        if not noted:
            continue
        with _writing, connection._duck_conn.cursor() as other:
            for schema, name in noted:
                with contextlib.suppress(duckdb.CatalogException):  # dropped by another session, meanwhile
                    other.execute(
                        f"UPDATE {notes} SET counted = (SELECT count(*) FROM {joined(database, schema, name)}) "  # noqa: S608
                        "WHERE schema_name = ? AND table_name = ?",
                        [schema, name],
                    )


def _asks(statement: Any) -> bool:
    from sqlglot import exp

    if isinstance(statement, exp.Show):
        return statement.name.upper() in {"TABLES", "OBJECTS"}
    return any(
        table.name.upper() == "TABLES" and table.db.upper() == "INFORMATION_SCHEMA"
        for table in statement.find_all(exp.Table)
    )
