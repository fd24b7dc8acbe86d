"""Which tables a search means: by name, then by column, then by description. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.warehouse.catalog import TableFacts

# the parts of a table, the more telling first; a word that is the whole of a name, or its beginning, counts a bit more
_NAME, _PLACE, _COLUMN, _DESCRIPTION, _COLUMN_DESCRIPTION = 16.0, 8.0, 4.0, 2.0, 1.0
_CLOSE = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A table that was found. described: what dbt, else the warehouse, says of it; columns: those that matched."""

    table: TableFacts
    score: float
    described: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a table and of its columns (by name in lower case)."""

    table: str = ""
    columns: Mapping[str, str] | None = None


def search(text: str, tables: Iterable[TableFacts], said: Mapping[tuple[str, str, str], Said]) -> list[Hit]:
    """The tables in which every word of the text is found, the best first; all, by name, for an empty text."""
    words = text.casefold().split()
    hits = []
    for table in tables:
        # a line of all names, looked through first: few of ten thousand tables have a word at all
        names = "\n".join(column.name for column in table.columns).casefold()
        about = said.get(table.key, Said())
        described = about.table or table.comment or ""
        scores = [_score(word, table, names, described, about.columns or {}) for word in words]
        if all(score for score, _ in scores):
            columns = dict.fromkeys(name for _, names in scores for name in names)
            hits.append(Hit(table, sum(score for score, _ in scores), described, tuple(columns)))
    hits.sort(key=lambda hit: (-hit.score, hit.table.key))
    return hits


def close(text: str, tables: Sequence[TableFacts]) -> list[str]:
    """Names of tables and columns that are nearly what was searched for, the closest first."""
    known: dict[str, str] = {}
    for table in tables:
        for column in table.columns:
            known.setdefault(column.name.casefold(), column.name)
    known |= {table.name.casefold(): table.name for table in tables}
    found: list[str] = []
    for word in text.casefold().split():
        found += [known[name] for name in difflib.get_close_matches(word, known, n=_CLOSE, cutoff=0.7)]
    return list(dict.fromkeys(found))[:_CLOSE]


def _score(
    word: str, table: TableFacts, names: str, described: str, columns: Mapping[str, str]
) -> tuple[float, list[str]]:
    """How well a word fits, 0 for not at all, and the columns that it fits by their name. names: all columns'."""
    name = table.name.casefold()
    named = [column.name for column in table.columns if word in column.name.casefold()] if word in names else []
    if word in name:
        return _NAME + _whole(word, name), named
    if word in ".".join(table.key).casefold():
        return _PLACE, named
    if named:
        return _COLUMN + max(_whole(word, column.casefold()) for column in named), named
    if word in described.casefold():
        return _DESCRIPTION, []
    if any(word in text.casefold() for text in columns.values()) or any(
        word in column.comment.casefold() for column in table.columns if column.comment
    ):
        return _COLUMN_DESCRIPTION, []
    return 0.0, []


def _whole(word: str, name: str) -> float:
    return 3.0 if word == name else 2.0 if name.startswith(word) else 1.0 if f"_{word}" in name else 0.0
