"""What Snowflake calls a column without an alias: its text, `COUNT(*)`, where DuckDB says `count_star()`."""

from __future__ import annotations

from typing import Any

_ENDS = frozenset({"FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "UNION", "EXCEPT", "MINUS", "INTERSECT", ";"})


def named(statement: Any, text: str) -> None:
    """Give the columns of a query's result, in place, the names that Snowflake gives them. text: as the client sent."""
    from sqlglot import exp

    while isinstance(statement, exp.SetOperation | exp.Subquery):
        statement = statement.this  # the first of a UNION names the columns
    if not isinstance(statement, exp.Select):
        return
    texts = _columns(text)
    if len(texts) != len(statement.expressions):
        return  # a form of SELECT that is not understood keeps DuckDB's names
    columns = [
        column
        if isinstance(column, exp.Alias | exp.Column | exp.Star | exp.Aliases) or column.is_star
        else exp.alias_(column, name.upper(), quoted=True)
        for name, column in zip(texts, statement.expressions, strict=True)
    ]
    statement.set("expressions", columns)


def _columns(text: str) -> list[str]:
    """The texts between the commas of the outermost SELECT."""
    from sqlglot import tokenize
    from sqlglot.tokens import TokenType as T

    depth = 0
    starts: list[int] = []
    ends: list[int] = []
    tokens = tokenize(text, read="snowflake")
    for place, token in enumerate(tokens):
        if token.token_type in (T.L_PAREN, T.L_BRACKET, T.L_BRACE):
            depth += 1
        elif token.token_type in (T.R_PAREN, T.R_BRACKET, T.R_BRACE):
            depth -= 1
        elif depth == 0 and not starts and token.token_type == T.SELECT:
            starts.append(place + 1)
        elif depth == 0 and starts and token.token_type == T.COMMA:
            ends.append(place)
            starts.append(place + 1)
        elif depth == 0 and starts and token.text.upper() in _ENDS:
            ends.append(place)
            break
    ends += [len(tokens)] * (len(starts) - len(ends))
    if any(start >= end for start, end in zip(starts, ends, strict=True)):
        return []
    if starts and tokens[starts[0]].token_type in (T.DISTINCT, T.ALL):
        starts[0] += 1
    if starts and (starts[0] >= ends[0] or tokens[starts[0]].text.upper() == "TOP"):
        return []
    return [text[tokens[start].start : tokens[end - 1].end + 1] for start, end in zip(starts, ends, strict=True)]
