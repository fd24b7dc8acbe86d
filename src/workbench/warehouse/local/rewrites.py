"""Statements as fakesnow gets them right: each function here rewrites one thing in the tree of a statement.

The trees are sqlglot's, of Snowflake's dialect, as the client sent them. What can't be said right is refused.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from workbench.warehouse.local import functions, quantiles, queries, semistructured, statements, temporary, times

Refuse = Callable[[str], Exception]

_OUTER = "_wb_outer"
_FLATTEN = "_fs_flatten"

# FLATTEN(outer => true): the one row of NULLs that stands for nothing
MACROS = (
    """
    CREATE OR REPLACE MACRO {catalog}._wb_flatten_outer(input) AS TABLE
        SELECT * FROM {catalog}.main._fs_flatten(input)
        UNION ALL
        SELECT hash(TO_JSON(input))::UBIGINT, NULL, NULL, NULL, NULL, TO_JSON(input)
        WHERE NOT EXISTS (SELECT 1 FROM {catalog}.main._fs_flatten(input));
    """,
    """
    CREATE OR REPLACE MACRO {catalog}._wb_split_to_table(t, d) AS TABLE
        SELECT 1 AS SEQ, unnest(range(1, len(str_split(t, d)) + 1)) AS INDEX, unnest(str_split(t, d)) AS VALUE;
    """,
    *functions.MACROS,
    *semistructured.MACROS,
    *times.MACROS,
)


def mended(statement: Any, refuse: Refuse) -> Any:
    """The statement to give to fakesnow. refuse: makes the error for what can't be said right; it is raised."""
    from fakesnow.transforms.transforms import SUCCESS_NOP
    from sqlglot import exp

    if isinstance(statement, exp.Grant | exp.Revoke):
        return SUCCESS_NOP.copy()  # there is one user, who may do all
    if text_of(statement).upper().startswith("SHOW GRANTS"):
        return _no_grants()
    if isinstance(statement, exp.Drop) and statement.args.get("kind") == "DATABASE":
        raise refuse("DROP DATABASE")  # DuckDB would detach it, and find its file again at the next start
    queries.mended(statement, refuse)
    times.mended(statement, refuse)
    functions.mended(statement, refuse)
    semistructured.mended(statement, refuse)
    if isinstance(statement, exp.Create):
        temporary.as_ordinary(statement)
        statements.with_checks(statement)
    if isinstance(statement, exp.Merge):
        _qualify_inserted(statement)
    for node in list(statement.find_all(exp.ToChar, exp.TimeToStr)):
        _format(node, refuse)
    for node in list(statement.find_all(exp.Explode)):
        _flatten(node, refuse)
    for node in list(statement.find_all(exp.Lateral, exp.TableFromRows)):
        if isinstance(node.this, exp.SplitToTable):
            _split_to_table(node)
    return statement


def finished(statement: Any) -> Any:
    """What is left to do, in place, when fakesnow has made the statement DuckDB's."""
    from sqlglot import exp

    quantiles.together(statement)
    for call in list(statement.find_all(exp.Anonymous)):
        if (
            call.name == _FLATTEN
            and isinstance(call.expressions[0], exp.Anonymous)
            and call.expressions[0].name == _OUTER
        ):
            call.replace(exp.Anonymous(this="_wb_flatten_outer", expressions=call.expressions[0].expressions))
    for name in statement.find_all(exp.Identifier):
        # words that are names to Snowflake: `at`, `columns`, `lambda`
        if isinstance(name.parent, exp.Column | exp.Alias | exp.TableAlias | exp.Table | exp.ColumnDef):
            name.set("quoted", name.args.get("quoted") or name.name.lower() in _reserved())
    return statement


@functools.cache
def _reserved() -> frozenset[str]:
    """The words that DuckDB takes for a name only in quotes; `default` stands for a value."""
    import duckdb

    # the module's own connection is everybody's, and refuses where two threads ask at once
    with duckdb.connect() as own:
        rows = own.execute(
            "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        ).fetchall()
    return frozenset(name for (name,) in rows) - {"default"}


# the first words of statements that Snowflake has, and the parser leaves as text
_COMMANDS = frozenset(
    "ALTER BEGIN CALL COPY CREATE DECLARE DESC DESCRIBE DROP EXECUTE EXPLAIN GET GRANT LIST PUT REMOVE REVOKE RM SHOW "
    "UNDROP UNSET".split()
)


def is_understood(statement: Any) -> bool:
    """Whether the statement is Snowflake's, as far as its parser can tell: then what DuckDB can't read is not here."""
    from sqlglot import exp

    return not isinstance(statement, exp.Command) or str(statement.this).upper() in _COMMANDS


def text_of(statement: Any) -> str:
    """What the parser has left as text; empty for a statement that it understood."""
    from sqlglot import exp

    if isinstance(statement, exp.Command):
        return " ".join(f"{statement.this} {statement.expression}".split())
    return "SHOW " + statement.name if isinstance(statement, exp.Show) else ""


def _no_grants() -> Any:
    from sqlglot import parse_one

    names = (
        "created_on",
        "privilege",
        "granted_on",
        "name",
        "granted_to",
        "grantee_name",
        "grant_option",
        "granted_by",
    )
    columns = ", ".join(f"''::varchar as \"{name}\"" for name in names)
    return parse_one(f"select {columns} where false", read="snowflake")


def _qualify_inserted(merge: Any) -> None:
    """`insert (id) values (id)`: the values are the source's, which DuckDB can't tell from the target's."""
    from sqlglot import exp

    source = merge.args["using"].alias_or_name
    for insert in (when.args["then"] for when in merge.args["whens"].expressions):
        if isinstance(insert, exp.Insert) and insert.expression is not None:
            for column in insert.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(source))


def _flatten(explode: Any, refuse: Refuse) -> None:
    """FLATTEN by its named arguments: `outer` and `path` are done, `recursive` and `mode` are refused."""
    from sqlglot import exp

    named, positional = {}, []
    for argument in (explode.this, *explode.expressions):
        if isinstance(argument, exp.Kwarg):
            named[argument.this.name.lower()] = argument.expression
        else:
            positional.append(argument)
    named.update(zip(("input", "path", "outer", "recursive", "mode"), positional, strict=False))
    if _is_true(named.get("recursive")):
        raise refuse("FLATTEN with recursive => true")
    value = named["input"]
    if (path := named.get("path")) is not None:
        value = exp.func("GET_PATH", value, path, dialect="snowflake")
    mode = named["mode"].name.upper() if "mode" in named else "BOTH"
    if mode != "BOTH":
        kind = exp.Anonymous(this="json_type", expressions=[exp.Anonymous(this="TO_JSON", expressions=[value.copy()])])
        same = exp.EQ(this=kind, expression=exp.Literal.string(mode))
        value = exp.Case(ifs=[exp.If(this=same, true=value.copy())])
    _no_guesses(explode, refuse, within="path" in named)
    if _is_true(named.get("outer")):
        value = exp.Anonymous(this=_OUTER, expressions=[value])
    explode.set("this", exp.Kwarg(this=exp.var("INPUT"), expression=value))
    explode.set("expressions", [])


def _no_guesses(explode: Any, refuse: Refuse, *, within: bool) -> None:
    """fakesnow's SEQ is the same for inputs that are, and its PATH begins at the input's path: who asks is refused."""
    from sqlglot import exp

    select, source = explode.find_ancestor(exp.Select), explode.find_ancestor(exp.Lateral, exp.TableFromRows)
    alias = source.alias_or_name if source is not None else ""
    for column in select.find_all(exp.Column) if select is not None else ():
        if column.table in ("", alias) and column.name.upper() in ({"SEQ", "PATH"} if within else {"SEQ"}):
            raise refuse(f"{column.name.upper()} of FLATTEN" + (" with path =>" if within else ""))


def _split_to_table(source: Any) -> None:
    """…/functions/split_to_table"""
    from sqlglot import exp

    call = source.this
    source.replace(
        exp.Table(
            this=exp.Anonymous(this="_wb_split_to_table", expressions=[call.this.copy(), call.expression.copy()]),
            alias=source.args.get("alias"),
        )
    )


def _is_true(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Boolean) and bool(node.this)


# Snowflake's elements of a date format and strftime's, the longer first
_ELEMENTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MON": "%b",
    "MM": "%m",
    "DD": "%d",
    "DY": "%a",
    "HH24": "%H",
    "HH12": "%I",
    "AM": "%p",
    "PM": "%p",
    "MI": "%M",
    "SS": "%S",
    "FF3": "%g",
    "FF6": "%f",
    "FF9": "%n",
    "FF": "%n",
}
_ELEMENT = re.compile(r'"(?P<quoted>[^"]*)"|(?P<name>' + "|".join(_ELEMENTS) + r")|(?P<other>.)", re.IGNORECASE | re.S)


def _format(call: Any, refuse: Refuse) -> None:
    """TO_CHAR(date, 'YYYY-MM-DD'): fakesnow drops the format. Formats of numbers and unknown elements are refused."""
    from sqlglot import exp

    given = call.args.get("format")
    if given is None:
        return
    if isinstance(given, exp.DPipe):
        # dbt's catalog has 'yyyy-mm-dd HH24:MI'||'UTC': what follows the first text must hold no element
        first, *rest = given.flatten()
        rests = [match["name"] for part in rest for match in _ELEMENT.finditer(part.name)]
        if any(rests) or not all(isinstance(part, exp.Literal) for part in rest):
            raise refuse("TO_CHAR with a format that is not a literal")
        rest_text = exp.Literal.string("".join(part.name for part in rest))
        call.replace(joined := exp.DPipe(this=call.copy(), expression=rest_text))
        joined.this.set("format", first.copy())
        _format(joined.this, refuse)
        return
    if not (isinstance(given, exp.Literal) and given.is_string):
        raise refuse("TO_CHAR with a format that is not a literal")
    if isinstance(call, exp.TimeToStr):  # the parser knows that it is a time, and has taken the format for its own
        from sqlglot.dialects.snowflake import Snowflake

        given = exp.Literal.string(Snowflake().generator().format_time(call).strip("'"))
    pattern = "".join(_element(match, given.name, refuse) for match in _ELEMENT.finditer(given.name))
    moment = exp.cast(call.this.copy(), "timestamp", dialect="duckdb")
    call.replace(exp.Anonymous(this="strftime", expressions=[moment, exp.Literal.string(pattern)]))


def _element(match: re.Match[str], whole: str, refuse: Refuse) -> str:
    if name := match["name"]:
        return _ELEMENTS[name.upper()]
    text = match["other"] if match["quoted"] is None else match["quoted"]
    if match["quoted"] is None and (text.isalnum() or text == "$") and text != "T":
        raise refuse(f"TO_CHAR with the format '{whole}'")
    return text.replace("%", "%%")
