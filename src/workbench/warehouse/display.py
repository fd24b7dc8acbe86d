"""A query's result as a notebook shows it: some rows, and a line that says how many there are and whence they came."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from workbench.warehouse.dryrun import DryRun
from workbench.warehouse.frame import ATTRIBUTE, ON_POLARS

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10
COLUMNS = 30
CELL_CHARACTERS = 80


class Table:
    """What `table` returns. frame: the whole result, as it was given."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self._pandas = _as_pandas(frame)

    @property
    def caption(self) -> str:
        """`4,000 rows · 0.31 s · query 01b2…`; the rows alone for a frame that no query gave."""
        count = len(self.frame)
        parts = [f"{count:,} row{'' if count == 1 else 's'}"]
        facts = _facts(self.frame)
        if facts.get("limit") == count:
            parts[0] += ", the limit"
        if "seconds" in facts:
            parts.append(f"{facts['seconds']:.2f} s")
        if facts.get("query_id"):
            parts.append(f"query {facts['query_id']}")
        if facts.get("cache"):
            parts.append(facts["cache"])
        return " · ".join(parts)

    def __repr__(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", CELL_CHARACTERS, "display.width", 120):
            text = self._pandas.to_string(max_rows=ROWS, max_cols=COLUMNS, show_dimensions=False)
        return f"{text}\n{self.caption}"

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", CELL_CHARACTERS):
            shown = self._pandas.to_html(max_rows=ROWS, max_cols=COLUMNS, border=0, show_dimensions=False, escape=True)
        return f"<div>\n{shown}\n<p>{html.escape(self.caption)}</p>\n</div>"


def table(frame: Any) -> Table | DryRun:
    """The frame as a table with the number of rows, the time and the query's id. At most 10 rows are rendered.

    frame: a pandas or polars DataFrame, or a pyarrow.Table. Raises TypeError for anything else.
    A dry run is given back as it is: it shows itself.
    """
    return frame if isinstance(frame, DryRun) else Table(frame)


def _as_pandas(frame: Any) -> pd.DataFrame:
    """The frame itself, or what is shown of it."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(frame, pd.DataFrame):
        return frame
    if isinstance(frame, pa.Table) or type(frame).__module__.partition(".")[0] == "polars":
        rows = len(frame)
        if rows <= ROWS:
            return _ends(frame, 0, rows)
        ends = pd.concat([_ends(frame, 0, ROWS // 2), _ends(frame, rows - ROWS // 2, ROWS // 2)])
        # as pandas shows a longer one: a row of dots between the first and the last
        return pd.concat([ends.iloc[: ROWS // 2], ends.iloc[:1], ends.iloc[ROWS // 2 :]])
    raise TypeError(f"table() shows a DataFrame, not a {type(frame).__name__}")


def _ends(frame: Any, start: int, count: int) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    part = frame.slice(start, count)
    part = part if isinstance(part, pa.Table) else part.to_arrow()
    # no type changes on the way: a whole number with NULLs among its column stays one
    shown = pd.DataFrame(
        {place: pd.Series(column.to_pylist(), dtype=object) for place, column in enumerate(part.columns)}
    )
    shown.columns = pd.Index(part.column_names)
    shown.index = pd.RangeIndex(start, start + count)
    return shown


def _facts(frame: Any) -> dict[str, Any]:
    """What a query said of its result."""
    found = getattr(frame, "attrs", {}).get(ATTRIBUTE) or getattr(frame, ON_POLARS, None)
    if found is None and (metadata := getattr(getattr(frame, "schema", None), "metadata", None)):
        found = json.loads(metadata.get(ATTRIBUTE.encode(), b"{}"))
    return found or {}
