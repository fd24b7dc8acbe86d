"""The local warehouse's server: one at a time, found by all, and the data safe however it ends."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import WarehouseDown
from workbench.project import Project
from workbench.warehouse import local, sessions, sql
from workbench.warehouse.local.address import Address, Folder, is_owned, living, publish, read

ENSURE = """
from pathlib import Path
from workbench.project import Project
from workbench.warehouse import local
address = local.ensure(Project(Path({root!r})))
print(address.pid, address.port)
"""


watched = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="how busy the server is, is read from /proc")
ENDLESS = "select count(*) from table(generator(rowcount => 10000000)) a, table(generator(rowcount => 10000000)) b"


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for the condition; whether it came true. The time is only how long a failing test hangs."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def starters(root: Path, count: int) -> list[subprocess.Popen[str]]:
    code = ENSURE.format(root=str(root))
    return [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(count)]


@pytest.mark.slow
def test_those_who_start_at_once_share_one_server(alone: Project) -> None:
    """Four processes that need it at the same time find the same server."""
    answers = {process.communicate(timeout=120)[0] for process in starters(alone.root, 4)}
    assert len(answers) == 1
    assert answers.pop().split()[0] == str(local.ensure(alone).pid)


def test_killed_and_started_again(alone: Project) -> None:
    """After kill -9 the data is there, and the next query starts another server without being told; what was temporary
    is gone.
    """
    sql("create table t as select 1 as a")
    sql("create temporary table analytics.t__tmp as select 1 as a")
    first = local.ensure(alone)
    os.kill(first.pid, signal.SIGKILL)
    assert until(lambda: not is_owned(Folder.of(alone)))
    assert read(Folder.of(alone)) == first, "the dead server's address is still there"
    assert local.find(alone) is None
    assert sql("select a from t").a.tolist() == [1]
    assert sql("select table_name from information_schema.tables").table_name.tolist() == ["T"]
    assert local.ensure(alone).pid != first.pid


def test_killed_within_a_transaction(alone: Project) -> None:
    """The next statement isn't run outside of it: that the transaction is gone is an error, once; ROLLBACK has it."""
    sql("create table t (a int)")
    for last in ("insert into t values (2)", "commit", "rollback"):
        sql("begin")
        sql("insert into t values (1)")
        os.kill(local.ensure(alone).pid, signal.SIGKILL)
        assert until(lambda: not is_owned(Folder.of(alone)))
        if last == "rollback":
            sql(last)
        else:
            with pytest.raises(WarehouseDown, match="the transaction that was open"):
                sql(last)
        assert sql("select count(*) as n from t").n[0] == 0


def test_killed_and_in_the_same_schema_again(alone: Project) -> None:
    """The session that is opened after it is where the one before was; where that is gone, where sessions begin."""
    sql('create schema "Mine"')
    sql('use schema "Mine"')
    os.kill(local.ensure(alone).pid, signal.SIGKILL)
    assert until(lambda: not is_owned(Folder.of(alone)))
    assert sql("select current_schema() as s").s[0] == "Mine"
    sql('drop schema "Mine"')
    os.kill(local.ensure(alone).pid, signal.SIGKILL)
    assert until(lambda: not is_owned(Folder.of(alone)))
    assert sql("select current_schema() as s").s[0] == "ANALYTICS"


def test_stopped_and_started_again(alone: Project) -> None:
    """stop ends the server, removes its address and keeps the data; a second stop has nothing to do."""
    sql("create table t (a int comment 'a number', s varchar(5), o object) comment = 'kept'")
    sql("insert into t (a) values (1)")
    sql("create view v as select a / 2 as half from t")
    assert local.stop(alone)
    assert not Folder.of(alone).address.exists()
    assert not local.stop(alone)
    assert sql("select half from v").half.tolist() == [0.5]
    known = sql("describe table t")
    assert known["type"].tolist() == ["NUMBER(38,0)", "VARCHAR(5)", "OBJECT"]
    assert known["comment"].tolist() == ["a number", None, None]
    assert sql("show tables like 't'")["comment"].tolist() == ["kept"]


def is_running() -> bool:
    """Whether the endless statement runs, as the server says. (Its processor is busy with a login as well.)"""
    history = "table(information_schema.query_history())"
    condition = "execution_status = 'RUNNING' and query_text = :text"
    return bool(sql(f"select count(*) as n from {history} where {condition}", text=ENDLESS).n[0])


def test_stopped_while_a_statement_runs(alone: Project) -> None:
    """stop cuts off what is running: its caller gets an error, not a wait."""
    sql("select 1")
    ended: list[BaseException] = []

    def run() -> None:
        try:
            sql(ENDLESS)
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert until(is_running)
    assert local.stop(alone)
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert len(ended) == 1


def test_killed_while_a_statement_runs(alone: Project) -> None:
    """The caller of a statement whose server is killed is told so; it isn't sent again."""
    sql("select 1")
    ended: list[BaseException] = []

    def run() -> None:
        try:
            sql(ENDLESS)
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert until(is_running)
    os.kill(local.ensure(alone).pid, signal.SIGKILL)
    thread.join(timeout=60)
    assert [type(error) for error in ended] == [WarehouseDown]


IMPATIENT = """
from pathlib import Path
import sys
from workbench.warehouse.local import gateway, server
from workbench.warehouse.local.address import Folder
gateway.POLL_SECONDS = 0.01
sys.exit(server.main(Folder(Path(sys.argv[1])), int(sys.argv[2])))
"""


def test_long_statements_are_asked_for_again_not_sent_again(alone: Project) -> None:
    """A statement that takes longer than an HTTP request may is run once, and its result fetched when it is there."""
    folder = Folder.of(alone)
    folder.make()
    ready, told = os.pipe()
    server = subprocess.Popen([sys.executable, "-c", IMPATIENT, str(folder.path), str(told)], pass_fds=(told,))
    os.close(told)
    assert os.read(ready, 16)
    sql("create table t (a int)")
    sql("insert into t select uniform(1, 10, random()) from table(generator(rowcount => 1000000))")
    assert sql("select count(*) as n from t").n[0] == 1_000_000
    local.stop(alone)
    server.wait(timeout=60)
    os.close(ready)


DIALECTS = """
import sys
from pathlib import Path
from sqlglot.dialects.dialect import Dialect
from workbench.warehouse.local.address import Folder
from workbench.warehouse.local.engine import open_engine
before = set(Dialect._classes)
open_engine(Folder(Path(sys.argv[1])))
print(*sorted(set(Dialect._classes) - before))
"""


@pytest.mark.slow
def test_dialects_are_whole_before_anybody_asks(tmp_path: Path) -> None:
    """Threads that come first at the same time parse by the same dialects: they are loaded when the engine is open."""
    command = [sys.executable, "-W", "ignore", "-c", DIALECTS, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "duckdb snowflake\n"


def test_ends_when_nobody_asks(alone: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the idle time without a request the server ends by itself, and its address is gone."""
    monkeypatch.setenv("WORKBENCH_WAREHOUSE_IDLE", "0.5")
    local.ensure(alone)
    assert until(lambda: not is_owned(Folder.of(alone)))
    assert not Folder.of(alone).address.exists()


def test_an_address_of_nobody(alone: Project) -> None:
    """An address file that a dead server, or nobody, left behind is not believed."""
    folder = Folder.of(alone)
    folder.make()
    publish(folder, Address("127.0.0.1", 9, "x", 1))
    assert living(folder) is None
    assert local.ensure(alone).port != 9


def test_a_server_whose_folder_was_removed_leaves_the_next_one_alone(alone: Project) -> None:
    """After `rm -rf .workbench` the old server ends by itself, and the new one's address stays."""
    first = local.ensure(alone)
    folder = Folder.of(alone)
    shutil.rmtree(folder.path)
    second = local.ensure(alone)
    assert second.pid != first.pid
    assert until(lambda: not alive(first.pid))
    assert living(folder) == second


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_address_that_cannot_be_read(alone: Project) -> None:
    """A damaged address file of a dead server is as good as none."""
    folder = Folder.of(alone)
    folder.make()
    folder.address.write_text('{"host": ')
    assert sql("select 1 as a").a.tolist() == [1]


def test_a_server_that_cannot_open_its_files(alone: Project) -> None:
    """What keeps the server from starting is in the error, and the log is named."""
    folder = Folder.of(alone)
    folder.make()
    (folder.path / "WORKBENCH.db").write_text("this is no database, and long enough to be read as one" * 100)
    with pytest.raises(WarehouseDown, match=r"didn't start: .*WORKBENCH.db") as caught:
        local.ensure(alone)
    assert str(folder.log) in caught.value.hint
    assert not is_owned(folder)


def test_threads_have_connections_of_their_own(alone: Project) -> None:
    """Threads query at the same time, each with its own result."""
    sql("select 1")
    found: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: int(sql("select :n as n", n=n).n[0])})) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: n for n in range(8)}


def test_threads_may_share_a_connection(alone: Project) -> None:
    """Statements of one session run one after another, whoever sends them."""
    from workbench.warehouse import connect

    connection = connect(project=alone)
    found = []
    threads = [
        threading.Thread(target=lambda n=n: found.extend(connection.cursor().execute(f"select {n}").fetchall()))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert sorted(found) == [(n,) for n in range(8)]


def _in_a_child(queue: multiprocessing.Queue[list[int]]) -> None:
    queue.put(sql("select 2 as a").a.tolist())


def test_a_forked_child_leaves_the_parents_session_alone(alone: Project) -> None:
    """A child opens its own connection; when it ends, the parent's session goes on, with what it had set."""
    sql("create schema mine")
    sql("use schema mine")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_a_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == [2]
    child.join()
    assert sql("select current_schema() as s").s[0] == "MINE"


@pytest.mark.slow
@watched
def test_an_interrupt_cancels_the_statement(alone: Project) -> None:
    """Ctrl-C ends a query at once, also on the server, with exit status 130; the next one works."""
    local.ensure(alone)
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("workbench")), "warehouse", "sql", ENDLESS],
        env={**os.environ, "WORKBENCH_ROOT": str(alone.root)},
        stderr=subprocess.PIPE,
        text=True,
    )
    log = Folder.of(alone).log
    assert until(lambda: busy(local.ensure(alone)))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert until(lambda: not busy(local.ensure(alone))), log.read_text()
    assert sql("select 1 as a").a.tolist() == [1]


def busy(address: Address) -> bool:
    """Whether the server's process uses the processor, over a quarter of a second."""

    def ticks() -> int:
        fields = Path(f"/proc/{address.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(0.25)
    return ticks() - before > 12


def test_status_and_the_rest_of_the_commands(alone: Project) -> None:
    """start, status, tables, env and stop say what is so, for people and for programs."""

    def workbench(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("workbench")), "warehouse", *arguments]
        return subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=120)

    down = workbench("status")
    assert (down.returncode, "down" in down.stdout) == (1, True)
    facts = json.loads(workbench("start", "--format", "json").stdout)
    assert facts["up"]
    assert facts["port"] == local.ensure(alone).port
    sql('create table t as select 1 as a, 1.5 as "B c"')
    (table,) = json.loads(workbench("tables", "--format", "json").stdout)
    assert (table["name"], table["rows"], [column["name"] for column in table["columns"]]) == ("T", 1, ["A", "B c"])
    assert workbench("sql", "select * from t", "--format", "csv").stdout == "a,B c\n1,1.5\n"
    assert f"export WORKBENCH_WAREHOUSE_PORT={facts['port']}\n" in workbench("env").stdout
    assert workbench("stop").stdout == "stopped\n"
    sessions.forget("local", alone)
