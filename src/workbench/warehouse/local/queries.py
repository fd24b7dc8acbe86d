"""Clauses of queries that fakesnow leaves to DuckDB, which has them otherwise: ASOF JOIN, SAMPLE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Refuse = Callable[[str], Exception]


def mended(statement: Any, refuse: Refuse) -> None:
    """The clauses of all queries in the statement (a tree of Snowflake's dialect), in place."""
    from sqlglot import exp

    for join in list(statement.find_all(exp.Join)):
        if join.args.get("match_condition") is not None:
            _asof(join, refuse)
    for select in statement.find_all(exp.Select):
        if select.args.get("connect") is not None:
            raise refuse("CONNECT BY")  # DuckDB's words would leave it out
    for parameter in list(statement.find_all(exp.Parameter)):
        _numbered(parameter)
    for sample in statement.find_all(exp.TableSample):
        if sample.text("method").upper() == "BLOCK":
            sample.set("method", exp.var("SYSTEM"))  # two names for the same


def _numbered(parameter: Any) -> None:
    """`$1` of VALUES is its first column. https://docs.snowflake.com/en/sql-reference/constructs/values"""
    from sqlglot import exp

    select = parameter.find_ancestor(exp.Select)
    source = select.args.get("from_") if select is not None else None
    if source is not None and isinstance(source.this, exp.Values) and parameter.name.isdigit():
        parameter.replace(exp.column(f"COLUMN{parameter.name}"))


def _asof(join: Any, refuse: Refuse) -> None:
    """ASOF JOIN … MATCH_CONDITION (…): DuckDB has the condition in ON, and drops the rows without a match where it is
    not told LEFT. https://docs.snowflake.com/en/sql-reference/constructs/asof-join
    """
    from sqlglot import exp

    condition, on = join.args["match_condition"], join.args.get("on")
    using = join.args.get("using") or []
    if using:
        on = exp.and_(*_equalities(join, using, refuse))
    join.set("match_condition", None)
    join.set("using", None)
    join.set("side", "LEFT")
    join.set("on", condition if on is None else exp.and_(on, condition))


def _equalities(join: Any, using: list[Any], refuse: Refuse) -> list[Any]:
    """USING as comparisons: a column of that name is the left table's, and `*` has it once."""
    from sqlglot import exp

    select = join.parent
    left, right = select.args["from_"].this.alias_or_name, join.this.alias_or_name
    if select.args["joins"][0] is not join or not left or not right:
        raise refuse("ASOF JOIN … USING, after another join or without names for both tables")
    names = {name.name.upper() for name in using}
    for column in select.find_all(exp.Column):
        if not column.table and column.name.upper() in names and column.find_ancestor(exp.Select) is select:
            column.set("table", exp.to_identifier(left))
    for star in (node for node in select.expressions if isinstance(node, exp.Star)):
        hidden = [exp.column(name.copy(), table=right) for name in using]
        star.set("except_", [*(star.args.get("except_") or []), *hidden])
    return [exp.EQ(this=exp.column(n.copy(), table=left), expression=exp.column(n.copy(), table=right)) for n in using]
