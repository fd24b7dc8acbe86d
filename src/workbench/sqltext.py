"""What a `%%sql` cell says: the name it binds, its options, its text, and the `:binds` in that text.

Shared by the compiler, which turns such a cell into a call, and the warehouse, which runs it.
"""

from __future__ import annotations

import re

from workbench.records import NamedTuple

# Quoted text and comments hide what looks like a bind; `::` is a cast and `column:path` a path into a variant.
_TOKEN = re.compile(
    r"""
      '(?:[^'\\]|\\.|'')*'            # a string
    | "(?:[^"]|"")*"                  # a quoted identifier
    | \$\$.*?\$\$                     # a dollar-quoted string
    | --[^\n]* | //[^\n]*             # a comment to the end of the line
    | /\*.*?\*/                       # a comment
    | (?P<bind>(?<![\w"\]):$]):(?P<name>[A-Za-z_]\w*))
    """,
    re.VERBOSE | re.DOTALL,
)


class SqlCell(NamedTuple):
    """One `%%sql` cell. name: the variable it binds, or None; text: the SQL; connection: a profile's name, or None."""

    name: str | None
    text: str
    connection: str | None = None


def parse_cell(line: str, body: str) -> SqlCell:
    """Read the line after `%%sql` and the cell's body. Raises ValueError with a sentence on what is wrong."""
    import shlex

    name, connection = None, None
    words = iter(shlex.split(line))
    for word in words:
        if word == "--connection" or word.startswith("--connection="):
            connection = word.partition("=")[2] or next(words, None)
            if connection is None:
                raise ValueError("--connection wants a profile's name")
        elif word.startswith("-"):
            raise ValueError(f"%%sql has no option {word}; it has --connection PROFILE")
        elif name is not None:
            raise ValueError(f"%%sql binds one name, found {name!r} and {word!r}")
        elif not word.isidentifier():
            raise ValueError(f"%%sql can't bind {word!r}: it is not a Python name")
        else:
            name = word
    return SqlCell(name, body.strip("\n"), connection)


def binds(text: str) -> tuple[str, ...]:
    """The names that `:name` binds in the SQL, each once, in the order of their first use."""
    return tuple(dict.fromkeys(match["name"] for match in _TOKEN.finditer(text) if match["bind"]))


def with_placeholders(text: str, placeholder: str = "?") -> tuple[str, tuple[str, ...]]:
    """The SQL with a positional placeholder for each `:name`, and the names in the order of the placeholders."""
    names: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        if not match["bind"]:
            return match[0]
        names.append(match["name"])
        return placeholder

    return _TOKEN.sub(replaced, text), tuple(names)
