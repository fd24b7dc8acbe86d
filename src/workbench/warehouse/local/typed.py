"""What depends on the types of columns: division, averages, sums of text, times as text.

DuckDB divides in floating point, and by zero to infinity; it writes 10:00:00 where Snowflake writes 10:00:00.000. The
types of the operands are known to DuckDB alone: it describes them where they stand, before the statement runs.

Snowflake's rule for numbers: a quotient of numbers with scales s and t has max(s, min(s + 6, 12)) digits after the
point, whatever t is; so has the average of numbers with scale s.
"""

from __future__ import annotations

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
)

# as text, with what comes after the milliseconds: the local warehouse's zone is UTC
_TIMES = {"TIMESTAMP": "", "TIMESTAMP_NS": "", "TIMESTAMP WITH TIME ZONE": " +0000"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WHOLE = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)


def mended(statement: Any, values: list[Any], describe: Describe, refuse: Refuse) -> Any:
    """The statement (DuckDB's dialect, ready to run) with its divisions, averages and times as text mended in place.

    values: of the statement's `?`, in the order of its text.
    """
    from sqlglot import exp

    if not any(_is_meant(node) for node in statement.find_all(exp.Div, exp.Avg, exp.Cast, exp.ToChar)):
        return statement
    named = _named(statement, values)
    for holder in _holders(statement):
        for nodes in _by_depth(holder):
            types = [[_type(holder, operand, named, describe) for operand in _operands(node)] for node in nodes]
            for node, known in zip(nodes, types, strict=True):
                _mend(node, known, refuse)
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
        if holder is not None and _type(holder, call.this, named, describe) == "VARCHAR":
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
    for node in holder.find_all(exp.Div, exp.Avg, exp.Cast, exp.ToChar):
        owner = node.find_ancestor(exp.Select)
        if _is_meant(node) and (owner is holder or (owner is None and not isinstance(holder, exp.Select))):
            levels[node.depth].append(node)
    for depth in sorted(levels, reverse=True):
        yield levels[depth]


def _is_meant(node: Any) -> bool:
    """Whether the node may have to be mended: a division, an average, or a cast of what may be a time to text."""
    from sqlglot import exp

    if isinstance(node, exp.Div | exp.Avg):
        return True
    if isinstance(node, exp.ToChar) or node.to.this in (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR):
        return not isinstance(node.this, exp.Literal | exp.JSONExtract | exp.JSONExtractScalar | exp.Null)
    return False


def _operands(node: Any) -> list[Any]:
    from sqlglot import exp

    return [node.this, node.expression] if isinstance(node, exp.Div) else [node.this]


def _type(holder: Any, operand: Any, values: dict[str, Any], describe: Describe) -> str | None:
    """DuckDB's type of the operand where it stands; None where that can't be asked."""
    from sqlglot import exp

    for probe in _probes(holder, operand):
        text = probe.sql(dialect="duckdb")
        used = {name: values[name] for name in re.findall(r"\$(wb\d+)\b", text) if name in values}
        if found := describe(text, used):
            return found[-1]
    around = holder.find_ancestor(exp.Select)
    if around is None or not isinstance(holder, exp.Select):
        return None
    # a subquery that looks at the query around it: ask there, for a subquery of the operand alone
    lifted = _reduced(holder, [exp.alias_(operand.copy(), "wb")])
    return _type(around, exp.Subquery(this=lifted), values, describe)


def _probes(holder: Any, operand: Any) -> Iterator[Any]:
    """SELECTs whose last column is the operand, the most likely first."""
    from sqlglot import exp

    column = exp.alias_(operand.copy(), "wb")
    if operand.find(exp.Column, exp.Query) is None:
        yield exp.Select(expressions=[column])
    elif isinstance(holder, exp.Select):
        alone = _reduced(holder, [column])
        alone.set("group", None)
        yield _with_ctes(holder, alone)
        # where the operand is of a group, or uses the alias of another column
        beside = _reduced(holder)
        beside.set("expressions", [*beside.expressions, column.copy()])
        yield _with_ctes(holder, beside)
    elif isinstance(holder, exp.Update | exp.Delete):
        yield exp.Select(expressions=[column]).from_(holder.this.copy())


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
        if types[0] in _TIMES:
            pattern = exp.Literal.string("%Y-%m-%d %H:%M:%S.%g" + _TIMES[types[0]])
            node.replace(exp.Anonymous(this="strftime", expressions=[node.this.copy(), pattern]))
        return
    scales = [_scale(kind) for kind in types]
    if isinstance(node, exp.Div):
        divisor = node.expression
        if not (isinstance(divisor, exp.Literal) and divisor.name.strip("0.")):
            node.set("expression", exp.Anonymous(this="_wb_divisor", expressions=[divisor.copy()]))
        if None in types and any(_is_fixed(operand) for operand in (node.this, divisor)):
            raise refuse("a division of fixed-point numbers in a place where their types can't be known")
    if any(scale is None for scale in scales):
        return
    scale = max(scales[0] or 0, min((scales[0] or 0) + 6, 12))
    whole = node
    while isinstance(whole.parent, exp.Window | exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        whole = whole.parent
    kind = exp.DataType.build(f"DECIMAL(38, {scale})", dialect="duckdb")
    whole.replace(exp.Cast(this=exp.paren(whole.copy()), to=kind))


def _scale(kind: str | None) -> int | None:
    """Digits after the point of a fixed-point type of DuckDB's; None for any other type."""
    if kind in _WHOLE:
        return 0
    match = _DECIMAL.fullmatch(kind or "")
    return int(match[2]) if match else None


def _is_fixed(node: Any) -> bool:
    from sqlglot import exp

    while isinstance(node, exp.Paren):
        node = node.this
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DECIMAL
