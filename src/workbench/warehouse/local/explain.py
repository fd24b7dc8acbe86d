"""EXPLAIN USING JSON: which tables a query would read, those behind its views among them. Nothing is run.

https://docs.snowflake.com/en/sql-reference/sql/explain. Of the plan there are the scans of tables alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

_EXPLAIN = re.compile(r"\s*explain\s+using\s+json\s+(?P<query>.*)", re.IGNORECASE | re.DOTALL)


def answered(cursor: Any, text: str, values: Any, refuse: Callable[[str], Exception]) -> str | None:
    """The statement that gives the plan of the query to explain; None for any other statement."""
    from fakesnow.dialect import parse_one
    from sqlglot import exp

    match = _EXPLAIN.fullmatch(text)
    if match is None:
        return None
    query = match["query"]
    cursor._wb_command = query
    statements = cursor._transform_explode(parse_one(query))
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise refuse("EXPLAIN of anything but a query")
    given = list(values or ())
    statement = cursor._transform(statements[0], given)
    with cursor._duck_conn.cursor() as other:
        other.execute(f"SET schema = '{cursor._conn.database}.{cursor._conn._schema}'")
        # an optimizer that knows what is in a table may read none of it
        other.execute("PRAGMA disable_optimizer")
        try:
            (row,) = other.execute(f"EXPLAIN (FORMAT JSON) {statement.sql(dialect='duckdb')}", given).fetchall()
        finally:
            other.execute("PRAGMA enable_optimizer")
    scans = dict.fromkeys(table for node in json.loads(row[1]) for table in _scanned(node))
    operations = [
        {"id": place, "operation": "TableScan", "objects": [table]} for place, table in enumerate(scans, start=1)
    ]
    plan = {"Operations": [[{"id": 0, "operation": "Result"}, *operations]]}
    literal = exp.Literal.string(json.dumps(plan)).sql(dialect="snowflake")
    return f'select {literal} as "content"'


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    """The tables of the plan below the node, as `DATABASE.SCHEMA."Odd name"`."""
    if table := node.get("extra_info", {}).get("Table"):
        yield table
    for child in node.get("children", ()):
        yield from _scanned(child)
