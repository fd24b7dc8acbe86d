"""Query tags, and the history that is found by them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from snowflake.connector import connect as connector
from snowflake.connector.errors import Error

from workbench import write
from workbench.errors import MissingTable, UnsupportedLocally
from workbench.project import Project
from workbench.warehouse.connection import settings_of
from workbench.warehouse.load import load
from workbench.warehouse.queries import queries
from workbench.warehouse.tag import MOST, query_tag

Ask = Callable[..., Any]


def test_each_statement_is_tagged(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook and the user are in the tag; the text is as it was sent, and no bound value is anywhere."""
    monkeypatch.setenv("JPY_SESSION_NAME", "work/explore.ipynb")
    ask("select :a as found, 'of-explore' as x", a="planted-secret")
    with pytest.raises(MissingTable):
        ask("select 'of-explore' from nope")
    monkeypatch.setenv("JPY_SESSION_NAME", "work/other.ipynb")
    ask("select 'of-other'")
    found = [one for one in queries("explore.ipynb") if "of-explore" in one.text]
    assert [one.text for one in found] == ["select ? as found, 'of-explore' as x", "select 'of-explore' from nope"]
    assert [one.status for one in found] == ["success", "failed_with_error"]
    assert found[0].tag["notebook"] == "work/explore.ipynb"
    assert found[0].tag["user"]
    assert (found[0].rows, found[0].place) == (1, "work/explore.ipynb")
    assert "nope" in (found[1].error or "").lower()
    assert "planted-secret" not in json.dumps([one.as_json() for one in queries()])


def test_a_tag_is_never_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snowflake takes 2,000 characters; the tag stays JSON."""
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/" * 500 + "a.ipynb")
    assert len(query_tag()) <= MOST
    assert json.loads(query_tag())["notebook"] == "a.ipynb"


def test_the_sessions_own_tag(ask: Ask, profile: str, project: Any) -> None:
    """Whoever sets a tag on a session without ours, as dbt does, finds the statements by it."""
    from workbench.warehouse.sessions import session

    cursor = session(profile, project).cursor()
    cursor.execute("alter session set query_tag = 'of-dbt'")
    cursor.execute("select 'tagged'")
    cursor.execute("alter session unset query_tag")
    found = ask("select query_text from table(information_schema.query_history()) where query_tag = 'of-dbt'")
    assert "select 'tagged'" in found.query_text.tolist()


def test_what_write_and_load_ask_is_tagged(ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The sessions that they open for themselves say who asks, as `sql` does, from their first statement on."""
    monkeypatch.setenv("JPY_SESSION_NAME", "work/writing.ipynb")
    (schema,) = ask("select current_schema() as name").name
    write(pd.DataFrame({"a": [1]}), f"{schema}.written")
    (tmp_path / "loaded.jsonl").write_text('{"a": 1}\n')
    load(tmp_path, schema=schema)
    texts = [one.text.lower() for one in queries("writing.ipynb")]
    for begin in (
        "create temporary table wb_load",
        "put 'file:",
        "copy into wb_load",
        "create stage",
        f'copy into "{schema}'.lower(),
    ):
        assert any(text.startswith(begin) for text in texts), begin


def test_parameters_of_the_login(project: Project, only_local: None) -> None:
    """They are the session's; one that would change answers is refused there, as ALTER SESSION refuses it."""
    settings = settings_of("local", project=project)
    given = {"QUERY_TAG": "of-login", "STATEMENT_TIMEOUT_IN_SECONDS": 77, "CLIENT_SESSION_KEEP_ALIVE": True}
    with closing(connector(**{**settings, "session_parameters": dict(given)})) as session:
        shown = session.cursor().execute("show parameters").fetchall()
        assert {row[0]: row[1] for row in shown if row[0] in given} == {
            "QUERY_TAG": "of-login",
            "STATEMENT_TIMEOUT_IN_SECONDS": "77",
            "CLIENT_SESSION_KEEP_ALIVE": "true",
        }
    with pytest.raises(Error, match="TIMEZONE = 'Asia/Tokyo' is not in the local warehouse"):
        connector(**{**settings, "session_parameters": {"TIMEZONE": "Asia/Tokyo"}})


def test_the_history_as_snowflake_documents_it(ask: Ask, only_local: None) -> None:
    """The latest first, as many as were asked for; what this warehouse can't answer is refused."""
    ask("select 'older'")
    ask("select 'newer'")
    found = ask(
        "select query_text, total_elapsed_time, start_time <= end_time as inorder from table("
        "information_schema.query_history(end_time_range_start => dateadd(minute, -5, current_timestamp()), "
        "result_limit => 2)) order by start_time desc"
    )
    assert "query_history" in found.query_text[0]
    assert found.query_text[1] == "select 'newer'"
    assert found.inorder.tolist()[1]
    with pytest.raises(UnsupportedLocally):
        ask("select * from table(information_schema.query_history(include_client_generated_statement => true))")
