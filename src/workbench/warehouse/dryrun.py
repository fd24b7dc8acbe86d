"""What a query would read, without running it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

from workbench.project import Project
from workbench.warehouse.base import joined, name_parts
from workbench.warehouse.room import said


@dataclass(frozen=True, slots=True)
class Read:
    """A table that the query reads. rows, bytes: of the whole table; None where the warehouse doesn't say."""

    table: str
    rows: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What `sql(…, dry_run=True)` gives. statement: as the warehouse would get it; binds: the names of its `?`.

    scanned: bytes that the warehouse expects to read, None where it doesn't say. A bound value is in none of these.
    """

    statement: str
    binds: tuple[str, ...]
    tables: tuple[Read, ...]
    scanned: int | None
    connection: str

    @property
    def caption(self) -> str:
        """`nothing was run in prod · reads 2 tables · 1.2 GB expected`."""
        count = len(self.tables)
        parts = [f"nothing was run in {self.connection}", f"reads {count} table{'' if count == 1 else 's'}"]
        parts += [f"{said(self.scanned)} expected"] if self.scanned is not None else []
        return " · ".join(parts)

    def __repr__(self) -> str:
        width = max((len(one.table) for one in self.tables), default=0)
        lines = [f"{one.table:{width}}  {_rows(one):>18}  {_bytes(one):>9}".rstrip() for one in self.tables]
        values = [f"? is {', '.join(f':{name}' for name in self.binds)}"] if self.binds else []
        return "\n".join([self.statement, *values, "", *lines, self.caption])

    def _repr_html_(self) -> str:
        rows = "\n".join(
            f"<tr><th>{html.escape(_plain(one.table))}</th>"
            f"<td>{'' if one.rows is None else f'{one.rows:,}'}</td><td>{_bytes(one)}</td></tr>"
            for one in self.tables
        )
        sizes = any(one.bytes is not None for one in self.tables)
        head = f"<thead><tr><th>reads</th><th>rows</th><th>{'size' if sizes else ''}</th></tr></thead>"
        shown = f'<table class="dataframe">\n{head}\n<tbody>\n{rows}\n</tbody>\n</table>' if self.tables else ""
        values = f"<p>? is {html.escape(', '.join(f':{name}' for name in self.binds))}</p>" if self.binds else ""
        caption = f"<p>{html.escape(self.caption)}</p>"
        return f"<div>\n<pre>{html.escape(self.statement)}</pre>\n{values}{shown}\n{caption}\n</div>"


def _plain(name: str) -> str:
    """A qualified name without the quotes that SQL doesn't need."""
    return re.sub(r'"([A-Z_][A-Z0-9_$]*)"', r"\1", name) if '""' not in name else name


def _rows(one: Read) -> str:
    return "" if one.rows is None else f"{one.rows:,} rows"


def _bytes(one: Read) -> str:
    return "" if one.bytes is None else said(one.bytes)


def dry_run(statement: str, values: list[Any], binds: tuple[str, ...], profile: str) -> DryRun:
    """Ask the warehouse for the query's plan, and the catalogue for its tables. Raises the connector's errors."""
    from workbench.warehouse.catalog import catalogue
    from workbench.warehouse.running import executed

    cursor = executed(f"explain using json {statement}", values, {}, profile, Project.around())
    try:
        plan = json.loads(cursor.fetchall()[0][0])
    finally:
        cursor.close()
    operations = [operation for stage in plan.get("Operations", ()) for operation in stage]
    names = dict.fromkeys(name for operation in operations for name in operation.get("objects") or ())
    keys = list(dict.fromkeys(parts for name in names if len(parts := name_parts(name)) == 3))
    known = {one.key: one for one in catalogue(profile, fresh=True).tables} if keys else {}
    tables = []
    for key in keys:
        found = known.get((key[0], key[1], key[2]))
        tables.append(Read(joined(*key), found.rows if found else None, found.bytes if found else None))
    scanned = plan.get("GlobalStats", {}).get("bytesAssigned")
    return DryRun(statement, binds, tuple(tables), None if scanned is None else int(scanned), profile)
