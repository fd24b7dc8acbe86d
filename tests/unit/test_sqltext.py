"""What a %%sql cell says."""

from __future__ import annotations

import pytest

from workbench import sqltext


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select * from t where day = :day", ("day",)),
        ("where a=:a and b in (:b) and c>:a", ("a", "b")),
        ('select v:user.id::text, v:items[0]:sku, "v":x, f(a):b', ()),
        ("select ':no', \":no\", $$ :no $$, 'it''s :no' -- :no\n, /* :no */ :yes", ("yes",)),
        ("select a :: text, b::int", ()),
        ("select :a from {{ ref(':b') }} where {{ source('c', ':d') }} = :e", ("a", "e")),
    ],
)
def test_binds_are_told_from_casts_paths_texts_and_comments(text: str, names: tuple[str, ...]) -> None:
    """A bind is a colon and a name that stand where a value may stand."""
    assert sqltext.binds(text) == names


def test_placeholders_stand_in_the_order_of_the_binds() -> None:
    """Each use of a bind is a placeholder of its own."""
    assert sqltext.with_placeholders("a = :a or b = :b or c = :a -- :d") == (
        "a = ? or b = ? or c = ? -- :d",
        ("a", "b", "a"),
    )


@pytest.mark.parametrize(
    "line", ["a b", "1a", "--wat", "--connection", "a-b", "--limit", "--limit x", "--limit=-1", "--polars --arrow"]
)
def test_a_line_that_is_no_line_of_ours_says_why(line: str) -> None:
    """The error is a sentence."""
    with pytest.raises(ValueError, match=r"%%sql|--connection|--limit"):
        sqltext.parse_cell(line, "select 1")


def test_a_cell_names_its_result_and_its_connection() -> None:
    """The line says what is bound, and where the query goes."""
    assert sqltext.parse_cell("rows --connection prod", "\nselect 1\n") == sqltext.SqlCell("rows", "select 1", "prod")
    assert sqltext.parse_cell("", "select 1").name is None


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("", {}),
        ("x --polars", {"as_": "polars"}),
        ("--dry-run", {"dry_run": True}),
        ("--arrow x --limit 10 --connection=prod", {"connection": "prod", "as_": "arrow", "limit": 10}),
    ],
)
def test_options_are_the_functions_arguments(line: str, arguments: dict[str, object]) -> None:
    """What a line says is what workbench.sql is given, and the line can be written again from it."""
    cell = sqltext.parse_cell(line, "select 1")
    assert cell.arguments() == arguments
    assert set(cell.arguments()) <= sqltext.ARGUMENTS
    assert sqltext.parse_cell(cell.head()[5:], "select 1") == cell


def test_braces_are_replaced_outside_of_texts_and_comments() -> None:
    """What is between two braces is handed over; in a text or a comment they are characters."""
    text = "select '{{ a }}', {'b': {'c': 1}} -- {{ d }}\nfrom {{ ref('e') }}, {{f}}"
    found = sqltext.with_braces(text, lambda inner: f"<{inner}>")
    assert found == "select '{{ a }}', {'b': {'c': 1}} -- {{ d }}\nfrom <ref('e')>, <f>"


@pytest.mark.parametrize("text", ["select {{ ref('a')", "{% if x %}", "{# note #}"])
def test_other_braces_of_dbt_are_said(text: str) -> None:
    """A block, a comment and braces without an end are no SQL."""
    with pytest.raises(ValueError, match=r"no end|no SQL"):
        sqltext.with_braces(text, str)


def test_the_cache_is_an_option_of_the_line() -> None:
    """It goes to the function, and a bind of that name has a place of its own."""
    cell = sqltext.parse_cell("x --cache", "select :cache")
    assert cell.arguments() == {"cache": True}
    assert sqltext.parse_cell(cell.head().removeprefix("%%sql"), cell.text) == cell
    assert "cache" in sqltext.ARGUMENTS
