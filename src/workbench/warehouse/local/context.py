"""What a session knows of itself: CURRENT_…(), LAST_QUERY_ID(), RESULT_SCAN, and whether a transaction is open.

https://docs.snowflake.com/en/sql-reference/functions-context
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Refuse = Callable[[str], Exception]
_numbers = itertools.count(time.time_ns() // 1_000_000 % 10**12)  # of sessions: none has an earlier one's


@dataclass(slots=True)
class Context:
    """A session's own state, beside what fakesnow keeps of it. query_ids: of its statements, the last one last;
    has_temporary: whether it has made something that is to go with it, see `temporary`; own: database, schema and name
    of the tables that DuckDB keeps for it alone.
    """

    session_id: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    query_ids: list[str] = field(default_factory=list)
    in_transaction: bool = False
    has_temporary: bool = False
    own: set[tuple[str, str, str]] = field(default_factory=set)


def of(connection: Any) -> Context:
    """The context of one of fakesnow's connections, made when it is first asked for."""
    context: Context | None = connection.__dict__.get("_wb_context")
    if context is None:
        context = connection._wb_context = Context(next(_numbers))
    return context


def told(statement: Any, context: Context, refuse: Refuse) -> None:
    """Write what is asked about the session into the statement (a tree of Snowflake's dialect), in place."""
    from sqlglot import exp

    facts: dict[type, Any] = {
        exp.CurrentAccount: exp.Literal.string("LOCAL"),
        exp.CurrentRegion: exp.Literal.string("LOCAL"),
        exp.CurrentRole: exp.Literal.string("SYSADMIN"),
        exp.CurrentSecondaryRoles: exp.Literal.string('{"roles":"","value":""}'),
        exp.CurrentSession: exp.Literal.string(str(context.session_id)),
        exp.CurrentUser: exp.Literal.string("WORKBENCH"),
        exp.CurrentWarehouse: exp.cast(exp.Null(), "varchar"),
        exp.CurrentTransaction: exp.Literal.string("1") if context.in_transaction else exp.cast(exp.Null(), "varchar"),
    }
    for node in list(statement.find_all(exp.Func)):
        if (fact := facts.get(type(node))) is not None:
            node.replace(fact.copy())
        elif isinstance(node, exp.Anonymous) and node.name.upper() == "LAST_QUERY_ID":
            node.replace(_query_id(node, context, refuse))


def _query_id(call: Any, context: Context, refuse: Refuse) -> Any:
    """LAST_QUERY_ID(n): from the last one back where n is negative, from the first one on where it is positive."""
    from sqlglot import exp

    place = call.expressions[0].sql() if call.expressions else "-1"
    if not place.lstrip("-").isdigit() or int(place) == 0:
        raise refuse("LAST_QUERY_ID of an expression")
    index = int(place) if int(place) < 0 else int(place) - 1
    known = -len(context.query_ids) <= index < len(context.query_ids)
    return exp.Literal.string(context.query_ids[index]) if known else exp.Null()


def scanned(
    statement: Any, results: Any, register: Callable[[str, Any], Any], missing: Callable[[str], Exception]
) -> None:
    """RESULT_SCAN('id') as a table, in place; fakesnow would give the earlier result whatever is asked of it.

    results: by query id, the Arrow table first. register: makes an Arrow table a table of that name.
    """
    from sqlglot import exp

    for table in list(statement.find_all(exp.TableFromRows)):
        call = table.this
        if not (isinstance(call, exp.Anonymous) and call.name.upper() == "RESULT_SCAN" and call.expressions):
            continue
        query_id = call.expressions[0].name
        found = results.get(query_id)
        if found is None:
            raise missing(query_id)
        name = f"_WB_RESULT_{query_id.replace('-', '_').upper()}"
        register(name, found[0])
        table.replace(exp.Table(this=exp.to_identifier(name), alias=table.args.get("alias")))
