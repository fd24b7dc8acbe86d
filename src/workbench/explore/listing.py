"""`workbench.tables("session")`: the warehouse's catalogue, searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import ManifestError
from workbench.explore import look, words
from workbench.explore.search import Hit, Said, close, search
from workbench.manifest import Manifest
from workbench.warehouse.catalog import TableFacts, catalogue

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 50
_COLUMNS = 4  # matching columns that a row names


class Tables:
    """What `tables` returns: a sequence of TableFacts, the best match first.

    hits: each with its score and what is said of it. frame: a row a table. notes: what the reader should know.
    """

    def __init__(self, text: str, hits: list[Hit], notes: list[str]) -> None:
        self.text = text
        self.hits = hits
        self.notes = notes

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[TableFacts]:
        return (hit.table for hit in self.hits)

    def __getitem__(self, place: int) -> TableFacts:
        return self.hits[place].table

    @property
    def frame(self) -> pd.DataFrame:
        """database, schema, name, kind, rows (Int64), bytes (Int64), owner, altered (UTC), columns (how many),
        description; a row a table.
        """
        import pandas as pd

        titles = ["database", "schema", "name", "kind", "rows", "bytes", "owner", "altered", "columns", "description"]
        rows = [
            (*one.key, one.kind, one.rows, one.bytes, one.owner, one.altered, len(one.columns), hit.described)
            for hit in self.hits
            for one in [hit.table]
        ]
        frame = pd.DataFrame(rows, columns=pd.Index(titles))
        return frame.astype({"rows": "Int64", "bytes": "Int64"}).assign(
            altered=pd.to_datetime(frame["altered"], utc=True)
        )

    def as_json(self) -> list[dict[str, Any]]:
        """The tables as JSON has them, with their columns."""
        return [
            {
                "database": one.database,
                "schema": one.schema,
                "name": one.name,
                "kind": one.kind,
                "rows": one.rows,
                "bytes": one.bytes,
                "owner": one.owner,
                "created": one.created and one.created.isoformat(),
                "altered": one.altered and one.altered.isoformat(),
                "description": hit.described,
                "columns": [
                    {"name": column.name, "type": column.type, "nullable": column.nullable} for column in one.columns
                ],
            }
            for hit in self.hits
            for one in [hit.table]
        ]

    @property
    def caption(self) -> str:
        """`3 tables match "session"`, or what to do where none does."""
        found = words.count(len(self.hits), "table")
        if not self.text:
            return found
        return (
            f"{found} match{'es' if len(self.hits) == 1 else ''} “{self.text}”"
            if self.hits
            else f"no table matches “{self.text}”"
        )

    def __repr__(self) -> str:
        return "\n".join([self.listed(), *self._foot()])

    def listed(self) -> str:
        """The tables in aligned columns, for a terminal."""
        if not self.hits:
            return self.caption
        several = len({hit.table.database for hit in self.hits}) > 1
        rows = [
            [
                ".".join(one.key) if several else str(one),
                "view" if one.kind == "view" else "" if one.rows is None else f"{one.rows:,}",
                words.size(one.bytes),
                str(len(one.columns)),
                words.ago(one.altered),
                one.owner or "",
                words.one_line(" · ".join(filter(None, [self._why(hit), words.unmarked(hit.described)]))),
            ]
            for hit in self.hits[:SHOWN]
            for one in [hit.table]
        ]
        headers = ["table", "rows", "size", "columns", "changed", "owner", "about"]
        return f"{words.aligned(headers, rows, right={1, 2, 3}, wide=look.terminal_width())}\n{self.caption}"

    def _repr_html_(self) -> str:
        if not self.hits:
            return look.page(look.caption(self.caption) + "".join(map(look.note, self._foot())))
        several = len({hit.table.database for hit in self.hits}) > 1
        asked = self.text.split()
        rows = []
        for hit in self.hits[:SHOWN]:
            one = hit.table
            place = f"{one.database}.{one.schema}" if several else one.schema
            why = " ".join(f'<span class="wb-tag">{look.marked(name, asked)}</span>' for name in hit.columns[:_COLUMNS])
            more = len(hit.columns) - _COLUMNS
            why += f' <span class="wb-soft">+{more}</span>' if more > 0 else ""
            altered = one.altered.isoformat(sep=" ", timespec="seconds") if one.altered else ""
            rows.append(
                [
                    f'<span class="wb-soft">{look.marked(place, asked)}.</span><b>{look.marked(one.name, asked)}</b>',
                    '<span class="wb-soft">view</span>' if one.kind == "view" else look.esc(_rows(one)),
                    look.esc(words.size(one.bytes)),
                    str(len(one.columns)),
                    f'<span title="{altered}">{look.esc(words.ago(one.altered))}</span>' if altered else "",
                    look.esc(one.owner or ""),
                    (why + "<br>" if why and hit.described else why)
                    + look.marked(words.unmarked(hit.described), asked),
                ]
            )
        headers = [("table", "wb-n"), ("rows", "wb-r"), ("size", "wb-r"), ("columns", "wb-r")]
        headers += [("changed", "wb-n"), ("owner", "wb-n"), ("about", "")]
        return look.page(
            look.caption(self.caption) + look.filled(headers, rows) + "".join(map(look.note, self._foot()))
        )

    def _why(self, hit: Hit) -> str:
        """The columns that matched, where the name didn't."""
        listed = ", ".join(hit.columns[:_COLUMNS])
        more = len(hit.columns) - _COLUMNS
        return listed + (f" +{more}" if more > 0 else "")

    def _foot(self) -> list[str]:
        more = [f"the first {SHOWN} are shown; `.frame` has all"] if len(self.hits) > SHOWN else []
        return more + self.notes


def _rows(table: TableFacts) -> str:
    return "" if table.rows is None else f"{table.rows:,}"


def tables(text: str = "", /, *, connection: str | None = None, refresh: bool = False) -> Tables:
    """Search the tables and views of every database that the role sees.

    text: words that are all to be found in a table's name, its schema's or database's, a column's name, or what dbt or
    the warehouse says of either; matches by name come first, then by column, then by description. Empty: all tables.
    connection: a profile's name, as for `sql`. refresh: as it is now; what was read within the last minute is used
    otherwise, so that looking around costs no queries.

    Returns a sequence of TableFacts (database, schema, name, kind, rows, bytes, owner, altered, columns), which a
    notebook shows as a table; `.frame` has it as a DataFrame. Descriptions are from dbt's manifest, where there is one.

    Raises what `workbench.sql` raises.
    """
    known = catalogue(connection, fresh=refresh)
    found = known.with_columns()
    manifest, notes = described()
    said = {} if manifest is None else {key: _said(manifest, key) for key in (one.key for one in found)}
    hits = search(text, found, said)
    notes += [f"{database} can't be read: {why}" for database, why in known.unread.items()]
    if not hits and text.strip():
        near = close(text, found)
        notes.insert(0, f"did you mean {', '.join(near)}?" if near else "`workbench.tables()` lists all")
    elif not hits:
        notes.insert(0, "no tables yet, or none that the role may see")
    return Tables(text.strip(), hits, notes)


def described() -> tuple[Manifest | None, list[str]]:
    """The project's manifest, and what is wrong with it: none is no problem, an old or broken one is said."""
    try:
        manifest = Manifest.find()
    except ManifestError as error:
        return None, [f"{error.message}; {error.hint}"]
    stale = manifest.stale() if manifest is not None else None
    return manifest, [stale] if stale else []


def _said(manifest: Manifest, key: tuple[str, str, str]) -> Said:
    node = manifest.of_table(*key)
    if node is None:
        return Said()
    return Said(node.description, {name: column.description for name, column in node.columns.items()})
