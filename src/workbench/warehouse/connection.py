"""Connection profiles: which warehouse is meant, and how it is reached.

A profile is one of the connector's own (`connections.toml`), or `local`, which is there without any file.
"""

from __future__ import annotations

import os
from typing import Any

from workbench.errors import UnknownProfile, WarehouseError
from workbench.project import Project
from workbench.warehouse.base import Connection

LOCAL = "local"
# a server that doesn't answer is an error within seconds; a profile may say otherwise
PATIENCE: dict[str, Any] = {"login_timeout": 15}
LOCAL_PATIENCE: dict[str, Any] = {
    "login_timeout": 5,
    "network_timeout": 20,
    "platform_detection_timeout_seconds": 0,
}


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


def connect(profile: str | None = None, *, project: Project | None = None) -> Connection:
    """Open a connection; the caller closes it. profile: see `profile_name`; project: whose local warehouse is meant.

    Raises UnknownProfile, WarehouseDown, NotAuthorised, and WarehouseError for anything else that the warehouse says.
    """
    name = profile_name(profile)
    settings = settings_of(name, project=project)
    from snowflake.connector import connect as connector
    from snowflake.connector.errors import Error

    from workbench.warehouse.failures import translated

    _quiet()
    try:
        connection: Connection = connector(**settings)
    except Error as error:
        raise translated(error, profile=name) from error
    return connection


def settings_of(name: str, *, project: Project | None = None) -> dict[str, Any]:
    """What the connector is given for the profile. Starts the local warehouse where the profile is `local`."""
    common = {"paramstyle": "qmark", "application": "workbench", "client_session_keep_alive": False}
    known = profiles()
    if name in known:
        return {**PATIENCE, **known[name], **common}
    if name == LOCAL:
        from workbench.warehouse import local

        return {**LOCAL_PATIENCE, **local.ensure(project or Project.around()).connection(), **common}
    names = ", ".join(sorted({*known, LOCAL}))
    raise UnknownProfile(
        f"no connection profile is named {name!r}",
        hint=f"there are {names}; profiles are kept in the connector's connections.toml",
    )


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
