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


def qualified(name: str) -> str:
    """A table's name as SQL takes it, `table`, `schema.table` or `database.schema.table`, each part quoted.

    A part that has a dot, or a name in lower case, is written in double quotes as in SQL: `raw."Odd.name"`.
    Raises ValueError for what is no such name.
    """
    parts = _parts(name)
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"not the name of a table: {name!r}")
    return ".".join(parts)


def _parts(name: str) -> list[str]:
    parts: list[str] = []
    rest = name.strip()
    while True:
        if rest.startswith('"'):
            end = 1
            while (end := rest.find('"', end)) >= 0 and rest[end + 1 : end + 2] == '"':
                end += 2
            if end < 0 or rest[end + 1 : end + 2] not in ("", "."):
                raise ValueError(f"a quote is missing in {name!r}")
            inside = rest[1:end].replace('""', '"')
            identifier(inside)  # it isn't empty
            parts.append('"' + inside.replace('"', '""') + '"')
            rest = rest[end + 1 :]
        else:
            part, _, _ = rest.partition(".")
            parts.append(identifier(part))
            rest = rest[len(part) :]
        if not rest:
            return parts
        rest = rest[1:]
