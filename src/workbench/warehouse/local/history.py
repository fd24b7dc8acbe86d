"""The statements that the local warehouse ran last: what INFORMATION_SCHEMA.QUERY_HISTORY answers.

https://docs.snowflake.com/en/sql-reference/functions/query_history. Values that were bound are in no column.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

MOST = 10_000  # as many as the table function gives
TEXT = 100_000  # characters of a statement that are kept
TABLE = "_wb_query_history"
FUNCTIONS = frozenset({"QUERY_HISTORY", "QUERY_HISTORY_BY_SESSION", "QUERY_HISTORY_BY_USER"})

# name, DuckDB's type
COLUMNS = {
    "QUERY_ID": "varchar",
    "QUERY_TEXT": "varchar",
    "DATABASE_NAME": "varchar",
    "SCHEMA_NAME": "varchar",
    "SESSION_ID": "bigint",
    "USER_NAME": "varchar",
    "QUERY_TAG": "varchar",
    "EXECUTION_STATUS": "varchar",
    "ERROR_CODE": "bigint",
    "ERROR_MESSAGE": "varchar",
    "START_TIME": "timestamptz",
    "END_TIME": "timestamptz",
    "TOTAL_ELAPSED_TIME": "bigint",
    "ROWS_PRODUCED": "bigint",
    "CREDITS_USED_CLOUD_SERVICES": "double",
}


class Entry:
    """A statement that runs, or ran."""

    def __init__(self, query_id: str, text: str, tag: str, session: int, user: str) -> None:
        self.query_id = query_id
        self.text, self.tag, self.session, self.user = text[:TEXT], tag, session, user
        self.database: str | None = None
        self.schema: str | None = None
        self.status = "RUNNING"
        self.code: int | None = None
        self.message: str | None = None
        self.rows: int | None = None
        self.began = datetime.now(UTC)
        self.ended: datetime | None = None

    def end(self, answer: dict[str, Any]) -> None:
        """What the client was answered."""
        data = answer.get("data") or {}
        self.ended = datetime.now(UTC)
        self.database, self.schema = data.get("finalDatabaseName"), data.get("finalSchemaName")
        if answer["success"]:
            self.status, self.rows = "SUCCESS", data.get("total")
        else:
            self.status, self.code = "FAILED_WITH_ERROR", int(answer.get("code") or 0)
            self.message = str(answer.get("message"))

    def row(self) -> tuple[Any, ...]:
        """The values of COLUMNS."""
        elapsed = int(((self.ended or datetime.now(UTC)) - self.began).total_seconds() * 1000)
        named = (self.query_id, self.text, self.database, self.schema, self.session, self.user, self.tag)
        outcome = (self.status, self.code, self.message, self.began, self.ended, elapsed, self.rows, None)
        return (*named, *outcome)


class History:
    """The last statements of all sessions, in memory."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST)
        self._lock = threading.Lock()

    def begin(self, query_id: str, body: dict[str, Any], tag: str, session: int, user: str) -> Entry:
        """Note a statement that was asked for. tag: the session's, where the statement has none of its own."""
        own = (body.get("parameters") or {}).get("QUERY_TAG")
        entry = Entry(query_id, body["sqlText"], str(tag if own is None else own), session, user)
        with self._lock:
            self._entries.append(entry)
        return entry

    def find(self, query_id: str) -> Entry | None:
        """The statement of that id, if it is one of the last."""
        with self._lock:
            return next((entry for entry in reversed(self._entries) if entry.query_id == query_id), None)

    def show(self, connection: Any) -> None:
        """Let the session see the history as it is now, under TABLE."""
        import pyarrow as pa

        with self._lock:
            rows = [entry.row() for entry in self._entries]
        kinds = {"varchar": pa.string(), "bigint": pa.int64(), "double": pa.float64()}
        fields = [(name, kinds.get(kind, pa.timestamp("us", "UTC"))) for name, kind in COLUMNS.items()]
        columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
        arrays = [pa.array(values, kind) for values, (_, kind) in zip(columns, fields, strict=True)]
        connection._duck_conn.register(TABLE, pa.Table.from_arrays(arrays, schema=pa.schema(fields)))


def is_asked(text: str) -> bool:
    """Whether a statement's text may read the history."""
    return "query_history" in text.lower()


def mended(statement: Any, refuse: Callable[[str], Exception]) -> None:
    """`table(information_schema.query_history(…))` as a query of TABLE, in place. refuse: makes an error to raise."""
    from sqlglot import exp

    for node in list(statement.find_all(exp.TableFromRows)):
        call = node.this.expression if isinstance(node.this, exp.Dot) else node.this
        if not isinstance(call, exp.Anonymous) or call.name.upper() != "QUERY_HISTORY":
            continue
        named = {one.this.name.upper(): one.expression for one in call.expressions if isinstance(one, exp.Kwarg)}
        if len(named) != len(call.expressions) or not set(named) <= {"END_TIME_RANGE_START", "RESULT_LIMIT"}:
            raise refuse("QUERY_HISTORY with other arguments than END_TIME_RANGE_START and RESULT_LIMIT")
        query = exp.select("*").from_(TABLE).order_by("start_time desc")
        if since := named.get("END_TIME_RANGE_START"):
            ended = exp.func("coalesce", exp.column("end_time"), exp.CurrentTimestamp())
            query = query.where(exp.GTE(this=ended, expression=since.copy()))
        query = query.limit(named["RESULT_LIMIT"].copy() if "RESULT_LIMIT" in named else 100)
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier("query_history"))
        node.replace(exp.Subquery(this=query, alias=alias.copy()))
