"""Notebook files, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ForeignLanguage, NotANotebook
from workbench.notebook import ipynb
from workbench.notebook.model import Cell, Notebook, headings, short_ids


def write(path: Path, **data: Any) -> Path:
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **data}))
    return path


def test_a_file_that_is_no_notebook_is_a_one_line_error(tmp_path: Path) -> None:
    """Whatever is wrong with the file is said in a sentence, with what to do."""
    path = tmp_path / "x.ipynb"
    for content in (
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"nbformat": "4"}',
        b"\xff\xfe\x00",
        b'{"nbformat": 4}',
        b"[" * 100_000,
    ):
        path.write_bytes(content)
        with pytest.raises(NotANotebook) as caught:
            ipynb.read(path)
        assert "\n" not in caught.value.message
        assert caught.value.hint
    for missing in (tmp_path / "nowhere.ipynb", tmp_path):
        with pytest.raises(NotANotebook):
            ipynb.read(missing)


@pytest.mark.parametrize(("major", "minor"), [(4, 6), (5, 0)])
def test_a_later_format_is_refused(tmp_path: Path, major: int, minor: int) -> None:
    """A format that nobody here knows isn't guessed at."""
    with pytest.raises(NotANotebook, match=r"the newest known here is 4\.5"):
        ipynb.read(write(tmp_path / "x.ipynb", nbformat=major, nbformat_minor=minor))


def test_nbformat_3_is_upgraded_in_memory(tmp_path: Path) -> None:
    """An old notebook is read as a new one, with ids that stay the same, and its file isn't touched."""
    path = tmp_path / "x.ipynb"
    cell = {"cell_type": "code", "collapsed": False, "input": ["x = 1\n", "x"], "language": "python", "metadata": {},
            "outputs": [], "prompt_number": 1}  # fmt: skip
    title = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Title"]}
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0,
           "worksheets": [{"cells": [title, cell], "metadata": {}}]}  # fmt: skip
    path.write_text(json.dumps(old))
    before = path.read_bytes()
    book = ipynb.read(path)
    assert [(one.kind, one.source) for one in book.cells] == [("markdown", "# Title"), ("code", "x = 1\nx")]
    assert book == ipynb.read(path)
    assert book.title == "Title"
    assert path.read_bytes() == before


def test_another_language_is_refused(tmp_path: Path) -> None:
    """A notebook of another kernel's language doesn't become a Metaflow flow."""
    with pytest.raises(ForeignLanguage, match="for julia"):
        ipynb.read(write(tmp_path / "x.ipynb", metadata={"kernelspec": {"language": "julia"}}))


def test_cells_without_ids_get_their_place_as_id(tmp_path: Path) -> None:
    """Files before nbformat 4.5 have no ids; odd cells are read as far as they go."""
    path = write(
        tmp_path / "x.ipynb",
        nbformat_minor=4,
        cells=[{"cell_type": "code", "source": ["a\n", "b"], "metadata": {"tags": ["t", 3]}}, {"source": None}],
    )
    first, second = ipynb.read(path).cells
    assert (first.id, first.source, first.tags, first.number) == ("cell-0", "a\nb", ("t",), 1)
    assert (second.id, second.source) == ("cell-1", "")


def test_short_ids_are_unique_prefixes() -> None:
    """Long ids are cut to eight characters, or as many as it takes to tell them apart."""
    ids = ["abcdefgh-1111-2222", "abcdefgh-1111-3333", "short", "zzzzzzzzzzzzzzzz", "abcdefghijkl"]
    book = Notebook("n", tuple(Cell(at, one, "code", "") for at, one in enumerate(ids)))
    assert short_ids(book) == {
        "abcdefgh-1111-2222": "abcdefgh-1111-2",
        "abcdefgh-1111-3333": "abcdefgh-1111-3",
        "short": "short",
        "zzzzzzzzzzzzzzzz": "zzzzzzzz",
        "abcdefghijkl": "abcdefghijkl",
    }


def test_headings_are_read_outside_of_code() -> None:
    """A `#` in fenced code is no heading."""
    cell = Cell(0, "a", "markdown", "# One #\n```\n# no\n```\n#no\n## Two\n")
    assert headings(cell) == ((1, "One"), (2, "Two"))
