"""Functions that fakesnow and DuckDB don't have, or have otherwise: each is rewritten to what DuckDB has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Refuse = Callable[[str], Exception]

MACROS = (
    # https://docs.snowflake.com/en/sql-reference/functions/width_bucket
    """
    CREATE OR REPLACE MACRO {catalog}._wb_width_bucket(v, lo, hi, n) AS CASE
        WHEN v < lo THEN 0 WHEN v >= hi THEN n + 1 ELSE FLOOR((v - lo) * n / (hi - lo))::BIGINT + 1 END;
    """,
    # https://docs.snowflake.com/en/sql-reference/functions/random
    """
    CREATE OR REPLACE MACRO {catalog}._wb_random() AS
        CAST((random() - 0.5::DOUBLE) * 18446744073709549568::DOUBLE AS BIGINT);
    """,
)


def mended(statement: Any, refuse: Refuse) -> None:
    """The functions in the statement (a tree of Snowflake's dialect), in place; inner ones first."""
    from sqlglot import exp

    rewrites = _rewrites()
    for node in list(statement.find_all(exp.Func, exp.Interval))[::-1]:
        if isinstance(node, exp.Anonymous) and node.name.upper() in _REFUSED:
            raise refuse(f"the function {node.name.upper()}")
        if isinstance(node, exp.Rand) and node.this is not None:
            raise refuse("RANDOM with a seed")
        if (rewrite := rewrites.get(type(node))) is not None and (new := rewrite(node)) is not None:
            node.replace(new)


# what DuckDB has under the same name, and otherwise
_REFUSED = frozenset({"SOUNDEX", "PARSE_URL"})


def _rewrites() -> dict[type, Callable[[Any], Any]]:
    from sqlglot import exp

    return {
        exp.Anonymous: _named,
        exp.ApproxQuantile: _approx_percentile,
        exp.ByteLength: lambda n: _call("strlen", n.this) if isinstance(n.this, exp.Literal) else None,
        exp.Ceil: _to_digits,
        exp.Floor: _to_digits,
        exp.Count: _count,
        exp.GroupConcat: _listagg,
        exp.Hll: lambda n: exp.ApproxDistinct(this=n.this.copy()),  # another name for it
        exp.Interval: _interval,
        exp.JarowinklerSimilarity: _jarowinkler,
        exp.Rand: lambda n: _call("_wb_random"),
        exp.RegrCount: lambda n: exp.cast(n.copy(), "bigint"),
        exp.Time: lambda n: exp.cast(n.this.copy(), "time"),
        exp.Trim: _trim,
        exp.Uniform: _uniform,
        exp.WidthBucket: _width_bucket,
    }


def _named(node: Any) -> Any:
    """RATIO_TO_REPORT(x) OVER (…) is x / SUM(x) OVER (…). …/functions/ratio_to_report"""
    from sqlglot import exp

    if node.name.upper() == "RATIO_TO_REPORT" and isinstance(node.parent, exp.Window):
        window = node.parent
        part = node.expressions[0]
        whole = window.copy()
        whole.set("this", exp.Sum(this=part.copy()))
        window.replace(exp.paren(exp.Div(this=part.copy(), expression=whole)))
    return None


def _width_bucket(node: Any) -> Any:
    parts = [node.this, node.args["min_value"], node.args["max_value"], node.args["num_buckets"]]
    return _call("_wb_width_bucket", *parts)


def _approx_percentile(node: Any) -> Any:
    """APPROX_PERCENTILE is a FLOAT, whatever it is of; DuckDB's has its argument's type."""
    from sqlglot import exp

    return exp.ApproxQuantile(this=exp.cast(node.this.copy(), "double"), quantile=node.args["quantile"].copy())


def _to_digits(node: Any) -> Any:
    """CEIL(x, n) in the numbers' own type; sqlglot's way of it is in floating point. …/functions/ceil"""
    from sqlglot import exp

    digits = node.args.get("decimals")
    if digits is None:
        return None
    sign, digits = (-1, digits.this) if isinstance(digits, exp.Neg) else (1, digits)
    if not isinstance(digits, exp.Literal):
        return None
    factor = exp.Literal.number(10 ** int(digits.name))
    inner, outer = (exp.Mul, exp.Div) if sign > 0 else (exp.Div, exp.Mul)
    whole = type(node)(this=inner(this=exp.paren(node.this.copy()), expression=factor))
    return exp.paren(outer(this=whole, expression=factor.copy()))


def _count(node: Any) -> Any:
    """COUNT(a, b) counts the rows without a NULL. …/functions/count"""
    from sqlglot import exp

    if not node.expressions:
        return None
    parts = [node.this, *node.expressions]
    empty = exp.or_(*(exp.Is(this=part.copy(), expression=exp.Null()) for part in parts))
    return exp.Count(this=exp.Case(ifs=[exp.If(this=exp.not_(empty), true=exp.Literal.number(1))]), big_int=True)


def _listagg(node: Any) -> Any:
    """LISTAGG has no separator where none is given, and is an empty text of no rows. …/functions/listagg"""
    from sqlglot import exp

    if node.args.get("separator") is None:
        node.set("separator", exp.Literal.string(""))
    whole = node
    while isinstance(whole.parent, exp.Window | exp.WithinGroup):
        whole = whole.parent
    if not isinstance(whole.parent, exp.Coalesce):
        whole.replace(exp.Coalesce(this=whole.copy(), expressions=[exp.Literal.string("")]))
    return None


def _interval(node: Any) -> Any:
    """INTERVAL '1 day, 2 hours': DuckDB wants no comma. …/data-types-datetime"""
    if node.args.get("unit") is None and "," in node.this.name:
        node.this.set("this", node.this.name.replace(",", " "))


def _jarowinkler(node: Any) -> Any:
    """Cut, not rounded. …/functions/jarowinkler_similarity"""
    from sqlglot import exp

    parts = [exp.Upper(this=part.copy()) for part in (node.this, node.expression)]
    hundredfold = exp.Mul(this=_call("jaro_winkler_similarity", *parts), expression=exp.Literal.number(100))
    return exp.cast(exp.Floor(this=hundredfold), "bigint")


def _trim(node: Any) -> Any:
    """fakesnow 0.12.1 drops the side and the characters of LTRIM, RTRIM and TRIM. …/functions/ltrim"""
    from sqlglot import exp

    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.text("position").upper(), "trim")
    characters = [] if node.expression is None else [node.expression]
    return _call(name, exp.cast(node.this.copy(), "varchar"), *characters)


def _uniform(node: Any) -> Any:
    """UNIFORM(1, 6, RANDOM()): fakesnow would make 64-bit integers of the generator. …/functions/uniform"""
    from sqlglot import exp

    low, high = node.this, node.expression
    whole = all(isinstance(part, exp.Literal) and part.is_int for part in (low, high))
    text = "FLOOR(a + random() * (b - a + 1))" if whole else "a + random() * (b - a)"
    formula = exp.condition(text, dialect="duckdb").transform(_without_rand)
    for column in list(formula.find_all(exp.Column)):
        column.replace((low if column.name == "a" else high).copy())
    return exp.cast(exp.paren(formula), "bigint") if whole else exp.paren(formula)


def _without_rand(node: Any) -> Any:
    """fakesnow looks for RANDOM, and makes 64-bit integers of it."""
    from sqlglot import exp

    return _call("random") if isinstance(node, exp.Rand) else node


def _call(name: str, *arguments: Any) -> Any:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])
