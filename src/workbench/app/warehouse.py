"""The local warehouse's life, and what one does with any warehouse from the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from workbench.explore.comparison import Comparison
    from workbench.explore.describing import Description
    from workbench.explore.listing import Tables
    from workbench.explore.previewing import Preview
    from workbench.explore.profiled import Profile
    from workbench.warehouse.load import Loaded


@dataclass(frozen=True, slots=True)
class Status:
    """How the project's local warehouse is. profile: which one is used where none is named, `local` or another."""

    up: bool
    profile: str
    folder: str
    bytes: int
    host: str | None = None
    port: int | None = None
    pid: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def start() -> Status:
    """Start the local warehouse, if it isn't up."""
    from workbench.warehouse import local

    local.ensure(Project.around())
    return status()


def stop() -> bool:
    """Stop the local warehouse; False if it wasn't up."""
    from workbench.warehouse import local

    return local.stop(Project.around())


def status() -> Status:
    """Whether the local warehouse is up, and where. Starts nothing."""
    from workbench.warehouse import local
    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.local.address import Folder

    project = Project.around()
    folder, address = Folder.of(project).path, local.find(project)
    size = sum(file.stat().st_size for file in folder.glob("*.db*")) if folder.is_dir() else 0
    here = Status(up=address is not None, profile=profile_name(), folder=str(folder), bytes=size)
    return here if address is None else replace(here, host=address.host, port=address.port, pid=address.pid)


def environment() -> dict[str, str]:
    """The variables that dbt/profiles.yml reads for its target `local`; the warehouse is started for them."""
    from workbench.warehouse import local

    return local.ensure(Project.around()).environment()


def query(text: str, binds: dict[str, Any], connection: str | None) -> pd.DataFrame:
    """Run one statement. See workbench.sql."""
    from workbench.warehouse import sql

    return sql(text, connection=connection, **binds)


def load(
    folder: Path, tables: tuple[str, ...], connection: str | None, schema: str, watch: Callable[[str, float], object]
) -> tuple[Loaded, ...]:
    """Load a file, or a folder's, into RAW tables. See workbench.warehouse.load."""
    from workbench.warehouse.load import load as load_files

    return load_files(folder, *tables, connection=connection, schema=schema, watch=watch)


def tables(text: str, connection: str | None) -> Tables:
    """The tables that a search finds, as they are now. See workbench.tables."""
    from workbench.explore import tables as search

    return search(text, connection=connection, refresh=True)


def describe(table: str, connection: str | None) -> Description:
    """A table's columns. See workbench.describe."""
    from workbench.explore import describe as described

    return described(table, connection=connection)


def preview(table: str, rows: int, connection: str | None) -> Preview:
    """A table's first rows. See workbench.preview."""
    from workbench.explore import preview as first

    return first(table, rows, connection=connection)


def profile(
    asked: str,
    columns: tuple[str, ...],
    sample: float | None,
    compare: str | None,
    at: dict[str, list[str]] | list[str] | None,
    connection: str | None,
    binds: dict[str, Any],
) -> Profile | Comparison:
    """A table's or a query's profile, or two compared. See workbench.profile."""
    from workbench.explore import profile as profiled

    chosen = list(columns) or None
    days: Any = at
    return profiled(asked, columns=chosen, sample=sample, compare=compare, at=days, connection=connection, **binds)
