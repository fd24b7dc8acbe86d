"""The warehouse: connection profiles, queries, loading, and the local one that needs no account.

sql(text, **binds)      a query's result as a pandas DataFrame
table(frame)            that result as a notebook shows it
write(frame, table)     a frame's rows into a table
connect(profile)        a connection of the connector's, for what `sql` doesn't do
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import late

if TYPE_CHECKING:
    from workbench.warehouse.bulk import write as write
    from workbench.warehouse.connection import connect as connect
    from workbench.warehouse.display import table as table
    from workbench.warehouse.query import sql as sql

__all__ = ["connect", "sql", "table", "write"]

_HOME = {
    "connect": "workbench.warehouse.connection",
    "sql": "workbench.warehouse.query",
    "table": "workbench.warehouse.display",
    "write": "workbench.warehouse.bulk",
}
__getattr__ = late.names(__name__, _HOME)  # the connector takes half a second
