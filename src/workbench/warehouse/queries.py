"""The statements that notebooks and flows ran, by their query tags: QUERY_HISTORY of the last seven days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.errors import WarehouseError

DAYS = 7  # that the table function remembers
_HISTORY = """
    select query_id, query_text, query_tag, database_name, schema_name, execution_status, error_message, start_time,
        total_elapsed_time, rows_produced, credits_used_cloud_services
    from table(information_schema.query_history(end_time_range_start => :since::timestamp_ltz, result_limit => 10000))
    where query_tag like '%"app": "workbench"%' order by start_time
"""
# what the warehouse itself cost, some hours later, for roles that may know
_CREDITS = """
    select query_id, credits_attributed_compute as credits from snowflake.account_usage.query_attribution_history
    where start_time >= :since::timestamp_ltz and query_tag like '%"app": "workbench"%'
"""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement. began: UTC; seconds: in the warehouse; rows: of the result, None for one that failed.

    credits: what is known of its cost so far; None where the warehouse has no word for it. tag: who asked. database,
    schema: those that its session was in.
    """

    query_id: str
    text: str
    tag: dict[str, str]
    status: str
    error: str | None
    began: datetime
    seconds: float
    rows: int | None
    credits: float | None
    database: str | None = None
    schema: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "began": self.began.isoformat()}

    @property
    def place(self) -> str:
        """The flow's run and step, or the notebook and the cell."""
        names = ("flow", "run", "step") if self.tag.get("flow") else ("notebook", "cell")
        return "/".join(self.tag[name] for name in names if self.tag.get(name))


def queries(of: str | None = None, *, connection: str | None = None, days: int = 1) -> tuple[Query, ...]:
    """The statements of the last days, oldest first. days: at most 7, the warehouse remembers no more.

    of: a run (`Flow/12`, or `12`), a notebook (its file's name), or None for all. Statements that this reading itself
    runs are not among them. Raises what `workbench.sql` raises.
    """
    from workbench.warehouse.connection import LOCAL, profile_name
    from workbench.warehouse.query import sql

    since = datetime.now(UTC) - timedelta(days=min(days, DAYS))
    found = sql(_HISTORY, connection=connection, since=since)
    credits: dict[str, float] = {}
    if profile_name(connection) != LOCAL:
        try:
            more = sql(_CREDITS, connection=connection, since=since)
            credits = dict(zip(more["query_id"], more["credits"].astype(float), strict=True))
        except WarehouseError:
            pass  # account_usage is for few roles
    made = _made(found.to_dict("records"), credits)
    return tuple(one for one in made if _is_meant(one.tag, of) and "information_schema.query_history(" not in one.text)


def _made(rows: list[dict[Any, Any]], credits: dict[str, float]) -> Iterator[Query]:
    for row in rows:
        try:
            tag = {str(name): str(value) for name, value in json.loads(row["query_tag"]).items()}
        except (ValueError, AttributeError):
            continue  # somebody else's tag that looks like ours
        compute, services = credits.get(row["query_id"]), row["credits_used_cloud_services"]
        known = [one for one in (compute, services) if one is not None and one == one]
        yield Query(
            query_id=row["query_id"],
            text=row["query_text"],
            tag=tag,
            status=row["execution_status"].lower(),
            error=row["error_message"] or None,
            began=row["start_time"].to_pydatetime().astimezone(UTC),
            seconds=row["total_elapsed_time"] / 1000,
            rows=None if row["rows_produced"] != row["rows_produced"] else int(row["rows_produced"]),
            credits=sum(known) if known else None,
            database=row["database_name"] or None,
            schema=row["schema_name"] or None,
        )


def _is_meant(tag: dict[str, str], of: str | None) -> bool:
    if of is None:
        return True
    flow, _, run = of.rpartition("/")
    if tag.get("run") and tag["run"] == run and flow in ("", tag.get("flow")):
        return True
    notebook = tag.get("notebook", "")
    return notebook == of or notebook.rpartition("/")[2] == of.rpartition("/")[2] != ""
