"""Queries as functions: text with `:binds` in, a pandas DataFrame out, or Arrow, polars, or a stream of batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from workbench.errors import ParameterError
from workbench.project import Project
from workbench.sqltext import ARGUMENTS
from workbench.sqltext import binds as bind_names
from workbench.warehouse.base import Cursor

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.warehouse.dryrun import DryRun

KINDS = ("pandas", "polars", "arrow")


@overload
def sql(
    text: str,
    /,
    *,
    connection: str | None = ...,
    as_: Literal["pandas"] = ...,
    limit: int | None = ...,
    stream: Literal[False] = ...,
    cache: bool = ...,
    dry_run: Literal[False] = ...,
    binds: Mapping[str, Any] | None = ...,
    **values: Any,
) -> pd.DataFrame: ...
@overload
def sql(
    text: str,
    /,
    *,
    connection: str | None = ...,
    as_: str = ...,
    limit: int | None = ...,
    stream: bool = ...,
    cache: bool = ...,
    dry_run: Literal[True],
    binds: Mapping[str, Any] | None = ...,
    **values: Any,
) -> DryRun: ...
@overload
def sql(
    text: str,
    /,
    *,
    connection: str | None = ...,
    as_: str,
    limit: int | None = ...,
    stream: Literal[False] = ...,
    cache: bool = ...,
    dry_run: bool = ...,
    binds: Mapping[str, Any] | None = ...,
    **values: Any,
) -> Any: ...
@overload
def sql(
    text: str,
    /,
    *,
    connection: str | None = ...,
    as_: str = ...,
    limit: int | None = ...,
    stream: Literal[True],
    cache: Literal[False] = ...,
    binds: Mapping[str, Any] | None = ...,
    **values: Any,
) -> Iterator[pa.Table]: ...
def sql(
    text: str,
    /,
    *,
    connection: str | None = None,
    as_: str = "pandas",
    limit: int | None = None,
    stream: bool = False,
    cache: bool = False,
    dry_run: bool = False,
    binds: Mapping[str, Any] | None = None,
    **values: Any,
) -> Any:
    """Run one statement and return its result.

    text: SQL with `:name` where a value belongs; the server binds it, it never becomes part of the text. A list becomes
    as many values as it has: `where sku in (:skus)`. `{{ ref('model') }}` and `{{ source('name', 'table') }}` are the
    tables that dbt's manifest says they are when the statement runs.
    connection: a profile's name (default: WORKBENCH_CONNECTION, else the connector's default, else the local
    warehouse). as_: `pandas`, `polars` or `arrow`. limit: the most rows that are given; for queries alone.
    stream: give the result as an iterator over pyarrow.Tables, of which few are in memory at a time.
    cache: an earlier result of the same query with the same binds will do, if none of the tables that it reads has
    changed since; otherwise the query runs, and its result is kept under .workbench/ for the next time. Whether it came
    from there, or why it can't, is in `frame.attrs["workbench"]["cache"]` and below a `%%sql` table.
    dry_run: run nothing; say which tables the query would read (those behind its views too), with their rows and bytes.
    values: the binds. One that is called as an argument is goes in `binds`: `sql("… :limit", binds={"limit": 3})`.

    Columns that SQL has in plain upper case are lower case in the result. Whole numbers are int64 (in pandas float64
    with NULLs among them), other numbers float64, dates and timestamps datetime64 (dates in Arrow and polars), VARIANT,
    OBJECT and ARRAY Python values (JSON texts in Arrow and polars).
    Each statement carries a query tag of who asks: the notebook and cell, or the flow, run and step (see `workbench
    queries`). One that takes more than two seconds says its time; Ctrl-C, or the kernel's interrupt, cancels it in the
    warehouse.
    `frame.attrs["workbench"]` of a pandas frame has query_id, seconds and connection, and the limit where one was
    given; an Arrow table has the same as JSON in `schema.metadata[b"workbench"]`.

    Raises ParameterError for the arguments and binds, MissingTable, NotAuthorised, WarehouseDown, UnknownProfile,
    UnsupportedLocally, ResultTooLarge for one that would take more than WORKBENCH_RESULT_MEMORY (25 % of what is free),
    and WarehouseError for anything else that the warehouse says.
    """
    from workbench.warehouse import frame
    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.failures import raised, translated
    from workbench.warehouse.running import executed

    if cache and stream:
        raise ParameterError("a stream is not kept", hint="leave one away: stream=True, or cache=True")
    profile, project = profile_name(connection), Project.around()
    statement, given, parameters = _prepared(
        text, {**values, **_own(text, binds, values)}, as_, limit, stream or dry_run, project
    )
    try:
        if dry_run:
            from workbench.warehouse import dryrun

            return dryrun.dry_run(statement, given, bind_names(text), profile)
        if stream:
            return _streamed(executed(statement, given, parameters, profile, project), profile)
        if cache:
            from workbench.warehouse import caching

            return frame.as_kind(as_, *caching.result(statement, given, parameters, as_, profile, project))
        return frame.as_kind(as_, *fetched(statement, given, parameters, as_, profile, project))
    except raised() as error:
        raise translated(error, profile=profile) from error


def _prepared(
    text: str, values: Mapping[str, Any], as_: str, limit: int | None, stream: bool, project: Project
) -> tuple[str, list[Any], dict[str, Any]]:
    """The statement as the server gets it, its values, and the parameters that go with it."""
    from workbench.warehouse.binding import bound
    from workbench.warehouse.refs import resolved
    from workbench.warehouse.statements import limited, reads

    if as_ not in KINDS:
        raise ParameterError(f"as_ is {as_!r}", hint=f"it is one of {', '.join(KINDS)}")
    statement, given = bound(resolved(text.strip().rstrip(";"), project), values)
    if limit is None and not stream:
        return statement, given, {}
    if not reads(statement):
        what = "this" if limit is None else "limit"
        raise ParameterError(f"{what} is for queries, and the statement changes something", hint="run it as it is")
    if limit is None:
        return statement, given, {}
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ParameterError(f"limit is {limit!r}", hint="it is a number of rows, 1 or more")
    # the parameter holds for a query with a LIMIT of its own, and for SHOW
    return limited(statement, limit), given, {"ROWS_PER_RESULTSET": limit}


def _own(text: str, binds: Mapping[str, Any] | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The binds that are given as such. Raises ParameterError where one is given twice, or as an argument."""
    given = binds or {}
    if twice := [name for name in given if name in values]:
        raise ParameterError(f":{twice[0]} is given twice", hint="once is enough: by name, or in binds")
    for name in bind_names(text):
        if name in ARGUMENTS and name not in given:
            raise ParameterError(
                f"the query wants a value for :{name}, and {name}= is an argument of sql",
                hint=f'give it as binds={{"{name}": …}}, or call it something else',
            )
    return given


def fetched(
    statement: str, given: list[Any], parameters: dict[str, Any], as_: str, profile: str, project: Project
) -> tuple[pa.Table, Any, dict[str, Any]]:
    """Run the statement: its rows, its columns as the cursor describes them, and what is to be said of the query."""
    from workbench.warehouse import frame, room
    from workbench.warehouse.running import executed
    from workbench.warehouse.sessions import session

    facts: dict[str, Any]

    session(profile, project)  # opening one is not the query's time
    began = time.perf_counter()
    cursor = executed(statement, given, parameters, profile, project)
    described, facts = cursor.description, {"query_id": cursor.sfqid or ""}
    try:
        room.check(cursor, texts_are_objects=as_ == "pandas")
        table = frame.table_of(list(frame.batches(cursor)), frame.names(cursor))
    finally:
        cursor.close()
    facts |= {"seconds": round(time.perf_counter() - began, 3), "connection": profile}
    if limit := parameters.get("ROWS_PER_RESULTSET"):
        facts["limit"] = limit
    return table, described, facts


def _streamed(cursor: Cursor, profile: str) -> Iterator[pa.Table]:
    """The result's batches. The statement has run when this is called; its batches are fetched as they are wanted."""
    from workbench.warehouse import frame
    from workbench.warehouse.failures import raised, translated

    def batches() -> Iterator[pa.Table]:
        try:
            yield from frame.streamed(frame.batches(cursor), frame.names(cursor))
        except raised() as error:
            raise translated(error, profile=profile) from error
        finally:
            cursor.close()

    return batches()
