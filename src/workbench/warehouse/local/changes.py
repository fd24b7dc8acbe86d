"""When tables were made and last changed, which DuckDB doesn't know: noted in each database, after each statement.

`information_schema.tables` and `views` have it as CREATED and LAST_ALTERED, like an account's. A change in a
transaction is noted again when it is committed: others see it then, and what they kept by the earlier time is old.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Target = tuple[str, str, str]  # database, schema, name

_NOTES = "_fs_information_schema._wb_changes"
_writing = threading.Lock()  # two sessions that note the same table would be a conflict

# whole numbers of other sizes than BIGINT, the types of sums and of what files hold
_WHOLE = "('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'UBIGINT', 'UINTEGER', 'USMALLINT', 'UTINYINT')"
_MOMENTS = {"CREATED": "created", "LAST_ALTERED": "altered", "LAST_DDL": "created"}


def apply() -> None:
    """Have fakesnow's views show the notes, no size where none is known, and each whole number as a NUMBER."""
    import fakesnow.info_schema as module

    text = module.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    for operator in (" or columns.data_type=", "case when columns.data_type="):
        text = text.replace(f"{operator}'BIGINT'", f"{operator[:-1]} in {_WHOLE}")
    module.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW = text


def statements() -> tuple[str, ...]:
    """What is to be run in each database when it is opened; `{catalog}` is its name."""
    import fakesnow.info_schema as module

    notes = (
        f"CREATE TABLE IF NOT EXISTS {{catalog}}.{_NOTES} (schema_name VARCHAR, table_name VARCHAR, "
        "created TIMESTAMPTZ, altered TIMESTAMPTZ, PRIMARY KEY (schema_name, table_name));"
    )
    tables = _with_notes(module.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW.template, "tables", "table_name")
    views = _with_notes(module.SQL_CREATE_INFORMATION_SCHEMA_VIEWS_VIEW.template, "duckdb_views", "view_name")
    return (
        notes,
        tables,
        views.replace("    schema_name as", "    duckdb_views.schema_name as").replace(
            "and schema_name", "and duckdb_views.schema_name"
        ),
    )


def _with_notes(template: str, source: str, name: str) -> str:
    """A view of fakesnow's, made anew with the times joined to it. source: what it reads; name: the table's, there."""
    text = template.replace("${catalog}", "{catalog}").replace("create view if not exists", "create or replace view")
    for column, noted in _MOMENTS.items():
        for said in (f'AS "{column}"', f"as {column}"):
            text = text.replace(f"to_timestamp(0)::timestamptz {said}", f"_wb.{noted} {said}")
    text = text.replace('0 AS "BYTES"', 'NULL::BIGINT AS "BYTES"')
    same = f"_wb.schema_name = {source}.schema_name and _wb.table_name = {source}.{name}"
    before, where, after = text.rpartition("where ")
    return f"{before}left join {{catalog}}.{_NOTES} _wb on {same}\n{where}{after};"


def targets(statement: Any, database: str | None, schema: str | None) -> tuple[list[Target], bool]:
    """The tables and views that the statement (of Snowflake's dialect) changes, and whether it makes them."""
    from sqlglot import exp

    made = isinstance(statement, exp.Create) and statement.args.get("kind") in {"TABLE", "VIEW"}
    if made or isinstance(statement, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Copy | exp.Alter):
        nodes = [statement.this]
    elif isinstance(statement, exp.TruncateTable):
        nodes = statement.expressions
    else:
        return [], False
    if isinstance(statement, exp.Alter):
        nodes += [action.this for action in statement.args.get("actions") or () if isinstance(action, exp.AlterRename)]
    return list(_named(nodes, database, schema)), made


def _named(nodes: list[Any], database: str | None, schema: str | None) -> Iterator[Target]:
    from sqlglot import exp

    for node in nodes:
        table = node if isinstance(node, exp.Table) else node.find(exp.Table) if isinstance(node, exp.Expr) else None
        if table is None or not isinstance(table.this, exp.Identifier):
            continue
        parts = [part.name if part.args.get("quoted") else part.name.upper() for part in table.parts]
        where = [*([database, schema][: 3 - len(parts)]), *parts]
        if len(where) == 3 and all(where):
            yield str(where[0]), str(where[1]), str(where[2])


def following(connection: Any, statement: Any) -> tuple[list[Target], bool]:
    """What is to be noted when the statement has run, and whether it makes it: what it changes and, for a COMMIT, all
    that its transaction did.
    """
    from sqlglot import exp

    changed, made = targets(statement, connection.database, connection._schema)
    pending: list[Target] | None = connection.__dict__.get("_wb_pending")
    if isinstance(statement, exp.Transaction):
        connection._wb_pending = []
    elif isinstance(statement, exp.Commit | exp.Rollback):
        connection._wb_pending = None
        changed = list(dict.fromkeys(pending or [])) if isinstance(statement, exp.Commit) else []
    elif pending is not None:
        pending += changed
    return changed, made


def note(cursor: Any, changed: list[Target], made: bool) -> None:
    """Write down that the tables have changed now. cursor: DuckDB's, of no transaction."""
    from workbench.warehouse.base import quoted

    now = datetime.now(UTC)
    with _writing:
        for database, schema, name in changed:
            cursor.execute(
                f"INSERT INTO {quoted(database)}.{_NOTES} VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "  # noqa: S608
                "altered = excluded.altered, created = coalesce(excluded.created, created)",
                [schema, name, now if made else None, now],
            )
