"""Planted secrets: a password, a token and a private key go through a whole day's work, and nothing that it leaves has
one of them.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from test_warehouse_errors import profile_file
from test_warehouse_errors import refusing as refusing  # a fixture

from workbench.project import Project
from workbench.warehouse import local

PASSWORD, TOKEN = "planted-password-7Q2x", "planted-token-9Zr4kkk1"
KEY = "MIIEvQplantedprivatekeyBADANBgkqhkiG9w0"
PASSPHRASE = "planted-passphrase-3Wm"
CELLS = (
    ("", "import os\nimport workbench\n%load_ext workbench"),
    ("step:load", "%%sql things\nselect data:name::varchar as name, load_id from raw.things"),
    ("step:load", "secret_words = len(os.environ['DB_PASSWORD']) + len(os.environ['API_TOKEN'])\nprint(secret_words)"),
    ("step:count", "counted = things.groupby('name').size()\nworkbench.log_metric('rows', len(things))\ncounted"),
    ("step:count", "def check(rows, password):\n    assert rows == 2, 'there should be two'"),
    ("step:count", "check(len(things) + WRONG, os.environ['DB_PASSWORD'])"),
)


@pytest.fixture
def planted(alone: Project, tmp_path: Path, refusing: int) -> dict[str, str]:
    """An environment with the secrets, a profile that works, and others with secrets that don't."""
    found = local.ensure(alone)
    (tmp_path / "away").mkdir()
    key = tmp_path / "away" / "rsa.p8"
    key.write_text(f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{KEY}\n-----END ENCRYPTED PRIVATE KEY-----\n")
    server = f'account = "local"\nuser = "workbench"\nhost = "{found.host}"\nport = {found.port}\nprotocol = "http"\n'
    home = profile_file(
        tmp_path / "away",
        f'[good]\n{server}password = "{found.password}"\ndatabase = "WORKBENCH"\nschema = "ANALYTICS"\n'
        f'[wrong]\n{server}password = "{PASSWORD}"\n'
        f'[poor]\naccount = "a"\nuser = "u"\npassword = "{PASSWORD}"\nhost = "127.0.0.1"\nport = {refusing}\n'
        'protocol = "http"\n'
        f'[bearer]\naccount = "a"\nuser = "u"\nauthenticator = "oauth"\ntoken = "{TOKEN}"\nhost = "127.0.0.1"\n'
        'port = 9\nprotocol = "http"\nlogin_timeout = 1\n'
        f'[keys]\naccount = "a"\nuser = "u"\nauthenticator = "SNOWFLAKE_JWT"\nprivate_key_file = "{key}"\n'
        f'private_key_file_pwd = "{PASSPHRASE}"\nhost = "127.0.0.1"\nport = 9\nprotocol = "http"\nlogin_timeout = 1\n'
        f'[inline]\naccount = "a"\nuser = "u"\nauthenticator = "SNOWFLAKE_JWT"\nprivate_key = "{KEY}"\n',
    )
    others = {k: v for k, v in os.environ.items() if not k.startswith(("SNOWFLAKE_", "WORKBENCH_", "COMET_"))}
    return {
        **others,
        "WORKBENCH_ROOT": str(alone.root),
        "WORKBENCH_CONNECTION": "good",
        "SNOWFLAKE_HOME": home,
        "SNOWFLAKE_PASSWORD": PASSWORD,
        "DB_PASSWORD": PASSWORD,
        "API_TOKEN": TOKEN,
        "PRIVATE_KEY": KEY,
        "PRIVATE_KEY_PASSPHRASE": PASSPHRASE,
    }


def notebook(path: Path, wrong: int) -> Path:
    """The notebook whose last cell goes well, or fails with a password among its frame's names."""
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for place, (tag, source) in enumerate(CELLS):
        cell = nbformat.v4.new_code_cell(source.replace("WRONG", str(wrong)), id=f"cell{place}")
        cell.metadata["tags"] = [tag] if tag else []
        book.cells.append(cell)
    nbformat.write(book, path)
    return path


def executed(path: Path, environment: dict[str, str]) -> str:
    """All that the notebook shows when it is run in a kernel, errors too."""
    book = nbformat.read(path, 4)
    client = NotebookClient(book, timeout=120, allow_errors=True, kernel_name="python3")
    try:
        client.execute(env=environment, cwd=str(path.parent))
    except CellExecutionError as error:
        return str(error)
    return json.dumps(book)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder, and every file in an archive; artifacts as they are, and unpacked."""
    import gzip

    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_relative_to(folder / "away"):
            continue
        found = path.read_bytes()
        yield str(path), found
        if found[:2] == b"\x1f\x8b":
            yield f"{path} unpacked", gzip.decompress(found)
        if zipfile.is_zipfile(io.BytesIO(found)):
            with zipfile.ZipFile(io.BytesIO(found)) as archive:
                yield from ((f"{path}/{name}", archive.read(name)) for name in archive.namelist())


@pytest.mark.slow
def test_no_secret_is_left_anywhere(alone: Project, planted: dict[str, str]) -> None:
    """Queries and loads that work and fail, connections, a flow that succeeds and one that fails with its cards, logs,
    artifacts and experiment, and the notebook itself.
    """
    said: dict[str, str] = {}

    def run(*arguments: str, status: int = 0) -> None:
        command = [str(Path(sys.executable).with_name("workbench")), *arguments]
        done = subprocess.run(command, cwd=alone.root, env=planted, capture_output=True, text=True, timeout=240)
        said[" ".join(arguments)] = done.stdout + done.stderr
        assert done.returncode == status, (arguments, done.stdout, done.stderr)

    (alone.root / "pyproject.toml").touch()
    (alone.root / "things.jsonl").write_text('{"name": "a"}\n{"name": "b"}\n')
    run("load", "things.jsonl")
    run("warehouse", "sql", "select * from nope", status=1)
    for profile in ("wrong", "poor", "bearer", "keys", "inline"):
        run("warehouse", "sql", "select * from salaries", "--connection", profile, status=1)
    run("connections")
    run("connections", "--format", "json")
    run("connections", "test", "keys", "--format", "json", status=1)
    good, bad = notebook(alone.root / "good.ipynb", 0), notebook(alone.root / "bad.ipynb", 1)
    run("run", good.name)
    run("run", bad.name, status=1)
    run("runs", "good.ipynb", "--format", "json")
    run("queries", "--format", "json")
    run("doctor")
    said["good in a kernel"], said["bad in a kernel"] = executed(good, planted), executed(bad, planted)

    assert "there should be two" in said["bad in a kernel"] + said["run bad.ipynb"]
    files = dict(contents(alone.root))
    assert any(name.endswith("html") for name in files)  # cards
    assert any("comet" in name and name.endswith("zip") for name in files)
    found = [
        (secret, place)
        for secret in (PASSWORD, TOKEN, KEY, PASSPHRASE, str(local.ensure(alone).password))
        for place, content in [*((name, text.encode()) for name, text in said.items()), *files.items()]
        if secret.encode() in content and not place.endswith("warehouse/address.json")  # its owner's alone
    ]
    assert found == []
