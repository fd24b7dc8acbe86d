"""Connection profiles: which warehouse is meant, and how it is reached.

A profile is one of the connector's own (`connections.toml`), or `local`, which is there without any file.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from workbench.errors import UnknownProfile, WarehouseError
from workbench.project import Project
from workbench.warehouse.base import PROCESS, Connection, process_name

LOCAL = "local"
# a server that doesn't answer is an error within seconds; a profile may say otherwise
LOGIN_SECONDS = 15
LOCAL_LOGIN_SECONDS = 5
RETRY_SECONDS = 60


def profile_name(name: str | None = None) -> str:
    """The profile that is meant: name, else WORKBENCH_CONNECTION, else the connector's default one, else `local`."""
    if chosen := name or os.environ.get("WORKBENCH_CONNECTION"):
        return chosen
    default = os.environ.get("SNOWFLAKE_DEFAULT_CONNECTION_NAME") or _configured("default_connection_name")
    if default and default in profiles():
        return str(default)
    if os.environ.get("SNOWFLAKE_DEFAULT_CONNECTION_NAME"):
        return str(default)  # asked for by name: it must exist
    return LOCAL


def profiles() -> dict[str, dict[str, Any]]:
    """The connector's profiles by name, without `local` unless a file has one. Raises WarehouseError for a bad file."""
    return dict(_configured("connections") or {})


def connect(profile: str | None = None, *, project: Project | None = None, tag: str | None = None) -> Connection:
    """Open a connection; the caller closes it. profile: see `profile_name`; project: whose local warehouse is meant;
    tag: the query tag of those of its statements that have none of their own.

    Raises UnknownProfile, WarehouseDown, NotAuthorised, and WarehouseError for anything else that the warehouse says.
    """
    name = profile_name(profile)
    settings = settings_of(name, project=project)
    if tag is not None:
        settings["session_parameters"] = {**settings.get("session_parameters", {}), "QUERY_TAG": tag}
    from snowflake.connector import connect as connector

    from workbench.warehouse.failures import raised, translated

    _quiet()
    try:
        connection: Connection = connector(**settings)
    except raised() as error:
        raise translated(error, profile=name) from error
    return connection


@contextlib.contextmanager
def own_session(profile: str | None = None, *, project: Project | None = None) -> Iterator[Connection]:
    """A connection for the block alone: what it makes temporarily goes with it. Its statements say who asks.

    Raises as `connect` does, also for what the warehouse says within the block.
    """
    from workbench.warehouse.failures import raised, translated
    from workbench.warehouse.tag import query_tag

    name = profile_name(profile)
    session = connect(name, project=project, tag=query_tag())
    try:
        yield session
    except raised() as error:
        raise translated(error, profile=name) from error
    finally:
        session.close()


def settings_of(name: str, *, project: Project | None = None) -> dict[str, Any]:
    """What the connector is given for the profile. Starts the local warehouse where the profile is `local`."""
    common = {"paramstyle": "qmark", "application": "workbench"}
    known = profiles()
    if name in known:
        return {"login_timeout": LOGIN_SECONDS, "backoff_policy": _backoff, **known[name], **common}
    if name == LOCAL:
        from workbench.warehouse import local
        from workbench.warehouse.local import address

        project = project or Project.around()
        found = local.ensure(project)
        folder = address.Folder.of(project)
        patience = {
            "login_timeout": LOCAL_LOGIN_SECONDS,
            "backoff_policy": partial(_backoff, lambda: address.living(folder) == found),
            "platform_detection_timeout_seconds": 0,  # asks the cloud's metadata servers where it runs
            "session_parameters": {PROCESS: process_name()},
        }
        return {**patience, **found.connection(), **common}
    names = sorted({*known, LOCAL})
    close = difflib.get_close_matches(name, names, n=1)
    raise UnknownProfile(
        f"no connection profile is named {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
        hint=f"there is {', '.join(names)}; others are added to the connector's connections.toml",
    )


def _backoff(alive: Callable[[], bool] = lambda: True) -> Iterator[int]:
    """Seconds to sleep before each retry of a request. The connector alone would retry for ever; its network_timeout
    would end it, but cancels every query that takes longer as well.
    """
    from snowflake.connector.errors import OperationalError

    pause = slept = 0
    yield pause  # before the first attempt has failed
    while alive() and slept < RETRY_SECONDS:
        pause = min(max(1, 2 * pause), 16)
        slept += pause
        yield pause
    raise OperationalError(msg="the connection was lost, and nobody answers any more", errno=250001)


def _configured(key: str) -> Any:
    from snowflake.connector.config_manager import CONFIG_MANAGER
    from snowflake.connector.errors import Error

    try:
        return CONFIG_MANAGER[key]
    except Error as error:
        if "not found" in str(error).lower() or "no such" in str(error).lower():
            return None
        raise WarehouseError(
            f"the connector's configuration can't be read: {error}", hint="mend connections.toml or config.toml"
        ) from error


def _quiet() -> None:
    """The connector logs each retry as a warning, above the one line that we say."""
    import logging

    logging.getLogger("snowflake.connector").setLevel(logging.ERROR)
