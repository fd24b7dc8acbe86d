"""docs/local-warehouse.md says what the contract's cases say, and what came of them."""

from __future__ import annotations

from importlib.metadata import version

import make_local_warehouse as maker

CASES = maker.all_cases()


def test_the_page_is_what_the_cases_say() -> None:
    """`make docs` would change nothing."""
    assert maker.PAGE.read_text() == maker.page(maker.Noted.read(), CASES)


def test_what_is_noted_is_of_these_cases() -> None:
    """What `make docs` noted was of the cases as they are, and of the fakesnow that is pinned."""
    notes = maker.Noted.read()
    assert notes.texts == {str(case): maker.text_of(case) for case in CASES}
    assert notes.version == version("fakesnow")
    assert set(notes.refused) == {str(case) for case in CASES if case.refused}
    assert set(notes.alone.values()) == {"same", "other", "error"}


def test_a_mend_that_does_nothing_is_seen() -> None:
    """A case that fakesnow alone keeps is no mended one; one that it doesn't keep is."""
    case = CASES[0]._replace(refused="", differs="")
    assert maker.outcome(case, "same") == "as documented"
    assert maker.outcome(case, "other") == maker.outcome(case, "error") == "mended"
    assert maker.outcome(case._replace(refused="time travel"), "same") == "refused"
    assert maker.outcome(case._replace(differs="NULL"), "other") == "otherwise"
