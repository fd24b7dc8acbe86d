"""Searching the catalogue, names of tables, and how numbers and values read: the pure parts of exploring."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import MissingTable, ParameterError
from workbench.explore import look, words
from workbench.explore.listing import Tables
from workbench.explore.search import Hit, Said, close, search
from workbench.warehouse.base import identifier, joined, name_parts, quoted
from workbench.warehouse.catalog import Catalogue, Column, TableFacts


def table(name: str, *columns: str, schema: str = "ANALYTICS", comment: str | None = None) -> TableFacts:
    made = tuple(Column(column, "VARCHAR", True) for column in columns)
    return TableFacts("WORKBENCH", schema, name, "table", rows=1, comment=comment, columns=made)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("events", ("EVENTS",)),
        ("raw.Events", ("RAW", "EVENTS")),
        (' db . "Odd ""name"".x" . t', ("DB", 'Odd "name".x', "T")),
        ("Order lines", ("Order lines",)),
        ("größe", ("größe",)),
        ("a$1", ("A$1",)),
    ],
)
def test_names_of_tables(text: str, names: tuple[str, ...]) -> None:
    """A table's name as people write it, as the warehouse keeps it; quoted again, it is that name."""
    assert name_parts(text) == names
    assert name_parts(joined(*names)) == names


@pytest.mark.parametrize("text", ["", " ", ".", "a.", ".a", "a..b", "a.b.c.d", '"a', 'a"b', '""', "a\0", 'x"; drop'])
def test_what_is_no_name(text: str) -> None:
    """Anything else is an error, not a guess."""
    with pytest.raises(ValueError, match="not the name of a table"):
        name_parts(text)


def test_quoting() -> None:
    """`quoted` changes no case; `identifier` takes a plain name for the upper-case one; both double a quote."""
    assert (quoted("events"), identifier("events"), quoted('a"b')) == ('"events"', '"EVENTS"', '"a""b"')
    for wrong in ("", "a\0b"):
        with pytest.raises(ValueError, match="not a name"):
            quoted(wrong)


def test_search_ranks_names_before_columns_before_descriptions() -> None:
    """A whole name first, then its beginning, a part of it, the schema, a column, and what is said of either."""
    tables = [
        table("A", "X", comment="one a session"),
        table("B", "X"),
        table("C", "SESSION_ID"),
        table("D", "X", schema="SESSION"),
        table("USER_SESSIONS", "X"),
        table("SESSIONS", "X"),
        table("SESSION", "X"),
        table("UNRELATED", "X"),
    ]
    said = {tables[1].key: Said("", {"x": "of the session"})}
    found = search("Session", tables, said)
    assert [hit.table.name for hit in found] == ["SESSION", "SESSIONS", "USER_SESSIONS", "D", "C", "A", "B"]
    assert found[4].columns == ("SESSION_ID",)


def test_every_word_of_a_search_must_be_found() -> None:
    """Words may be found in different places; a dotted one in the qualified name."""
    tables = [table("EVENTS", "SKU"), table("EVENTS", "SKU", schema="RAW"), table("PRODUCTS", "SKU")]
    assert [hit.table.schema for hit in search("events sku", tables, {})] == ["ANALYTICS", "RAW"]
    assert [hit.table.key for hit in search("raw.ev", tables, {})] == [tables[1].key]
    assert search("events nothing", tables, {}) == []
    assert len(search("", tables, {})) == 3


def test_what_a_search_that_finds_nothing_may_have_meant() -> None:
    """Names of tables and columns that are nearly the word."""
    tables = [table("SHOPPING_EVENTS", "SESSION_ID"), table("PRODUCTS", "SKU")]
    assert close("sesion_id", tables) == ["SESSION_ID"]
    assert close("shoping_events", tables) == ["SHOPPING_EVENTS"]
    assert close("zebra", tables) == []


def test_ten_thousand_tables_are_searched_in_a_moment() -> None:
    """A search over 10,000 tables of 20 columns takes less than a second, on a slow machine too."""
    columns = table("T", *(f"COLUMN_{place}" for place in range(20))).columns
    tables = [TableFacts("W", "S", f"T_{number}", "table", columns=columns) for number in range(10_000)]
    began = time.process_time()  # what else the machine does is not the search's time
    assert len(search("t_99 column_1", tables, {})) == 111
    assert time.process_time() - began < 1


@pytest.fixture
def known() -> Catalogue:
    """A catalogue that was read: two databases, the session in WORKBENCH.ANALYTICS."""
    made = Catalogue.__new__(Catalogue)
    made.database, made.schema = "WORKBENCH", "ANALYTICS"
    names = [
        ("WORKBENCH", "ANALYTICS", "EVENTS"),
        ("WORKBENCH", "RAW", "EVENTS"),
        ("WORKBENCH", "RAW", "LOADS"),
        ("WORKBENCH", "RAW", "ORDERS"),
        ("WORKBENCH", "STAGING", "ORDERS"),
        ("WORKBENCH", "RAW", "orders"),
        ("OTHER", "PUBLIC", "Order lines"),
    ]
    made.tables = tuple(TableFacts(*name, "table") for name in names)
    made._columns = {}
    return made


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("events", "WORKBENCH.ANALYTICS.EVENTS"),
        ("raw.events", "WORKBENCH.RAW.EVENTS"),
        ("loads", "WORKBENCH.RAW.LOADS"),
        ('raw."orders"', "WORKBENCH.RAW.orders"),
        ("raw.orders", "WORKBENCH.RAW.ORDERS"),
        ("order lines", "OTHER.PUBLIC.Order lines"),
        ("other.public.Order lines", "OTHER.PUBLIC.Order lines"),
    ],
)
def test_which_table_a_name_means(known: Catalogue, name: str, meant: str) -> None:
    """The session's own schema first, then the only one that has the name; case decides where names differ in it."""
    assert ".".join(known.find(name).key) == meant


def test_names_that_mean_no_table_or_several(known: Catalogue) -> None:
    """An unknown name says the closest; an ambiguous one says all that it may be."""
    with pytest.raises(MissingTable, match=r"no table event; did you mean ANALYTICS\.EVENTS or RAW\.EVENTS\?"):
        known.find("event")
    with pytest.raises(ParameterError, match=r"2 tables: WORKBENCH\.RAW\.ORDERS, WORKBENCH\.STAGING\.ORDERS"):
        known.find("orders")
    with pytest.raises(ParameterError, match="not the name of a table"):
        known.find("a.b.c.d")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (10**20, "1e+20"),
        (Decimal(10**37), "1e+37"),
        (0.1 + 0.2, "0.3"),
        (1234.5678, "1,234.6"),
        (123456.78, "123,457"),
        (1e-9, "1e-09"),
        (-2.5, "-2.5"),
        (float("nan"), "NaN"),
        (float("-inf"), "-∞"),
        (None, ""),
    ],
)
def test_numbers(number: Any, text: str) -> None:
    """Six digits at most, thousands apart, and no noise of binary fractions."""
    assert words.number(number) == text


@pytest.mark.parametrize(
    ("part", "text"), [(0, "0%"), (1e-9, "<0.1%"), (0.5, "50.0%"), (1 - 1e-9, ">99.9%"), (1, "100%")]
)
def test_shares(part: float, text: str) -> None:
    """A share that isn't none never reads as none, nor one that isn't all as all."""
    assert words.share(part) == text


def test_sizes_and_times() -> None:
    """Bytes in steps of a thousand, and how long ago something was."""
    assert [words.size(n) for n in (None, 0, 999, 1000, 999_499, 1_234_567)] == [
        "",
        "0 B",
        "999 B",
        "1.0 kB",
        "999 kB",
        "1.2 MB",
    ]
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    spans = [timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=30), timedelta(days=3), timedelta(days=100)]
    assert [words.ago(now - span, now) for span in spans] == [
        "just now",
        "5 min ago",
        "30 h ago",
        "3 days ago",
        "2026-07-24",
    ]


def test_values_in_a_cell() -> None:
    """One line, cut by its width on a terminal, with no character that acts on it."""
    assert words.value("a\nb\x1b[31m\t\u202e") == "a⏎b·[31m⇥·"
    assert words.value("漢字" * 10, 7) == "漢字漢…"
    assert words.value({"a": [1]}) == '{"a": [1]}'
    assert words.value(b"\x00\xff") == "00ff"
    assert words.value(float("nan")) == ""


def test_aligned() -> None:
    """Columns are as wide as their widest cell, empty ones go, lines are cut."""
    text = words.aligned(["name", "empty", "n"], [["漢字", "", "1"], ["a", "", "22"]], right={2}, wide=40)
    assert text.split("\n") == ["name   n", "漢字   1", "a     22"]
    assert words.aligned(["name"], [["x" * 50]], wide=10).split("\n")[1] == "xxxxxxxxx…"


def test_hostile_text_is_escaped() -> None:
    """Names and descriptions are text in the HTML, with the words of the search marked in it."""
    evil = "<script>alert(1)</script>"
    made = Tables(evil, [Hit(table(evil, evil), 1.0, f"{evil} & more", (evil,))], [evil])
    shown = made._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert look.marked("a<b>a", ["b", ""]) == "a&lt;<mark>b</mark>&gt;a"
    assert look.marked("ﬁ<b>", ["b"]) == "ﬁ&lt;b&gt;"


@pytest.mark.parametrize(
    ("left", "right", "titles"),
    [
        ("select a from t where x", "select a from t where not x", ("… where x", "… where not x")),
        ("select a from t", "select b from t where y", ("select a from t", "select b from t where y")),
        (
            "select a from x join s using (k)",
            "select a from y join s using (k)",
            ("… from x join s …", "… from y join s …"),
        ),
        ("select 1", "select  1", ("select 1", "select 1")),
        ("select a", "select a limit 5", ("… a", "… a limit 5")),
    ],
)
def test_two_queries_as_titles(left: str, right: str, titles: tuple[str, str]) -> None:
    """What two queries have in common is left out, but for the words around the difference."""
    assert words.told_apart(left, right) == titles


def test_descriptions_with_markdown() -> None:
    """Bold words and code read as such, a multiplication doesn't, and HTML stays text."""
    text = "**bought** one of `skus` at 2 ** 3 ** 4, <b>not</b>"
    assert words.unmarked(text) == "bought one of skus at 2 ** 3 ** 4, <b>not</b>"
    assert look.prose(text) == "<b>bought</b> one of <code>skus</code> at 2 ** 3 ** 4, &lt;b&gt;not&lt;/b&gt;"
