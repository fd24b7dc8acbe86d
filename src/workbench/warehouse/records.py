"""A file's records as lines of JSON, whatever it holds: JSON lines, CSV, Parquet.

Values land as the file has them, for dbt to give them types: of CSV they are texts (an empty one is null), so that no
leading zero is lost; Parquet's times are ISO 8601, its bytes hexadecimal digits.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.errors import WarehouseError

JSON = (".jsonl", ".ndjson", ".json")
SEPARATED = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"
_PLAIN = (*JSON, *SEPARATED)
SUFFIXES = (*_PLAIN, *(f"{each}.gz" for each in _PLAIN), PARQUET)
_CHUNK = 1 << 20
_BATCH = 10_000

Told = Callable[[bytes], object]


def chunks(file: Path, told: Told) -> Iterator[bytes]:
    """The records as JSON, a line each, in pieces. told: gets the file's content as it is read, uncompressed.

    Raises WarehouseError for a file that isn't what its name says, OSError, EOFError and zlib.error as reading does.
    """
    if file.name.endswith(PARQUET):
        yield from _of_parquet(file, told)
        return
    opened = gzip.open if file.name.endswith(".gz") else open
    with opened(file, "rb") as source:
        kind = Path(file.name.removesuffix(".gz")).suffix
        if kind in SEPARATED:
            yield from _of_separated(file, _Told(source, told), SEPARATED[kind])
            return
        while chunk := source.read(_CHUNK):
            told(chunk)
            yield chunk


class _Told(io.RawIOBase):
    """A stream whose reader's bytes are told."""

    def __init__(self, source: Any, told: Told) -> None:
        self._source = source
        self._told = told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._source.read(len(buffer))
        self._told(found)
        buffer[: len(found)] = found
        return len(found)


def _of_separated(file: Path, source: io.RawIOBase, separator: str) -> Iterator[bytes]:
    """A row of titles, and rows of as many values; RFC 4180, UTF-8 with or without its mark."""
    text = io.TextIOWrapper(io.BufferedReader(source, _CHUNK), "utf-8-sig", newline="")
    rows = csv.reader(text, delimiter=separator, strict=True)
    lines: list[str] = []
    try:
        titles = next(rows, [])
        if len(set(titles)) != len(titles) or not all(titles):
            raise WarehouseError(f"{file}: its first row has a title twice, or an empty one", hint="mend the titles")
        for row in rows:
            if not row:
                continue  # an empty line
            if len(row) != len(titles):
                raise WarehouseError(
                    f"{file}, line {rows.line_num}: {len(row)} values below {len(titles)} titles",
                    hint="nothing of its table was loaded; mend the line",
                )
            lines.append(json.dumps(dict(zip(titles, (value or None for value in row), strict=True))))
            if len(lines) >= _BATCH:
                yield ("\n".join(lines) + "\n").encode()
                lines = []
    except (csv.Error, UnicodeDecodeError) as error:
        raise WarehouseError(
            f"{file}, line {rows.line_num}: {error}", hint="nothing of its table was loaded; it is read as UTF-8 CSV"
        ) from error
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def _of_parquet(file: Path, told: Told) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            told(chunk)
    try:
        with parquet.ParquetFile(file) as content:
            for batch in content.iter_batches(_BATCH):
                yield "".join(json.dumps(row, default=_plain) + "\n" for row in batch.to_pylist()).encode()
    except pa.ArrowException as error:
        raise WarehouseError(f"{file} is no Parquet file: {error}", hint="mend or remove the file") from error


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)  # decimals to their last digit, durations
