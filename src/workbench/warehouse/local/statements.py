"""Statements that are more than one of DuckDB's, or another: MERGE, SWAP WITH, and where a transaction ends.

https://docs.snowflake.com/en/sql-reference/transactions
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Refuse = Callable[[str], Exception]

_MERGED = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}


def ends_transaction(statement: Any) -> bool:
    """Whether the statement commits what is open before it runs: DDL does."""
    from sqlglot import exp

    if isinstance(statement, exp.Alter):
        return statement.args.get("kind") != "SESSION"
    return isinstance(statement, exp.Create | exp.Drop | exp.Comment | exp.TruncateTable)


def swapped(statement: Any, refuse: Refuse) -> list[Any] | None:
    """ALTER TABLE a SWAP WITH b as three renames; None for another statement.
    https://docs.snowflake.com/en/sql-reference/sql/alter-table
    """
    from sqlglot import exp, parse_one

    actions = statement.args.get("actions") or [] if isinstance(statement, exp.Alter) else []
    if len(actions) != 1 or not isinstance(actions[0], exp.SwapTable):
        return None
    one, two = statement.this, actions[0].this
    if (one.db.upper(), one.catalog.upper()) != (two.db.upper(), two.catalog.upper()):
        raise refuse("SWAP WITH a table of another schema")
    between = one.copy()
    between.set("this", exp.to_identifier("_wb_swapped"))

    def renamed(table: Any, to: Any) -> Any:
        new = exp.Table(this=to.this.copy()).sql(dialect="snowflake")
        return parse_one(f"ALTER TABLE {table.sql(dialect='snowflake')} RENAME TO {new}", read="snowflake")

    return [renamed(one, between), renamed(two, one), renamed(between, two)]


def native_merge(merge: Any) -> Any:
    """A MERGE as DuckDB takes it: one statement, all or nothing, that says of each row what it did. fakesnow makes
    several of it, through a temporary table. https://docs.snowflake.com/en/sql-reference/sql/merge
    """
    from sqlglot import exp

    for when in merge.args["whens"].expressions:
        then = when.args["then"]
        if isinstance(then, exp.Update):
            for assignment in then.expressions:
                assignment.this.set("table", None)
        elif isinstance(then, exp.Insert) and then.this is not None:
            for column in then.this.find_all(exp.Column):
                column.set("table", None)
    merge.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
    return merge


def merge_result(merge: Any, actions: list[str]) -> tuple[str, int]:
    """The SELECT that says what a MERGE did, a column for each kind that it could do, and how many rows that were."""
    from sqlglot import exp

    possible = {
        "INSERT" if isinstance(then, exp.Insert) else "UPDATE" if isinstance(then, exp.Update) else "DELETE"
        for then in (when.args["then"] for when in merge.args["whens"].expressions)
    }
    columns = [
        f'{actions.count(kind)} AS "number of rows {done}"' for kind, done in _MERGED.items() if kind in possible
    ]
    return f"SELECT {', '.join(columns)}", len(actions)


def with_checks(create: Any) -> None:
    """What a column's type promises and DuckDB's type doesn't, in place, as a CHECK: VARCHAR(3) is a limit, an OBJECT
    is no ARRAY. A TIMESTAMP_LTZ promises nothing: `views` reads what it is.
    https://docs.snowflake.com/en/sql-reference/data-types-text
    """
    from sqlglot import exp

    if str(create.args.get("kind")).upper() != "TABLE" or not isinstance(create.this, exp.Schema):
        return
    if create.expression is not None:
        return  # the columns of a SELECT are cast
    for column in create.this.find_all(exp.ColumnDef):
        kind = column.args.get("kind")
        if isinstance(kind, exp.DataType) and (promise := _promise(exp.column(column.this.copy()), kind)) is not None:
            check = exp.ColumnConstraint(kind=exp.CheckColumnConstraint(this=promise))
            column.set("constraints", [*(column.args.get("constraints") or []), check])


def _promise(column: Any, kind: Any) -> Any:
    from sqlglot import exp

    if (most := length_of(kind)) is not None:
        return exp.LTE(this=exp.Length(this=column), expression=exp.Literal.number(most))
    types = exp.DataType.Type
    if kind.this in (types.OBJECT, types.STRUCT, types.MAP, types.ARRAY, types.LIST):
        name = "ARRAY" if kind.this in (types.ARRAY, types.LIST) else "OBJECT"
        found = exp.Anonymous(this="json_type", expressions=[column])
        return exp.In(this=found, expressions=[exp.Literal.string(name), exp.Literal.string("NULL")])
    if kind.this == types.TIMESTAMPLTZ:
        name = exp.Literal.string("TIMESTAMP_LTZ")
        return exp.or_(
            exp.NEQ(this=name, expression=exp.Literal.string("")), exp.Is(this=column, expression=exp.Null())
        )
    return None


def length_of(kind: Any) -> int | None:
    """n of VARCHAR(n); None for any other type."""
    from sqlglot import exp

    texts = (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.CHAR, exp.DataType.Type.NVARCHAR)
    if kind.this not in texts or not kind.expressions:
        return None
    most = kind.expressions[0].name
    return int(most) if most.isdigit() else None
