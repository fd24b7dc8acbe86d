"""Loading files into RAW tables."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from workbench.errors import UnsupportedLocally, WarehouseError
from workbench.warehouse.load import Loaded, load

Ask = Callable[..., pd.DataFrame]
DOCUMENTS = [{"sku": f"s'{n}", "price": n / 4, "tags": ["a", None], "text": "ü \\ \n"} for n in range(5)]


@pytest.fixture
def schema(ask: Ask) -> str:
    return str(ask("select current_schema() as s").s[0])


def lines(documents: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(document) + "\n" for document in documents).encode()


def counts(loaded: tuple[Loaded, ...]) -> list[tuple[str, str, int]]:
    return [(one.table, one.file, one.rows) for one in loaded]


def test_documents_arrive_as_they_are(ask: Ask, schema: str, tmp_path: Path) -> None:
    """Each line is a row of one VARIANT, with the load's id and time, and the file's name."""
    (tmp_path / "shop items").mkdir()
    (tmp_path / "shop items" / "it's [1] *.jsonl").write_bytes(lines(DOCUMENTS))
    (loaded,) = load(tmp_path, schema=schema)
    found = ask(f'select * from {schema}."shop items" order by data:sku::varchar')
    assert found.columns.tolist() == ["data", "load_id", "loaded_at", "file_name"]
    assert found.data.tolist() == DOCUMENTS
    assert set(found.load_id) == {loaded.load_id}
    assert set(found.file_name) == {"it's [1] *.jsonl"}
    assert found.loaded_at.nunique() == 1


def test_plain_and_gzipped_files_and_folders(ask: Ask, schema: str, tmp_path: Path) -> None:
    """A table's files are those of its name, whatever comes after the first dot, and those in its folder."""
    (tmp_path / "events.2026-10.jsonl").write_bytes(lines(DOCUMENTS[:2]))
    (tmp_path / "events.2026-11.jsonl.gz").write_bytes(gzip.compress(lines(DOCUMENTS[2:])))
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "part-0.ndjson").write_bytes(lines([{"sku": "more"}]))
    (tmp_path / "notes.txt").write_text("no data")
    loaded = load(tmp_path, schema=schema)
    assert counts(loaded) == [
        ("events", "events.2026-10.jsonl", 2),
        ("events", "events.2026-11.jsonl.gz", 3),
        ("events", "part-0.ndjson", 1),
    ]
    assert ask(f"select count(*) as n from {schema}.events").n[0] == 6


def test_the_same_content_is_loaded_once(ask: Ask, schema: str, tmp_path: Path) -> None:
    """Loading again adds nothing, whatever the file's name; changed content under the same name is added."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(DOCUMENTS))
    assert counts(load(tmp_path, schema=schema)) == [("events", "events.jsonl", 5)]
    assert counts(load(tmp_path, schema=schema)) == [("events", "events.jsonl", 0)]
    (tmp_path / "events.copy.jsonl.gz").write_bytes(gzip.compress(lines(DOCUMENTS)))
    assert [one.rows for one in load(tmp_path, schema=schema)] == [0, 0]
    file.write_bytes(lines([{"sku": "changed"}]))
    assert sum(one.rows for one in load(tmp_path, schema=schema)) == 1
    assert ask(f"select count(*) as n, count(distinct load_id) as loads from {schema}.events").iloc[0].tolist() == [
        6,
        2,
    ]


@pytest.mark.parametrize("letter", ["?", "/", ".", "'"])
def test_a_schema_whose_stage_cannot_be(letter: str, tmp_path: Path, ask: Ask, only_local: None) -> None:
    """It is refused before anything is loaded, in words that say what to do."""
    (tmp_path / "events.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(UnsupportedLocally, match=r"in its .*name.* not in the local warehouse") as caught:
        load(tmp_path, schema=f"odd{letter}schema")
    assert "write it another way" in caught.value.hint
    if letter in "?/":  # the schema itself can be
        ask(f'drop schema "ODD{letter}SCHEMA"')


def test_only_the_tables_that_are_asked_for(ask: Ask, schema: str, tmp_path: Path) -> None:
    """Tables can be chosen; one without a file is an error before anything is loaded."""
    for name in ("events", "searches"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines([{"of": name}]))
    assert counts(load(tmp_path, "searches", schema=schema)) == [("searches", "searches.jsonl", 1)]
    with pytest.raises(WarehouseError, match="no file for orders"):
        load(tmp_path, "events", "orders", schema=schema)
    assert ask("select table_name from information_schema.tables where table_schema = :s", s=schema).shape == (1, 1)


def test_a_malformed_file_adds_nothing(ask: Ask, schema: str, tmp_path: Path) -> None:
    """A file with a line that is no JSON is refused whole, and loads once it is mended."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(DOCUMENTS) + b'{"broken": \n')
    with pytest.raises(WarehouseError):
        load(tmp_path, schema=schema)
    assert ask(f"select count(*) as n from {schema}.events").n[0] == 0
    file.write_bytes(lines(DOCUMENTS))
    assert load(tmp_path, schema=schema)[0].rows == 5


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(lines(DOCUMENTS))[:-9]])
def test_a_damaged_file(ask: Ask, schema: str, tmp_path: Path, content: bytes) -> None:
    """A file that can't be unpacked is named, and nothing of its table is loaded."""
    (tmp_path / "events.a.jsonl").write_bytes(lines(DOCUMENTS))
    (tmp_path / "events.b.jsonl.gz").write_bytes(content)
    with pytest.raises(WarehouseError, match=r"events\.b\.jsonl\.gz can't be read"):
        load(tmp_path, schema=schema)
    assert ask(f"select count(*) as n from {schema}.events").n[0] == 0


def test_an_empty_file(ask: Ask, schema: str, tmp_path: Path) -> None:
    """A file without documents makes the table and adds nothing."""
    (tmp_path / "events.jsonl").write_bytes(b"")
    assert counts(load(tmp_path, schema=schema)) == [("events", "events.jsonl", 0)]


@pytest.mark.parametrize("folder", ["", "nothing-here"])
def test_nothing_to_load(tmp_path: Path, folder: str) -> None:
    """A folder without files, or no folder, is an error that says so."""
    with pytest.raises(WarehouseError, match=r"no files to load|is no folder"):
        load(tmp_path / folder if folder else tmp_path)


def test_csv_and_parquet(ask: Ask, schema: str, tmp_path: Path) -> None:
    """A record is an object by the titles; of CSV every value is a text, of Parquet it has its type."""
    (tmp_path / "shops.a.csv").write_bytes('\ufeffsku,"the ""name""",n\r\n007,"a,\nb",\r\n\r\nü,x,1\r\n'.encode())
    (tmp_path / "shops.b.tsv.gz").write_bytes(gzip.compress(b"sku\tn\n008\t2\n"))
    day = pd.Timestamp("2024-01-02 03:04:05")
    pd.DataFrame({"sku": ["9"], "n": [3], "at": [day], "raw": [b"\xff"], "l": [[1, None]]}).to_parquet(
        tmp_path / "shops.c.parquet"
    )
    assert [one.rows for one in load(tmp_path, schema=schema)] == [2, 1, 1]
    assert [one.rows for one in load(tmp_path / "shops.a.csv", schema=schema)] == [0]
    assert ask(f"select data from {schema}.shops order by data:sku::varchar").data.tolist() == [
        {"sku": "007", 'the "name"': "a,\nb", "n": None},
        {"sku": "008", "n": "2"},
        {"sku": "9", "n": 3, "at": "2024-01-02T03:04:05", "raw": "ff", "l": [1, None]},
        {"sku": "ü", 'the "name"': "x", "n": "1"},
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"a,b\n1,2\n3\n", "line 3: 1 values below 2 titles"),
        ("t.csv", b"a,a\n1,2\n", "a title twice"),
        ("t.csv", b'a\n"open\n', "line 2"),
        ("t.csv", b"a\n\xff\n", "UTF-8"),
        ("t.parquet", b"PAR1 no", "no Parquet file"),
    ],
)
def test_files_that_are_not_what_they_say(
    ask: Ask, schema: str, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    """The file and the line are named, and nothing is loaded."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WarehouseError, match=words):
        load(tmp_path, schema=schema)
    assert ask(f"select count(*) as n from {schema}.t").n[0] == 0


@pytest.mark.slow
def test_many_documents(ask: Ask, schema: str, tmp_path: Path) -> None:
    """A file of a hundred thousand documents arrives whole."""
    with gzip.open(tmp_path / "events.jsonl.gz", "wt", compresslevel=1) as file:
        file.writelines(f'{{"n": {n}, "id": "{uuid.UUID(int=n)}"}}\n' for n in range(100_000))
    assert load(tmp_path, schema=schema)[0].rows == 100_000
    assert ask(f"select sum(data:n::int) as n from {schema}.events").n[0] == sum(range(100_000))
