"""VARIANT, OBJECT and ARRAY: all of them are JSON to DuckDB, so that an array may hold anything.

fakesnow has some arrays as DuckDB's lists, of one type, and some as JSON. Here each function takes JSON and gives it.
https://docs.snowflake.com/en/sql-reference/functions-semistructured
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Refuse = Callable[[str], Exception]

_IS_KIND = {"is_object": "OBJECT", "is_integer": "INTEGER", "is_varchar": "VARCHAR", "is_char": "VARCHAR"}
_IS_KIND |= {"is_boolean": "BOOLEAN", "is_decimal": "DECIMAL"}
# the function, the kinds that it takes, DuckDB's type of what it gives
_AS_TYPE = {
    "as_integer": ("'INTEGER'", "BIGINT"),
    "as_number": ("'INTEGER', 'DECIMAL'", "DECIMAL(38, 0)"),
    "as_varchar": ("'VARCHAR'", "VARCHAR"),
    "as_char": ("'VARCHAR'", "VARCHAR"),
    "as_double": ("'DOUBLE', 'DECIMAL', 'INTEGER'", "DOUBLE"),
    "as_real": ("'DOUBLE', 'DECIMAL', 'INTEGER'", "DOUBLE"),
    "as_boolean": ("'BOOLEAN'", "BOOLEAN"),
    "as_array": ("'ARRAY'", "JSON"),
    "as_object": ("'OBJECT'", "JSON"),
}

_MACROS = (
    "list(a) AS CAST(TO_JSON(a) AS JSON[])",
    "map(o) AS CAST(TO_JSON(o) AS MAP(VARCHAR, JSON))",
    "text(v) AS TO_JSON(v) ->> '$'",
    """typeof(v) AS CASE json_type(TO_JSON(v))
        WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'NULL' THEN 'NULL_VALUE'
        WHEN 'DOUBLE' THEN CASE WHEN CAST(TO_JSON(v) AS VARCHAR) ^@ '-' OR contains(lower(CAST(TO_JSON(v) AS VARCHAR)),
            'e') THEN CASE WHEN contains(lower(CAST(TO_JSON(v) AS VARCHAR)), 'e') THEN 'DOUBLE' ELSE 'DECIMAL' END
            WHEN contains(CAST(TO_JSON(v) AS VARCHAR), '.') THEN 'DECIMAL' ELSE 'INTEGER' END
        ELSE json_type(TO_JSON(v)) END""",
    """array_insert(a, i, v) AS TO_JSON(list_concat(_wb_list(a)[:i], [TO_JSON(v)], _wb_list(a)[i + 1:]))""",
    """array_slice(a, f, t) AS TO_JSON(_wb_list(a)[
        (CASE WHEN f < 0 THEN len(_wb_list(a)) + f + 1 ELSE f + 1 END):
        (CASE WHEN t < 0 THEN len(_wb_list(a)) + t ELSE t END)])""",
    """array_to_string(a, s) AS COALESCE(array_to_string(
        list_transform(_wb_list(a), lambda x: COALESCE(x ->> '$', '')), s), CASE WHEN a IS NOT NULL THEN '' END)""",
    """sorted(a) AS list_transform(list_sort(list_transform(_wb_list(a), lambda x: struct_pack(
        n := TRY_CAST(x AS DOUBLE), s := x ->> '$', v := x))), lambda x: x.v)""",
    "array_max(a) AS list_filter(_wb_sorted(a), lambda x: x IS NOT NULL)[-1]",
    "array_min(a) AS list_filter(_wb_sorted(a), lambda x: x IS NOT NULL)[1]",
    """object_insert(o, k, v, u) AS CASE
        WHEN NOT u AND map_contains(_wb_map(o), k) THEN error('Duplicate key ''' || k || ''' in OBJECT_INSERT')
        WHEN v IS NULL THEN TO_JSON(o)
        ELSE TO_JSON(map_from_entries(list_append(list_filter(map_entries(_wb_map(o)), lambda e: e.key <> k),
            struct_pack(key := k, value := TO_JSON(v))))) END""",
    """object_delete(o, ks) AS TO_JSON(map_from_entries(
        list_filter(map_entries(_wb_map(o)), lambda e: NOT list_contains(ks, e.key))))""",
    """object_pick(o, ks) AS TO_JSON(map_from_entries(
        list_filter(map_entries(_wb_map(o)), lambda e: list_contains(ks, e.key))))""",
    "array_flatten(a) AS TO_JSON(flatten(CAST(TO_JSON(a) AS JSON[][])))",
    """to_array(v) AS CASE WHEN json_type(TO_JSON(v)) = 'ARRAY' THEN TO_JSON(v)
        WHEN v IS NOT NULL THEN json_array(v) END""",
)
MACROS = tuple(f"CREATE OR REPLACE MACRO _wb_{macro};".replace("_wb_", "{catalog}.main._wb_") for macro in _MACROS)


def mended(statement: Any, refuse: Refuse) -> None:
    """The functions of semi-structured data in the statement (a tree of Snowflake's dialect), in place."""
    from sqlglot import exp

    for node in list(statement.find_all(exp.Struct)):
        for pair in node.find_all(exp.PropertyEQ):
            # the key of a constant is as it is written: {'a': 1} is no A
            if isinstance(pair.this, exp.Identifier):
                pair.set("this", exp.Literal.string(pair.name))
    for node in list(statement.find_all(exp.JSONExtract)):
        _as_text(node)
    for node in list(statement.find_all(exp.ArrayFilter, exp.Transform)):
        raise refuse(f"{node.key.upper()} with a lambda")
    for node in list(statement.find_all(exp.Func, exp.Cast, exp.Bracket))[::-1]:
        if (new := _new(node)) is not None:
            node.replace(new)


def _as_text(extract: Any) -> None:
    """A VARIANT beside a text, or in a function of texts, is a text: without its quotes."""
    from sqlglot import exp

    parent, used = extract.parent, extract
    while isinstance(parent, exp.Paren):
        parent, used = parent.parent, parent
    if isinstance(parent, exp.Binary) and not isinstance(parent, exp.Concat):
        others = [part for part in (parent.this, parent.expression) if part is not used]
    elif isinstance(parent, exp.In):
        others = parent.expressions if parent.this is used else []
    else:
        others = []
    text = any(isinstance(other, exp.Literal) and other.is_string for other in others)
    compared = isinstance(parent, exp.Predicate | exp.DPipe) and text
    if (compared or isinstance(parent, _text_functions())) and isinstance(extract.expression, exp.JSONPath):
        extract.replace(exp.JSONExtractScalar(this=extract.this.copy(), expression=extract.expression.copy()))


@functools.cache
def _text_functions() -> tuple[type, ...]:
    from sqlglot import exp

    cut = (
        exp.Left,
        exp.Right,
        exp.Substring,
        exp.SplitPart,
        exp.Split,
        exp.Strtok,
        exp.StrtokToArray,
        exp.Trim,
        exp.Pad,
    )
    found = (exp.Contains, exp.StartsWith, exp.EndsWith, exp.StrPosition, exp.Like, exp.ILike, exp.RegexpLike)
    changed = (exp.Replace, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpCount, exp.RegexpInstr, exp.Initcap)
    joined = (exp.DPipe, exp.Concat, exp.ConcatWs, exp.GroupConcat, exp.Reverse, exp.Length, exp.Upper, exp.Lower)
    return cut + found + changed + joined


def _new(node: Any) -> Any:
    """What stands for the node; None where it stays."""
    from sqlglot import exp

    if isinstance(node, exp.Array):
        return _call("json_array", *node.expressions)
    if isinstance(node, exp.Cast):
        return _cast(node)
    if isinstance(node, exp.Anonymous):
        return _named(node)
    if isinstance(node, exp.Bracket):
        index = node.expressions[0] if len(node.expressions) == 1 else None
        plain = isinstance(index, exp.Literal | exp.Slice) or index is None or isinstance(node.this, exp.Anonymous)
        return None if plain else exp.JSONExtract(this=exp.paren(node.this.copy()), expression=_copied(index))
    new = _macros().get(type(node))
    return None if new is None else new(node)


def _copied(index: Any) -> Any:
    from sqlglot import exp

    return exp.paren(index.copy())


def _macros() -> dict[type, Callable[[Any], Any]]:
    from sqlglot import exp

    return {
        exp.ArrayAppend: lambda n: _listed(n, "this", values=("expression",)),
        exp.ArrayPrepend: lambda n: _listed(n, "this", values=("expression",)),
        exp.ArrayRemove: lambda n: _listed(n, "this", values=("expression",)),
        exp.ArrayConcat: lambda n: _listed(n, "this", "expressions"),
        exp.ArrayDistinct: lambda n: _listed(n, "this"),
        exp.ArrayCompact: lambda n: _listed(n, "this"),
        exp.ArrayReverse: lambda n: _listed(n, "this"),
        exp.ArrayIntersect: lambda n: _listed(n, "expressions"),
        exp.ArrayExcept: lambda n: _listed(n, "this", "expression"),
        exp.ArrayOverlaps: lambda n: _listed(n, "this", "expression", json=False),
        exp.ArrayContains: lambda n: _listed(n, "this", values=("expression",), json=False),
        exp.ArrayPosition: lambda n: _listed(n, "this", values=("expression",), json=False),
        exp.ArrayConstructCompact: lambda n: _listed(
            exp.ArrayCompact(this=_call("json_array", *n.expressions)), "this"
        ),
        exp.ArrayInsert: lambda n: _call("_wb_array_insert", n.this, n.args["position"], n.expression),
        exp.ArraySlice: lambda n: _call("_wb_array_slice", n.this, n.args["start"], n.args["end"]),
        exp.ArrayToString: lambda n: _call("_wb_array_to_string", n.this, n.expression),
        exp.ArrayMax: lambda n: _call("_wb_array_max", n.this),
        exp.ArrayMin: lambda n: _call("_wb_array_min", n.this),
        exp.SortArray: _sorted,
        exp.GenerateSeries: lambda n: _call("TO_JSON", n) if n.args.get("is_end_exclusive") else None,
        exp.Flatten: lambda n: _call("_wb_array_flatten", n.this),
        exp.ObjectInsert: _object_insert,
        exp.JSONKeys: lambda n: _call("TO_JSON", _call("json_keys", n.this)),
        exp.Typeof: lambda n: _call("_wb_typeof", n.this),
        exp.ToArray: lambda n: _call("_wb_to_array", n.this),
        exp.StrtokToArray: lambda n: _call("TO_JSON", n),
        exp.ToVariant: lambda n: _call("TO_JSON", n.this),
        exp.ArgMax: _several,
        exp.ArgMin: _several,
        exp.ObjectAgg: _object_agg,
        exp.ArrayAgg: _array_agg,
    }


def _listed(node: Any, *arrays: str, values: tuple[str, ...] = (), json: bool = True) -> Any:
    """sqlglot's own translation to DuckDB's lists, of lists of JSON, and JSON again."""
    for names, name in ((arrays, "_wb_list"), (values, "TO_JSON")):
        for key in names:
            part = node.args[key]
            node.set(key, [_call(name, one) for one in part] if isinstance(part, list) else _call(name, part))
    return _call("TO_JSON", node) if json else node.copy()


def _sorted(node: Any) -> Any:
    from sqlglot import exp

    values = _call("_wb_sorted", node.this)
    descending = isinstance(node.args.get("asc"), exp.Boolean) and not node.args["asc"].this
    return _call("TO_JSON", _call("list_reverse", values) if descending else values)


def _object_insert(node: Any) -> Any:
    from sqlglot import exp

    update = node.args.get("update_flag") or exp.false()
    return _call("_wb_object_insert", node.this, node.args["key"], node.args["value"], update)


def _several(node: Any) -> Any:
    """MAX_BY(a, b, n) is an array."""
    return _call("TO_JSON", node) if node.args.get("count") is not None else None


def _array_agg(node: Any) -> Any:
    """ARRAY_AGG of no rows is an empty array. …/functions/array_agg"""
    from sqlglot import exp

    whole = node
    if isinstance(node.parent, exp.WithinGroup):  # which fakesnow would do, and take the NULLs in
        ordered = exp.Order(this=node.this.copy(), expressions=[o.copy() for o in node.parent.expression.expressions])
        whole = exp.ArrayAgg(this=ordered, nulls_excluded=True)
        node.parent.replace(whole)
    while isinstance(whole.parent, exp.Window | exp.Filter):
        whole = whole.parent
    if not isinstance(whole.parent, exp.Coalesce):
        whole.replace(exp.Coalesce(this=whole.copy(), expressions=[_call("json_array")]))
    return None


def _object_agg(node: Any) -> Any:
    """The values of an object are JSON already."""
    node.set("expression", _call("TO_JSON", node.expression))
    return None


def _cast(node: Any) -> Any:
    """A cast to VARIANT, ARRAY or OBJECT takes any value; a cast of DuckDB's to JSON reads a text."""
    from sqlglot import exp

    kind = node.to.this
    if kind in (exp.DataType.Type.VARIANT, exp.DataType.Type.OBJECT):
        return _call("TO_JSON", node.this) if not isinstance(node.this, exp.Null) else None
    if kind == exp.DataType.Type.ARRAY and not isinstance(node.this, exp.Null):
        return _call("_wb_to_array", node.this)
    return None


def _named(node: Any) -> Any:
    """Functions that the parser doesn't know."""
    from sqlglot import exp

    name, arguments = node.name.lower(), node.expressions
    if name in _IS_KIND:
        return exp.EQ(this=_call("_wb_typeof", *arguments), expression=exp.Literal.string(_IS_KIND[name]))
    if name in _AS_TYPE and len(arguments) == 1:
        kinds, kind = _AS_TYPE[name]
        value = _call("TO_JSON" if kind == "JSON" else "_wb_text", *arguments)
        known = exp.condition(f"_wb_typeof(x) IN ({kinds})", dialect="duckdb")
        known.find(exp.Column).replace(arguments[0].copy())
        return exp.Case(ifs=[exp.If(this=known, true=exp.cast(value, kind, dialect="duckdb"))])
    if name in ("object_delete", "object_pick"):
        keys = exp.Anonymous(this="list_value", expressions=[key.copy() for key in arguments[1:]])
        return exp.Anonymous(this=f"_wb_{name}", expressions=[arguments[0].copy(), keys])
    return _call("TO_JSON", *arguments) if name == "to_object" else None


def _call(name: str, *arguments: Any) -> Any:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])
