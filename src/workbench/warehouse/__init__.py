"""The warehouse: connection profiles, queries, loading, and the local one that needs no account.

sql(text, **binds)      a query's result as a pandas DataFrame
table(frame)            that result as a notebook shows it
write(frame, table)     a frame's rows into a table
connect(profile)        a connection of the connector's, for what `sql` doesn't do
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.warehouse.bulk import write as write
    from workbench.warehouse.connection import connect as connect
    from workbench.warehouse.display import table as table
    from workbench.warehouse.query import sql as sql

__all__ = ["connect", "sql", "table", "write"]

_HOME = {"connect": "connection", "sql": "query", "table": "display", "write": "bulk"}


def __getattr__(name: str) -> Any:
    """Import a function's module when it is first asked for: the connector takes half a second."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbench.warehouse' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"workbench.warehouse.{_HOME[name]}"), name)
