"""What is offered while a query is typed."""

from __future__ import annotations

import pytest

from workbench.warehouse.completion import Names, completions, query_before

NAMES = Names(
    columns={
        ("WB", "RAW", "EVENTS"): ("SKU", "TS", "Odd name", "lower"),
        ("WB", "ANALYTICS", "SESSIONS"): ("SESSION_ID", "SKUS"),
        ("OTHER", "PUBLIC", "EVENTS"): ("ELSEWHERE",),
    },
    here=("WB", "ANALYTICS"),
    models=("shopping_events", "stock"),
    sources=(("raw", "events"), ("raw", "searches"), ("web", "clicks")),
    binds=("day", "days", "skus"),
)


@pytest.mark.parametrize(
    ("query", "fragment", "found"),
    [
        ("select * from se|", "se", ["sessions"]),
        ("select * from |", "", ["sessions", "raw", "analytics", "wb", "other"]),
        ("select * from raw.|", "raw.", ["raw.events"]),
        ("select * from RAW.E|", "RAW.E", ["RAW.EVENTS"]),
        ("select * from wb.|", "wb.", ["wb.raw", "wb.analytics"]),
        ("select * from wb.raw.ev|", "wb.raw.ev", ["wb.raw.events"]),
        ("select * from sessions s join raw.e|", "raw.e", ["raw.events"]),
        ("select s| from sessions", "s", ["session_id", "skus", "sessions", "select", "sum"]),
        ("select e.| from raw.events e where e.ts > 1", "e.", ["e.sku", "e.ts", 'e."Odd name"', 'e."lower"']),
        ("select events.s| from raw.events", "events.s", ["events.sku"]),
        ("select s.S| from sessions as s", "s.S", ["s.SESSION_ID", "s.SKUS"]),
        ("select 1 where day = :da|", "da", ["day", "days"]),
        ("select a::da|", "da", []),
        ("select 'from | '", "", []),
        ("select 1 -- from |", "", []),
        ("select * from {{ ref('sh|", "sh", ["shopping_events"]),
        ('select * from {{ source("|', "", ["raw", "web"]),
        ("select * from {{ source('raw', '|", "", ["events", "searches"]),
        ("select sku from raw.events group b|", "b", ["between", "by"]),
    ],
)
def test_what_may_stand_at_the_cursor(query: str, fragment: str, found: list[str]) -> None:
    """Tables where a table stands, columns of the query's tables elsewhere, binds after a colon, models in a ref."""
    before, _, after = query.partition("|")
    replaced, offered = completions(before, before + after, NAMES)
    assert replaced == fragment
    assert sorted(offered) == sorted(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%%sql x\nselect |1", ("select ", "select 1")),
        ("%%sql x|\nselect 1", None),
        ("%%sql|", None),
        ("a = 1\nx = %sql select |1\nb", ("select ", "select 1")),
        ("%sql |", ("", "")),
        ("select |1", None),
        ("x = y %sql |z", None),
    ],
)
def test_where_a_query_is(text: str, found: tuple[str, str] | None) -> None:
    """Below `%%sql`, and behind `%sql` to the end of its line."""
    offset = text.index("|")
    assert query_before(text.replace("|", ""), offset) == found
