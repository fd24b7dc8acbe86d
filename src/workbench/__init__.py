"""Explore warehouse tables in a notebook; promote the cells worth keeping to a Metaflow flow.

The public API, for notebooks and flows; everything else is private to the package:

    sql(text, **binds)                    a query's result as a pandas DataFrame
    table(frame)                          a result as `%%sql` shows it: rows, time, query id
    write(frame, table, mode, key=…)      a frame's rows into a table, all or none: append, replace, merge
    tables(text)                          the tables that there are, searched by name, column and description
    describe(table), preview(table)       its columns, keys and tests; its first rows
    profile(table)                        what its columns hold, computed by the warehouse; two tables or days compared
    features(entities, names, at=…)       each row's features, as they were known at its time
    queries()                             what this notebook asked of the warehouse, and what it cost
    lineage(x)                            what a table, notebook, flow, run or artifact comes from, and what comes of it
    log_metric, log_parameter, log_figure  what the run's Comet experiment is to hold

`%load_ext workbench` makes `%sql` and `%%sql` known.
"""

from __future__ import annotations

from workbench import late

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from typing import Any

    from workbench.explore import describe as describe
    from workbench.explore import features as features
    from workbench.explore import lineage as lineage
    from workbench.explore import preview as preview
    from workbench.explore import profile as profile
    from workbench.explore import queries as queries
    from workbench.explore import tables as tables
    from workbench.tracking import log_figure as log_figure
    from workbench.tracking import log_metric as log_metric
    from workbench.tracking import log_parameter as log_parameter
    from workbench.warehouse import sql as sql
    from workbench.warehouse import table as table
    from workbench.warehouse import write as write

__version__ = "0.1.0"
__all__ = [
    "describe",
    "features",
    "lineage",
    "log_figure",
    "log_metric",
    "log_parameter",
    "preview",
    "profile",
    "queries",
    "sql",
    "table",
    "tables",
    "write",
]

_HOME = {
    "describe": "workbench.explore",
    "features": "workbench.explore",
    "lineage": "workbench.explore",
    "log_figure": "workbench.tracking",
    "log_metric": "workbench.tracking",
    "log_parameter": "workbench.tracking",
    "preview": "workbench.explore",
    "profile": "workbench.explore",
    "queries": "workbench.explore",
    "sql": "workbench.warehouse",
    "table": "workbench.warehouse",
    "tables": "workbench.explore",
    "write": "workbench.warehouse",
}
__getattr__ = late.names(__name__, _HOME)  # `workbench --help` needs none of them


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext workbench` calls."""
    from workbench.warehouse.magic import register

    register(shell)
