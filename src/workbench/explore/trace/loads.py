"""The files that were loaded into RAW tables: what each row's `load_id` says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workbench.errors import WarehouseError
from workbench.explore.trace.gathering import OWN
from workbench.explore.trace.graph import Graph, Item
from workbench.warehouse.base import joined
from workbench.warehouse.catalog import Catalogue

MOST = 1000  # loads of one table, the latest
_COLUMNS = frozenset({"DATA", "LOAD_ID", "LOADED_AT", "FILE_NAME"})  # of a table that `workbench load` made


def loads(
    graph: Graph, items: list[Item], catalogue: Catalogue, connection: str | None, until: datetime | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Ask which loads are in the RAW tables among the items, and add them to the graph, one thing a table.

    until: only those up to then. Returns table, load_id, loaded_at (ISO 8601, UTC), file and rows of each, the latest
    first, and what to say where the warehouse can't be asked.
    """
    from workbench.warehouse.query import sql

    raw = [
        (graph.items[key], table)
        for item in items
        for table in catalogue.tables
        if (key := joined(*table.key)) == item.key
        and {column.name for column in catalogue.columns.get(table.key, ())} >= _COLUMNS
    ]
    found: list[dict[str, Any]] = []
    for item, table in raw:
        text = f"""{OWN} select load_id, min(loaded_at) as loaded_at, min(file_name) as file, count(*) as n
            from {table.sql} group by load_id order by loaded_at desc, file desc, load_id limit {MOST}"""  # noqa: S608  names are quoted
        try:
            rows = sql(text, connection=connection, as_="arrow").to_pylist()
        except WarehouseError as error:
            return found, f"the loads of {table} can't be read: {error.message}"
        own = []
        for row in rows:
            moment = row["loaded_at"]
            at = moment.replace(tzinfo=UTC) if moment is not None else None
            if row["load_id"] and (until is None or at is None or at <= until):
                own.append(
                    {
                        "table": item.name,
                        "load_id": row["load_id"],
                        "loaded_at": at and at.isoformat(timespec="seconds"),
                        "file": row["file"],
                        "rows": row["n"],
                    }
                )
        if own:
            name = own[0]["load_id"] if len(own) == 1 else f"{len(own)} loads, the last {own[0]['load_id']}"
            detail = ", ".join(filter(None, [own[0]["file"], (own[0]["loaded_at"] or "")[:16]]))
            graph.link(Item("load", f"load into {item.key}", name, detail), item, "loaded")
        found += own
    return found, None
