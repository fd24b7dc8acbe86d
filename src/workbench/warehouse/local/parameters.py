"""The session's parameters: ALTER SESSION and SHOW PARAMETERS.

A parameter that would change what a statement answers can only have the value that the local warehouse has; one that
changes how much or how fast can have any. https://docs.snowflake.com/en/sql-reference/parameters
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, NamedTuple

Refuse = Callable[[str], Exception]


class Parameter(NamedTuple):
    """A parameter's default and type, and its other values that mean the same here; None: it can have any value."""

    default: str
    kind: str
    same: tuple[str, ...] | None = None


PARAMETERS = {
    "ABORT_DETACHED_QUERY": Parameter("false", "BOOLEAN"),
    "BINARY_INPUT_FORMAT": Parameter("HEX", "STRING", ()),
    "BINARY_OUTPUT_FORMAT": Parameter("HEX", "STRING", ()),
    "CLIENT_SESSION_KEEP_ALIVE": Parameter("false", "BOOLEAN"),
    "DATE_INPUT_FORMAT": Parameter("AUTO", "STRING", ()),
    "DATE_OUTPUT_FORMAT": Parameter("YYYY-MM-DD", "STRING", ()),
    "ERROR_ON_NONDETERMINISTIC_MERGE": Parameter("true", "BOOLEAN", ()),
    "LOCK_TIMEOUT": Parameter("43200", "NUMBER"),
    "MULTI_STATEMENT_COUNT": Parameter("1", "NUMBER", ()),
    "QUERY_TAG": Parameter("", "STRING"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": Parameter("false", "BOOLEAN", ()),
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": Parameter("0", "NUMBER"),
    "STATEMENT_TIMEOUT_IN_SECONDS": Parameter("172800", "NUMBER"),
    "TIMESTAMP_INPUT_FORMAT": Parameter("AUTO", "STRING", ()),
    "TIMESTAMP_OUTPUT_FORMAT": Parameter("YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "STRING", ()),
    "TIMESTAMP_TYPE_MAPPING": Parameter("TIMESTAMP_NTZ", "STRING", ()),
    "TIMEZONE": Parameter("UTC", "STRING", ("ETC/UTC", "ETC/GMT", "GMT")),
    "USE_CACHED_RESULT": Parameter("true", "BOOLEAN"),
    "WEEK_OF_YEAR_POLICY": Parameter("0", "NUMBER", ()),
    "WEEK_START": Parameter("0", "NUMBER", ("1",)),
}

_SHOW = re.compile(
    r"SHOW PARAMETERS( LIKE (?P<like>'(?:[^']|'')*'))?( (IN|FOR) (SESSION|ACCOUNT|USER( \S+)?))?", re.IGNORECASE
)


def applied(statement: Any, text: str, settings: MutableMapping[str, str], refuse: Refuse) -> Any:
    """The statement to run instead of one about parameters, any other as it is.

    text: a statement that the parser left as text. settings: the session's, by name, changed in place. Raises what
    `refuse` makes for a value that would change answers.
    """
    from fakesnow.transforms.transforms import SUCCESS_NOP
    from sqlglot import exp

    if (match := _SHOW.fullmatch(text)) is not None:
        return _shown(match["like"], settings)
    actions = list(statement.find_all(exp.AlterSession)) if isinstance(statement, exp.Alter) else []
    items = [item for action in actions for item in action.expressions]
    if not items or any(_name(item) == "AUTOCOMMIT" for item in items):
        return statement
    for item in items:
        _apply(item, settings, refuse, unset=bool(actions[0].args.get("unset")))
    return SUCCESS_NOP.copy()


def _apply(item: Any, settings: MutableMapping[str, str], refuse: Refuse, *, unset: bool) -> None:
    from sqlglot import exp

    name = _name(item)
    known = PARAMETERS.get(name)
    if known is None:
        raise refuse(f"the parameter {name}")
    if unset:
        settings.pop(name, None)
        return
    given = item.this.expression if isinstance(item.this, exp.EQ) else None
    value = str(given.this).lower() if isinstance(given, exp.Boolean) else "" if given is None else given.name
    _set(name, known, value, settings, refuse)


def at_login(given: Mapping[str, Any], settings: MutableMapping[str, str], refuse: Refuse) -> None:
    """Set the parameters that a client wants from its login on; those that are the client's own are none here."""
    for name, value in given.items():
        if (known := PARAMETERS.get(name.upper())) is not None and value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            _set(name.upper(), known, text, settings, refuse)


def _set(name: str, known: Parameter, value: str, settings: MutableMapping[str, str], refuse: Refuse) -> None:
    if known.same is not None and value.upper() not in (known.default.upper(), *known.same):
        raise refuse(f"{name} = '{value}'")
    settings[name] = value


def _shown(like: str | None, settings: MutableMapping[str, str]) -> Any:
    from sqlglot import exp, parse_one

    rows = ", ".join(
        "("
        + ", ".join(
            exp.Literal.string(part).sql(dialect="snowflake")
            for part in (
                name,
                settings.get(name, known.default),
                known.default,
                "SESSION" if name in settings else "",
                "",
                known.kind,
            )
        )
        + ")"
        for name, known in PARAMETERS.items()
    )
    columns = '"key", "value", "default", "level", "description", "type"'
    condition = f' where "key" ilike {like}' if like else ""
    text = f"select {columns} from (values {rows}) as p ({columns}){condition}"  # noqa: S608  literals are quoted
    return parse_one(text, read="snowflake")


def _name(node: Any) -> str:
    from sqlglot import exp

    identifier = node.find(exp.Identifier)
    return "" if identifier is None else str(identifier.name).upper()
