"""What is wrong with the world, said in one line with what to do about it, and within seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from workbench.errors import MissingTable, UnknownProfile, WarehouseError
from workbench.project import Project
from workbench.warehouse import connect, local, sql
from workbench.warehouse.local import address

Ask = Callable[..., pd.DataFrame]


def workbench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command, as a user would give it; WORKBENCH_CONNECTION and the connector's own variables unset if not given."""
    others = {k: v for k, v in os.environ.items() if not k.startswith(("SNOWFLAKE_", "WORKBENCH_"))}
    command = [str(Path(sys.executable).with_name("workbench")), *arguments]
    return subprocess.run(command, env={**others, **environment}, capture_output=True, text=True, timeout=120)


def profile_file(folder: Path, text: str) -> str:
    """A SNOWFLAKE_HOME with a connections.toml."""
    file = folder / "snowflake" / "connections.toml"
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(0o600)
    return str(file.parent)


@pytest.mark.parametrize(
    "text",
    [
        "select * from nope",
        "select nope from (select 1 as a)",
        "select * from nope.nope",
        "select * from nope.n.n",
        "select x.nope from (select 1 as a) x",
    ],
)
def test_missing_tables_and_columns(ask: Ask, text: str) -> None:
    """A table, column or schema that isn't there is MissingTable, with its name and no error numbers."""
    with pytest.raises(MissingTable, match=r"(?i)nope") as caught:
        ask(text)
    assert "00" not in caught.value.message
    assert caught.value.hint


def test_syntax_errors(ask: Ask) -> None:
    """A syntax error is said as the warehouse says it."""
    with pytest.raises(WarehouseError, match=r"(?i)selct|unexpected"):
        ask("selct 1")


def test_other_mistakes(ask: Ask) -> None:
    """What is wrong with a query but missing nothing is a WarehouseError and no more."""
    for text in ("select a, count(*) from (select 1 as a)", "select abs('x', 'y', 'z')"):
        with pytest.raises(WarehouseError) as caught:
            ask(text)
        assert type(caught.value) is not MissingTable


def test_what_cannot_run_fails_at_once(ask: Ask, only_local: None) -> None:
    """What the local warehouse can't run at all is an error too, and the connection goes on working."""
    for text in ("explain select 1", "select * from t at(offset => -1)", "create function f() returns int as '1'"):
        with pytest.raises(WarehouseError):
            ask(text)
    assert ask("select 1 as a").a[0] == 1


def test_an_unknown_profile() -> None:
    """A profile that no file has is UnknownProfile, and the ones that there are are named."""
    with pytest.raises(UnknownProfile, match="'loca'; did you mean 'local'"):
        sql("select 1", connection="loca")


def test_the_command_line_says_it_in_two_lines(alone: Project) -> None:
    """The error and the hint are on standard error, nothing on standard output, and the exit status is 1."""
    ended = workbench("warehouse", "sql", "select * from nope", WORKBENCH_ROOT=str(alone.root))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert [line.split(":")[0].strip() for line in ended.stderr.splitlines()] == ["error", "hint"]


def test_the_connectors_own_default_profile(tmp_path: Path) -> None:
    """Without WORKBENCH_CONNECTION the connector's default profile is used, and `local` where it has none."""
    home = profile_file(tmp_path, '[default]\naccount = "a"\n[other]\naccount = "b"\n')

    def used(**environment: str) -> str:
        ended = workbench("warehouse", "status", "--format", "json", WORKBENCH_ROOT=str(tmp_path), **environment)
        return str(json.loads(ended.stdout)["profile"]) if ended.stdout else ended.stderr

    assert used(SNOWFLAKE_HOME=home) == "default"
    assert used(SNOWFLAKE_HOME=home, SNOWFLAKE_DEFAULT_CONNECTION_NAME="other") == "other"
    assert used(SNOWFLAKE_HOME=home, WORKBENCH_CONNECTION="local") == "local"
    assert used(SNOWFLAKE_HOME=str(tmp_path)) == "local"


def test_a_bad_connections_file(tmp_path: Path) -> None:
    """A connections.toml that is no TOML is one line that says so."""
    home = profile_file(tmp_path, "[default\n")
    ended = workbench("warehouse", "sql", "select 1", WORKBENCH_ROOT=str(tmp_path), SNOWFLAKE_HOME=home)
    assert ended.returncode == 1
    assert "connections.toml" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_that_is_down(tmp_path: Path) -> None:
    """A profile whose server doesn't answer is WarehouseDown, named, with a hint."""
    home = profile_file(
        tmp_path,
        '[down]\naccount = "a"\nuser = "u"\npassword = "p"\nhost = "127.0.0.1"\nport = 9\nprotocol = "http"\n'
        "login_timeout = 2\n",
    )
    ended = workbench("warehouse", "sql", "select 1", "--connection", "down", SNOWFLAKE_HOME=home)
    assert ended.returncode == 1
    assert "the warehouse of profile 'down' doesn't answer" in ended.stderr
    assert "hint:" in ended.stderr
    assert "Traceback" not in ended.stderr


class Refusing(BaseHTTPRequestHandler):
    """An account whose role may log in, and may read nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/session/v1/login-request"):
            answer = {"data": {"token": "t", "masterToken": "m", "parameters": [], "sessionInfo": {}}, "success": True}
        elif self.path.startswith("/queries"):
            message = "SQL access control error:\nInsufficient privileges to operate on table 'SALARIES'"
            answer = {"data": {"sqlState": "42501"}, "code": "003001", "message": message, "success": False}
        else:
            answer = {"data": None, "success": True}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_table_that_the_role_may_not_read(tmp_path: Path, refusing: int) -> None:
    """Insufficient privileges are NotAuthorised: the table, and where the role is chosen."""
    home = profile_file(
        tmp_path,
        f'[poor]\naccount = "a"\nuser = "u"\npassword = "p"\nhost = "127.0.0.1"\nport = {refusing}\n'
        'protocol = "http"\n',
    )
    ended = workbench("warehouse", "sql", "select * from salaries", "--connection", "poor", SNOWFLAKE_HOME=home)
    assert ended.returncode == 1
    assert "Insufficient privileges to operate on table 'SALARIES'" in ended.stderr
    assert "grants in the profile 'poor'" in ended.stderr


def test_a_wrong_password_is_refused(alone: Project, tmp_path: Path) -> None:
    """Who doesn't know the password, as another user of the machine, gets nothing: NotAuthorised, and no retries."""
    found = local.ensure(alone)
    home = profile_file(
        tmp_path,
        f'[guess]\naccount = "local"\nuser = "workbench"\npassword = "x"\nhost = "{found.host}"\nport = {found.port}\n'
        'protocol = "http"\n[empty]\naccount = "local"\n',
    )
    ended = workbench("warehouse", "sql", "select 1", "--connection", "guess", SNOWFLAKE_HOME=home)
    assert ended.returncode == 1
    assert "Incorrect username or password" in ended.stderr
    assert "check the user" in ended.stderr
    ended = workbench("warehouse", "sql", "select 1", "--connection", "empty", SNOWFLAKE_HOME=home)
    assert "the profile 'empty' lacks something" in ended.stderr


def test_the_warehouse_is_its_owners_alone(alone: Project) -> None:
    """The folder, and with it the password and the data, can be read by nobody else."""
    local.ensure(alone)
    folder = address.Folder.of(alone)
    assert folder.path.stat().st_mode & 0o077 == 0
    assert folder.address.stat().st_mode & 0o077 == 0


def test_uploads_want_a_key(alone: Project) -> None:
    """A file can't be put into a stage without the key that PUT was given."""
    import urllib.error
    import urllib.request

    found = local.ensure(alone)
    request = urllib.request.Request(
        f"http://{found.host}:{found.port}/fs_bucket/WORKBENCH/RAW/S/x", data=b"{}", method="PUT"
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the warehouse's folder can't be made, the error names it."""
    (tmp_path / ".workbench").write_text("in the way")
    ended = workbench("warehouse", "start", WORKBENCH_ROOT=str(tmp_path))
    assert ended.returncode == 1
    assert str(tmp_path) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_connect_gives_the_connectors_connection(ask: Ask, profile: str, project: Project) -> None:
    """What sql() doesn't do can be done with a connection of the connector's."""
    connection = connect(profile, project=project)
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]
    connection.close()
