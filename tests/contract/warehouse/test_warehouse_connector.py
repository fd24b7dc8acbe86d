"""What the connector itself offers: asynchronous statements, timeouts, cancelling, and sessions side by side."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.constants import QueryStatus
from snowflake.connector.errors import DatabaseError, ProgrammingError

from workbench.project import Project
from workbench.warehouse import connect
from workbench.warehouse.local.address import Folder

ENDLESS = "select count(*) from table(generator(rowcount => 10000000)) a, table(generator(rowcount => 10000000)) b"
AT_ONCE = 5.0  # seconds, on a machine that does other things; what isn't at once takes 21 or more

Open = Callable[[], Any]


@pytest.fixture
def opened(profile: str, project: Project) -> Iterator[Open]:
    """Opens a connection in a schema that the test's connections share; all are closed, and the schema is dropped."""
    schema = f"WB_TEST_{uuid.uuid4().hex[:12].upper()}"
    made: list[Any] = []

    def opened() -> Any:
        connection: Any = connect(profile, project=project)
        connection.cursor().execute(f"create schema if not exists {schema}")
        connection.cursor().execute(f"use schema {schema}")
        made.append(connection)
        return connection

    yield opened
    for connection in made:
        connection.close()
    with closing(connect(profile, project=project)) as last:
        last.cursor().execute(f"drop schema if exists {schema} cascade")


def test_a_timeout_of_the_clients(opened: Open) -> None:
    """execute(…, timeout=1) gives up after a second, and the session goes on."""
    connection = opened()
    began = time.monotonic()
    with pytest.raises(ProgrammingError, match="cancel") as caught:
        connection.cursor().execute(ENDLESS, timeout=1)
    assert (caught.value.errno, caught.value.sqlstate) == (604, "57014")
    assert time.monotonic() - began < AT_ONCE
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_a_timeout_of_the_warehouses(opened: Open) -> None:
    """STATEMENT_TIMEOUT_IN_SECONDS ends a statement, with an error of its own."""
    connection = opened()
    connection.cursor().execute("alter session set statement_timeout_in_seconds = 1")
    with pytest.raises(ProgrammingError, match="timeout") as caught:
        connection.cursor().execute(ENDLESS)
    assert (caught.value.errno, caught.value.sqlstate) == (630, "57014")
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_asynchronous_statements(opened: Open) -> None:
    """execute_async returns at once; the result is there by its id, also for another session."""
    one, other = opened(), opened()
    cursor = one.cursor()
    cursor.execute_async("select 42 as x, 'a' as y")
    for connection in (one, other):
        result = connection.cursor()
        result.get_results_from_sfqid(cursor.sfqid)
        assert result.fetchall() == [(42, "a")]
        assert connection.get_query_status(cursor.sfqid) == QueryStatus.SUCCESS


def test_an_asynchronous_statement_that_fails(opened: Open) -> None:
    """Who asks for its result gets its error."""
    connection = opened()
    cursor = connection.cursor()
    cursor.execute_async("select 1 / 0")
    while connection.is_still_running(connection.get_query_status(cursor.sfqid)):
        time.sleep(0.02)
    with pytest.raises(DatabaseError, match="Division by zero"):
        connection.cursor().get_results_from_sfqid(cursor.sfqid)


@pytest.mark.parametrize("bound", [False, True])
def test_cancelled_by_another_session(opened: Open, bound: bool) -> None:
    """SYSTEM$CANCEL_QUERY ends a statement by its id, and says where there is none to end."""
    one, other = opened(), opened()
    cursor = one.cursor()
    cursor.execute_async(ENDLESS)
    query = cursor.sfqid
    while other.get_query_status(query) != QueryStatus.RUNNING:
        time.sleep(0.02)
    text = f"select system$cancel_query({'?' if bound else repr(query)})"
    values = (query,) if bound else None
    assert other.cursor().execute(text, values).fetchall() == [(f"query [{query}] terminated.",)]
    assert not one.is_still_running(one.get_query_status(query))
    ((again,),) = other.cursor().execute(text, values).fetchall()
    assert "not currently executing" in again
    assert one.cursor().execute("select 1").fetchall() == [(1,)]


def test_several_statements_in_a_call(opened: Open, only_local: None) -> None:
    """They are an error at once, whether as many are wanted or not; one by one they run."""
    connection = opened()
    began = time.monotonic()
    with pytest.raises(ProgrammingError, match="statement count 2 did not match"):
        connection.cursor().execute("select 1; select 2")
    with pytest.raises(ProgrammingError, match="not in the local warehouse"):
        connection.cursor().execute("select 1; select 2", num_statements=2)
    assert time.monotonic() - began < AT_ONCE
    assert [cursor.fetchall() for cursor in connection.execute_string("select 1; select 2;")] == [[(1,)], [(2,)]]


def test_two_sessions_write_the_same_rows(opened: Open, only_local: None) -> None:
    """The second is told at once; what the first wrote is there. (An account's second would wait.)"""
    one, other = opened(), opened()
    one.cursor().execute("create table t as select 1 as a")
    one.cursor().execute("begin")
    one.cursor().execute("update t set a = 2")
    began = time.monotonic()
    with pytest.raises(ProgrammingError, match="another session changed the same rows") as caught:
        other.cursor().execute("update t set a = 3")
    assert time.monotonic() - began < AT_ONCE
    assert (caught.value.errno, caught.value.sqlstate) == (625, "57014")
    one.cursor().execute("commit")
    assert other.cursor().execute("select a from t").fetchall() == [(2,)]


@pytest.mark.slow
def test_a_killed_client_leaves_nothing(opened: Open, project: Project, only_local: None, tmp_path: Path) -> None:
    """The session of a killed process is closed: what it had staged is gone, what it changed can be changed."""
    connection = opened()
    connection.cursor().execute("create table t as select 1 as a")
    (schema,) = connection.cursor().execute("select current_schema()").fetchone()
    file = tmp_path / "staged.csv"
    file.write_text("1\n")
    program = f"""
import time
from pathlib import Path
from workbench.project import Project
from workbench.warehouse import connect
cursor = connect("local", project=Project(Path({str(project.root)!r}))).cursor()
cursor.execute("use schema {schema}")
cursor.execute("create temporary table own (a int)")
cursor.execute("put 'file://{file}' @%own auto_compress = false")
cursor.execute("begin")
cursor.execute("update t set a = 2")
print("ready", flush=True)
time.sleep(600)
"""
    stages = Folder.of(project).stages
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        assert list(stages.rglob("staged.csv"))
        client.kill()
    end = time.monotonic() + 30
    while list(stages.rglob("staged.csv")) and time.monotonic() < end:
        time.sleep(0.05)
    assert not list(stages.rglob("staged.csv"))
    connection.cursor().execute("update t set a = 3")
    assert connection.cursor().execute("select a from t").fetchall() == [(3,)]
