"""Names in the statements that fakesnow writes itself: a quote in a name is a character there too.

What it says of a statement that went well ("Table X successfully created.") and how it describes a table are SQL made
of texts, in which a name with a quote would end the text, and what follows would run.
fakesnow 0.12.1: cursor.py, SQL_CREATED_TABLE and the like; transforms/transforms.py, SQL_DESCRIBE_TABLE;
info_schema.py, insert_table_comment_sql.
"""

from __future__ import annotations

from string import Template
from typing import Any

from workbench.warehouse.local.errors import refuse


class Quoting(Template):
    """A template whose values stand within single quotes."""

    def substitute(self, *args: Any, **values: Any) -> str:
        return super().substitute(*args, **{name: _inner(value) for name, value in values.items()})


def _inner(value: object) -> str:
    """A text as it stands within single quotes."""
    return str(value).replace("'", "''")


def apply() -> None:
    """Put fakesnow's texts of names in quotes."""
    import fakesnow.cursor
    import fakesnow.info_schema
    from fakesnow.transforms import transforms

    comment = fakesnow.info_schema.insert_table_comment_sql
    fakesnow.info_schema.insert_table_comment_sql = lambda *texts: comment(*map(_inner, texts))

    for module in (fakesnow.cursor, transforms):
        for name, template in list(vars(module).items()):
            if name.startswith("SQL_") and isinstance(template, Template) and "'" in template.template:
                setattr(module, name, Quoting(template.template))


def check(statement: Any) -> None:
    """Refuse a schema, a database or a stage with a quote or a dot in its name: fakesnow takes them apart as text."""
    from sqlglot import exp

    kind = str(statement.args.get("kind") or "").upper() if isinstance(statement, exp.Create | exp.Drop) else ""
    for table in statement.find_all(exp.Table):
        whole = isinstance(statement, exp.Use) or kind in ("DATABASE", "STAGE", "FILE FORMAT")
        names = [table.catalog, table.db, table.name if whole else ""]
        if any(letter in name for name in names for letter in "'\"."):
            raise refuse("a schema, a database or a stage with a quote or a dot in its name")
        # a stage is a folder, and DuckDB takes what follows a ? in its path for a query
        if kind == "STAGE" and any(letter in name for name in names for letter in "?/"):
            raise refuse("a stage with a ? or a / in its name, or in its schema's or database's name,")
