"""The contract as data: `cases/*.cases`, a file a class, read into Case records.

A file's first line is its class, `# Times`. A case is a block of lines:

    [functions/iff] IFF: NULL is not true       the documentation's page, and the behaviour in a sentence
    > create or replace table t (a int)         statements that come before, in order
    >! select 1 / 0                             one that must fail
    < stage/a.csv 1\\n2\\n                        a file that is put into a stage
    select iff(null, 1, 2) as a                 the statement
    : NUMBER(1,0)                               the types of its columns
    @ A                                         their names
    ? name kind                                 of which columns the rows below are; all where there is none
    = 2                                         its rows, each on a line; `=` alone: none
    ! 100051 22012 Division by zero             or its error: number, SQL state, message, as regular expressions
    ~ time travel                               what the local warehouse refuses here instead
    % the type is called TIMESTAMP_TZ           what it has otherwise

Values: NULL, true, 1 and 1.5 (NUMBER), 1.5e0 (FLOAT), 'text', 2024-01-02, 2024-01-02T03:04:05+00:00, 03:04:05, x'00ff',
and JSON for VARIANT, OBJECT and ARRAY.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "cases"
_HEAD = re.compile(r"\[(?P<page>[^\]]+)\] (?P<title>.+)")


class Failure(NamedTuple):
    """An error that the documentation promises, each part as a regular expression."""

    number: str
    state: str
    message: str


class Case(NamedTuple):
    """A statement, what comes before it, and what the documentation promises of it."""

    group: str
    page: str
    title: str
    before: tuple[tuple[str, str], ...]
    statement: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    chosen: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] | None
    failure: Failure | None
    refused: str
    differs: str

    def __str__(self) -> str:
        return f"{self.group}: {self.title}"


def all_cases() -> tuple[Case, ...]:
    """Every case, class by class."""
    return tuple(case for path in sorted(FOLDER.glob("*.cases")) for case in read(path.read_text()))


def read(text: str) -> Iterator[Case]:
    """The cases of one file."""
    head, *blocks = re.split(r"\n+(?=\[)", text.strip())
    for block in blocks:
        yield _case(head.removeprefix("# ").strip(), block.split("\n"))


def _case(group: str, lines: list[str]) -> Case:
    head = _HEAD.fullmatch(lines[0])
    assert head is not None, lines[0]
    marked: dict[str, list[str]] = {mark: [] for mark in ":@?=!~%"}
    before, statement = [], []
    for line in lines[1:]:
        mark, _, rest = line.partition(" ")
        if mark in (">", ">!", "<"):
            before.append((mark, rest))
        elif mark in marked:
            marked[mark].append(rest)
        else:
            statement.append(line)
    (failure,) = [Failure(*rest.split(" ", 2)) for rest in marked["!"]] or [None]
    return Case(
        group,
        head["page"],
        head["title"],
        tuple(before),
        "\n".join(statement),
        *(tuple(word for rest in marked[mark] for word in rest.split(" ")) for mark in ":@?"),
        tuple(tuple(map(value, rest.split(" | "))) for rest in marked["="] if rest) if marked["="] else None,
        failure,
        "".join(marked["~"]),
        "".join(marked["%"]),
    )


def value(text: str) -> Any:
    """A value of a row."""
    words = {"NULL": None, "true": True, "false": False}
    if text in words:
        return words[text]
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return Decimal(text)
    if re.fullmatch(r"-?\d+\.\d+e-?\d+", text):
        return float(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.date.fromisoformat(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        return dt.datetime.fromisoformat(text)
    if re.fullmatch(r"\d\d:\d\d:.*", text):
        return dt.time.fromisoformat(text)
    if text.startswith("x'"):
        return bytes.fromhex(text[2:-1])
    if text[0] in "'\"":
        return ast.literal_eval(text)
    return json.loads(text, parse_float=Decimal)
