"""Holding a warehouse to a case: run what comes before, run the statement, compare."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from casebook import Case, Failure
from snowflake.connector.errors import Error

NOT_LOCAL = Failure("2", "0A000", "not in the local warehouse")
# the connector's type codes, as the documentation calls the types
TYPES = (
    "NUMBER FLOAT VARCHAR DATE TIMESTAMP VARIANT TIMESTAMP_LTZ TIMESTAMP_TZ TIMESTAMP_NTZ OBJECT ARRAY BINARY TIME "
    "BOOLEAN"
).split()
SEMI_STRUCTURED = (5, 9, 10)


def hold(connection: Any, case: Case, folder: Path, *, local: bool) -> str | None:
    """Fail with an AssertionError where the warehouse doesn't keep the case. folder: for the files that are put.

    Returns the words with which the case is refused, where that is what it wants.
    """
    if local and case.refused:
        return refusal(connection, case, folder)
    if local and case.differs:
        try:
            hold(connection, case._replace(differs=""), folder, local=True)
        except AssertionError:
            return None
        raise AssertionError("no difference: the case can say so")
    _prepare(connection, case, folder)
    if case.failure is not None:
        _fails(connection, case.statement, case.failure)
        return None
    cursor = connection.cursor().execute(case.statement)
    rows = cursor.fetchall()
    _compare(case, cursor.description, rows)
    return None


def refusal(connection: Any, case: Case, folder: Path) -> str:
    """The words with which the local warehouse says that it can't: of the statement, or of one before it.

    Fails with an AssertionError where it says something else, or nothing.
    """
    try:
        _prepare(connection, case, folder)
        connection.cursor().execute(case.statement).fetchall()
    except Error as error:
        assert_failure(error, NOT_LOCAL)
        return str(error.raw_msg).partition("): ")[2]  # its number and state come before
    raise AssertionError("not refused: answered")


def _prepare(connection: Any, case: Case, folder: Path) -> None:
    for mark, text in case.before:
        if mark == "<":
            _put(connection, text, folder)
        elif mark == ">!":
            _fails(connection, text, Failure(".*", ".*", "."))
        else:
            connection.cursor().execute(text)


def _put(connection: Any, text: str, folder: Path) -> None:
    path, _, content = text.partition(" ")
    stage, _, name = path.partition("/")
    file = folder / uuid.uuid4().hex / name
    file.parent.mkdir()
    file.write_text(content.replace("\\n", "\n"))
    connection.cursor().execute(f"put 'file://{file}' @{stage} auto_compress = false overwrite = true")


def _fails(connection: Any, statement: str, failure: Failure) -> None:
    try:
        rows = connection.cursor().execute(statement).fetchall()
    except Error as error:
        assert_failure(error, failure)
    else:
        raise AssertionError(f"no error, but {rows}")


def assert_failure(error: Error, failure: Failure) -> None:
    """Hold an error to the number, the SQL state and the message that are promised."""
    said = f"{error.errno} {error.sqlstate} {error.raw_msg}"
    assert re.fullmatch(failure.number, str(error.errno)), said
    assert re.fullmatch(failure.state, str(error.sqlstate)), said
    assert re.search(failure.message, str(error.raw_msg)), said


def _compare(case: Case, columns: Any, rows: list[tuple[Any, ...]]) -> None:
    if case.names:
        names = [column.name for column in columns][: len(case.names)]
        assert names == list(case.names)
    if case.types:
        assert [_type(column, name) for column, name in zip(columns, case.types, strict=True)] == list(case.types)
    if case.rows is None:
        return
    places = range(len(columns))
    if case.chosen:
        known = [column.name for column in columns]
        places = [known.index(name) for name in case.chosen]
    found = [[_plain(row[place], columns[place].type_code) for place in places] for row in rows]
    expected = [list(row) for row in case.rows]
    same = len(found) == len(expected) and all(
        len(one) == len(two) and all(map(_same, one, two)) for one, two in zip(found, expected, strict=True)
    )
    assert same, f"found {found}"


def _type(column: Any, expected: str) -> str:
    """The column's type as `expected` writes types: with digits or without."""
    name = TYPES[column.type_code]
    return f"{name}({column.precision},{column.scale})" if "(" in expected and name == "NUMBER" else name


def _plain(value: Any, code: int) -> Any:
    if isinstance(value, str) and code in SEMI_STRUCTURED:
        return json.loads(value, parse_float=Decimal)
    return bytes(value) if isinstance(value, bytearray) else value


def _same(found: Any, expected: Any) -> bool:
    """Equal, and of one kind: a NUMBER is no FLOAT, a time with a zone has the same offset."""
    if isinstance(expected, float):
        return isinstance(found, float) and math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(expected, bool) or expected is None:
        return found is expected
    if isinstance(expected, int | Decimal):
        return isinstance(found, int | Decimal) and not isinstance(found, bool) and found == expected
    if isinstance(expected, dt.datetime):
        return isinstance(found, dt.datetime) and found == expected and found.utcoffset() == expected.utcoffset()
    return type(found) is type(expected) and found == expected
