"""What people ask about tables: which there are, what is in them, what they look like.

tables(search)      the catalogue, searched
describe(table)     a table's columns, keys and tests, with an example of each
preview(table)      its first rows
profile(table)      what its columns hold, computed by the warehouse
features(entities)  each row's features, as they were known at its time
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.explore.asof import features as features
    from workbench.explore.describing import describe as describe
    from workbench.explore.listing import tables as tables
    from workbench.explore.previewing import preview as preview
    from workbench.explore.profiling import profile as profile

__all__ = ["describe", "features", "preview", "profile", "tables"]

_HOME = {
    "describe": "describing",
    "features": "asof",
    "preview": "previewing",
    "profile": "profiling",
    "tables": "listing",
}


def __getattr__(name: str) -> Any:
    """Import a function's module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbench.explore' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"workbench.explore.{_HOME[name]}"), name)
