"""A statement's answer as the connector reads it: small results in the answer itself, larger ones in chunks to fetch.

The chunks lie in files until their session ends, or until newer ones need the space.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import threading
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.warehouse.local import mends

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.warehouse.local.asked import Asked

log = logging.getLogger("workbench.warehouse")

CHUNK_BYTES = 4_000_000  # of Arrow's format; the connector fetches four at a time
KEPT_BYTES = 4_000_000_000
ROWS = "ROWS_PER_RESULTSET"
Json = dict[str, Any]


class Chunks:
    """The chunks of results that may still be fetched, in files of a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._results: OrderedDict[str, tuple[object, int]] = OrderedDict()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)

    def keep(self, session: object, tables: list[pa.Table]) -> list[Json]:
        """Write the tables, for the session; what the connector is to know of each."""
        import pyarrow as pa

        key = secrets.token_urlsafe(24)  # whoever knows it may read: the connector sends no token with the request
        folder = self._folder / key
        folder.mkdir(mode=0o700)
        found, total = [], 0
        for number, table in enumerate(tables):
            file = folder / str(number)
            with pa.OSFile(str(file), "wb") as sink:
                _write(table, sink)
            size = file.stat().st_size
            total += size
            facts = {"rowCount": table.num_rows, "uncompressedSize": size, "compressedSize": size}
            found.append({"url": f"/results/{key}/{number}", **facts})
        with self._lock:
            self._results[key] = (session, total)
            while len(self._results) > 1 and sum(size for _, size in self._results.values()) > KEPT_BYTES:
                self._remove(self._results.popitem(last=False)[0])
        return found

    def file(self, key: str, number: str) -> Path | None:
        """The file of a chunk; None where there is none any more."""
        with self._lock:
            known = key in self._results
        path = self._folder / key / number
        return path if known and number.isdecimal() and path.is_file() else None

    def forget(self, session: object) -> None:
        """Remove what the session's statements gave."""
        with self._lock:
            for key in [key for key, (owner, _) in self._results.items() if owner is session]:
                del self._results[key]
                self._remove(key)

    def _remove(self, key: str) -> None:
        shutil.rmtree(self._folder / key, ignore_errors=True)


def answered(asked: Asked, body: Json, request: Any, chunks: Chunks, address: str) -> Json:
    """Run the statement that the client sent, and its answer. address: `http://host:port` of the gateway.

    Raises nothing for what is wrong with the statement: that is an answer as well.
    """
    import snowflake.connector.errors as errors
    from fakesnow.dialect import parse_one
    from fakesnow.rowtype import describe_as_rowtype
    from fakesnow.statement_type import statement_type_id

    connection, text = asked.connection, str(body["sqlText"])
    values, rows = _bindings(body.get("bindings") or {})
    try:
        mends.count_statements(text, (body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT"))
        statement = parse_one(text)
        kind = statement_type_id(statement)
        cursor = connection.cursor()
        if body.get("describeOnly") and (described := cursor._describe_only(text)) is not None:
            import fakesnow.server

            rowtype = describe_as_rowtype(described)
            found: Json = json.loads(
                fakesnow.server.describe_only_response(connection, cursor, rowtype, statement, kind).body
            )
            return found
        count = 0
        if (plan := mends.explained(cursor, text, values)) is not None:
            text, values = plan, None
        for row in [values] if rows is None else rows:
            cursor.execute(text, binding_params=row, server=True)
            count += cursor.rowcount or 0
        rowtype = describe_as_rowtype(cursor._describe_last_sql())
    except (errors.ProgrammingError, errors.OperationalError) as error:
        log.info("%s: %s", type(error).__name__, error)
        code = f"{error.errno:06d}"
        data = {"errorCode": code, "sqlState": error.sqlstate, "queryId": asked.query_id}
        return {"data": data, "code": code, "message": error.msg, "success": False}
    if put := _put(cursor, request, values):
        return {"data": put, "success": True}
    most = int((body.get("parameters") or {}).get(ROWS) or 0)
    table = cursor._arrow_table
    if table is not None and most:
        table = table.slice(0, most)
    data = {
        "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
        "rowtype": rowtype,
        "total": 1 if rows is not None else 0 if table is None else table.num_rows,
        "queryId": asked.query_id,
        "statementTypeId": kind,
        "finalDatabaseName": connection.database,
        "finalSchemaName": connection.schema,
        **_rows(table, rowtype, kind, None if rows is None else count, lambda parts: chunks.keep(connection, parts)),
    }
    for chunk in data.get("chunks", ()):
        chunk["url"] = address + chunk["url"]
    return {"data": data, "success": True}


def _bindings(given: Json) -> tuple[Any, list[tuple[Any, ...]] | None]:
    """The values of the statement's `?`, or those of each row where the client sent many."""
    import fakesnow.server

    value = fakesnow.server.from_binding
    if not given:
        return None, None
    if not all(name.isdigit() for name in given):
        return {name: value(one) for name, one in given.items()}, None
    places = [given[str(place)] for place in range(1, len(given) + 1)]
    if any(isinstance(one["value"], list) for one in places):
        columns = [[value({**one, "value": item}) for item in one["value"]] for one in places]
        return None, list(zip(*columns, strict=True))
    return tuple(value(one) for one in places), None


def _put(cursor: Any, request: Any, values: Any) -> Any:
    """Where the client is to upload its files; None for what is no PUT."""
    import fakesnow.server

    statement = cursor._last_transformed
    data = statement.args.get("put_stage_data")
    if data and not values:
        data["stageInfo"] = fakesnow.server.gcs_stage_info(request, statement, data)
    return data


def _rows(table: pa.Table | None, rowtype: Any, kind: int, batch: int | None, keep: Callable[..., list[Json]]) -> Json:
    """The result's rows: what a change did as texts, a query's as Arrow."""
    import pyarrow as pa
    from fakesnow.arrow import to_sf
    from fakesnow.statement_type import DML_TYPE_IDS

    if table is not None and kind in DML_TYPE_IDS:
        counts = [[str(batch)]] if batch is not None else zip(*(c.to_pylist() for c in table.columns), strict=True)
        texts = [[None if value is None else str(value) for value in row] for row in counts]
        return {"queryResultFormat": "json", "rowset": texts}
    if table is None or not table.num_rows:
        return {"queryResultFormat": "arrow", "rowsetBase64": ""}  # of a batch without rows the connector reads memory
    sent = to_sf(table, rowtype)
    parts = _parts(sent)
    sink = pa.BufferOutputStream()
    _write(parts[0], sink)
    first = b64encode(sink.getvalue()).decode("ascii")
    found: Json = {"queryResultFormat": "arrow", "rowsetBase64": first}
    if len(parts) > 1:
        found |= {"returned": parts[0].num_rows, "chunks": keep(parts[1:])}
    return found


def _write(table: pa.Table, sink: Any) -> None:
    """In Arrow's format."""
    import pyarrow as pa

    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _parts(table: pa.Table) -> list[pa.Table]:
    """The table whole where it is small; else a few rows, which the answer has, and then parts of a chunk's size."""
    size = table.nbytes
    if size <= CHUNK_BYTES:
        return [table]
    rows = max(1, table.num_rows * CHUNK_BYTES // size)
    head = max(1, rows // 64)
    return [table.slice(0, head), *(table.slice(start, rows) for start in range(head, table.num_rows, rows))]
