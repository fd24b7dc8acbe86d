"""Which features there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.explore.shelf import Features


def features(connection: str | None) -> Features:
    """Every feature that dbt's models declare. See workbench.explore.shelf."""
    from workbench.explore.shelf import shelf

    return shelf(connection)
