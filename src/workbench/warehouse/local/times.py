"""Texts and numbers as times, and zones.

https://docs.snowflake.com/en/sql-reference/data-types-datetime
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Refuse = Callable[[str], Exception]

MACROS = (
    # digits are seconds, milliseconds, microseconds or nanoseconds by their size where they are a text, and by the
    # scale where they are a number; fakesnow's own knows seconds, and drops a fraction. …/functions/to_timestamp
    """
    CREATE OR REPLACE MACRO {catalog}._fs_to_timestamp(val, scale) AS CASE
        WHEN TRY_CAST(val AS DECIMAL(38, 9)) IS NOT NULL THEN make_timestamp(CAST(TRY_CAST(val AS DECIMAL(38, 9)) * CASE
            WHEN typeof(val) <> 'VARCHAR' OR scale <> 0 THEN pow(10::DOUBLE, 6 - scale)
            WHEN abs(TRY_CAST(val AS DECIMAL(38, 9))) < 31536000000 THEN 1000000
            WHEN abs(TRY_CAST(val AS DECIMAL(38, 9))) < 31536000000000 THEN 1000
            WHEN abs(TRY_CAST(val AS DECIMAL(38, 9))) < 31536000000000000 THEN 1
            ELSE 0.001 END AS BIGINT))
        WHEN typeof(val) = 'VARCHAR' AND regexp_matches(CAST(val AS VARCHAR), '[.][0-9]{{6}}0*[1-9]')
            THEN CAST(concat('a time with nanoseconds is not in the local warehouse') AS TIMESTAMP)
        ELSE CAST(val AS TIMESTAMP) END;
    """,
    """
    CREATE OR REPLACE MACRO {catalog}._wb_ltz(val) AS CASE
        WHEN typeof(val) = 'VARCHAR'
            THEN CAST(regexp_replace(CAST(val AS VARCHAR), ' ([+-][0-9:]+|Z)$', '\\1') AS TIMESTAMPTZ)
        ELSE CAST(val AS TIMESTAMPTZ) END;
    """,
    # DuckDB keeps the moment alone
    """
    CREATE OR REPLACE MACRO {catalog}._wb_tz(val) AS CASE
        WHEN typeof(val) = 'VARCHAR' AND regexp_matches(CAST(val AS VARCHAR), '[0-9] ?[+-][0-9]{{2}}:?[0-9]{{2}}$')
            AND NOT regexp_matches(CAST(val AS VARCHAR), '[+-]00:?00$')
            THEN CAST(concat('a TIMESTAMP_TZ with an offset from UTC is not in the local warehouse') AS TIMESTAMPTZ)
        ELSE {catalog}.main._wb_ltz(val) END;
    """,
)


def mended(statement: Any, refuse: Refuse) -> None:
    """The casts and functions of times in the statement (a tree of Snowflake's dialect), in place; inner ones first."""
    from sqlglot import exp

    for node in list(statement.find_all(exp.Cast, exp.Anonymous, exp.ConvertTimezone))[::-1]:
        if isinstance(node, exp.ConvertTimezone):
            if node.args.get("source_tz") is None:
                if node.args["target_tz"].name.upper() != "UTC":
                    raise refuse("CONVERT_TIMEZONE with two arguments")
                # the session's zone is UTC, and so is each moment's: dbt's catalogue asks for this
                node.replace(exp.Anonymous(this="_wb_ltz", expressions=[node.args["timestamp"].copy()]))
        elif (new := _cast(node) if isinstance(node, exp.Cast) else _named(node)) is not None:
            node.replace(new)


def _cast(node: Any) -> Any:
    from sqlglot import exp

    kind, types = node.to.this, exp.DataType.Type
    name = {
        types.TIMESTAMP: "_fs_to_timestamp",
        types.TIMESTAMPNTZ: "_fs_to_timestamp",
        types.TIMESTAMPTZ: "_wb_tz",
        types.TIMESTAMPLTZ: "_wb_ltz",
    }.get(kind)
    if name is not None and not isinstance(node.this, exp.Null):
        scale = [exp.Literal.number(0)] if name == "_fs_to_timestamp" else []
        call = exp.Anonymous(this=name, expressions=[node.this.copy(), *scale])
        return exp.Try(this=call) if isinstance(node, exp.TryCast) else call
    if kind in (types.VARCHAR, types.TEXT, types.CHAR) and node.to.expressions:
        length = node.to.expressions[0].this.copy()  # VARCHAR(n) cuts; DuckDB reads over it
        whole = exp.Cast(this=node.this.copy(), to=node.to.copy())
        return exp.Left(this=whole, expression=length)
    return None


def _named(node: Any) -> Any:
    """The functions that the parser leaves alone because their argument is a column."""
    from sqlglot import exp

    name = node.name.upper()
    if name in ("TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_NTZ") and len(node.expressions) == 1:
        call = exp.Anonymous(this="_fs_to_timestamp", expressions=[node.expressions[0].copy(), exp.Literal.number(0)])
        return exp.Try(this=call)
    if name in ("TO_TIMESTAMP_LTZ", "TO_TIMESTAMP_TZ") and len(node.expressions) == 1:
        return exp.Anonymous(this="_wb_ltz" if "LTZ" in name else "_wb_tz", expressions=[node.expressions[0].copy()])
    return None
