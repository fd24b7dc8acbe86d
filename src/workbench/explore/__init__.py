"""What people ask about tables: which there are, what is in them, what they look like.

tables(search)      the catalogue, searched
describe(table)     a table's columns, keys and tests, with an example of each
preview(table)      its first rows
profile(table)      what its columns hold, computed by the warehouse
lineage(x)          what a thing comes from, and what comes of it
features(entities)  each row's features, as they were known at its time
queries(of)         what a notebook or a run asked of the warehouse, and what it cost
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import late

if TYPE_CHECKING:
    from workbench.explore.asof import features as features
    from workbench.explore.describing import describe as describe
    from workbench.explore.history import queries as queries
    from workbench.explore.listing import tables as tables
    from workbench.explore.previewing import preview as preview
    from workbench.explore.profiling import profile as profile
    from workbench.explore.tracing import lineage as lineage

__all__ = ["describe", "features", "lineage", "preview", "profile", "queries", "tables"]

_HOME = {
    "describe": "workbench.explore.describing",
    "features": "workbench.explore.asof",
    "lineage": "workbench.explore.tracing",
    "preview": "workbench.explore.previewing",
    "profile": "workbench.explore.profiling",
    "queries": "workbench.explore.history",
    "tables": "workbench.explore.listing",
}
__getattr__ = late.names(__name__, _HOME)  # pandas and the manifest are for who asks
