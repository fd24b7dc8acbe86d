"""Queries as functions: text with `:binds` in, a pandas DataFrame out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from workbench.project import Project
from workbench.warehouse.base import Cursor

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTE = "workbench"


def sql(text: str, /, *, connection: str | None = None, **binds: Any) -> pd.DataFrame:
    """Run one statement and return its result.

    text: SQL with `:name` where a value belongs; the server binds it, it never becomes part of the text. A list becomes
    as many values as it has: `where sku in (:skus)`. connection: a profile's name (default: WORKBENCH_CONNECTION, else
    the connector's default, else the local warehouse).

    Columns that SQL has in plain upper case are lower case in the frame. Whole numbers are int64 (float64 with NULLs
    among them), other numbers float64, dates and timestamps datetime64, VARIANT, OBJECT and ARRAY Python values.
    `frame.attrs["workbench"]` has query_id, seconds and connection.

    Raises ParameterError for the binds, MissingTable, NotAuthorised, WarehouseDown, UnknownProfile, UnsupportedLocally,
    and WarehouseError for anything else that the warehouse says.
    """
    from snowflake.connector.errors import Error

    from workbench.warehouse.binding import bound
    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.failures import translated
    from workbench.warehouse.frame import from_cursor
    from workbench.warehouse.sessions import session

    statement, values = bound(text.strip().rstrip(";"), binds)
    profile, project = profile_name(connection), Project.around()
    try:
        session(profile, project)  # opening one is not the query's time
        began = time.perf_counter()
        cursor = _executed(statement, values, profile, project)
        frame = from_cursor(cursor)
    except Error as error:
        raise translated(error, profile=profile) from error
    frame.attrs[ATTRIBUTE] = {
        "query_id": cursor.sfqid or "",
        "seconds": round(time.perf_counter() - began, 3),
        "connection": profile,
    }
    return frame


def _executed(statement: str, values: list[Any], profile: str, project: Project) -> Cursor:
    """The statement's cursor. Logs in anew where the session is gone: then the statement was not looked at."""
    from snowflake.connector.errors import Error

    from workbench.warehouse.failures import must_log_in_again
    from workbench.warehouse.sessions import forget, session

    for attempt in (1, 2):
        try:
            return session(profile, project).cursor().execute(statement, values or None)
        except KeyboardInterrupt:
            # the connector has told the server to cancel; what the session has open is unknown
            forget(profile, project)
            raise
        except Error as error:
            if attempt == 2 or not must_log_in_again(error):
                raise
            forget(profile, project)
    raise AssertionError("unreachable")
