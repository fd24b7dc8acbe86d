"""Which columns a query has, without running it."""

from __future__ import annotations

from typing import Any

from workbench.project import Project
from workbench.warehouse.catalog import Column, type_name

# the connector's type codes, as types are declared
_TYPES = (
    "NUMBER FLOAT VARCHAR DATE TIMESTAMP_NTZ VARIANT TIMESTAMP_LTZ TIMESTAMP_TZ TIMESTAMP_NTZ OBJECT ARRAY BINARY TIME "
    "BOOLEAN GEOGRAPHY GEOMETRY VECTOR"
).split()


def shape(text: str, /, *, connection: str | None = None, **binds: Any) -> tuple[Column, ...]:
    """The columns of a query's result, by their names as an outer query would write them.

    text and binds as for `sql`. Raises what `sql` raises.
    """
    from snowflake.connector.errors import Error

    from workbench.warehouse.binding import bound
    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.failures import translated
    from workbench.warehouse.sessions import session

    statement, values = bound(f"select * from (\n{text}\n) limit 0", binds)  # noqa: S608  the caller's own query
    profile = profile_name(connection)
    try:
        cursor = session(profile, Project.around()).cursor().execute(statement, values or None)
    except Error as error:
        raise translated(error, profile=profile) from error
    columns = []
    for one in cursor.description or ():
        known = _TYPES[one.type_code] if 0 <= one.type_code < len(_TYPES) else "OTHER"
        columns.append(Column(one.name, type_name(known, one.precision, one.scale), bool(one.is_nullable)))
    return tuple(columns)
