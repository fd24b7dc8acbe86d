"""What a `%%sql` cell says: the name it binds, its options, its text, and the `:binds` in that text.

Shared by the compiler, which turns such a cell into a call, and the warehouse, which runs it.
"""

from __future__ import annotations

import re

from workbench.records import NamedTuple

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from collections.abc import Callable

# Quoted text and comments hide what looks like a bind; `::` is a cast and `column:path` a path into a variant. Two
# braces are no SQL: they are dbt's.
_PIECE = r"""(?sx)
      '(?:[^'\\]|\\.|'')*'            # a string
    | "(?:[^"]|"")*"                  # a quoted identifier
    | \$\$.*?\$\$                     # a dollar-quoted string
    | --[^\n]* | //[^\n]*             # a comment to the end of the line
    | /\*.*?\*/                       # a comment
    | (?P<braces>\{\{.*?\}\}|\{[{%\#])  # {{ ref('model') }}
    | (?P<bind>(?<![\w"\]):$]):(?P<name>[A-Za-z_]\w*))
"""


# the arguments of workbench.sql that are no binds; a bind of such a name stands in `binds`
ARGUMENTS = frozenset({"as_", "binds", "cache", "connection", "dry_run", "limit", "stream"})
OPTIONS = ("connection", "as_", "limit", "cache", "dry_run")  # those that a `%%sql` line has
USAGE = "%%sql [NAME] [--polars | --arrow] [--limit N] [--cache] [--dry-run] [--connection PROFILE]"


class SqlCell(NamedTuple):
    """One `%%sql` cell. name: the variable it binds, or None; text: the SQL; connection: a profile's name, or None.

    as_: what the result is, one of workbench.sql's words, None for pandas; limit: the most rows, None for all;
    cache: True where an earlier result may do; dry_run: True where the query is not to run.
    """

    name: str | None
    text: str
    connection: str | None = None
    as_: str | None = None
    limit: int | None = None
    cache: bool | None = None
    dry_run: bool | None = None

    def arguments(self) -> dict[str, str | int]:
        """The line's options as arguments of workbench.sql."""
        return {name: value for name in OPTIONS if (value := getattr(self, name)) is not None}

    def head(self) -> str:
        """The cell's first line."""
        words = ["%%sql", self.name or "", f"--{self.as_}" if self.as_ else ""]
        words += ["" if self.limit is None else f"--limit {self.limit}"]
        words += ["--cache" if self.cache else "", "--dry-run" if self.dry_run else ""]
        words += [f"--connection {self.connection}" if self.connection else ""]
        return " ".join(word for word in words if word)


def parse_cell(line: str, body: str) -> SqlCell:
    """Read the line after `%%sql` and the cell's body. Raises ValueError with a sentence on what is wrong."""
    import shlex

    found = SqlCell(None, body.strip("\n"))
    words = iter(shlex.split(line))
    for word in words:
        option, _, value = word.partition("=")
        if option in ("--connection", "--limit"):
            found = _with_value(found, option, value or next(words, ""))
        elif word == "--dry-run":
            found = found._replace(dry_run=True)
        elif word == "--cache":
            found = found._replace(cache=True)
        elif word in ("--polars", "--arrow"):
            if found.as_ not in (None, word[2:]):
                raise ValueError("%%sql gives one kind of frame: --polars or --arrow")
            found = found._replace(as_=word[2:])
        elif word.startswith("-"):
            raise ValueError(f"%%sql has no option {word}; it is {USAGE}")
        elif found.name is not None:
            raise ValueError(f"%%sql binds one name, found {found.name!r} and {word!r}")
        elif not word.isidentifier():
            raise ValueError(f"%%sql can't bind {word!r}: it is not a Python name")
        else:
            found = found._replace(name=word)
    return found


def _with_value(cell: SqlCell, option: str, value: str) -> SqlCell:
    if option == "--connection":
        if not value:
            raise ValueError("--connection wants a profile's name")
        return cell._replace(connection=value)
    if not value.isdecimal():
        raise ValueError("--limit wants a number of rows")
    return cell._replace(limit=int(value))


def binds(text: str) -> tuple[str, ...]:
    """The names that `:name` binds in the SQL, each once, in the order of their first use."""
    return tuple(dict.fromkeys(match["name"] for match in re.finditer(_PIECE, text) if match["bind"]))


def with_placeholders(text: str, placeholder: str = "?") -> tuple[str, tuple[str, ...]]:
    """The SQL with a positional placeholder for each `:name`, and the names in the order of the placeholders."""
    names: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        if not match["bind"]:
            return match[0]
        names.append(match["name"])
        return placeholder

    return re.sub(_PIECE, replaced, text), tuple(names)


def with_braces(text: str, replacement: Callable[[str], str]) -> str:
    """The SQL with each `{{ … }}` replaced. replacement: takes what is between the braces, stripped.

    Raises ValueError for braces that don't close, and for `{% … %}` and `{# … #}`.
    """

    def replaced(match: re.Match[str]) -> str:
        found = match["braces"]
        if not found:
            return match[0]
        if not found.startswith("{{") or len(found) < 4:
            raise ValueError(f"`{found}` has no end" if found == "{{" else f"`{found}` is no SQL")
        return replacement(found[2:-2].strip())

    return re.sub(_PIECE, replaced, text)
