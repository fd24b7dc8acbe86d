"""Which tables there are, how many rows they have, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """type: as the warehouse calls it, `NUMBER(38,0)`."""

    name: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table or a view. rows: None for a view, which would have to be run to know."""

    schema: str
    name: str
    kind: str
    rows: int | None
    columns: tuple[Column, ...]


# fakesnow lists a view in `views` alone, an account lists it in both
_TABLES = """
    select table_schema as schema_name, table_name, 'table' as kind, row_count
    from information_schema.tables where table_type <> 'VIEW' and table_schema <> 'INFORMATION_SCHEMA'
    union all
    select table_schema, table_name, 'view', null
    from information_schema.views where table_schema <> 'INFORMATION_SCHEMA'
    order by 1, 2
"""
_COLUMNS = """
    select table_schema as schema_name, table_name, column_name, data_type, numeric_precision as digits,
        numeric_scale as scale, is_nullable
    from information_schema.columns where table_schema <> 'INFORMATION_SCHEMA' order by 1, 2, ordinal_position
"""


def tables(connection: str | None = None) -> tuple[TableFacts, ...]:
    """The tables and views of the profile's database that its role may see, by schema and name.

    Raises what `workbench.sql` raises.
    """
    from workbench.warehouse.query import sql

    columns: dict[tuple[str, str], list[Column]] = {}
    for row in sql(_COLUMNS, connection=connection).to_dict("records"):
        kind = _type(row["data_type"], row["digits"], row["scale"])
        column = Column(row["column_name"], kind, row["is_nullable"] == "YES")
        columns.setdefault((row["schema_name"], row["table_name"]), []).append(column)
    found = []
    for row in sql(_TABLES, connection=connection).to_dict("records"):
        name = (row["schema_name"], row["table_name"])
        rows = None if row["kind"] == "view" else int(row["row_count"] or 0)
        found.append(TableFacts(*name, row["kind"], rows, tuple(columns.get(name, ()))))
    return tuple(found)


def _type(name: str, digits: float, scale: float) -> str:
    return f"{name}({digits:.0f},{scale:.0f})" if name == "NUMBER" and digits == digits else name
