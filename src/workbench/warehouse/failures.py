"""The connector's errors as ours: what is wrong, in one line, and what to do."""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import (
    MissingTable,
    NotAuthorised,
    UnsupportedLocally,
    WarehouseDown,
    WarehouseError,
)

UNREACHABLE = frozenset(
    {250001, 250002, 250003, 250005, 251011, 251012, 290400, 290404, 290500, 290502, 290503, 290504}
)
INCOMPLETE = frozenset({251001, 251005, 251006, 251007, 251008, 251009})
MISSING = frozenset({2003, 2043, 904})
UNAUTHORISED = frozenset({3001, 3540, 250006, 251010, 390100, 390102, 390144, 390186, 390189, 390201, 390318, 394304})
# a login that was answered with a refusal has the same number as one that was not answered
_REFUSED = re.compile(r"^Failed to connect to DB: ")
UNSUPPORTED = 2
STAGE = frozenset({253002, 253003})
# what follows the ? is the permission to write there
_PERMISSION = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]*")
# the error number, its SQL state and the query id, which the connector puts before the message, perhaps twice
_NUMBERS = re.compile(r"^(\d{6} \(\w{5}\): |[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}: )+")
LOGIN_AGAIN = frozenset({390103, 390104, 390111, 390112, 390114})


def raised() -> tuple[type[Exception], ...]:
    """What the connector raises: its own errors, and those of HTTP where the connection breaks within an answer."""
    from snowflake.connector.errors import Error
    from snowflake.connector.vendored.requests.exceptions import RequestException

    return Error, RequestException


def translated(error: Any, *, profile: str) -> WarehouseError:
    """Our error for one of the connector's (see `raised`). profile: whose warehouse said it."""
    if isinstance(error, OSError):
        return WarehouseDown(f"the warehouse of profile {profile!r} broke off its answer", hint=_how_up(profile))
    number, message = error.errno or -1, _first_line(error)
    if number in UNAUTHORISED or _REFUSED.match(message):
        hint = f"check the user, the role and its grants in the profile {profile!r}"
        return NotAuthorised(f"{profile}: {message}", hint=hint)
    if number in UNREACHABLE:
        return WarehouseDown(f"the warehouse of profile {profile!r} doesn't answer: {message}", hint=_how_up(profile))
    if number in STAGE and "maximum retries" in message:
        return WarehouseDown(f"the stage of profile {profile!r} doesn't answer", hint=_how_up(profile))
    if number in INCOMPLETE:
        return WarehouseError(f"the profile {profile!r} lacks something: {message}", hint="mend it in connections.toml")
    if number in MISSING:
        hint = "`workbench warehouse tables` lists what is there; a role sees only what it may read"
        return MissingTable(message, hint=hint)
    if number == UNSUPPORTED and profile == "local":
        return UnsupportedLocally(message, hint="write it another way, or use a profile of a Snowflake account")
    return WarehouseError(message)


def must_log_in_again(error: Any) -> bool:
    """Whether the session is gone and the statement was not looked at."""
    return error.errno in LOGIN_AGAIN


def _how_up(profile: str) -> str:
    if profile == "local":
        return "`workbench warehouse status` says how it is, `workbench warehouse start` starts it"
    return "check the network, and account and host in connections.toml"


def _first_line(error: Any) -> str:
    text = _NUMBERS.sub("", str(getattr(error, "raw_msg", None) or error.msg or error))
    text = _PERMISSION.sub(r"\1", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and lines[0].endswith(":") and len(lines) > 1:  # "SQL compilation error:" and what it is
        return f"{lines[0]} {lines[1]}"
    return lines[0] if lines else type(error).__name__
