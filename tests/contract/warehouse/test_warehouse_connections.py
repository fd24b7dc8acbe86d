"""`workbench connections`: which profiles there are, and whether one works."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_warehouse_errors import profile_file, workbench

from workbench.cli.group import group
from workbench.project import Project
from workbench.warehouse import connection, local, profiles

SECRET = "planted-secret-7Q"


@pytest.fixture
def known(project: Project, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """A profile that works, one whose password is wrong, and two of an account."""
    found = local.ensure(project)
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    monkeypatch.setenv("WORKBENCH_CONNECTION", "sso")
    files = {
        "works": {**found.connection()},
        "guess": {**found.connection(), "password": SECRET},
        "keys": {"account": "acme", "user": "bot", "private_key_file": "k.p8", "private_key_file_pwd": SECRET},
        "sso": {"account": "acme", "user": "eva", "authenticator": "externalbrowser"},
    }
    monkeypatch.setattr(connection, "profiles", lambda: files)
    monkeypatch.setattr(profiles, "profiles", lambda: files)
    return files


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["connections", *arguments])


def test_the_list(known: dict[str, dict[str, Any]]) -> None:
    """A line a profile: the default with a star, how each signs in, what it is of, and never a secret."""
    listed = run()
    assert (listed.exit_code, listed.stderr) == (0, "")
    lines = listed.stdout.splitlines()
    assert [line[2:8].strip() for line in lines if line[2] != " "] == ["guess", "keys", "local", "sso", "works"]
    assert "* sso    browser      account acme  user eva" in lines
    assert "  keys   key pair     account acme  user bot" in lines
    assert "private_key_file_pwd in the file: it should be yours alone (chmod 600)" in listed.stdout
    found = json.loads(run("--format", "json").stdout)
    assert {one["name"]: one["sign_in"] for one in found["profiles"]} == {
        "guess": "password",
        "keys": "key pair",
        "local": "none needed",
        "sso": "browser",
        "works": "password",
    }
    assert found["in_the_open"] == []
    assert SECRET not in listed.stdout + json.dumps(found)
    assert str(known["works"]["password"]) not in listed.stdout + json.dumps(found)


def test_one_that_works(known: dict[str, dict[str, Any]]) -> None:
    """Signing in says who one is there, and how long it took."""
    tried = run("test", "works")
    assert tried.exit_code == 0, tried.stderr
    assert tried.stdout.startswith("works works, ")
    assert "database WORKBENCH" in tried.stdout
    found = json.loads(run("test", "works", "--format", "json").stdout)
    assert (found["works"], found["database"], found["error"]) == (True, "WORKBENCH", None)


def test_those_that_do_not(known: dict[str, dict[str, Any]]) -> None:
    """A wrong password and an unknown profile are a sentence and a way out on standard error, exit status 1."""
    tried = run("test", "guess")
    assert (tried.exit_code, tried.stdout) == (1, "")
    assert "guess doesn't work: " in tried.stderr
    assert "hint: check the user" in tried.stderr
    assert SECRET not in tried.stderr
    tried = run("test", "wroks", "--format", "json")
    found = json.loads(tried.stdout)
    assert (tried.exit_code, found["works"], found["user"]) == (1, False, None)
    assert "did you mean 'works'" in found["error"]
    assert found["hint"]


def test_a_secret_that_git_would_take(tmp_path: Path) -> None:
    """A file of the project with a password is named, and the exit status is 1; ignored, it is nobody's concern."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    home = profile_file(tmp_path, f'[prod]\naccount = "acme"\nuser = "ana"\npassword = "{SECRET}"\n')
    ended = workbench("connections", SNOWFLAKE_HOME=home, WORKBENCH_ROOT=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("snowflake/connections.toml has a password in it, and is not in .gitignore: ")
    assert SECRET not in ended.stdout + ended.stderr
