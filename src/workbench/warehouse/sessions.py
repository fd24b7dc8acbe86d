"""Open connections that are kept: one for each thread, profile and project, never shared and never inherited."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass, replace
from typing import Any

from workbench.project import Project
from workbench.warehouse.base import Connection, joined
from workbench.warehouse.connection import LOCAL, connect, profiles


@dataclass(frozen=True, slots=True)
class _Kept:
    connection: Connection
    where: object
    temporaries: bool = False
    in_transaction: bool = False


class _Cache(threading.local):
    """The connections of one thread, by profile and project."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], _Kept] = {}
        self.broken_off: set[tuple[str, str]] = set()
        self.places: dict[tuple[str, str], tuple[str, str]] = {}


_cache = _Cache()
_inherited: list[Connection] = []


def session(profile: str, project: Project) -> Connection:
    """This thread's connection for the profile (a name that is decided), opened or opened again where need be: then in
    the schema where the one before was.
    """
    key = (profile, str(project.root))
    where = _where(profile, project)
    kept = _cache.kept.get(key)
    if kept is not None and kept.where == where and not kept.connection.is_closed():
        return kept.connection
    lose(profile, project)
    connection = connect(profile, project=project)
    _cache.kept[key] = _Kept(connection, _where(profile, project))
    _go_back(connection, _cache.places.pop(key, None), place(profile, project))
    return connection


def _go_back(connection: Connection, before: tuple[str, str] | None, now: tuple[str, str] | None) -> None:
    """Go to the schema where the connection before was: the same names are to mean the same tables."""
    if before is None or before == now:
        return
    from snowflake.connector.errors import ProgrammingError

    from workbench.warehouse.tag import query_tag

    with contextlib.suppress(ProgrammingError):  # it was dropped
        connection.cursor().execute(f"use schema {joined(*before)}", _statement_params={"QUERY_TAG": query_tag()})


def place(profile: str, project: Project) -> tuple[str, str] | None:
    """(database, schema) that this thread's connection is in, as the warehouse keeps them; None where none is open."""
    kept = _cache.kept.get((profile, str(project.root)))
    connection: Any = kept.connection if kept is not None else None
    found = (getattr(connection, "database", None), getattr(connection, "schema", None))
    return (str(found[0]).strip('"'), str(found[1]).strip('"')) if all(found) else None


def made_temporaries(profile: str, project: Project) -> bool:
    """Whether this thread's connection may have tables of its own, which hide others of the same name."""
    kept = _cache.kept.get((profile, str(project.root)))
    return kept is not None and kept.temporaries


def note_temporaries(profile: str, project: Project) -> None:
    """This thread's connection may have tables of its own from now on."""
    key = (profile, str(project.root))
    if (kept := _cache.kept.get(key)) is not None:
        _cache.kept[key] = replace(kept, temporaries=True)


def note_transaction(profile: str, project: Project, in_transaction: bool) -> None:
    """This thread's connection has a transaction open from now on, or none."""
    key = (profile, str(project.root))
    if (kept := _cache.kept.get(key)) is not None:
        _cache.kept[key] = replace(kept, in_transaction=in_transaction)


def broken_off(profile: str, project: Project) -> bool:
    """Whether a transaction of this thread ended with its connection; said once."""
    key = (profile, str(project.root))
    known = key in _cache.broken_off
    _cache.broken_off.discard(key)
    return known


def lose(profile: str, project: Project) -> None:
    """Close this thread's connection, which may be broken; the next query opens another, where this one was."""
    if (where := place(profile, project)) is not None:
        _cache.places[profile, str(project.root)] = where
    forget(profile, project)


def forget(profile: str, project: Project) -> None:
    """Close this thread's connection; the next query opens a new one. What it had open is rolled back."""
    key = (profile, str(project.root))
    if (kept := _cache.kept.pop(key, None)) is not None:
        if kept.in_transaction:
            _cache.broken_off.add(key)
        with contextlib.suppress(Exception):  # it may be broken: that is why it goes
            kept.connection.close()


def _where(profile: str, project: Project) -> object:
    """What a connection was opened to: another one is needed when the local warehouse was started again."""
    if profile != LOCAL or LOCAL in profiles():
        return None
    from workbench.warehouse import local

    return local.find(project)


def _leave_to_the_parent() -> None:
    """In a forked child: the connections are the parent's, closing them here would end its sessions."""
    for kept in _cache.kept.values():
        connection: Any = kept.connection
        connection._rest = None  # close() then does nothing, also when the interpreter ends
        _inherited.append(connection)
    _cache.kept.clear()


os.register_at_fork(after_in_child=_leave_to_the_parent)
