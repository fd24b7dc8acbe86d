"""Comments on tables, views and columns, as DuckDB's own: they are there after a restart, and go with the table.

https://docs.snowflake.com/en/sql-reference/sql/comment. A temporary table lives in no schema of DuckDB's: the comment
that it gets when it is made says in which one it was made, and `views` reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from workbench.warehouse.base import quoted
from workbench.warehouse.local.errors import failure

Refuse = Callable[[str], Exception]

SEPARATOR = "\x1f"
_NOWHERE = (2003, "42S02")


class Comment(NamedTuple):
    """What is said of a table or view, or of its column. exists: IF EXISTS; new: only where nothing is said yet."""

    table: Any
    column: Any
    text: str
    exists: bool = False
    new: bool = False


def taken(statement: Any, text: str, refuse: Refuse) -> tuple[Any, list[Comment]]:
    """The statement (of Snowflake's dialect) without its comments, and the comments, to be made after it.

    text: of a statement that the parser has left as text. refuse: makes the error for what can't be commented.
    """
    from fakesnow.transforms.transforms import SUCCESS_NOP
    from sqlglot import exp

    if isinstance(statement, exp.Create):
        return statement, _created(statement)
    found: list[Comment] | None = None
    if isinstance(statement, exp.Comment):
        found = [_said(statement, refuse)]
    elif isinstance(statement, exp.Alter):
        found = _altered(statement)
    elif text.upper().startswith("ALTER "):
        found = _listed(text)
    return (statement, []) if found is None else (SUCCESS_NOP.copy(), found)


def made(connection: Any, comments: list[Comment]) -> None:
    """Say the comments. connection: fakesnow's, whose results have been read."""
    for comment in comments:
        _make(connection, comment)


def _said(statement: Any, refuse: Refuse) -> Comment:
    from sqlglot import exp

    kind, target = str(statement.args.get("kind")).upper(), statement.this
    text, exists = statement.expression.name, bool(statement.args.get("exists"))
    if kind == "COLUMN" and isinstance(target, exp.Column):
        parts = target.parts
        return Comment(_table(parts[:-1]), parts[-1], text, exists)
    if kind in {"TABLE", "VIEW"}:
        return Comment(target, None, text, exists)
    raise refuse(f"COMMENT ON {kind}")


def _altered(statement: Any) -> list[Comment] | None:
    """ALTER TABLE … SET COMMENT, … ALTER COLUMN … COMMENT; None for another ALTER."""
    from sqlglot import exp

    actions = statement.args.get("actions") or []
    found = []
    for action in actions:
        if isinstance(action, exp.AlterColumn) and action.args.get("comment") is not None:
            found.append(Comment(statement.this, action.this, action.args["comment"].name))
        elif isinstance(action, exp.AlterSet) and (said := action.find(exp.SchemaCommentProperty)) is not None:
            found.append(Comment(statement.this, None, said.this.name))
    return found if found and len(found) == len(actions) else None


def _listed(text: str) -> list[Comment] | None:
    """`ALTER TABLE t ALTER a COMMENT 'x', b COMMENT 'y'`, which the parser doesn't know; None for another text."""
    from fakesnow.dialect import parse_one
    from sqlglot import exp, tokenize
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import TokenType

    tokens = tokenize(text, read="snowflake")
    words = [token.text.upper() for token in tokens]
    if "COMMENT" not in words or words[1] not in {"TABLE", "VIEW"}:
        return None
    starts = [place for place, word in enumerate(words) if word in {"ALTER", "MODIFY"} and place > 1]
    if not starts:
        return None
    named = text[tokens[2].start : tokens[starts[0] - 1].end + 1]
    try:
        table = parse_one(f"select 1 from {named}").find(exp.Table)  # noqa: S608  the client's own words
    except SqlglotError:
        return None
    found, place = [], starts[0]
    while place < len(tokens):
        while words[place] in {"ALTER", "MODIFY", "COLUMN", ","}:
            place += 1
        rest = tokens[place : place + 3]
        texts = (TokenType.STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING)
        if len(rest) < 3 or rest[1].text.upper() != "COMMENT" or rest[2].token_type not in texts:
            return None
        is_quoted = text[rest[0].start] == '"'
        found.append(Comment(table, exp.to_identifier(rest[0].text, quoted=is_quoted), rest[2].text))
        place += 3
    return found


def _created(create: Any) -> list[Comment]:
    """What CREATE says of the table and its columns, taken out of it; of a temporary one, where it belongs."""
    from sqlglot import exp

    table, properties = create.find(exp.Table), create.args.get("properties")
    if create.args.get("kind") not in {"TABLE", "VIEW"} or table is None:
        return []
    said = list(properties.find_all(exp.SchemaCommentProperty)) if properties is not None else []
    temporary = create.args["kind"] == "TABLE" and properties is not None and properties.find(exp.TemporaryProperty)
    found = [Comment(table.copy(), None, one.this.name) for one in said]
    if temporary and not found:
        found.append(Comment(table.copy(), None, "", new=True))
    for one in said:
        one.pop()
    columns = create.this.expressions if isinstance(create.this, exp.Schema) else []
    for column in columns:
        for constraint in list(column.args.get("constraints") or []):
            if isinstance(constraint.args.get("kind"), exp.CommentColumnConstraint):
                found.append(Comment(table.copy(), column.this.copy(), constraint.args["kind"].this.name))
                constraint.pop()
    return found


def _table(parts: list[Any]) -> Any:
    from sqlglot import exp

    named = dict(zip(("this", "db", "catalog"), (part.copy() for part in reversed(parts)), strict=False))
    return exp.Table(**named)


def _make(connection: Any, comment: Comment) -> None:
    parts = [_name(part) for part in comment.table.parts]
    whole: list[str] = [*[connection.database, connection._schema][: 3 - len(parts)], *parts]
    database, schema, name = whole
    found = connection._duck_conn.execute(
        "SELECT 'TABLE', temporary, comment FROM duckdb_tables() WHERE table_name = $name AND "
        "(temporary OR (database_name = $database AND schema_name = $schema)) UNION ALL "
        "SELECT 'VIEW', false, comment FROM duckdb_views() "
        "WHERE view_name = $name AND database_name = $database AND schema_name = $schema ORDER BY 2 DESC LIMIT 1",
        {"name": name, "database": database, "schema": schema},
    ).fetchone()
    if found is None:
        if comment.exists:
            return
        raise failure(f"SQL compilation error:\nObject '{name}' does not exist or not authorized.", _NOWHERE)
    kind, temporary, known = found
    if comment.new and known is not None:
        return
    where = ".".join(map(quoted, ("temp", "main", name) if temporary else (database, schema, name)))
    text = comment.text
    if comment.column is not None:
        kind, where = "COLUMN", f"{where}.{quoted(_name(comment.column))}"
    elif temporary:
        text = SEPARATOR.join((database, schema, text))
    literal = "'" + text.replace("'", "''") + "'"
    connection._duck_conn.execute(f"COMMENT ON {kind} {where} IS {literal}")


def _name(identifier: Any) -> str:
    return str(identifier.name if identifier.args.get("quoted") else identifier.name.upper())
