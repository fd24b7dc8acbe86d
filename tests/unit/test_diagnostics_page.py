"""docs/diagnostics.md says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import make_diagnostics as maker
import pytest

from workbench.compiler.catalogue import RULES, Rule

ROOT = Path(__file__).parents[2]
COMPILED = [rule for rule in RULES if rule.code < "WB4"]
RUN = [rule for rule in RULES if rule.code >= "WB4"]


def _id(rule: Rule) -> str:
    return rule.code


@pytest.mark.parametrize("rule", COMPILED, ids=_id)
def test_each_example_gives_its_code_and_no_other(rule: Rule) -> None:
    """What the page shows for a code is that code's message."""
    assert maker.compiled(rule)[0] == [rule.code]


@pytest.mark.slow
@pytest.mark.parametrize("rule", RUN, ids=_id)
def test_each_example_of_a_run_fails_with_its_code(rule: Rule) -> None:
    """It compiles without a finding, and the run ends with the message that the page shows."""
    assert maker.compiled(rule)[0] == []
    found = maker.failed(rule)
    assert rule.code in found
    assert found == maker.messages_on(maker.PAGE.read_text())[rule.code]


def test_the_page_is_what_the_catalogue_says() -> None:
    """`make docs` would change nothing but, perhaps, the messages of runs, which the slow test compares."""
    there = maker.PAGE.read_text()
    messages = maker.messages_on(there) | {rule.code: maker.compiled(rule)[1] for rule in COMPILED}
    assert there == maker.page(messages)


def test_every_code_is_in_the_catalogue() -> None:
    """Each code that the package can say has an entry, and each entry a place that says it."""
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.py") if path.name != "catalogue.py"]
    said = {code for text in sources for code in re.findall(r'"(WB\d{3})"', text)}
    codes = [rule.code for rule in RULES]
    assert codes == sorted(said)
