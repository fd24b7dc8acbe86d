"""SHOW TABLES, VIEWS, OBJECTS, COLUMNS, SCHEMAS and DATABASES, as queries of what `views` has in each database.

https://docs.snowflake.com/en/sql-reference/sql/show
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.warehouse.base import quoted
from workbench.warehouse.local.errors import failure

Refuse = Callable[[str], Exception]

_TERSE = '"created_on", "name", "kind", "database_name", "schema_name"'
_OURS = {
    "TABLES": "*",
    "OBJECTS": "*",
    "VIEWS": '* EXCLUDE ("kind")',
    "SCHEMAS": '* EXCLUDE ("kind", "schema_name")',
    "COLUMNS": '* EXCLUDE ("name", "place")',
    "DATABASES": '* REPLACE (NULL::TIMESTAMPTZ AS "created_on")',
}
# fakesnow's answers are right for these, where nothing is chosen from them
_THEIRS = frozenset({"PRIMARY KEYS", "UNIQUE KEYS", "IMPORTED KEYS", "STAGES", "SEQUENCES", "FILE FORMATS"})
_NO_OBJECT = (2043, "02000")
_NO_TABLE = (2003, "42S02")


def mended(statement: Any, connection: Any, refuse: Refuse) -> Any:
    """The query to run instead of a SHOW, another statement as it is.

    connection: fakesnow's. refuse: makes the error for what can't be shown.
    """
    from sqlglot import exp, parse_one

    if not isinstance(statement, exp.Show):
        return statement
    kind, args = statement.name.upper(), statement.args
    if kind not in _OURS and kind not in _THEIRS:
        raise refuse(f"SHOW {kind}")
    if args.get("history"):
        raise refuse(f"SHOW {kind} HISTORY")
    if kind in _THEIRS:
        if any(args.get(option) for option in ("like", "starts_with", "limit")) and kind != "FILE FORMATS":
            raise refuse(f"SHOW {kind} with LIKE, STARTS WITH or LIMIT")
        return statement
    if args.get("scope_kind") == "ACCOUNT":
        raise refuse(f"SHOW {kind} IN ACCOUNT")
    database, schema, table = _scope(statement, connection)
    _exists(connection, database, schema, table)
    source = f"{quoted(database)}._fs_information_schema._wb_show_{kind.lower()}"
    conditions = ["true"]
    if kind == "DATABASES":
        source = "_fs_global._fs_information_schema._fs_show_databases"
        conditions.append("name not in ('system', 'temp')")
    elif kind != "SCHEMAS" and schema is not None:
        conditions.append(f"schema_name = {_text(schema)}")
    if table is not None:
        conditions.append(f"table_name = {_text(table)}")
    conditions += _chosen(args)
    order = "schema_name, table_name, place" if kind == "COLUMNS" else "database_name, schema_name, name"
    order = "name" if kind == "DATABASES" else order
    columns = _TERSE if args.get("terse") and kind not in {"COLUMNS", "DATABASES"} else _OURS[kind]
    limit = f" limit {args['limit'].expression.name}" if args.get("limit") else ""
    return parse_one(
        f"select {columns} from {source} where {' and '.join(conditions)} order by {order}{limit}",  # noqa: S608  quoted
        read="duckdb",
    )


def _chosen(args: dict[str, Any]) -> list[str]:
    """LIKE, which has no regard to case, STARTS WITH, which has, and FROM: what comes after that name."""
    found = []
    if args.get("like"):
        found.append(f"name ilike {_text(args['like'].name)}")
    if args.get("starts_with"):
        found.append(f"starts_with(name, {_text(args['starts_with'].name)})")
    if args.get("from_"):
        found.append(f"name > {_text(args['from_'].name)}")
    return found


def _scope(statement: Any, connection: Any) -> tuple[str, str | None, str | None]:
    """The database, schema and table that SHOW is to look at."""
    scope, kind = statement.args.get("scope"), statement.args.get("scope_kind")
    names = [] if scope is None else [p.name if p.args.get("quoted") else p.name.upper() for p in scope.parts]
    here: list[str | None] = [connection.database, connection.schema]
    if kind == "DATABASE":
        return (names or here)[-1 if names else 0] or "", None, None
    if kind in {"TABLE", "VIEW"} and names:
        whole = [*here[: 3 - len(names)], *names]
        return whole[0] or "", whole[1], whole[2]
    database, schema = [*here[: 2 - len(names)], *names] if names else here
    if statement.name.upper() == "SCHEMAS":
        database = names[-1] if names else database
    return database or "", schema, None


def _exists(connection: Any, database: str, schema: str | None, table: str | None) -> None:
    """Raise Snowflake's error for a schema or a table that isn't there."""
    find = connection._duck_conn.execute
    places = "SELECT 1 FROM duckdb_schemas() WHERE database_name = ? AND (? IS NULL OR schema_name = ?) LIMIT 1"
    known = "_fs_information_schema" if schema == "INFORMATION_SCHEMA" else schema
    if find(places, [database, known, known]).fetchone() is None:
        raise failure("SQL compilation error:\nObject does not exist, or operation cannot be performed.", _NO_OBJECT)
    objects = f"SELECT 1 FROM {quoted(database)}._fs_information_schema._wb_objects WHERE schema = ? AND name = ?"  # noqa: S608
    if table is not None and find(objects, [schema, table]).fetchone() is None:
        raise failure(f"SQL compilation error:\nTable '{table}' does not exist or not authorized.", _NO_TABLE)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
