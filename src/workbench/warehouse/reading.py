"""Which tables a statement reads and writes, by its text: pure. sqlglot is imported when a text is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Name = tuple[str, ...]
"""A table's name of one to three parts, each as the warehouse keeps it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """read, written: each name once, in the order of the text. Names that a WITH makes are none of them."""

    read: tuple[Name, ...] = ()
    written: tuple[Name, ...] = ()


def tables_of(text: str) -> Tables:
    """The tables of a statement, or of several with `;` between them. Raises ValueError for what can't be parsed."""
    from sqlglot.errors import SqlglotError

    try:
        _, trees = parsed(text)
    except (SqlglotError, RecursionError) as error:
        raise ValueError(f"not SQL that can be read: {str(error).splitlines()[0]}") from error
    read: dict[Name, None] = {}
    written: dict[Name, None] = {}
    for tree in trees:
        targets = [table for table in _targets(tree) if _is_named(table)]
        written |= dict.fromkeys(map(name_of, targets))
        read |= dict.fromkeys(map(name_of, _sources(tree, targets)))
    return Tables(tuple(read), tuple(written))


def parsed(text: str) -> tuple[list[Any], list[Any]]:
    """A text's tokens, and the trees of its statements. Raises sqlglot's errors."""
    import logging

    from sqlglot.dialects.snowflake import Snowflake

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of each statement that it has no tree for
    dialect = Snowflake()
    tokens = dialect.tokenize(text)
    return tokens, [tree for tree in dialect.parser().parse(tokens, text) if tree is not None]


def name_of(table: Any) -> Name:
    """A table's name, as the warehouse keeps it."""
    return tuple(part.name if part.args.get("quoted") else part.name.upper() for part in table.parts)


def _is_named(table: Any) -> bool:
    from sqlglot import exp

    return isinstance(table, exp.Table) and all(isinstance(part, exp.Identifier) for part in table.parts)


def _targets(tree: Any) -> Iterator[Any]:
    """What the statement writes, makes or removes."""
    from sqlglot import exp

    made = isinstance(tree, exp.Create) and str(tree.args.get("kind")).upper() in {"TABLE", "VIEW"}
    if made or isinstance(tree, exp.Insert | exp.Copy):
        yield tree.this.find(exp.Table) if isinstance(tree.this, exp.Schema) else tree.this
    elif isinstance(tree, exp.Drop):
        yield tree.find(exp.Table)
    elif isinstance(tree, exp.Update | exp.Delete | exp.Merge | exp.Alter):
        yield tree.this
    elif isinstance(tree, exp.TruncateTable):
        yield from tree.expressions
    elif isinstance(tree, exp.MultitableInserts):
        for insert in tree.find_all(exp.Insert):
            yield insert.this.find(exp.Table) if isinstance(insert.this, exp.Schema) else insert.this


def _sources(tree: Any, targets: list[Any]) -> Iterator[Any]:
    """The tables that the statement reads: those that no WITH around them makes."""
    from sqlglot import exp

    if not isinstance(tree, exp.Query | exp.DML | exp.Create | exp.Copy | exp.MultitableInserts):
        return
    if isinstance(tree, exp.Create) and not targets:
        return
    written = {id(table) for table in targets}
    for table in tree.find_all(exp.Table):
        if id(table) in written or not _is_named(table):
            continue
        if len(table.parts) == 1 and _is_made(table):
            continue
        yield table


def _is_made(table: Any) -> bool:
    """Whether a WITH that the table stands below makes its name before it; a recursive one also within itself."""
    from sqlglot import exp

    name, node = name_of(table), table
    while node is not None:
        parent = node.parent
        clause = parent.args.get("with_") if parent is not None else None
        ctes = clause.expressions if clause is not None else []
        if isinstance(parent, exp.With):
            own = node if parent.args.get("recursive") else None
            place = next((place for place, cte in enumerate(parent.expressions) if cte is node), 0)
            ctes = [*parent.expressions[:place], *([own] if own is not None else [])]
        elif clause is node:
            ctes = []
        if any(_alias(cte) == name[0] for cte in ctes):
            return True
        node = parent
    return False


def _alias(cte: Any) -> str:
    alias = cte.args["alias"].this
    return alias.name if alias.args.get("quoted") else alias.name.upper()
