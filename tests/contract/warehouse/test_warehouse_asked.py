"""What was asked of the warehouse: workbench.queries in a notebook, `workbench queries` in a shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

import workbench
from workbench.cli.group import group
from workbench.errors import MissingTable

Ask = Callable[..., Any]
NOTEBOOK = "work/asked.ipynb"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["queries", *arguments])


@pytest.fixture
def asked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A notebook that asked two things, one of which failed, and another one's query."""
    monkeypatch.setenv("JPY_SESSION_NAME", "work/another.ipynb")
    ask("select 'of-another' as x")
    monkeypatch.setenv("JPY_SESSION_NAME", NOTEBOOK)
    ask("select :x as x\nfrom table(generator(rowcount => 7)) /* <b>asked</b> */", x="planted-secret")
    with pytest.raises(MissingTable):
        ask("select 'asked' from nope")
    return ask


def test_the_queries_of_the_notebook_that_asks(asked: Ask) -> None:
    """Those of this notebook alone, with rows and failures; statements are text, and no bound value is among them."""
    found = workbench.queries()
    frame = found.frame
    ours = frame[frame["text"].str.contains("asked")]
    assert set(frame["notebook"]) == {NOTEBOOK}
    assert ours["rows"].tolist()[:1] == [7]
    assert ours["status"].tolist() == ["success", "failed_with_error"]
    assert frame["began"].is_monotonic_increasing
    assert "1 failed" in found.caption
    assert "select ? as x from table(" in repr(found)
    assert "&lt;b&gt;asked" in found._repr_html_()
    for text in (repr(found), found._repr_html_(), frame.to_csv()):
        assert "planted-secret" not in text
    assert [one.text for one in workbench.queries("another.ipynb") if "of-another" in one.text] == [
        "select 'of-another' as x"
    ]
    assert repr(workbench.queries("nobody.ipynb")) == "no queries"


def test_the_command(asked: Ask) -> None:
    """A line a query, when, how long, what came of it and whose it was; JSON has the whole texts."""
    listed = run("asked.ipynb")
    assert listed.exit_code == 0
    first, second = [line for line in listed.stdout.splitlines() if " select " in line][-2:]
    assert "7 rows  work/asked.ipynb  select ? as x from" in first
    assert "failed with error  work/asked.ipynb  select 'asked' from nope" in second
    found = json.loads(run("asked.ipynb", "--format", "json").stdout)
    mine = [one for one in found if "<b>asked</b>" in one["text"]]
    assert (mine[-1]["rows"], mine[-1]["status"], mine[-1]["tag"]["notebook"]) == (7, "success", NOTEBOOK)
    assert mine[-1]["seconds"] >= 0
    everything = run().stdout
    assert "of-another" in everything
    assert "planted-secret" not in everything + listed.stdout + json.dumps(found)


def test_the_command_where_nobody_asked(ask: Ask) -> None:
    """Nothing is said on standard output, the exit status is 0, and JSON is an empty list."""
    nothing = run("nobody.ipynb")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "no queries\n")
    assert json.loads(run("nobody.ipynb", "--format", "json").stdout) == []
    assert run("--days", "8").exit_code == 2
    assert "NextProductFlow/12" in run("--help").stdout
