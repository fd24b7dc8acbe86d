"""Loading files as any ingestion tool would: PUT to a stage, COPY INTO a RAW table, append-only.

A RAW table has one row a document: `data` (VARIANT), `load_id` (the first 16 hex digits of the SHA-256 of the file's
uncompressed content), `loaded_at` (TIMESTAMP_NTZ, UTC) and `file_name`. The same content is loaded once into a table.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import WarehouseError
from workbench.project import Project
from workbench.warehouse.base import Connection, Cursor, identifier

SCHEMA = "RAW"
SUFFIXES = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")
STAGE = "workbench_landing"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one file. rows: documents added, 0 where the table had the file's content already."""

    table: str
    file: str
    load_id: str
    rows: int


def load(
    folder: Path | str,
    *tables: str,
    connection: str | None = None,
    schema: str = SCHEMA,
    project: Project | None = None,
    watch: Callable[[str], object] = str,
) -> tuple[Loaded, ...]:
    """Load the folder's files of JSON lines (also gzipped) into RAW tables, which are made where they don't exist.

    A file belongs to the table of its name up to the first dot (`events.2026-10.jsonl.gz` to EVENTS), or of the folder
    that it is in. tables: only these. connection: a profile's name. Each file is loaded whole or not at all.
    watch: called with each file's name before its turn.
    Raises WarehouseError where there is nothing to load or the warehouse refuses.
    """
    from snowflake.connector.errors import Error

    from workbench.warehouse.connection import connect, profile_name
    from workbench.warehouse.failures import translated

    chosen = list(_files(Path(folder), tables))
    name = profile_name(connection)
    session = connect(name, project=project)
    try:
        with tempfile.TemporaryDirectory(prefix="workbench-load-") as scratch:
            _prepare(session, schema, sorted({table for table, _ in chosen}))
            now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
            loaded = []
            for table, file in chosen:
                watch(file.name)
                loaded.append(_load_file(session.cursor(), schema, table, file, Path(scratch), now))
            return tuple(loaded)
    except Error as error:
        raise translated(error, profile=name) from error
    finally:
        session.close()


def _files(folder: Path, tables: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """(table, file) for each file to load. Raises WarehouseError where a table that was asked for has none."""
    if not folder.is_dir():
        raise WarehouseError(f"{folder} is no folder", hint="name the folder that holds the files")
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*")) + sorted(folder.glob("*/*")):
        if file.is_file() and file.name.endswith(SUFFIXES):
            table = file.parent.name if file.parent != folder else file.name.partition(".")[0]
            found.setdefault(table.lower(), []).append(file)
    wanted = [table.lower() for table in tables] or sorted(found)
    missing = [table for table in wanted if table not in found]
    if missing or not wanted:
        what = f"no file for {', '.join(missing)}" if missing else "no files of JSON lines"
        raise WarehouseError(f"{folder} has {what}", hint=f"files end with {', '.join(SUFFIXES)}")
    for table in wanted:
        for file in found[table]:
            yield table, file


def _prepare(session: Connection, schema: str, tables: list[str]) -> None:
    where = identifier(schema)
    statements = [f"create schema if not exists {where}", f"create stage if not exists {where}.{identifier(STAGE)}"]
    statements += [
        f"create table if not exists {where}.{identifier(table)} "
        "(data variant, load_id varchar, loaded_at timestamp_ntz, file_name varchar)"
        for table in tables
    ]
    for statement in statements:
        session.cursor().execute(statement)


def _load_file(cursor: Cursor, schema: str, table: str, file: Path, scratch: Path, now: str) -> Loaded:
    """Stage the file under its content's hash and copy it, unless the table has that content."""
    staged, load_id = _packed(file, scratch)
    target = f"{identifier(schema)}.{identifier(table)}"
    known = cursor.execute(f"select 1 from {target} where load_id = ? limit 1", [load_id]).fetchall()  # noqa: S608
    if known:
        staged.unlink()
        return Loaded(table, file.name, load_id, 0)
    stage = f"@{identifier(schema)}.{identifier(STAGE)}/{hashlib.sha256(table.encode()).hexdigest()[:16]}/{load_id}"
    cursor.execute(f"put 'file://{staged}' {stage} auto_compress=false overwrite=true")
    staged.unlink()
    name = file.name.replace("\\", "\\\\").replace("'", "''")
    rows = cursor.execute(
        f"copy into {target} (data, load_id, loaded_at, file_name) "  # noqa: S608  names are quoted, COPY has no binds
        f"from (select $1, '{load_id}', '{now}'::timestamp_ntz, '{name}' from {stage}/{staged.name}) "
        "file_format = (type = json) purge = true"
    ).fetchall()
    return Loaded(table, file.name, load_id, sum(int(row[3]) for row in rows if len(row) > 3))


def _packed(file: Path, scratch: Path) -> tuple[Path, str]:
    """The file gzipped under a plain name in scratch, and the hash of its uncompressed content."""
    digest = hashlib.sha256()
    target = scratch / "documents.json.gz"
    opened = gzip.open if file.name.endswith(".gz") else open
    # level 1: the network here is loopback or fast, and the default level takes longer than the rest of the load
    with opened(file, "rb") as source, gzip.GzipFile(target, "wb", compresslevel=1, mtime=0) as packed:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            packed.write(chunk)
    return target, digest.hexdigest()[:16]
