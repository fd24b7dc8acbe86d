"""`workbench.describe("events")`: what a table is, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import WarehouseError
from workbench.explore import look, words
from workbench.explore.listing import described
from workbench.explore.previewing import chosen
from workbench.manifest import Node
from workbench.warehouse.base import joined, quoted
from workbench.warehouse.catalog import TableFacts

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 50  # rows in which an example is looked for
_LONGEST = 200  # characters of an example that are fetched


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column. keys: `primary key`, `unique`, `→ customers.id`; tests: dbt's other ones, in words."""

    name: str
    type: str
    nullable: bool
    description: str
    keys: tuple[str, ...]
    tests: tuple[str, ...]
    example: Any


class Description:
    """What `describe` returns. table: its facts; columns: ColumnFacts in their order; node: dbt's, if it knows it."""

    def __init__(
        self, table: TableFacts, columns: tuple[ColumnFacts, ...], node: Node | None, notes: tuple[str, ...] = ()
    ) -> None:
        self.table = table
        self.columns = columns
        self.node = node
        self.notes = notes

    @property
    def description(self) -> str:
        """What dbt says of the table, else the warehouse; empty where neither does."""
        return (self.node.description if self.node else "") or self.table.comment or ""

    @property
    def frame(self) -> pd.DataFrame:
        """column, type, nullable, keys, description, tests, example; a row a column."""
        import pandas as pd

        titles = ["column", "type", "nullable", "keys", "description", "tests", "example"]
        rows = [
            (one.name, one.type, one.nullable, ", ".join(one.keys), one.description, ", ".join(one.tests), one.example)
            for one in self.columns
        ]
        return pd.DataFrame(rows, columns=pd.Index(titles)).astype({"nullable": bool})

    def as_json(self) -> dict[str, Any]:
        """The description as JSON has it; an example is text."""
        table = self.table
        return {
            "database": table.database,
            "schema": table.schema,
            "name": table.name,
            "kind": table.kind,
            "rows": table.rows,
            "bytes": table.bytes,
            "owner": self._owner,
            "altered": table.altered and table.altered.isoformat(),
            "description": self.description,
            "tests": self._tests(),
            "columns": [
                {
                    "name": one.name,
                    "type": one.type,
                    "nullable": one.nullable,
                    "description": one.description,
                    "keys": list(one.keys),
                    "tests": list(one.tests),
                    "example": None if words.is_null(one.example) else words.value(one.example, _LONGEST),
                }
                for one in self.columns
            ],
        }

    @property
    def _owner(self) -> str | None:
        return (self.node.owner if self.node else None) or self.table.owner

    def _tests(self) -> list[str]:
        return [str(test) for test in self.node.tests] if self.node else []

    def _facts(self) -> list[str]:
        table = self.table
        kind = self.node.materialized if self.node and self.node.materialized else table.kind
        return [
            f"dbt {self.node.kind}, {kind}" if self.node and self.node.kind != "source" else kind,
            "" if table.rows is None else words.count(table.rows, "row"),
            words.size(table.bytes),
            words.count(len(self.columns), "column"),
            f"changed {ago}" if (ago := words.ago(table.altered)) else "",
            f"owner {self._owner}" if self._owner else "",
        ]

    def __repr__(self) -> str:
        rows = [
            [
                words.one_line(one.name),
                one.type + ("" if one.nullable else " not null"),
                ", ".join(one.keys),
                words.value(one.example, 28),
                words.one_line(
                    words.unmarked(one.description) + (f" [{', '.join(one.tests)}]" if one.tests else "")
                ).strip(),
            ]
            for one in self.columns
        ]
        head = [" · ".join([".".join(self.table.key), *filter(None, self._facts())])]
        head += [words.one_line(words.unmarked(self.description))] if self.description else []
        head += [f"tests: {', '.join(self._tests())}"] if self._tests() else []
        titles = ["column", "type", "keys", "example", "about"]
        return "\n".join([*head, "", words.aligned(titles, rows, wide=look.terminal_width()), *self.notes])

    def _repr_html_(self) -> str:
        rows = []
        for one in self.columns:
            keys = "".join(f'<span class="wb-tag wb-key">{look.esc(key)}</span>' for key in one.keys)
            tests = "".join(f'<span class="wb-tag">{look.esc(words.cut(test, 90))}</span>' for test in one.tests)
            null = "" if one.nullable else '<br><span class="wb-soft">not null</span>'
            about = look.prose(one.description) + ("<br>" if one.description and keys + tests else "") + keys + tests
            example = (
                '<span class="wb-soft">NULL</span>'
                if words.is_null(one.example)
                else look.esc(words.value(one.example, 60))
            )
            rows.append(
                [f"<b>{look.esc(one.name)}</b>", f"{look.esc(one.type)}{null}", about, f"<code>{example}</code>"]
            )
        headers = [("column", "wb-n"), ("type", "wb-n"), ("about", ""), ("example", "")]
        body = look.caption(str(self.table), *self._facts())
        body += f'<p class="wb-cap">{look.prose(self.description)}</p>' if self.description else ""
        tests = "".join(f'<span class="wb-tag">{look.esc(test)}</span>' for test in self._tests())
        body += f'<p class="wb-cap">{tests}</p>' if tests else ""
        return look.page(body + look.table(headers, rows) + "".join(map(look.note, self.notes)))


def describe(table: str | TableFacts, /, *, connection: str | None = None) -> Description:
    """A table's columns: types, whether they may be NULL, keys, what dbt says of them and tests, and an example.

    table: a name as in SQL (`events`, `raw.events`, `db.raw."Odd name"`), or what `tables` found. Keys are those that
    the warehouse declares and those that dbt tests: `unique`, `relationships`. The example is the first value that
    isn't NULL in some rows, long ones cut. `.frame` has a row a column.

    Raises MissingTable with the closest names, ParameterError for a name that several tables have, and what
    `workbench.sql` raises.
    """
    found = chosen(table, connection)
    manifest, notes = described()
    node = manifest.of_table(*found.key) if manifest is not None else None
    keys = _declared(found, connection)
    examples = _examples(found, connection)
    columns = []
    for place, column in enumerate(found.columns):
        about = node.columns.get(column.name.lower()) if node else None
        own, tests = list(keys.get(column.name, ())), []
        if node and node.primary_key == (column.name.lower(),) and "primary key" not in own:
            own.insert(0, "primary key")
        for test in about.tests if about else ():
            text = str(test)
            if test.name == "relationships" and not test.where:
                own.append("→ " + text.removeprefix("in "))
            elif not (test.name == "unique" and "primary key" in own and not test.where):
                tests.append(text)
        described_as = (about.description if about else "") or column.comment or ""
        keys_said = tuple(dict.fromkeys(own))
        columns.append(
            ColumnFacts(
                column.name, column.type, column.nullable, described_as, keys_said, tuple(tests), examples[place]
            )
        )
    return Description(found, tuple(columns), node, tuple(notes))


def _declared(table: TableFacts, connection: str | None) -> dict[str, list[str]]:
    """The keys that the warehouse declares, by column. Views and a role without the privilege have none."""
    from workbench.warehouse.query import sql

    keys: dict[str, list[str]] = {}
    if table.kind == "view":
        return keys
    try:
        primary = sql(f"show primary keys in table {table.sql}", connection=connection)
        for column in primary["column_name"]:
            keys.setdefault(column, []).append("primary key" if len(primary) == 1 else "part of the primary key")
        foreign = sql(f"show imported keys in table {table.sql}", connection=connection)
    except WarehouseError:
        return keys  # the rest of the description is no worse for it
    for row in foreign.to_dict("records") if len(foreign) else ():
        target = f"{row['pk_table_name']}.{row['pk_column_name']}"
        keys.setdefault(row["fk_column_name"], []).append(f"→ {target}")
    return keys


def _examples(table: TableFacts, connection: str | None) -> list[Any]:
    """For each column a value that isn't NULL, of the first rows; long ones are cut in the warehouse."""
    from workbench.warehouse.query import sql

    if not table.columns:
        return []
    parts = [f"{_example(column.name, column.type)} as c{place}" for place, column in enumerate(table.columns)]
    text = f"select {', '.join(parts)} from {joined(*table.key)} limit {_LOOKED_AT}"  # noqa: S608  names are quoted
    frame = sql(text, connection=connection)
    found = []
    for place in range(len(table.columns)):
        values = [value for value in frame.iloc[:, place].tolist() if not words.is_null(value)]
        found.append(values[0] if values else None)
    return found


def _example(name: str, kind: str) -> str:
    column = quoted(name)
    if kind.startswith("VARCHAR"):
        return f"left({column}, {_LONGEST})"
    if kind in {"VARIANT", "OBJECT", "ARRAY"}:
        return f"left(to_json({column}), {_LONGEST})"
    return column
