"""Connection profiles as people look at them: what each is, whether it works, and whether a secret lies in the open.

No secret is ever a part of what is returned here: keys are named, values of secret ones never.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.credentials import SECRETS
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.warehouse.connection import LOCAL, profile_name, profiles

# what is shown of a profile; anything else in it is named, not shown
SHOWN = ("account", "host", "user", "role", "warehouse", "database", "schema")
FILES = ("connections.toml", "config.toml")
_KEY_PAIR = ("private_key_file", "private_key_path", "private_key")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile. sign_in: `password`, `key pair`, `browser`, `token`, or the authenticator's own name.

    secrets: the names of the settings that hold a secret in the file. facts: those of SHOWN that are set.
    """

    name: str
    default: bool
    sign_in: str
    facts: dict[str, str]
    secrets: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying a profile gave. user, role, …: the session's; error, hint: why there is none."""

    name: str
    works: bool
    seconds: float
    user: str | None = None
    role: str | None = None
    warehouse: str | None = None
    database: str | None = None
    version: str | None = None
    error: str | None = None
    hint: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def listed() -> tuple[Profile, ...]:
    """The profiles that can be used, `local` among them, by name. Raises WarehouseError for a bad file."""
    known, default = profiles(), profile_name()
    found = [_profile(name, settings, name == default) for name, settings in known.items()]
    if LOCAL not in known:
        found.append(Profile(LOCAL, default == LOCAL, "none needed", {"database": "WORKBENCH"}, ()))
    return tuple(sorted(found, key=lambda one: one.name))


def _profile(name: str, settings: dict[str, Any], default: bool) -> Profile:
    facts = {key: str(settings[key]) for key in SHOWN if settings.get(key)}
    secrets = tuple(key for key in settings if key in SECRETS and settings[key])
    return Profile(name, default, _sign_in(settings), facts, secrets)


def _sign_in(settings: dict[str, Any]) -> str:
    authenticator = str(settings.get("authenticator") or "").lower()
    if authenticator == "externalbrowser":
        return "browser"
    if any(settings.get(key) for key in _KEY_PAIR) or authenticator == "snowflake_jwt":
        return "key pair"
    if authenticator in ("", "snowflake"):
        return "password"
    return "token" if "token" in authenticator or authenticator == "oauth" else authenticator


def tried(name: str) -> Tried:
    """Sign in with the profile and ask who one is. What is wrong is said in the result."""
    from workbench.warehouse.query import sql

    began = time.monotonic()
    asked = "current_user() as u, current_role() as r, current_warehouse() as w, current_database() as d"
    try:
        row = sql(f"select {asked}, current_version() as v", connection=name).iloc[0]
    except WorkbenchError as error:
        return Tried(name, False, round(time.monotonic() - began, 2), error=error.message, hint=error.hint)
    u, r, w, d, v = (None if value is None or value != value else str(value) for value in row)
    return Tried(name, True, round(time.monotonic() - began, 2), u, r, w, d, v)


def in_the_open(project: Project) -> tuple[str, ...]:
    """A sentence for each file of the project that has a connection's secret in it, and that git would take."""
    found = []
    for file in _own_files(project):
        secrets = sorted(_secrets_of(file))
        if secrets and _git_sees(file, project):
            where = file.relative_to(project.root)
            found.append(f"{where} has a {secrets[0]} in it, and is not in .gitignore")
    return tuple(found)


def _own_files(project: Project) -> list[Path]:
    places = [project.root / name for name in FILES]
    for folder in (".snowflake", "config", "dbt", "notebooks"):
        places += [project.root / folder / name for name in FILES]
    if home := os.environ.get("SNOWFLAKE_HOME"):
        places += [Path(home).expanduser().resolve() / name for name in FILES]
    return [file for file in dict.fromkeys(places) if file.is_file() and file.is_relative_to(project.root)]


def _secrets_of(file: Path) -> set[str]:
    """The names of the settings in a TOML file that hold a secret, at any depth."""
    import tomllib

    def walk(node: Any) -> set[str]:
        if not isinstance(node, dict):
            return set()
        own = {key for key, value in node.items() if key in SECRETS and isinstance(value, str) and value}
        return own.union(*map(walk, node.values()))

    with contextlib.suppress(OSError, ValueError):
        return walk(tomllib.loads(file.read_text()))
    return set()


def _git_sees(file: Path, project: Project) -> bool:
    """Whether git tracks the file, or would: it is in a repository, and not ignored."""
    try:
        ignored = subprocess.run(["git", "check-ignore", "-q", str(file)], cwd=project.root, capture_output=True)
    except OSError:
        return False  # there is no git here
    return ignored.returncode == 1
