"""Loading files as any ingestion tool would: PUT to a stage, COPY INTO a RAW table, append-only.

A RAW table has one row a record, of JSON lines, CSV and Parquet alike: `data` (VARIANT), `load_id` (the first 16 hex
digits of the SHA-256 of the file's uncompressed content), `loaded_at` (TIMESTAMP_NTZ, UTC) and `file_name`. The same
content is loaded once into a table.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import WarehouseError
from workbench.project import Project
from workbench.warehouse.base import Connection, Cursor, identifier
from workbench.warehouse.records import SUFFIXES, chunks

SCHEMA = "RAW"
Watch = Callable[[str, float], object]
STAGE = "workbench_landing"
_MANY = 1000  # binds in one statement


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one file. rows: records added, 0 where the table had the file's content already."""

    table: str
    file: str
    load_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class Target:
    """A RAW table and where its files are staged, as SQL says them."""

    schema: str
    table: str

    @property
    def name(self) -> str:
        return f"{identifier(self.schema)}.{identifier(self.table)}"

    @property
    def stage(self) -> str:
        folder = hashlib.sha256(self.table.encode()).hexdigest()[:16]  # any name may be a table's, not a path's
        return f"@{identifier(self.schema)}.{identifier(STAGE)}/{folder}"


def load(
    folder: Path | str,
    *tables: str,
    connection: str | None = None,
    schema: str = SCHEMA,
    project: Project | None = None,
    watch: Watch = lambda file, share: None,
) -> tuple[Loaded, ...]:
    """Load a file, or a folder's, of JSON lines, CSV or Parquet into RAW tables, which are made where they don't exist.

    A file belongs to the table of its name up to the first dot (`events.2026-10.jsonl.gz` to EVENTS), or of the folder
    that it is in. JSON and CSV may be gzipped. tables: only these. connection: a profile's name. Each file is loaded
    whole or not at all. watch: called with each file's name before its turn, and how much is done, from 0 to 1.
    Raises WarehouseError where there is nothing to load or the warehouse refuses.
    """
    from workbench.warehouse.connection import own_session

    chosen = list(_files(Path(folder), tables))
    for name in (schema, *(table for table, _ in chosen)):
        _named(name)
    turns = itertools.count()  # a file has two: it is packed, and it is copied

    def told(file: str) -> None:
        watch(file, next(turns) / (2 * len(chosen)))

    with (
        own_session(connection, project=project) as session,
        tempfile.TemporaryDirectory(prefix="workbench-load-") as scratch,
    ):
        _prepare(session, schema, sorted({table for table, _ in chosen}))
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
        loaded: list[Loaded] = []
        for table in dict.fromkeys(table for table, _ in chosen):
            files = [file for name, file in chosen if name == table]
            folder = Path(scratch, hashlib.sha256(table.encode()).hexdigest()[:16])
            loaded += _load_table(session.cursor(), Target(schema, table), files, folder, now, told)
        return tuple(loaded)


def _named(name: str) -> None:
    try:
        identifier(name)
    except ValueError as error:
        raise WarehouseError(f"{name!r} names no schema and no table", hint="choose another name") from error


def _files(folder: Path, tables: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """(table, file) for each file to load. Raises WarehouseError where a table that was asked for has none."""
    if folder.is_file() and folder.name.endswith(SUFFIXES) and not tables:
        yield folder.name.partition(".")[0].lower(), folder
        return
    if not folder.is_dir():
        raise WarehouseError(
            f"{folder} is no folder, and no file that can be loaded", hint=f"files end with {', '.join(SUFFIXES)}"
        )
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*")) + sorted(folder.glob("*/*")):
        if file.is_file() and file.name.endswith(SUFFIXES):
            table = file.parent.name if file.parent != folder else file.name.partition(".")[0]
            found.setdefault(table.lower(), []).append(file)
    wanted = [table.lower() for table in tables] or sorted(found)
    missing = [table for table in wanted if table not in found]
    if missing or not wanted:
        what = f"no file for {', '.join(missing)}" if missing else "no files to load"
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


def _load_table(
    cursor: Cursor, target: Target, files: list[Path], folder: Path, now: str, watch: Callable[[str], object]
) -> list[Loaded]:
    """Stage the files whose content the table doesn't have under their content's hash, and copy them one by one."""
    folder.mkdir()
    packed: dict[Path, tuple[Path, str]] = {}
    for file in files:
        watch(file.name)
        try:
            packed[file] = _packed(file, folder)
        except (OSError, EOFError, zlib.error) as error:
            raise WarehouseError(
                f"{file} can't be read: {error}", hint="nothing of its table was loaded; mend or remove the file"
            ) from error
    known = _known(cursor, target, [load_id for _, load_id in packed.values()])
    for staged, load_id in packed.values():
        if load_id in known:
            staged.unlink(missing_ok=True)
    if any(folder.iterdir()):
        cursor.execute(f"put 'file://{folder}/*.json.gz' {target.stage} auto_compress=false overwrite=true")
    loaded = []
    for file, (staged, load_id) in packed.items():
        watch(file.name)
        rows = 0 if load_id in known else _copy(cursor, target, staged.name, load_id, file.name, now)
        known.add(load_id)
        loaded.append(Loaded(target.table, file.name, load_id, rows))
    return loaded


def _known(cursor: Cursor, target: Target, load_ids: list[str]) -> set[str]:
    """Which of the loads the table has."""
    known: set[str] = set()
    for start in range(0, len(load_ids), _MANY):
        some = load_ids[start : start + _MANY]
        marks = ", ".join("?" * len(some))
        text = f"select distinct load_id from {target.name} where load_id in ({marks})"  # noqa: S608  names are quoted
        known.update(row[0] for row in cursor.execute(text, some).fetchall())
    return known


def _copy(cursor: Cursor, target: Target, staged: str, load_id: str, name: str, now: str) -> int:
    """Copy one staged file; the rows that this added."""
    literal = name.replace("\\", "\\\\").replace("'", "''")
    rows = cursor.execute(
        f"copy into {target.name} (data, load_id, loaded_at, file_name) "  # noqa: S608  COPY has no binds
        f"from (select $1, '{load_id}', '{now}'::timestamp_ntz, '{literal}' from {target.stage}/{staged}) "
        "file_format = (type = json) purge = true"
    ).fetchall()
    return sum(int(row[3]) for row in rows if len(row) > 3)


def _packed(file: Path, folder: Path) -> tuple[Path, str]:
    """The file's records, gzipped in the folder under the hash of its uncompressed content, and that hash."""
    digest = hashlib.sha256()
    target = folder / "packing"
    # level 1: the network here is loopback or fast, and the default level takes longer than the rest of the load
    with gzip.GzipFile(target, "wb", compresslevel=1, mtime=0) as packed:
        for chunk in chunks(file, digest.update):
            packed.write(chunk)
    load_id = digest.hexdigest()[:16]
    return target.replace(folder / f"{load_id}.json.gz"), load_id
