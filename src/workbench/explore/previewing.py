"""`workbench.preview("events")`: a table's first rows, with the columns' types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError
from workbench.explore import look, words
from workbench.warehouse.catalog import TableFacts, find

if TYPE_CHECKING:
    import pandas as pd

MOST = 10_000
_NUMBERS = ("NUMBER", "FLOAT")


class Preview:
    """What `preview` returns. frame: the rows, as `workbench.sql` gives them; table: the table's facts."""

    def __init__(self, table: TableFacts, frame: pd.DataFrame) -> None:
        self.table = table
        self.frame = frame

    @property
    def caption(self) -> str:
        """`5 of 4,000 rows`, or the rows alone where their number isn't known."""
        shown, rows = len(self.frame), self.table.rows
        return words.count(shown, "row") if rows is None or rows < shown else f"{shown:,} of {words.count(rows, 'row')}"

    def __repr__(self) -> str:
        names = [column.name for column in self.table.columns]
        rows = [[_shown(value, 30) for value in row] for row in _values(self.frame)]
        right = {place for place, column in enumerate(self.table.columns) if column.type.startswith(_NUMBERS)}
        titled = words.aligned(
            [words.one_line(name) for name in names], rows, right=right, keep=True, wide=look.terminal_width()
        )
        return f"{titled}\n{self.table} · {self.caption}"

    def _repr_html_(self) -> str:
        columns = self.table.columns
        headers = [(column.name, "wb-r" if column.type.startswith(_NUMBERS) else "wb-n") for column in columns]
        rows = [[_cell(value) for value in row] for row in _values(self.frame)]
        shown = look.table(headers, rows, below=[column.type for column in columns])
        return look.page(look.caption(str(self.table), self.caption) + shown)


def preview(table: str | TableFacts, /, rows: int = 10, *, connection: str | None = None) -> Preview:
    """The table's first rows, in no order that the warehouse promises.

    table: a name as in SQL (`events`, `raw.events`, `db.raw."Odd name"`), or what `tables` found. rows: at most 10,000.
    `.frame` has the rows as `workbench.sql` gives them.

    Raises MissingTable with the closest names, ParameterError for a name that several tables have or for rows, and what
    `workbench.sql` raises.
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows <= MOST:
        raise ParameterError(f"can't show {rows!r} rows", hint=f"rows is a number up to {MOST:,}; `sql` gives more")
    found = chosen(table, connection)
    from workbench.warehouse.query import sql

    return Preview(found, sql(f"select * from {found.sql} limit {rows}", connection=connection))  # noqa: S608  quoted


def chosen(table: str | TableFacts, connection: str | None) -> TableFacts:
    """The table that is meant. Raises as Catalogue.find does; ParameterError for what is no name at all."""
    if isinstance(table, TableFacts):
        return table if table.columns else find(table.sql, connection)
    if not isinstance(table, str):
        raise ParameterError(
            f"a table is meant by its name, not by a {type(table).__name__}", hint='`preview("raw.events")`'
        )
    return find(table, connection)


def _values(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def _shown(value: Any, longest: int) -> str:
    return "NULL" if words.is_null(value) else words.value(value, longest)


def _cell(value: Any) -> str:
    if words.is_null(value):
        return '<span class="wb-soft">NULL</span>'
    return look.esc(words.value(value, 48))
