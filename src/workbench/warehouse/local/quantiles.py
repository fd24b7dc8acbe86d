"""Several quantiles of one column are one aggregate: DuckDB would make a digest of all rows for each of them."""

from __future__ import annotations

from typing import Any


def together(statement: Any) -> None:
    """`APPROX_PERCENTILE(x, 0.25)` beside `APPROX_PERCENTILE(x, 0.5)`, in place: places in one list of quantiles."""
    from sqlglot import exp

    found: dict[tuple[int, str], list[Any]] = {}
    for call in statement.find_all(exp.ApproxQuantile):
        if isinstance(call.args.get("quantile"), exp.Literal) and not call.find_ancestor(exp.Window):
            found.setdefault((id(call.parent_select), call.this.sql()), []).append(call)
    for calls in found.values():
        shares = list(dict.fromkeys(call.args["quantile"].name for call in calls))
        if len(shares) < 2:
            continue
        for call in calls:
            listed = exp.Array(expressions=[exp.Literal.number(share) for share in shares])
            digest = exp.Anonymous(this="approx_quantile", expressions=[call.this.copy(), listed])
            place = exp.Literal.number(shares.index(call.args["quantile"].name) + 1)
            call.replace(exp.Anonymous(this="list_extract", expressions=[digest, place]))
