"""The stress: what it finds wrong, and a short run of it in which nothing is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from judgement import judged, summary
from mixed import Account

HERE = Path(__file__).parent


def account(**facts: Any) -> dict[str, Any]:
    made = Account()
    vars(made).update(facts)
    return dict(json.loads(made.written()))


GOOD = account(kept={1, 2, 3}, perhaps={4}, pairs={2: [2, 3]}, added=5, perhaps_added=1)
ROWS = [(0, 1, None), (0, 2, 2), (0, 3, 2)]


@pytest.mark.parametrize(
    ("rows", "counter"), [(ROWS, 5), ([*ROWS, (0, 4, None)], 6)], ids=["what was promised", "and what may be"]
)
def test_what_holds(rows: list[tuple[int, int, int | None]], counter: int) -> None:
    """A row whose answer was lost with the server may be there or not."""
    assert judged([GOOD], rows, counter).holds


@pytest.mark.parametrize(
    ("rows", "counter", "facts", "field"),
    [
        (ROWS[1:], 5, {}, "lost"),
        ([*ROWS, ROWS[0]], 5, {}, "doubled"),
        ([*ROWS, (0, 9, None)], 5, {}, "unasked"),
        ([ROWS[0]], 5, {"kept": {1}, "perhaps": {2, 3}}, ""),
        (ROWS[:2], 5, {"kept": {1}, "perhaps": {2, 3}}, "halves"),
        (ROWS, 4, {}, "counter"),
        (ROWS, 7, {}, "counter"),
        (ROWS, 5, {"unclear": ["insert: KeyError: 'x'"]}, "unclear"),
        (ROWS, 5, {"slowest": {"a write conflict": 21.0}}, "unclear"),
    ],
)
def test_what_does_not(
    rows: list[tuple[int, int, int | None]], counter: int, facts: dict[str, Any], field: str
) -> None:
    """Each thing that may go wrong is found, as what it is, and is in the summary."""
    accounts = [{**GOOD, **account(**{**_sets(GOOD), **facts})}]
    found = judged(accounts, rows, counter)
    assert [name for name, wrong in found._asdict().items() if wrong] == ([field] if field else [])
    assert found.holds == (not field)
    assert "rows lost: " in summary(accounts, found, len(rows), counter)


def _sets(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: set(one) if name in ("kept", "perhaps") else one for name, one in facts.items()}


@pytest.mark.slow
def test_a_short_stress() -> None:
    """Three processes for a quarter of a minute, the server killed twice: nothing is lost, each error is clear."""
    command = [sys.executable, str(HERE / "stress.py"), "--processes", "3", "--minutes", "0.25", "--kills", "1"]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["holds"]
    assert found["rows"] > 20
