"""A query's result as a notebook shows it: some rows, and a line that says how many there are and whence they came."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from workbench.warehouse.query import ATTRIBUTE

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10
COLUMNS = 30
CELL_CHARACTERS = 80


class Table:
    """What `table` returns. frame: the whole result, as it was given."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    @property
    def caption(self) -> str:
        """`4,000 rows · 0.31 s · query 01b2…`; the rows alone for a frame that no query gave."""
        count = len(self.frame)
        parts = [f"{count:,} row{'' if count == 1 else 's'}"]
        facts: dict[str, Any] = self.frame.attrs.get(ATTRIBUTE) or {}
        if "seconds" in facts:
            parts.append(f"{facts['seconds']:.2f} s")
        if facts.get("query_id"):
            parts.append(f"query {facts['query_id']}")
        return " · ".join(parts)

    def __repr__(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", CELL_CHARACTERS, "display.width", 120):
            text = self.frame.to_string(max_rows=ROWS, max_cols=COLUMNS, show_dimensions=False)
        return f"{text}\n{self.caption}"

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", CELL_CHARACTERS):
            shown = self.frame.to_html(max_rows=ROWS, max_cols=COLUMNS, border=0, show_dimensions=False, escape=True)
        return f"<div>\n{shown}\n<p>{html.escape(self.caption)}</p>\n</div>"


def table(frame: pd.DataFrame) -> Table:
    """The frame as a table with the number of rows, the time and the query's id. At most 10 rows are rendered."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"table() shows a DataFrame, not a {type(frame).__name__}")
    return Table(frame)
