"""What the rest of workbench asks of a warehouse's connection: the part of PEP 249 that we use, and the result's id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """A statement's result."""

    description: Sequence[Any]
    rowcount: int | None
    sfqid: str | None

    def execute(self, command: str, params: Sequence[Any] | None = None) -> Cursor:
        """Run one statement; its `?` are bound by the server."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""

    def close(self) -> Any:
        """Give back what the result holds."""


class Connection(Protocol):
    """A session of one role in one warehouse. Not to be shared by threads."""

    def cursor(self) -> Cursor:
        """A new cursor."""

    def close(self) -> Any:
        """End the session."""

    def is_closed(self) -> bool:
        """Whether close was called."""


def identifier(name: str) -> str:
    """A name as SQL takes it: quoted, so that any character is a character.

    Unquoted names are upper case in the warehouse, so a plain lower-case or upper-case name means that one.
    Raises ValueError for an empty name or one with a NUL.
    """
    if not name or "\0" in name:
        raise ValueError(f"not a name: {name!r}")
    plain = name.isascii() and name.isidentifier() and (name.islower() or name.isupper())
    return '"' + (name.upper() if plain else name).replace('"', '""') + '"'
