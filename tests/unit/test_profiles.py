"""Connection profiles as they are listed, and secrets that lie in the open."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from workbench.project import Project
from workbench.warehouse import connection, profiles

SECRET = "planted-secret-7Q"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    found = {
        "prod": {"account": "acme", "user": "ana", "password": SECRET, "token": SECRET},
        "keys": {"account": "acme", "user": "bot", "private_key_file": "/keys/rsa.p8", "private_key_file_pwd": SECRET},
        "sso": {"account": "acme", "user": "eva", "authenticator": "externalbrowser", "role": "READER"},
    }
    monkeypatch.setattr(profiles, "profiles", lambda: found)
    monkeypatch.setattr(connection, "profiles", lambda: found)
    monkeypatch.setenv("WORKBENCH_CONNECTION", "sso")
    return found


def test_profiles_are_listed_without_secrets(known: dict[str, dict[str, Any]]) -> None:
    """How each signs in, what it is of, and the names of the settings that are secret: never a value of one."""
    found = {one.name: one for one in profiles.listed()}
    assert [(name, one.sign_in, one.default) for name, one in found.items()] == [
        ("keys", "key pair", False),
        ("local", "none needed", False),
        ("prod", "password", False),
        ("sso", "browser", True),
    ]
    assert found["prod"].secrets == ("password", "token")
    assert found["sso"].facts == {"account": "acme", "user": "eva", "role": "READER"}
    assert SECRET not in json.dumps([one.as_json() for one in found.values()]) + repr(found)


@pytest.mark.parametrize("name", ["prod", "keys", "sso"])
def test_a_profile_is_passed_on_whole(known: dict[str, dict[str, Any]], name: str) -> None:
    """Key pair, browser and whatever the connector knows reach it as they stand in the file."""
    assert connection.settings_of(name).items() >= known[name].items()


def test_a_secret_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a password that git would take is named, without the password; an ignored one is nobody's concern."""
    monkeypatch.delenv("SNOWFLAKE_HOME", raising=False)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    project = Project(tmp_path)
    (tmp_path / "connections.toml").write_text('[sso]\nauthenticator = "externalbrowser"\n')
    assert profiles.in_the_open(project) == ()
    (tmp_path / "connections.toml").write_text(f'[prod]\npassword = "{SECRET}"\n')
    (said,) = profiles.in_the_open(project)
    assert said.startswith("connections.toml has a password")
    assert SECRET not in said
    (tmp_path / ".gitignore").write_text("connections.toml\n")
    assert profiles.in_the_open(project) == ()
