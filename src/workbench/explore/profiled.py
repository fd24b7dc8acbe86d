"""What `profile` returns: the numbers of a table's or a query's columns, in a notebook and on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.explore import column_html, drawing, figures, look, words
from workbench.explore.measures import ColumnProfile

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Side:
    """One table, or one day of it. looked_at: rows that were profiled; rows: that there are, None where unknown.

    share: of the rows in the sample; None where all were profiled.
    """

    title: str
    looked_at: int
    rows: int | None
    share: float | None
    columns: tuple[ColumnProfile, ...]

    @property
    def said(self) -> str:
        """`4,000 rows`, or that it is a sample, and of how many."""
        if self.share is None:
            return words.count(self.looked_at, "row")
        of = f" of {words.count(self.rows, 'row')}" if self.rows is not None else ""
        return f"a sample of {words.count(self.looked_at, 'row')}{of} ({words.share(self.share)})"


class Profile:
    """A table's or a query's profile. columns: ColumnProfile, in their order; side: how many rows it is of."""

    def __init__(self, side: Side, seconds: float) -> None:
        self.side = side
        self.columns = side.columns
        self.seconds = seconds

    def __getitem__(self, name: str) -> ColumnProfile:
        """A column's profile by its name, in any case."""
        for column in self.columns:
            if column.name == name:
                return column
        for column in self.columns:
            if column.name.casefold() == name.casefold():
                return column
        raise KeyError(name)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a column: type, rows, nulls, null_share, distinct, min, max, mean, std, q01 … q99, nan, infinite,
        empty, length_min, length_mean, length_max, top (value and rows, the most frequent first), bars.
        """
        import pandas as pd

        return pd.DataFrame([figures.row(column) for column in self.columns])

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON has it."""
        side = self.side
        return {
            "title": side.title,
            "rows": side.rows,
            "looked_at": side.looked_at,
            "sample": side.share,
            "seconds": round(self.seconds, 3),
            "columns": [figures.plain(figures.row(column)) for column in self.columns],
        }

    @property
    def caption(self) -> tuple[str, ...]:
        return (self.side.said, words.count(len(self.columns), "column"), f"{self.seconds:.1f} s")

    def __repr__(self) -> str:
        rows = [
            [
                words.one_line(column.name),
                column.type,
                words.share(column.nulls / column.rows) if column.rows and column.nulls else "",
                figures.distinct(column),
                figures.shown(column, column.low, 20),
                figures.shown(column, column.high, 20),
                words.number(figures.rounded(column.mean)),
                drawing.spark(column.bars),
                figures.tops(column) or figures.lengths(column),
            ]
            for column in self.columns
        ]
        titles = ["column", "type", "null", "distinct", "min", "max", "mean", "", "most frequent"]
        text = words.aligned(titles, rows, right={2, 3}, wide=look.terminal_width())
        return f"{text}\n{' · '.join([self.side.title, *self.caption])}"

    def _repr_html_(self) -> str:
        rows = [
            [
                column_html.name(column),
                column_html.nulls(column),
                look.esc(figures.distinct(column)),
                column_html.drawn(column),
                column_html.numbers(column),
            ]
            for column in self.columns
        ]
        headers = [("column", "wb-n"), ("null", "wb-r"), ("distinct", "wb-r"), ("", ""), ("", "wb-n")]
        title = look.caption(self.side.title, *self.caption)
        if not self.side.looked_at:
            title += look.note("no rows")
        return look.page(title + look.filled(headers, rows))
