"""DuckDB's and fakesnow's errors as Snowflake says them: number, SQL state, message.

Every failure is an error with a number: the connector would send anything else again for 20 s.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

NOT_HERE = "not in the local warehouse"
UNSUPPORTED = (2, "0A000")
WRONG_COUNT = (8, "0A000")
CANCELLED = (604, "57014")
TIMED_OUT = (630, "57014")
FAILED = (900001, "XX000")
INVALID = (979, "42601")
_COMPILATION = "SQL compilation error:\n"


class _Rule(NamedTuple):
    """What another says, and how Snowflake says it; `{0}` is the pattern's first group."""

    pattern: re.Pattern[str]
    message: str
    number: int
    state: str


def _rule(pattern: str, message: str, number: int, state: str) -> _Rule:
    return _Rule(re.compile(pattern, re.DOTALL), message, number, state)


_NOT_THERE = "does not exist or not authorized."
_RULES = (
    _rule(rf"\"([^\"]*{NOT_HERE})\"", "{0}", *UNSUPPORTED),
    _rule(r"Function with name (\S+) does not exist", f"the function {{0}} is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"(.*) not implemented\. Please raise", f"{{0}} is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"Could not choose a best candidate function for the function call \"[-+*/%]\(", f"arithmetic of a text without a cast is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"No function matches .*'[-+*/%]\(.*VARCHAR", f"arithmetic of a text without a cast is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"No function matches .*\(.*JSON.*\)", f"a VARIANT without a cast in this place is {NOT_HERE}: {{all}}", *UNSUPPORTED),
    _rule(r"SET schema: No catalog \+ schema named", f"{_COMPILATION}Object does not exist, or operation cannot be performed.", 2043, "02000"),
    _rule(r'(?:Table|View) (?:with name )?"?([^\s"]+)"? does not exist', f"{_COMPILATION}Object '{{0}}' {_NOT_THERE}", 2003, "42S02"),
    _rule(r'Schema (?:with name )?"?([^\s"]+)"? does not exist', f"{_COMPILATION}Schema '{{0}}' {_NOT_THERE}", 2003, "02000"),
    _rule(r'Catalog (?:with name )?"?([^\s"]+)"? does not exist', f"{_COMPILATION}Database '{{0}}' {_NOT_THERE}", 2003, "02000"),
    _rule(r'with name "?([^\s"]+)"? already exists', f"{_COMPILATION}Object '{{0}}' already exists.", 2002, "42710"),
    _rule(r'Ambiguous reference to column name "([^"]+)"', f"{_COMPILATION}ambiguous column name '{{0}}'", 2028, "42601"),
    _rule(r'(?:Referenced (?:column|table)|does not have a column named|No column named) "([^"]+)"', f"{_COMPILATION}invalid identifier '{{0}}'", 904, "42000"),
    _rule(r"has (\d+) columns but (\d+) values were supplied", f"{_COMPILATION}Insert value list does not match column list expecting {{0}} but got {{1}}", 2020, "21S01"),
    _rule(r"Column count mismatch|Expected (\d+) columns? but", f"{_COMPILATION}{{all}}", 2020, "21S01"),
    _rule(r"Division by zero", "Division by zero", 100051, "22012"),
    _rule(r"value (\S+) can't be cast because the value is out of range for the destination type INT64|Could not convert string [\"'](-?\d+)[\"'] to INT64", f"a NUMBER beyond 64 bits, {{0}}, is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"Could not convert string [\"'](.*)[\"'] to BOOL", "Boolean value '{0}' is not recognized", 100037, "22018"),
    _rule(r"Could not convert string [\"'](.*)[\"'] to (?:U?INT|DOUBLE|FLOAT|DECIMAL|HUGEINT)", "Numeric value '{0}' is not recognized", 100038, "22018"),
    _rule(r"date field (?:format|value out of range): \"(.*?)\"", "Date '{0}' is not recognized", 100040, "22007"),
    _rule(r"time(?:stamp)? field (?:format|value out of range): \"(.*?)\"", "Timestamp '{0}' is not recognized", 100035, "22007"),
    _rule(r"Could not parse string \"(.*?)\" according to format", "Can't parse '{0}' as date with the format that was given", 100096, "22007"),
    _rule(r"Malformed JSON.*Input: \"(.*)\"", "Error parsing JSON: {0}", 100069, "22P02"),
    _rule(r"Could not cast value (\S+) to DECIMAL|with value (\S+) can't be cast because the value is out of range", "Numeric value '{0}' is out of range", 100039, "22003"),
    _rule(r"Overflow in|out of range", "Numeric value is out of range: {all}", 100039, "22003"),
    _rule(r"No files found that match the pattern \"(.*?)\"", "Remote file '{0}' was not found.", 91016, "22000"),
    _rule(r"NOT NULL constraint failed: (\S+)", "NULL result in a non-nullable column ({0})", 100072, "22000"),
    _rule(r"CHECK constraint failed on table .*length\(\"?(.*?)\"?\) <= (\d+)", "String is too long and would be truncated: column {0} holds {1} characters", 100078, "22000"),
    _rule(r"CHECK constraint failed on table .*json_type\(\"?(.*?)\"?\) IN \('(\w+)'", "Expression type does not match column data type, expecting {1} for column {0}", 2023, "22000"),
    _rule(r"(PRIMARY KEY|UNIQUE).*violat", f"rows that break a PRIMARY KEY, UNIQUE or FOREIGN KEY, which Snowflake doesn't hold, are {NOT_HERE}: {{all}}", *UNSUPPORTED),
    _rule(r"More than one row returned by a subquery", "Single-row subquery returns more than one row.", 90150, "22000"),
    _rule(r"cannot affect the same target row more than once", "Duplicate row detected during DML action", 100090, "42P18"),
    _rule(r"Current transaction is aborted", f"an earlier error ended this transaction: ROLLBACK, and begin again; going on is {NOT_HERE}", *UNSUPPORTED),
    _rule(r"(?i)conflict", f"another session changed the same rows at the same time: run it again; waiting for it is {NOT_HERE}", 625, "57014"),
    _rule(r"Invalid Input Error: Values were not provided for the following parameters", f"{_COMPILATION}a bind has no value", 2049, "42601"),
    _rule(r"Binder Error: (.*)", f"{_COMPILATION}{{0}}", *INVALID),
)  # fmt: skip


def refuse(what: str) -> Exception:
    """The error for SQL that the local warehouse would answer wrongly."""
    return failure(f"{what} is {NOT_HERE}", UNSUPPORTED)


def failure(message: str, number: tuple[int, str]) -> Exception:
    """An error as the connector's users see it."""
    from snowflake.connector.errors import ProgrammingError

    return ProgrammingError(msg=message, errno=number[0], sqlstate=number[1])


def of_duckdb(error: Exception, *, timed_out: bool = False) -> Exception:
    """DuckDB's error (a duckdb.Error) as Snowflake says it."""
    import duckdb

    if isinstance(error, duckdb.InterruptException):
        if timed_out:
            return failure("Statement reached its statement or warehouse timeout and was canceled.", TIMED_OUT)
        return failure("SQL execution canceled", CANCELLED)
    return _ruled(str(error)) or failure(_first(str(error)), FAILED)


def of_connector(error: Any, *, understood: bool) -> Any:
    """fakesnow's error as Snowflake says it. understood: Snowflake's parser took the statement, so that a syntax error
    is DuckDB's alone.
    """
    message = re.sub(r"^(?:\d{6} \(\w+\): )+", "", str(error.msg))
    if error.errno == UNSUPPORTED[0]:
        return error
    if understood and (match := re.search(r"Parser Error: syntax error (at or near .*?)(?:\n|$)", message)):
        return refuse(f"this statement (DuckDB stops {match[1].strip()})")
    return _ruled(message) or error


def _ruled(message: str) -> Exception | None:
    for rule in _RULES:
        if match := rule.pattern.search(message):
            groups = [group or "" for group in match.groups()] or [""]
            if not groups[0] and len(groups) > 1:
                groups = groups[1:]
            return failure(rule.message.format(*groups, all=_first(message)), (rule.number, rule.state))
    return None


def _first(message: str) -> str:
    return re.split(r"\n\n|\nLINE|\n\s*Candidate functions:", message)[0].strip()
