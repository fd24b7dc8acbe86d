"""Each statement of `cases/`, with the result that Snowflake's documentation promises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alone import verdicts
from casebook import Case, all_cases
from judging import hold
from noted import Noted

from workbench.project import Project
from workbench.warehouse import connect
from workbench.warehouse.connection import LOCAL

NOTES = Noted.read()
SCHEMA = f"WB_CONTRACT_{os.getpid()}"
# what a case changes of its session is not the next one's
_OF_THE_SESSION = ("begin", "set ", "alter session", "use ", "create temp", "create or replace temp", "create schema")


def _session(profile: str, project: Project) -> Any:
    connection: Any = connect(profile, project=project)
    for statement in (f"create schema if not exists {SCHEMA}", f"use schema {SCHEMA}"):
        connection.cursor().execute(statement)
    connection.cursor().execute("alter session set timezone = 'UTC'")
    return connection


@pytest.fixture(scope="module")
def shared(profile: str, project: Project) -> Iterator[Any]:
    """The session of the cases that leave it as it was; the schema is dropped with it."""
    connection = _session(profile, project)
    yield connection
    connection.cursor().execute(f"drop schema {SCHEMA} cascade")
    connection.close()


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_statement(case: Case, shared: Any, profile: str, project: Project, tmp_path: Path) -> None:
    """The statement gives what its documentation promises, or is refused where the case says so."""
    own = any(text.lower().startswith(_OF_THE_SESSION) for _, text in (*case.before, ("", case.statement)))
    connection = _session(profile, project) if own else shared
    try:
        refused = hold(connection, case, tmp_path, local=profile == LOCAL)
    finally:
        if own:
            connection.close()
    assert refused == (NOTES.refused[str(case)] if case.refused and profile == LOCAL else None)


@pytest.mark.slow
def test_what_the_emulator_alone_gives() -> None:
    """It is what docs/local-warehouse.md says of it: in a sample, the whole takes a minute."""
    found = verdicts(each=20)
    assert found == {name: NOTES.alone[name] for name in found}
