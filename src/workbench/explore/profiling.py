"""`workbench.profile("events")`: what the columns of a table or a query hold, computed by the warehouse."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from workbench.errors import ParameterError, WarehouseError
from workbench.explore import following, measures, words
from workbench.explore.axes import Axis
from workbench.explore.comparison import Comparison
from workbench.explore.measures import COLUMNS, ColumnProfile, Source
from workbench.explore.profiled import Profile, Side
from workbench.sqltext import binds as bind_names
from workbench.warehouse.base import quoted
from workbench.warehouse.catalog import Column, TableFacts, find

LARGE = 50_000_000  # rows: of a larger table a sample is profiled
SAMPLED = 10_000_000  # rows of the sample then
BLOCKS = 1_000_000  # rows: of a smaller table, blocks would be too few for a fair sample
COMPARED = 1000  # most frequent values that are compared
SEED = 42
_QUERY = re.compile(r"\s*(--[^\n]*\n\s*|/\*.*?\*/\s*)*(select|with|values)\b|\s*\(", re.IGNORECASE | re.DOTALL)
_SCALED = 2.0**-520  # squares of the largest FLOATs, and their sum, are FLOATs then

Day = str | date
At = Day | Sequence[Day] | Mapping[str, Day | Sequence[Day]]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What was asked about. rows: of the whole table, where the warehouse knows."""

    title: str
    source: Source
    columns: tuple[Column, ...]
    rows: int | None = None
    share: float | None = None
    table: TableFacts | None = None


def profile(
    table_or_sql: str | TableFacts,
    /,
    *,
    columns: Sequence[str] | None = None,
    sample: float | bool | None = None,
    compare: str | TableFacts | None = None,
    at: At | None = None,
    connection: str | None = None,
    **binds: Any,
) -> Profile | Comparison:
    """Profile a table, a view or a query: for each column how many values are NULL or differ, the least, the greatest,
    mean, standard deviation and quantiles, a histogram, the most frequent values, lengths, and rows over time.

    The warehouse computes it in two statements, however many rows there are; only the result comes over the wire. The
    first is one aggregate over all columns. The second is a UNION ALL with a branch a column, for the bars between the
    limits that the first one found and for the most frequent values; each branch reads one column, so in a columnar
    warehouse both statements read the table once. (More than 80 columns: two statements for each 80.)

    table_or_sql: a table's name as for `describe`, or a query (SELECT or WITH), whose `:name` are binds as in `sql`, as
    those of compare= are.
    columns: only these.
    sample: None takes all rows of up to 50 million, and of a larger table a sample of about 10 million; a number below
    1 is a share of the rows, a larger one about how many rows; False, 0 and 1 are all rows. The sample is of blocks
    (SAMPLE SYSTEM with a seed) where the table has a million rows or more, else of rows; the result says that it is
    one, and how many rows the table has.
    compare: another table or query, to be put beside this one, column by column: what drifted most comes first. The
    measure is the Jensen-Shannon distance (J. Lin, IEEE Transactions on Information Theory 37(1), 1991), from 0 to 1,
    beside the distance that chance alone would give samples of these sizes. Times and ids that two days can't have in
    common are said to be `other times` and `other ids`, which is no drift.
    at: one day, or two that are compared: `at="2026-10-01"`, `at=("2026-10-01", "2026-10-02")`. It is a day of the
    table's only column of dates or times; where there are several, say which: `at={"day": "2026-10-01"}`. Of two days,
    columns of times that follow the day are compared as if the days were one.

    Numbers of distinct values and quantiles are the warehouse's estimates (APPROX_COUNT_DISTINCT: about 2% off;
    APPROX_PERCENTILE: about 1% of the rows off); all else is exact for the rows looked at. Texts are told apart by
    their first 256 characters. A FLOAT's NaN and infinities are counted apart and are in no other number. The result
    shows as a table; `.frame` has the numbers, `.columns` all that there is (ColumnProfile).

    Raises MissingTable, ParameterError for arguments that say nothing sensible, and what `workbench.sql` raises.
    """
    began = time.perf_counter()
    share = _share(sample)
    own, others = _shared(table_or_sql, compare, binds)
    chosen = _chosen(table_or_sql, connection, own)
    name, days = _days(at, chosen.columns)
    if compare is not None and len(days) > 1:
        raise ParameterError("compare= and two days in at= are two comparisons", hint="give one day, or no compare=")
    sides = [_on(chosen, name, day) for day in days] or [chosen]
    if compare is not None:
        other = _chosen(compare, connection, others)
        other_name, _ = _days({name: days} if days else None, other.columns)
        sides.append(_on(other, other_name, days[0]) if days else other)
    sides = [replace(side, columns=_only(side.columns, columns)) for side in sides]
    if compare is not None and isinstance(table_or_sql, str) and isinstance(compare, str):
        sides = _told_apart(sides, table_or_sql, compare)
    sides = [_sampled(side, share, sample) for side in sides]
    if len(sides) == 1:
        found = _profiled(sides[0], connection)
        return Profile(_side(sides[0], found), time.perf_counter() - began)
    between = (days[1] - days[0]).days if len(days) > 1 else 0
    left, right, follow = _compared(sides[0], sides[1], connection, between)
    apart = frozenset({name} if len(days) > 1 else ())
    seconds = time.perf_counter() - began
    return Comparison(
        _side(sides[0], left), _side(sides[1], right), seconds, apart, dict.fromkeys(follow - apart, between)
    )


# ---- what is meant


def _shared(
    asked: str | TableFacts, compare: str | TableFacts | None, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each query's binds of those that were given; what neither has goes to the first, which says so."""
    first, second = (bind_names(one) if isinstance(one, str) else () for one in (asked, compare))
    others = {name: value for name, value in values.items() if name in second}
    return {name: value for name, value in values.items() if name in first or name not in others}, others


def _told_apart(sides: list[_Chosen], left: str, right: str) -> list[_Chosen]:
    """Two queries under titles that say in what they differ."""
    if sides[0].table is not None or sides[1].table is not None:
        return sides
    return [
        replace(side, title=side.title.replace("query", title, 1))
        for side, title in zip(sides, words.told_apart(left, right), strict=True)
    ]


def _chosen(asked: str | TableFacts, connection: str | None, binds: Mapping[str, Any]) -> _Chosen:
    if isinstance(asked, str) and _QUERY.match(asked):
        text = asked.strip().rstrip(";").rstrip()
        columns = _columns_of(text, connection, binds)
        return _Chosen("query", Source("wb_query", ctes=f"with wb_query as (\n{text}\n)\n", binds=dict(binds)), columns)
    if binds:
        raise ParameterError(f"a table has no :{next(iter(binds))}", hint="binds are for queries")
    if not isinstance(asked, str | TableFacts):
        raise ParameterError(f"can't profile a {type(asked).__name__}", hint="give a table's name, or a query's text")
    table = find(asked if isinstance(asked, str) else asked.sql, connection)
    return _Chosen(str(table), Source(table.sql), table.columns, table.rows, table=table)


def _columns_of(text: str, connection: str | None, binds: Mapping[str, Any]) -> tuple[Column, ...]:
    from workbench.warehouse.shape import shape

    columns = shape(text, connection=connection, **binds)
    names = [column.name for column in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ParameterError(
            f"the query has two columns named {twice}", hint="give one of them another name: … as other"
        )
    return columns


def _only(columns: tuple[Column, ...], names: Sequence[str] | None) -> tuple[Column, ...]:
    """The columns of these names; in any case, where the exact name isn't there."""
    if names is None:
        return columns
    if isinstance(names, str):
        raise ParameterError(f"columns is a list of names, not {names!r}", hint=f"columns=[{names!r}]")
    return tuple(_named(columns, name) for name in dict.fromkeys(names))


def _named(columns: tuple[Column, ...], name: str) -> Column:
    folded = {column.name.casefold(): column for column in columns}
    exact = {column.name: column for column in columns}
    if (found := exact.get(name) or folded.get(str(name).casefold())) is not None:
        return found
    close = difflib.get_close_matches(str(name).casefold(), folded, n=1)
    meant = f"; did you mean {folded[close[0]].name}?" if close else ""
    raise ParameterError(f"there is no column {name}{meant}", hint=f"there is {', '.join(exact)}")


def _days(at: At | None, columns: tuple[Column, ...]) -> tuple[str, list[date]]:
    """The column that at= is about, and its one or two days."""
    if at is None:
        return "", []
    if isinstance(at, Mapping):
        if len(at) != 1:
            raise ParameterError("at= is about one column", hint='at={"day": ("2026-10-01", "2026-10-02")}')
        ((name, said),) = at.items()
        column = _named(columns, name)
        if measures.kind_of(column.type).name != "time":
            raise ParameterError(
                f"{column.name} is a {column.type}, which has no days", hint="at= is for dates and times"
            )
    else:
        said, times = at, [one for one in columns if measures.kind_of(one.type).name == "time"]
        if len(times) != 1:
            listed = ", ".join(one.name for one in times) or "no column of dates or times"
            hint = f'say which: at={{"{times[0].name.lower()}": …}}' if times else "at= is for tables with days"
            raise ParameterError(
                f"at= may be about several columns: {listed}" if times else f"there is {listed}", hint=hint
            )
        column = times[0]
    days = [_day(one) for one in ([said] if isinstance(said, str | date) else said)]
    if not 1 <= len(days) <= 2:
        raise ParameterError(f"at= is one day or two, not {len(days)}", hint='at=("2026-10-01", "2026-10-02")')
    return column.name, days


def _day(said: Any) -> date:
    try:
        if isinstance(said, datetime):
            return said.date()
        return said if isinstance(said, date) else date.fromisoformat(str(said).strip())
    except ValueError as error:
        raise ParameterError(f"{said!r} is no day", hint="a day is `2026-10-01`, or a date") from error


def _on(chosen: _Chosen, name: str, day: date) -> _Chosen:
    """The rows of one day."""
    column = quoted(_named(chosen.columns, name).name)
    number = f"{day:%Y%m%d}"
    where = f"{column} >= :wb_from_{number} and {column} < :wb_to_{number}"
    binds = {**chosen.source.binds, f"wb_from_{number}": day, f"wb_to_{number}": day + timedelta(days=1)}
    source = replace(chosen.source, where=where, binds=binds)
    return replace(chosen, title=f"{chosen.title} on {day}", source=source, rows=None)


def _share(sample: float | bool | None) -> float | None:
    """sample=, if it is one. Raises ParameterError for one that says nothing."""
    if sample is None or sample is False or sample == 0:
        return None
    if isinstance(sample, bool) or not isinstance(sample, int | float) or not sample > 0 or sample == float("inf"):
        raise ParameterError(f"sample={sample!r} is no sample", hint="a share (0.01), a number of rows, or False")
    return float(sample)


def _sampled(chosen: _Chosen, asked: float | None, said: float | bool | None) -> _Chosen:
    """The source with a sample, where one was asked for or the table is too large."""
    rows = chosen.rows
    if asked is None:
        if said is not None or rows is None or rows <= LARGE:
            return chosen
        asked = float(SAMPLED)
    if asked > 1:
        if rows is None:
            raise ParameterError(
                f"how many rows {chosen.title} has is not known", hint="give sample= as a share: sample=0.01"
            )
        asked = asked / rows if asked < rows else 1.0
    if asked >= 1:
        return chosen
    percent = f"{asked * 100:.6f}"
    # blocks are read or not, which is quick; a seed, so that both statements see the same rows
    blocks = rows is not None and rows >= BLOCKS and not chosen.source.where
    method = f"system ({percent}) seed ({SEED})" if blocks else f"bernoulli ({percent})"
    if chosen.table is not None and chosen.table.kind != "view" and not blocks:
        method += f" seed ({SEED})"
    source = replace(chosen.source, relation=f"{chosen.source.relation} sample {method}")
    return replace(chosen, source=source, share=asked)


# ---- what the warehouse says


def _profiled(chosen: _Chosen, connection: str | None) -> list[ColumnProfile]:
    found: list[ColumnProfile] = []
    for start in range(0, len(chosen.columns), COLUMNS):
        some = _facts(chosen.source, chosen.columns[start : start + COLUMNS], connection)
        found += _spreads(chosen.source, measures.with_axes(some), connection)
    return found


def _compared(
    left: _Chosen, right: _Chosen, connection: str | None, days: int
) -> tuple[list[ColumnProfile], list[ColumnProfile], set[str]]:
    """Both sides; the columns that both have come first, in one order, with their bars on the same axes. days: that lie
    between the sides; the names of the left one's columns that follow the day, whose axes lie apart by as much.
    """
    names = {column.name: column for column in right.columns}
    folded = {column.name.casefold(): column for column in right.columns}
    pairs = [(one, names.get(one.name) or folded.get(one.name.casefold())) for one in left.columns]
    shared = [(one, other) for one, other in pairs if other is not None]
    taken = {other.name for _, other in shared}
    lefts = [one for one, _ in shared] + [one for one, other in pairs if other is None]
    rights = [other for _, other in shared] + [one for one in right.columns if one.name not in taken]
    one, two = _all_facts(left.source, lefts, connection), _all_facts(right.source, rights, connection)
    both = len(shared)
    with_left, with_right, follow = _with_shared_axes(one[:both], two[:both], days)
    ours = _all_spreads(left.source, [*with_left, *measures.with_axes(one[both:])], connection)
    theirs = _all_spreads(right.source, [*with_right, *measures.with_axes(two[both:])], connection)
    for place, column in enumerate(ours[:both]):
        if column.name in follow:  # the same bars of each day
            theirs[place] = replace(theirs[place], axis=column.axis)
    return ours, theirs, follow


def _with_shared_axes(
    left: list[ColumnProfile], right: list[ColumnProfile], days: int
) -> tuple[list[ColumnProfile], list[ColumnProfile], set[str]]:
    """The columns of both sides with the same axes, where they are of a kind, and which of them follow the day."""
    follow = {a.name for a, b in zip(left, right, strict=True) if following.follows(a, b, days)}
    beside = [
        (following.moved(b, -days) if a.name in follow else b) if a.kind.name == b.kind.name else None
        for a, b in zip(left, right, strict=True)
    ]
    ours, theirs = measures.with_axes(left, beside), []
    for a, b in zip(ours, right, strict=True):
        if a.kind.name != b.kind.name:
            theirs += measures.with_axes([b])
        elif a.name in follow and isinstance(a.axis, Axis):
            theirs.append(replace(b, axis=following.later(a.axis, days)))
        else:
            theirs.append(replace(b, axis=a.axis))
    return ours, theirs, follow


def _all_facts(source: Source, columns: Sequence[Column], connection: str | None) -> list[ColumnProfile]:
    return [
        one
        for start in range(0, len(columns), COLUMNS)
        for one in _facts(source, columns[start : start + COLUMNS], connection)
    ]


def _all_spreads(source: Source, columns: list[ColumnProfile], connection: str | None) -> list[ColumnProfile]:
    return [
        one
        for start in range(0, len(columns), COLUMNS)
        for one in _spreads(source, columns[start : start + COLUMNS], connection, COMPARED)
    ]


def _facts(source: Source, columns: Sequence[Column], connection: str | None) -> list[ColumnProfile]:
    """The first statement. Where squares of a FLOAT's values are no FLOAT any more, once again with smaller ones."""
    from workbench.warehouse.query import sql

    scale = 1.0
    while True:
        try:
            row = sql(measures.facts(source, columns, scale), connection=connection, **source.binds)
            # column by column: a row of a frame would be all floats
            found = measures.read_facts(columns, {str(key): values.tolist()[0] for key, values in row.items()}, scale)
            beyond = any(one.overflowed for one in found)
        except WarehouseError as error:
            if "out of range" not in error.message.lower() or scale != 1.0:
                raise
            beyond = True
        if not beyond or scale != 1.0:
            return found
        scale = _SCALED


def _spreads(
    source: Source, columns: list[ColumnProfile], connection: str | None, top: int = measures.TOP
) -> list[ColumnProfile]:
    """The second statement."""
    from workbench.warehouse.query import sql

    asked = measures.spreads(source, columns, top)
    if asked is None:
        return measures.read_spreads(columns, [], top)
    text, binds = asked
    rows = sql(text, connection=connection, **binds).itertuples(index=False, name=None)
    return measures.read_spreads(columns, list(rows), top)


def _side(chosen: _Chosen, columns: list[ColumnProfile]) -> Side:
    rows = columns[0].rows if columns else 0
    return Side(chosen.title, rows, chosen.rows if chosen.share is not None else rows, chosen.share, tuple(columns))
