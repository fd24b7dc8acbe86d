"""Completion in `%%sql` cells and `%sql` lines: what may stand where the cursor is, by the names that are known.

Pure: text in, names out. `offering` asks the warehouse for the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.warehouse.statements import plain

KEYWORDS = tuple(
    word.upper()
    for word in "select from where group by order having limit join left right full inner outer cross lateral on using "
    "as and or not in is null like ilike between case when then else end distinct with union all qualify over "
    "partition rows exists asc desc nulls first last flatten cast count sum avg min max coalesce row_number".split()
)
_TABLE = re.compile(
    r'\b(?:from|join|,)\s+(?P<name>(?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
    r"(?:\s+(?:as\s+)?(?P<alias>[A-Za-z_]\w*))?",
    re.IGNORECASE,
)
_NO_ALIAS = frozenset(KEYWORDS)
_REF = re.compile(r"\{\{\s*(ref|source)\(\s*(?:['\"]([^'\"]*)['\"]\s*,\s*)?['\"]([^'\"]*)$")
_AFTER_TABLE = re.compile(
    r"\b(?:from|join|into|update|table|describe|desc)\s+[\w$\".]*$|\bfrom\b[^()]*,\s*[\w$\".]*$", re.I
)
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")


@dataclass(frozen=True)
class Names:
    """What is known. columns: by (database, schema, table); here: the session's database and schema."""

    columns: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    here: tuple[str, str] = ("", "")
    models: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    binds: tuple[str, ...] = ()


def query_before(text: str, offset: int) -> tuple[str, str] | None:
    """(the query up to the cursor, the whole query) where the cursor stands in one; None elsewhere."""
    if text.lstrip().startswith("%%sql"):
        first = text.index("\n") + 1 if "\n" in text else len(text) + 1
        return (text[first:offset], text[first:]) if offset >= first else None
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : len(text) if end < 0 else end]
    if match := re.match(r"\s*(?:[\w, ]+=\s*)?%sql\s", line):
        return (line[match.end() : offset - start], line[match.end() :]) if offset - start >= match.end() else None
    return None


def completions(before: str, whole: str, names: Names) -> tuple[str, list[str]]:
    """(the text that a completion replaces, the completions), the most likely first.

    before: the query up to the cursor; whole: all of it, for the tables that stand behind the cursor.
    """
    if match := _REF.search(before):
        return match[3], _of_dbt(match[1], match[2], match[3], names)
    if match := re.search(r"(?<![\w:]):(\w*)$", before):
        return match[1], [name for name in names.binds if name.startswith(match[1])]
    fragment = re.search(r'[\w$".]*$', before)[0]  # type: ignore[index]  # it matches the empty text as well
    if plain(before).count("'") % 2 or re.search(r"--[^\n]*$", before):
        return fragment, []
    path, _, word = fragment.rpartition(".")
    parts = [part.strip('"').upper() for part in path.split(".")] if path else []
    if _AFTER_TABLE.search(plain(before[: len(before) - len(fragment)]) + fragment):
        found = _tables(parts, names)
    elif parts:
        found = _columns_of(parts, whole, names) or _tables(parts, names)
    else:
        found = [*_columns_in(whole, names), *KEYWORDS, *_tables([], names)]
    prefix = f"{path}." if path else ""
    return fragment, [prefix + one for one in _starting(found, word)]


def _of_dbt(call: str, first: str | None, word: str, names: Names) -> list[str]:
    if call == "ref":
        found = list(names.models)
    elif first is None:
        found = sorted({source for source, _ in names.sources})
    else:
        found = [table for source, table in names.sources if source == first]
    return [name for name in found if name.startswith(word)]


def _tables(parts: list[str], names: Names) -> list[str]:
    """What may follow the parts of a qualified name: databases, schemas or tables."""
    keys = list(names.columns)
    if len(parts) == 2:
        return [key[2] for key in keys if list(key[:2]) == parts]
    if len(parts) == 1:
        schemas = [key[2] for key in keys if key[1] == parts[0] and key[0] == names.here[0]]
        return schemas or [key[1] for key in keys if key[0] == parts[0]]
    own = [key[2] for key in keys if key[:2] == names.here]
    schemas = [key[1] for key in keys if key[0] == names.here[0]]
    return [*own, *schemas, *(key[0] for key in keys)]


def _in_query(whole: str, names: Names) -> dict[str, tuple[str, ...]]:
    """Alias or name of each table that the query names → its columns."""
    found: dict[str, tuple[str, ...]] = {}
    for match in _TABLE.finditer(plain_names(whole)):
        parts = [part.strip('"').upper() for part in match["name"].split(".")]
        columns = next((c for key, c in _near(names) if list(key[-len(parts) :]) == parts), ())
        alias = match["alias"] if match["alias"] and match["alias"].upper() not in _NO_ALIAS else parts[-1]
        if columns:
            found[alias.upper()] = columns
    return found


def plain_names(text: str) -> str:
    """The text without comments and strings, its quoted names as they are."""
    return re.sub(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)


def _near(names: Names) -> Iterable[tuple[tuple[str, str, str], tuple[str, ...]]]:
    """All tables, those of the session's own schema first."""
    return sorted(names.columns.items(), key=lambda item: item[0][:2] != names.here)


def _columns_of(parts: list[str], whole: str, names: Names) -> list[str]:
    return list(_in_query(whole, names).get(parts[-1], ()))


def _columns_in(whole: str, names: Names) -> list[str]:
    tables = _in_query(whole, names)
    return [column for columns in tables.values() for column in columns] + list(tables)


def _starting(found: Iterable[str], word: str) -> list[str]:
    """Those that begin so, each once, as one writes them: plain names in the case that was begun."""
    bare = word.strip('"')
    upper = bare.isupper() and len(bare) > 0
    made = (_written(one, upper) for one in found if one.lower().startswith(bare.lower()))
    return list(dict.fromkeys(made))


def _written(name: str, upper: bool) -> str:
    if _PLAIN.fullmatch(name):
        return name if upper else name.lower()
    return '"' + name.replace('"', '""') + '"'
