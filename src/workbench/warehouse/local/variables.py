"""Session variables: SET computes its value, once, and `$name` is a name where it stands in no text.

https://docs.snowflake.com/en/sql-reference/session-variables
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from workbench.warehouse.local.errors import failure

Refuse = Callable[[str], Exception]

_UNKNOWN = (2211, "02000")


def apply() -> None:
    """Have fakesnow put the values into statements as this module does."""
    from fakesnow.variables import Variables

    Variables.inline_variables = lambda self, text: inlined(text, self._variables)


def inlined(text: str, values: dict[str, str]) -> str:
    """The statement's text with the variables' values in place of their names; Raises for one that isn't set."""
    if "$" not in text:
        return text
    from sqlglot import tokenize
    from sqlglot.errors import TokenError
    from sqlglot.tokens import TokenType

    try:
        tokens = tokenize(text, read="snowflake")
    except TokenError:
        return text  # the parser says what is wrong with it
    known = {name.upper(): value for name, value in values.items()}
    parts, end = [], 0
    for mark, name in itertools.pairwise(tokens):
        adjacent = mark.token_type == TokenType.PARAMETER and text[mark.start] == "$" and name.start == mark.end + 1
        if not adjacent or text[name.start].isdigit():
            continue
        if name.text.upper() not in known:
            raise failure(f"SQL compilation error:\nSession variable '${name.text.upper()}' does not exist", _UNKNOWN)
        parts += [text[end : mark.start], known[name.text.upper()]]
        end = name.end + 1
    return "".join([*parts, text[end:]])


def set_in(statement: Any, connection: Any, refuse: Refuse) -> bool:
    """Whether the statement is SET of variables: then they are set. refuse: makes the error for a value of a type that
    can't be written down.
    """
    from sqlglot import exp

    if not isinstance(statement, exp.Set) or statement.args.get("unset"):
        return False
    items = [item.this for item in statement.expressions if isinstance(item, exp.SetItem)]
    if len(items) != 1 or not isinstance(items[0], exp.EQ):
        return False
    names, given = items[0].this, items[0].expression
    several = isinstance(names, exp.Tuple)
    columns = list(names.expressions) if several else [names]
    values = list(given.expressions) if several and isinstance(given, exp.Tuple) else [given]
    for column, value in zip(columns, _computed(connection, values), strict=True):
        connection.variables._set(column.name.upper(), _written(value, refuse))
    return True


def _computed(connection: Any, values: Iterable[Any]) -> tuple[Any, ...]:
    from sqlglot import exp

    query = exp.Select(expressions=[exp.alias_(value.copy(), f"v{place}") for place, value in enumerate(values)])
    with connection.cursor() as cursor:
        cursor.execute(query.sql(dialect="snowflake"))
        return tuple(column[0].as_py() for column in cursor._arrow_table.columns)


def _written(value: Any, refuse: Refuse) -> str:
    """A value as Snowflake's SQL has it."""
    from sqlglot import exp

    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"({value:f})" if isinstance(value, Decimal) else f"({value})"
    if isinstance(value, float):
        return f"'{value!r}'::float"
    if isinstance(value, dt.datetime):
        kind = "timestamp_ntz" if value.tzinfo is None else "timestamp_tz"
        return f"'{value.isoformat(sep=' ')}'::{kind}"
    if isinstance(value, dt.date | dt.time):
        return f"'{value.isoformat()}'::{'date' if isinstance(value, dt.date) else 'time'}"
    if isinstance(value, str):
        return exp.Literal.string(value).sql(dialect="snowflake")
    raise refuse(f"a variable of the type {type(value).__name__}")
