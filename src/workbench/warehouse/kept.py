"""Results that are kept: `.workbench/cache/queries/KEY.arrow`, for their owner alone, and at most so many bytes."""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.errors import ParameterError, TargetNotWritable
from workbench.files import write_atomic
from workbench.project import Project, keep_out_of_git
from workbench.warehouse.room import bytes_of, said

if TYPE_CHECKING:
    import pyarrow as pa

VARIABLE = "WORKBENCH_CACHE_SIZE"
MOST = 1 << 30
_SHARE = 0.5  # of all that is kept, that one result may take
_META = b"workbench-kept"


class Described(NamedTuple):
    """What a result's column is, as far as it is needed later. type_code: the connector's."""

    type_code: int


@dataclass(frozen=True)
class Kept:
    """A result. described: its columns as the cursor describes them; facts: what was said of its query."""

    table: pa.Table
    described: Any
    facts: dict[str, Any]
    made: float = field(default_factory=time.time)

    @property
    def age(self) -> str:
        """`3 minutes ago`."""
        seconds = max(0.0, time.time() - self.made)
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if seconds >= size:
                count = int(seconds // size)
                return f"{count} {unit}{'' if count == 1 else 's'} ago"
        count = int(seconds)
        return "just now" if count == 0 else f"{count} second{'' if count == 1 else 's'} ago"


def folder_of(project: Project) -> Path:
    """Where the project's results are kept."""
    return project.state / "cache" / "queries"


def read(project: Project, key: str) -> Kept | None:
    """What was kept under the key; None where nothing is, or what can't be read, which is then removed."""
    import pyarrow as pa

    path = folder_of(project) / f"{key}.arrow"
    try:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        found = json.loads(table.schema.metadata[_META])
        described = [Described(code) for code in found["types"]]
        return Kept(table.replace_schema_metadata(None), described, found["facts"], float(found["made"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def write(project: Project, key: str, kept: Kept) -> str | None:
    """Keep a result, and let go of the oldest where there is no room; why not, where it isn't kept."""
    import pyarrow as pa

    most = limit()
    content = {"types": [one.type_code for one in kept.described], "facts": kept.facts, "made": kept.made}
    table = kept.table.replace_schema_metadata({_META: json.dumps(content).encode()})
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    packed = buffer.getvalue()
    if packed.size > _SHARE * most:
        return f"the result takes {said(packed.size)}, {said(_SHARE * most)} is the most ({VARIABLE})"
    folder = folder_of(project)
    try:
        keep_out_of_git(project.root)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(folder, most - packed.size)
        write_atomic(folder / f"{key}.arrow", memoryview(packed), lasting=False, mode=0o600)
    except (OSError, TargetNotWritable) as error:
        return str(getattr(error, "message", error))
    return None


def limit() -> int:
    """Bytes that all results together may take: WORKBENCH_CACHE_SIZE (`500MB`), else 1 GB. Raises ParameterError."""
    chosen = os.environ.get(VARIABLE, "").strip()
    size = bytes_of(chosen) if chosen else MOST
    if size is None:
        raise ParameterError(f"{VARIABLE} is {chosen!r}", hint="write a size: `500MB`, `4GB`")
    return size


def _make_room(folder: Path, most: float) -> None:
    """Remove the oldest until what is left takes no more."""
    found = []
    for file in folder.iterdir():
        with contextlib.suppress(OSError):  # another process may have removed it
            stat = file.stat()
            found.append((stat.st_mtime_ns, stat.st_size, file))
    total = sum(size for _, size, _ in found)
    for _, size, file in sorted(found):
        if total <= most:
            return
        with contextlib.suppress(OSError):
            file.unlink()
        total -= size
