"""What depends on the types of columns: division, averages, sums of text, times as text, dates that stay dates.

DuckDB divides in floating point, and by zero to infinity; it writes 10:00:00 where Snowflake writes 10:00:00.000. The
types of the operands are known to DuckDB alone: it describes them where they stand, before the statement runs.

Snowflake's rule for numbers: a quotient of numbers with scales s and t has max(s, min(s + 6, 12)) digits after the
point, whatever t is; so has the average of numbers with scale s.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

# DuckDB describes a SELECT: (its text, the values of its $names) -> the types of its columns; None where it can't
Describe = Callable[[str, dict[str, Any]], "list[str] | None"]
Refuse = Callable[[str], Exception]

MACROS = (
    """
    CREATE OR REPLACE MACRO {catalog}._wb_divisor(b) AS CASE WHEN b = 0 THEN error('Division by zero') ELSE b END;
    """,
    # https://docs.snowflake.com/en/sql-reference/data-type-conversion
    """
    CREATE OR REPLACE MACRO {catalog}._wb_float_text(x) AS
        CASE WHEN isnan(x) THEN 'NaN' ELSE regexp_replace(CAST(x AS VARCHAR), '[.]0$', '') END;
    """,
    # https://docs.snowflake.com/en/sql-reference/date-time-input-output: the formats that AUTO knows
    """
    CREATE OR REPLACE MACRO {catalog}._wb_date(x) AS CASE
        WHEN regexp_full_match(x, '[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}') THEN CAST(strptime(x, '%m/%d/%Y') AS DATE)
        WHEN regexp_full_match(x, '[0-9]{{1,2}}-[A-Za-z]{{3}}-[0-9]{{4}}') THEN CAST(strptime(x, '%d-%b-%Y') AS DATE)
        WHEN regexp_full_match(x, '-?[0-9]+') THEN CAST({catalog}.main._fs_to_timestamp(x, 0) AS DATE)
        ELSE CAST(x AS DATE) END;
    """,
    """
    CREATE OR REPLACE MACRO {catalog}._wb_boolean(x) AS
        CASE lower(x) WHEN 'on' THEN true WHEN 'off' THEN false ELSE CAST(x AS BOOLEAN) END;
    """,
)
_DATE_UNITS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})

# as text, with what comes after the milliseconds: the local warehouse's zone is UTC
_TIMES = {"TIMESTAMP": "", "TIMESTAMP_NS": "", "TIMESTAMP WITH TIME ZONE": " +0000"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WHOLE = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)


def mended(statement: Any, values: list[Any], describe: Describe, refuse: Refuse) -> Any:
    """The statement (DuckDB's dialect, ready to run) with what depends on types mended in place.

    values: of the statement's `?`, in the order of its text.
    """
    from sqlglot import exp

    if not any(_is_meant(node) for node in statement.find_all(*_kinds())):
        return statement
    named = _named(statement, values)
    for holder in _holders(statement):
        for nodes in _by_depth(holder):
            operands = [_operands(node) for node in nodes]
            known = iter(_types(holder, [one for some in operands for one in some], named, describe))
            for node, some in zip(nodes, operands, strict=True):
                _mend(node, [next(known) for _ in some], refuse)
    for placeholder in statement.find_all(exp.Placeholder):
        placeholder.set("this", None)
    return statement


def with_texts_cast(statement: Any, values: list[Any], describe: Describe) -> None:
    """SUM(text) and the like, in place: Snowflake takes the text for a number, DuckDB only where it is told to."""
    from fakesnow.transforms.transforms import _NUMERIC_ONLY_AGGS
    from sqlglot import exp

    named = _named(statement, values)
    for call in list(statement.find_all(*_NUMERIC_ONLY_AGGS)):
        holder = call.find_ancestor(exp.Select)
        if holder is not None and _types(holder, [call.this], named, describe) == ["VARCHAR"]:
            call.set("this", exp.cast(call.this.copy(), "double"))
    for placeholder in statement.find_all(exp.Placeholder):
        placeholder.set("this", None)


def _named(statement: Any, values: list[Any]) -> dict[str, Any]:
    """Give each `?` a name, so that a part of the statement can be described with its values alone."""
    from sqlglot import exp

    names = [f"wb{place}" for place, _ in enumerate(statement.find_all(exp.Placeholder))]
    for name, placeholder in zip(names, statement.find_all(exp.Placeholder), strict=True):
        placeholder.set("this", name)
    in_text = re.findall(r"\$(wb\d+)\b", statement.sql(dialect="duckdb")) if names else []
    return dict(zip(in_text, values, strict=False))


def _holders(node: Any) -> Iterator[Any]:
    """The SELECTs, inner before outer and a WITH before what uses it, and last the statement that has no SELECT."""
    from sqlglot import exp

    children = sorted(node.iter_expressions(), key=lambda child: not isinstance(child, exp.With))
    for child in children:
        yield from _holders(child)
    if isinstance(node, exp.Select) or node.parent is None:
        yield node


def _by_depth(holder: Any) -> Iterator[list[Any]]:
    """The nodes to mend that stand in this SELECT itself; those within others first."""
    from sqlglot import exp

    levels: defaultdict[int, list[Any]] = defaultdict(list)
    for node in holder.find_all(*_kinds()):
        owner = node.find_ancestor(exp.Select)
        if _is_meant(node) and (owner is holder or (owner is None and not isinstance(holder, exp.Select))):
            levels[node.depth].append(node)
    for depth in sorted(levels, reverse=True):
        yield levels[depth]


@functools.cache
def _kinds() -> tuple[type, ...]:
    from sqlglot import exp

    truncated = (exp.TimestampTrunc, exp.DateTrunc, exp.DateAdd, exp.AddMonths, exp.TimeSlice)
    return exp.Div, exp.Mul, exp.Add, exp.Sub, exp.Avg, exp.Median, exp.PercentileCont, exp.Cast, exp.ToChar, *truncated


def _is_meant(node: Any) -> bool:
    """Whether the node may have to be mended, as far as can be seen without its operands' types."""
    from sqlglot import exp

    if isinstance(node, exp.DateAdd | exp.TimeSlice):
        return node.text("unit").upper() in _DATE_UNITS
    if isinstance(node, exp.Add | exp.Sub):
        return isinstance(node.expression, exp.Interval)
    if isinstance(node, exp.PercentileCont):
        return isinstance(node.parent, exp.WithinGroup)
    if not isinstance(node, exp.Cast | exp.ToChar):
        return not isinstance(node, exp.Mul) or _may_be_fraction(node)
    if isinstance(node.this, exp.Null | exp.JSONExtract | exp.JSONExtractScalar) or isinstance(node, exp.TryCast):
        return False
    kind = exp.DataType.Type.TEXT if isinstance(node, exp.ToChar) else node.to.this
    texts, types = (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR), exp.DataType.Type
    if isinstance(node.this, exp.Literal):
        return node.this.is_string and kind in (types.DATE, types.BOOLEAN)
    return kind in (*texts, types.DATE, types.BOOLEAN, types.BIGINT, types.DECIMAL)


def _may_be_fraction(product: Any) -> bool:
    """Whether neither factor is a whole number as it stands: only a product of two fractions has too many digits."""
    from sqlglot import exp

    factors = (product.this, product.expression)
    return not any(isinstance(factor, exp.Literal | exp.Neg) and factor.is_int for factor in factors)


def _operands(node: Any) -> list[Any]:
    from sqlglot import exp

    if isinstance(node, exp.PercentileCont):
        return [node.parent.expression.expressions[0].this]
    return [node.this, node.expression] if isinstance(node, exp.Div | exp.Mul) else [node.this]


def _types(holder: Any, operands: list[Any], values: dict[str, Any], describe: Describe) -> list[str | None]:
    """DuckDB's type of each operand where it stands; None where that can't be asked."""
    plain = [_plain_type(operand) for operand in operands]
    asked = [operand for operand, known in zip(operands, plain, strict=True) if known is None]
    found = iter(_asked(holder, asked, values, describe) if asked else [])
    return [known if known is not None else next(found) for known in plain]


def _plain_type(operand: Any) -> str | None:
    """The type of what says it itself: a constant, a cast; None for others."""
    from sqlglot import exp

    while isinstance(operand, exp.Paren):
        operand = operand.this
    if isinstance(operand, exp.Literal):
        if operand.is_string:
            return "VARCHAR"
        whole, _, part = operand.name.partition(".")
        digits = len(whole.lstrip("0")) + len(part)
        if (whole + part).isdigit() and digits <= 38:
            return f"DECIMAL({max(digits, 1)},{len(part)})" if part else "BIGINT" if digits < 19 else "HUGEINT"
    if isinstance(operand, exp.Cast) and not operand.to.expressions:
        return _CAST_TYPES.get(operand.to.this.value)
    return None


_CAST_TYPES = {"DOUBLE": "DOUBLE", "BIGINT": "BIGINT", "DATE": "DATE", "TEXT": "VARCHAR", "VARCHAR": "VARCHAR"}
_CAST_TYPES |= {"TIMESTAMP": "TIMESTAMP", "BOOLEAN": "BOOLEAN", "JSON": "JSON"}


def _asked(holder: Any, operands: list[Any], values: dict[str, Any], describe: Describe) -> list[str | None]:
    """What DuckDB says of the operands, in one question if it can answer it, else in one each."""
    from sqlglot import exp

    for probe in _probes(holder, operands):
        text = probe.sql(dialect="duckdb")
        used = {name: values[name] for name in re.findall(r"\$(wb\d+)\b", text) if name in values}
        if found := describe(text, used):
            return list(found[-len(operands) :])
    if len(operands) > 1:
        return [kind for operand in operands for kind in _asked(holder, [operand], values, describe)]
    around = holder.find_ancestor(exp.Select)
    if around is None or not isinstance(holder, exp.Select):
        return [None]
    # a subquery that looks at the query around it: ask there, for a subquery of the operand alone
    lifted = _reduced(holder, [exp.alias_(operands[0].copy(), "wb")])
    return _asked(around, [exp.Subquery(this=lifted)], values, describe)


def _probes(holder: Any, operands: list[Any]) -> Iterator[Any]:
    """SELECTs whose last columns are the operands, the most likely first."""
    from sqlglot import exp

    columns = [exp.alias_(operand.copy(), f"wb{place}") for place, operand in enumerate(operands)]
    if all(operand.find(exp.Column, exp.Query) is None for operand in operands):
        yield exp.Select(expressions=columns)
    elif isinstance(holder, exp.Select):
        alone = _reduced(holder, columns)
        alone.set("group", None)
        yield _with_ctes(holder, alone)
        # where the operand is of a group, or uses the alias of another column
        beside = _reduced(holder)
        beside.set("expressions", [*beside.expressions, *(column.copy() for column in columns)])
        yield _with_ctes(holder, beside)
    elif isinstance(holder, exp.Update | exp.Delete):
        yield exp.Select(expressions=columns).from_(holder.this.copy())
    elif isinstance(holder, exp.Merge):
        using = holder.args["using"].copy()
        yield exp.Select(expressions=columns).from_(holder.this.copy()).join(using, join_type="cross")


def _reduced(holder: Any, columns: list[Any] | None = None) -> Any:
    """The SELECT without what has no say in its columns' types. columns: instead of its own."""
    own = holder.expressions
    if columns is not None:
        holder.set("expressions", [])  # a wide one takes its time to be copied
    reduced = holder.copy()
    if columns is not None:
        holder.set("expressions", own)
        reduced.set("expressions", columns)
    for part in ("order", "limit", "offset", "distinct", "qualify", "having", "sample"):
        reduced.set(part, None)
    return reduced


def _with_ctes(holder: Any, probe: Any) -> Any:
    """The probe with the WITHs that surround its SELECT, the nearest definition of each name."""
    from sqlglot import exp

    ctes: dict[str, Any] = {}
    recursive = False
    around = holder
    while around is not None:
        clause = around.args.get("with_")
        if isinstance(clause, exp.With):
            recursive |= bool(clause.args.get("recursive"))
            for cte in reversed(clause.expressions):
                ctes.setdefault(cte.alias, cte.copy())
        around = around.parent
    if ctes:
        probe.set("with_", exp.With(expressions=list(reversed(ctes.values())), recursive=recursive))
    return probe


def _mend(node: Any, types: list[str | None], refuse: Refuse) -> None:
    from sqlglot import exp

    if isinstance(node, exp.Cast | exp.ToChar):
        _mend_cast(node, types[0])
    elif isinstance(
        node, exp.TimestampTrunc | exp.DateTrunc | exp.DateAdd | exp.Add | exp.Sub | exp.AddMonths | exp.TimeSlice
    ):
        _keep_date(node, types[0])
    elif isinstance(node, exp.Mul):
        one, two = map(_scale, types)
        if one is not None and two is not None and one + two > max(12, one, two):
            _with_scale(node, max(12, one, two))
    elif isinstance(node, exp.Median | exp.PercentileCont):
        if (scale := _scale(types[0])) is not None:
            _with_scale(node, scale + 3)
    else:
        _mend_quotient(node, types, refuse)


def _mend_cast(node: Any, kind: str | None) -> None:
    """Casts that DuckDB does otherwise, by the type of what is cast. …/sql-reference/data-type-conversion"""
    from sqlglot import exp

    value, types = node.this.copy(), exp.DataType.Type
    to = types.TEXT if isinstance(node, exp.ToChar) else node.to.this
    if to in (types.TEXT, types.VARCHAR):
        if kind in _TIMES:
            pattern = exp.Literal.string("%Y-%m-%d %H:%M:%S.%g" + _TIMES[kind])
            node.replace(exp.Anonymous(this="strftime", expressions=[value, pattern]))
        elif kind == "JSON":
            node.replace(exp.Anonymous(this="json_extract_string", expressions=[value, exp.Literal.string("$")]))
        elif kind in ("DOUBLE", "FLOAT"):
            node.replace(exp.Anonymous(this="_wb_float_text", expressions=[value]))
        elif kind == "BLOB":
            node.replace(exp.Anonymous(this="hex", expressions=[value]))
    elif to in (types.DATE, types.BOOLEAN):
        if kind == "VARCHAR":
            name = "_wb_date" if to == types.DATE else "_wb_boolean"
            node.replace(exp.Anonymous(this=name, expressions=[value]))
    elif kind in ("DOUBLE", "FLOAT"):
        digits = node.to.expressions[1].copy() if len(node.to.expressions) > 1 else exp.Literal.number(0)
        node.set("this", exp.Anonymous(this="round", expressions=[value, digits]))


def _keep_date(node: Any, kind: str | None) -> None:
    """A date that is cut, or moved by whole days, is a date; DuckDB makes a timestamp of it."""
    from sqlglot import exp

    if isinstance(node, exp.Add | exp.Sub) and str(node.expression.args.get("unit")).upper() not in _DATE_UNITS:
        return
    if kind == "DATE":
        node.replace(exp.Cast(this=exp.paren(node.copy()), to=exp.DataType.build("DATE", dialect="duckdb")))


def _mend_quotient(node: Any, types: list[str | None], refuse: Refuse) -> None:
    from sqlglot import exp

    scales = [_scale(kind) for kind in types]
    if isinstance(node, exp.Div):
        divisor = node.expression
        if not (isinstance(divisor, exp.Literal) and divisor.name.strip("0.")):
            node.set("expression", exp.Anonymous(this="_wb_divisor", expressions=[divisor.copy()]))
        if None in types and any(_is_fixed(operand) for operand in (node.this, divisor)):
            raise refuse("a division of fixed-point numbers in a place where their types can't be known")
    if any(scale is None for scale in scales):
        return
    _with_scale(node, max(scales[0] or 0, min((scales[0] or 0) + 6, 12)))


def _with_scale(node: Any, scale: int) -> None:
    """The node, with the window and the like that belong to it, as a NUMBER of that many digits after the point."""
    from sqlglot import exp

    whole = node
    while isinstance(whole.parent, exp.Window | exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
        whole = whole.parent
    kind = exp.DataType.build(f"DECIMAL(38, {scale})", dialect="duckdb")
    whole.replace(exp.Cast(this=exp.paren(whole.copy()), to=kind))


def _scale(kind: str | None) -> int | None:
    """Digits after the point of a fixed-point type of DuckDB's; None for any other type."""
    if kind in _WHOLE or kind == '"NULL"':
        return 0
    match = _DECIMAL.fullmatch(kind or "")
    return int(match[2]) if match else None


def _is_fixed(node: Any) -> bool:
    from sqlglot import exp

    while isinstance(node, exp.Paren):
        node = node.this
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DECIMAL
