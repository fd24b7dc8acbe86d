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


@pytest.mark.parametrize("line", ["a b", "1a", "--wat", "--connection", "a-b"])
def test_a_line_that_is_no_line_of_ours_says_why(line: str) -> None:
    """The error is a sentence."""
    with pytest.raises(ValueError, match=r"%%sql|--connection"):
        sqltext.parse_cell(line, "select 1")


def test_a_cell_names_its_result_and_its_connection() -> None:
    """The line says what is bound, and where the query goes."""
    assert sqltext.parse_cell("rows --connection prod", "\nselect 1\n") == sqltext.SqlCell("rows", "select 1", "prod")
    assert sqltext.parse_cell("", "select 1").name is None
