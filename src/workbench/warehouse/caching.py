"""`sql(…, cache=True)`: an earlier result, where none of the tables that the query reads has changed since.

The key is of all that the result depends on: the text, the binds, who asks in which session, and when each table and
view behind it last changed. The times are read before the query runs: a change in between belongs to a later key, so
that a result may be newer than its key says, and is then never found again, but never older.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from workbench.errors import WarehouseError
from workbench.project import Project
from workbench.warehouse import kept
from workbench.warehouse.base import joined, name_parts, quoted
from workbench.warehouse.reading import Name
from workbench.warehouse.steady import Steady, steady

if TYPE_CHECKING:
    import pyarrow as pa

Key = tuple[str, str, str]
_UNCHANGED = "no table that it reads has changed"
_SEARCHED = "$current, $public"  # where a name without a schema is looked for, if nobody has said otherwise
_CONTEXT = """
    select current_account() as account, current_user() as who, current_role() as role,
        current_secondary_roles() as others, current_database() as d, current_schema() as s,
        current_transaction() as t
"""


# an account lists views in both
_CHANGES = """
    select table_catalog as d, table_schema as s, table_name as n, table_type as kind, created, last_altered as altered,
        is_dynamic as dynamic, is_iceberg as iceberg, is_hybrid as hybrid, is_temporary as temporary,
        null::varchar as text
    from {database}.information_schema.tables
    where table_schema in (:schemas) and table_name in (:names) and table_type <> 'VIEW'
    union all
    select table_catalog, table_schema, table_name, 'VIEW', created, last_altered, 'NO', 'NO', 'NO', 'NO',
        view_definition
    from {database}.information_schema.views where table_schema in (:schemas) and table_name in (:names)
"""


class _Unkept(Exception):
    """Why a result can't be kept, in words that follow `not cached: `."""


def result(
    statement: str, given: list[Any], parameters: dict[str, Any], as_: str, profile: str, project: Project
) -> tuple[pa.Table, Any, dict[str, Any]]:
    """As `query.fetched`, from what was kept where that still holds. facts["cache"] says which, or why not.

    Raises the connector's errors, and what `workbench.sql` raises.
    """
    from workbench.warehouse import room
    from workbench.warehouse.query import fetched

    began = time.perf_counter()
    try:
        key = _key(statement, given, parameters, profile, project)
    except _Unkept as why:
        table, described, facts = fetched(statement, given, parameters, as_, profile, project)
        return table, described, {**facts, "cache": f"not cached: {why}"}
    found = kept.read(project, key)
    if found is not None:
        room.check_size(found.table.num_rows, found.table.nbytes, found.described, texts_are_objects=as_ == "pandas")
        facts = {**found.facts, "seconds": round(time.perf_counter() - began, 3), "connection": profile}
        return found.table, found.described, {**facts, "cache": f"from the cache of {found.age}: {_UNCHANGED}"}
    table, described, facts = fetched(statement, given, parameters, as_, profile, project)
    why_not = kept.write(project, key, kept.Kept(table, described, facts))
    return table, described, {**facts, "cache": f"not cached: {why_not}" if why_not else "kept in the cache"}


def _key(statement: str, given: list[Any], parameters: dict[str, Any], profile: str, project: Project) -> str:
    """The name of the result: a hash of all that it depends on. Raises _Unkept."""
    from workbench.warehouse.sessions import made_temporaries, session

    found = steady(statement)
    if isinstance(found, str):
        raise _Unkept(found)
    session(profile, project)
    if made_temporaries(profile, project):
        raise _Unkept("the session has made temporary tables, which may hide others")
    try:
        context = _asked(_CONTEXT, profile)[0]
        settings = {row["key"]: row["value"] for row in _asked("show parameters in session", profile)}
        if context.pop("t") is not None:
            raise _Unkept("a transaction is open")
        if settings.get("SEARCH_PATH", _SEARCHED).replace(" ", "") != _SEARCHED.replace(" ", ""):
            raise _Unkept("the session has a search path of its own")
        known = _Known(profile, str(context["d"] or ""))
        for key in _explained(statement, given, profile, project):
            known.look_up(key, None)
        known.follow(found, str(context["s"] or ""))
    except WarehouseError as error:
        raise _Unkept(f"when its tables changed can't be told: {error.message}") from error
    settings.pop("QUERY_TAG", None)  # says who asks, and changes no result
    binds = [(type(value).__qualname__, repr(value)) for value in given]
    parts = [profile, statement, binds, parameters, context, sorted(settings.items()), known.moments()]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _asked(text: str, profile: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a query, in this thread's session."""
    from workbench.warehouse.query import sql

    rows: list[dict[str, Any]] = sql(text, connection=profile, as_="arrow", **values).to_pylist()
    return rows


def _explained(statement: str, given: list[Any], profile: str, project: Project) -> list[Key]:
    """The tables of the query's plan, those behind its views too. Raises _Unkept where a part of the plan is hidden."""
    from snowflake.connector.errors import Error

    from workbench.warehouse.failures import translated
    from workbench.warehouse.running import executed

    try:
        cursor = executed(f"explain using json {statement}", given, {}, profile, project)
        try:
            plan = json.loads(cursor.fetchall()[0][0])
        finally:
            cursor.close()
    except Error as error:
        raise translated(error, profile=profile) from error
    found = []
    for operation in (one for stage in plan.get("Operations", ()) for one in stage):
        if any(word in str(operation.get("operation")) for word in ("Secure", "External")):
            raise _Unkept("a policy, a secure view or something external is behind a table that it reads")
        for name in operation.get("objects") or ():
            parts = name_parts(name)
            if len(parts) != 3:
                raise _Unkept(f"the plan reads {name}, which isn't a table that can be looked up")
            found.append((parts[0], parts[1], parts[2]))
    return list(dict.fromkeys(found))


class _Known:
    """When tables and views changed. A name means what it means to the warehouse: where several tables are meant, now
    or if one were made, all of them are looked at.
    """

    def __init__(self, profile: str, database: str) -> None:
        self._profile, self._database = profile, database
        self._found: dict[Key, tuple[str, str, str] | None] = {}
        self._waiting: dict[Key, str | None] = {}

    def moments(self) -> list[tuple[Key, tuple[str, str, str] | None]]:
        """(table, (kind, made, changed)), in order; None for one that isn't there."""
        return sorted(self._found.items())

    def look_up(self, key: Key, why: str | None) -> None:
        """A table that is to be looked up. why: what to say where it isn't there."""
        if key not in self._found:
            self._waiting[key] = why

    def follow(self, reading: Steady, schema: str, database: str = "") -> None:
        """Look up what is read in a schema, and what is behind its views. Raises _Unkept."""
        wanted = [(name, self._meant(name, schema, database or self._database)) for name in reading.tables]
        for _, keys in wanted:
            for key in keys:
                self.look_up(key, None)
        views = self._read()
        for name, keys in wanted:
            is_made = len(name) == 1 and name[0].upper() in reading.made
            if not is_made and not any(self._found.get(key) for key in keys):
                raise _Unkept(f"{joined(*name)} is no table whose changes can be told")
        for key, text in views.items():
            within = steady(text, view=True)
            if isinstance(within, str):
                raise _Unkept(f"of the view {joined(*key[1:])}: {within}")
            self.follow(within, key[1], key[0])

    def _meant(self, name: Name, schema: str, database: str) -> list[Key]:
        if len(name) == 3:
            return [(name[0], name[1], name[2])]
        if len(name) == 2:
            return [(database, name[0], name[1])]
        return [(database, where, name[0]) for where in dict.fromkeys((schema, "PUBLIC")) if where]

    def _read(self) -> dict[Key, str]:
        """Read the catalogue's rows of what waits; the texts of the views among it."""
        texts: dict[Key, str] = {}
        waiting, self._waiting = list(self._waiting), {}
        self._found |= dict.fromkeys(waiting)
        for database in dict.fromkeys(key[0] for key in waiting):
            keys = {key for key in waiting if key[0] == database}
            values = {"schemas": sorted({key[1] for key in keys}), "names": sorted({key[2] for key in keys})}
            for row in _asked(_CHANGES.format(database=quoted(database)), self._profile, **values):
                key = (row["d"], row["s"], row["n"])
                if key in keys:
                    self._note(key, row)
                    if row["kind"] == "VIEW":
                        texts[key] = row["text"]
        return texts

    def _note(self, key: Key, row: dict[str, Any]) -> None:
        name, view = joined(*key[1:]), row["kind"] == "VIEW"
        if self._found[key] is not None:
            raise _Unkept(f"there are several {name}")
        special = [what for what in ("dynamic", "iceberg", "hybrid", "temporary") if row[what] == "YES"]
        if view and not row["text"]:
            raise _Unkept(f"the text of the view {name} is hidden")
        if not view and (row["kind"] != "BASE TABLE" or special):
            kind = f"{special[0]} table" if special else str(row["kind"]).lower()
            raise _Unkept(f"when {name} changed can't be told: it is a {kind}")
        altered = row["altered"]
        if altered is None or altered.year <= 1970:
            raise _Unkept(f"when {name} changed can't be told")
        self._found[key] = ("view" if view else "table", str(row["created"]), str(altered))
