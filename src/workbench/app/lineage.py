"""What a thing comes from, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.explore.tracing import Lineage


def lineage(x: str, connection: str | None, *, up: bool, down: bool) -> Lineage:
    """The lineage of a table, a notebook, a flow, a run or an artifact. See workbench.lineage."""
    from workbench.explore import lineage as traced

    return traced(x, upstream=up, downstream=down, connection=connection)
