"""What the rest of workbench asks of a warehouse's connection: the part of PEP 249 that we use, and the result's id."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """A statement's result."""

    description: Sequence[Any]
    rowcount: int | None
    sfqid: str | None

    def execute(
        self, command: str, params: Sequence[Any] | None = None, *, _statement_params: dict[str, Any] | None = None
    ) -> Cursor:
        """Run one statement; its `?` are bound by the server. _statement_params: session parameters for it alone."""

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


# the session parameter by which a client of the local warehouse says which process it is
PROCESS = "WORKBENCH_PROCESS"


def process_name() -> str:
    """This process, as others on the machine can look for it: `pid@namespace`, the same number may be there twice."""
    namespace = ""
    with contextlib.suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115  a Path would make a name of it
    return f"{os.getpid()}@{namespace}"


_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^".\s](?:[^".]*[^".\s])?))\s*(\.|$)')
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


def quoted(name: str) -> str:
    """A name exactly as the warehouse keeps it, in quotes: any character is a character, no case is changed.

    Raises ValueError for an empty name or one with a NUL.
    """
    if not name or "\0" in name:
        raise ValueError(f"not a name: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def identifier(name: str) -> str:
    """A name as SQL takes it: quoted, so that any character is a character.

    Unquoted names are upper case in the warehouse, so a plain lower-case or upper-case name means that one.
    Raises ValueError for an empty name or one with a NUL.
    """
    plain = name.isascii() and name.isidentifier() and (name.islower() or name.isupper())
    return quoted(name.upper() if plain else name)


def joined(*names: str) -> str:
    """`"DATABASE"."SCHEMA"."NAME"` of names as the warehouse keeps them. Raises ValueError as `quoted` does."""
    return ".".join(map(quoted, names))


def qualified(name: str) -> str:
    """A table's name as people write it, `table`, `schema.table` or `database.schema.table`, with each part quoted.

    Raises ValueError as `name_parts` does.
    """
    return joined(*name_parts(name))


def name_parts(text: str) -> tuple[str, ...]:
    """The one to three names in a table's name as people write it, as the warehouse keeps them.

    `raw.events` is (RAW, EVENTS), as in SQL; a part in double quotes stays as it is, and so does one that SQL would
    take in quotes only: `Order lines`. Raises ValueError where the text is no such name.
    """
    found, place = [], 0
    while match := _PART.match(text, place):
        exact, plain, dot = match.groups()
        if exact is not None:
            found.append(exact.replace('""', '"'))
        else:
            found.append(plain.upper() if _PLAIN.fullmatch(plain) else plain)
        place = match.end()
        if not dot:
            break
    if place != len(text) or not found or len(found) > 3 or text.rstrip().endswith(".") or "\0" in text:
        raise ValueError(f"not the name of a table: {text!r}")
    return tuple(found)
