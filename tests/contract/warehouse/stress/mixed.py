"""One process of the stress: mixed statements until its time is over, and an account of what it was promised.

The account is what the judgement rests on. A row whose statement was answered is kept; one whose answer was lost with
the server may be there; one whose statement gave an error must not be there.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

import workbench
from workbench import sql
from workbench.errors import MissingTable, WarehouseDown, WarehouseError

SHARED = "create table if not exists stress_rows (worker int, n int, pair int)"
COUNTER = "create table if not exists stress_counter as select 0 as n"
ENDLESS = "select count(*) from table(generator(rowcount => 10000000)) a, table(generator(rowcount => 10000000)) b"
LIMIT = "STATEMENT_TIMEOUT_IN_SECONDS"
CONFLICT = "another session changed the same rows"
WIDE = 150_000  # rows of two BIGINTs and a text: several chunks
DOWN_SECONDS = 60.0  # for so long after the server was killed, errors say that it is down


class Account:
    """What a process did, and what the warehouse must have of it."""

    def __init__(self) -> None:
        self.kept: set[int] = set()
        self.perhaps: set[int] = set()
        self.pairs: dict[int, list[int]] = {}
        self.added = self.perhaps_added = 0
        self.statements: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}
        self.unclear: list[str] = []

    def error(self, kind: str, seconds: float) -> None:
        """Count an error that says what it should, and how long it took."""
        self.errors[kind] += 1
        self.slowest[kind] = max(self.slowest.get(kind, 0.0), seconds)

    def written(self) -> str:
        """As JSON."""
        facts = {name: sorted(one) if isinstance(one, set) else one for name, one in vars(self).items()}
        return json.dumps(facts)


class Mixed:
    """The statements of one process. number: its own, in every row it writes. killed: when the server was, last."""

    def __init__(self, number: int, killed: Callable[[], float], did: Callable[[], None]) -> None:
        self.number = number
        self.account = Account()
        self._killed, self._did = killed, did
        self._random = random.Random(number)
        self._next = 0
        self._own: dict[int, str] | None = {}
        self._kinds: dict[Callable[[], None], int] = {
            self.insert: 6, self.transaction: 4, self.count_up: 6, self.read: 6, self.wide: 1, self.append: 1,
            self.replace: 1, self.merge: 1, self.wrong: 3, self.cancelled: 1, self.define: 2, self.look: 2,
        }  # fmt: skip

    def run(self, end: float) -> None:
        """One after another, by chance, until the time (of time.monotonic) has come."""
        while time.monotonic() < end:
            (kind,) = self._random.choices(list(self._kinds), list(self._kinds.values()))
            began = time.monotonic()
            try:
                kind()
            except WarehouseError as error:
                self._judge(kind.__name__, error, time.monotonic() - began)
                self._leave()
            except Exception as error:
                self.account.unclear.append(f"{kind.__name__}: {type(error).__name__}: {error}")
                self._leave()
            self.account.statements[kind.__name__] += 1
            self._did()

    def _judge(self, kind: str, error: WarehouseError, seconds: float) -> None:
        """An error that nobody provoked is clear where it says that the server is down while it is, or a conflict."""
        if isinstance(error, WarehouseDown) and time.monotonic() - self._killed() < DOWN_SECONDS:
            self.account.error("the warehouse is down", seconds)
        elif CONFLICT in str(error):
            self.account.error("a write conflict", seconds)
        else:
            self.account.unclear.append(f"{kind}: {type(error).__name__}: {error}")

    def _leave(self) -> None:
        """What is open after an error is none of the next statement's."""
        try:
            sql("rollback")
        except WarehouseError as error:
            self._judge("rollback", error, 0.0)

    def _new(self) -> int:
        self._next += 1
        return self._next

    def insert(self) -> None:
        """One row, that is there when it was answered."""
        number = self._new()
        try:
            sql("insert into stress_rows values (:w, :n, null)", w=self.number, n=number)
        except WarehouseDown:
            self.account.perhaps.add(number)
            raise
        self.account.kept.add(number)

    def transaction(self) -> None:
        """Two rows in a transaction, or none; some are rolled back."""
        numbers = [self._new(), self._new()]
        pair = numbers[0]
        sql("begin")
        for number in numbers:
            sql("insert into stress_rows values (:w, :n, :p)", w=self.number, n=number, p=pair)
        if self._random.random() < 0.2:
            sql("rollback")
            return
        self.account.pairs[pair] = numbers
        try:
            sql("commit")
        except WarehouseDown:
            self.account.perhaps.update(numbers)
            raise
        self.account.kept.update(numbers)

    def count_up(self) -> None:
        """One more in a row that all processes change: a conflict is an error at once, and nothing was added.

        Within a transaction that goes on for a while, so that there are conflicts.
        """
        sql("begin")
        sql("update stress_counter set n = n + 1")
        sql("select count(*) from stress_rows")
        try:
            sql("commit")
        except WarehouseDown:
            self.account.perhaps_added += 1
            raise
        self.account.added += 1

    def read(self) -> None:
        """All that was kept so far is there."""
        found = sql("select count(*) as c, count(distinct n) as d from stress_rows where worker = :w", w=self.number)
        least, most = len(self.account.kept), len(self.account.kept | self.account.perhaps)
        if not least <= found.d[0] <= most or found.c[0] != found.d[0]:
            self.account.unclear.append(f"read: {found.c[0]} rows, {found.d[0]} numbers; kept {least} to {most}")

    def wide(self) -> None:
        """A result of several chunks arrives whole."""
        text = f"select seq8() as n, sha1(seq8()::varchar) as t from table(generator(rowcount => {WIDE}))"
        found = sql(text)
        if len(found) != WIDE or found.n.sum() != WIDE * (WIDE - 1) // 2 or found.t.str.len().sum() != 40 * WIDE:
            self.account.unclear.append(f"wide: {len(found)} rows, sum {found.n.sum()}")

    def append(self) -> None:
        """New rows of a frame."""
        there = max(self._table(), default=0)
        self._write("append", {there + place: self._word() for place in range(1, 4)}, self._table())

    def replace(self) -> None:
        """A frame in place of what was there."""
        self._write("replace", {place: self._word() for place in range(self._random.randint(1, 50))}, {})

    def merge(self) -> None:
        """Rows of a frame by their key, some of which are there."""
        self._write("merge", {self._random.randint(0, 80): self._word() for _ in range(5)}, self._table())

    def _word(self) -> str:
        return f"{self._random.random():.12f}"

    def _table(self) -> dict[int, str]:
        """The process' own table, as it must be; as it is, where an answer was lost with the server."""
        if self._own is None:
            self._own = self._found()
        return self._own

    def _found(self) -> dict[int, str]:
        try:
            found = sql(f"select k, v from stress_own_{self.number}")
        except MissingTable:
            return {}
        return dict(zip(found.k.tolist(), found.v.tolist(), strict=True))

    def _write(self, mode: Any, rows: dict[int, str], before: dict[int, str]) -> None:
        """After it the table is as it was or as it is to be, whatever happens."""
        was, after = dict(self._table()), {**before, **rows}
        frame = pd.DataFrame({"k": list(rows), "v": list(rows.values())})
        try:
            workbench.write(frame, f"stress_own_{self.number}", mode, key="k" if mode == "merge" else None)
        except WarehouseError:
            self._own = None
            if self._table() not in (was, after):
                self.account.unclear.append(f"{mode}: half of a frame is there")
            raise
        self._own = after
        if self._found() != after:
            self.account.unclear.append(f"{mode}: the table is not what was written")

    def wrong(self) -> None:
        """What can't be gives its own error, at once."""
        text, kind, says = self._random.choice(
            (
                ("select * from stress_nothing", "no such table", "does not exist"),
                ("select 1; select 2", "several statements", "statement count 2 did not match"),
                ("select 1 / 0", "division by zero", "Division by zero"),
                ("selec 1", "a syntax error", "Unexpected token"),
            )
        )
        began = time.monotonic()
        try:
            sql(text)
        except WarehouseDown:
            raise
        except WarehouseError as error:
            if says not in str(error):
                raise
            self.account.error(kind, time.monotonic() - began)
        else:
            self.account.unclear.append(f"wrong: an answer to {text!r}")

    def cancelled(self) -> None:
        """An endless statement of another session ends when it is cancelled, or takes too long, and says so."""
        from workbench.warehouse.failures import raised, translated

        text, limit = self._random.choice((("SQL execution canceled", None), ("statement or warehouse timeout", 1)))
        try:
            with closing(workbench.warehouse.connect()) as session:
                cursor = session.cursor()
                cursor.execute_async(ENDLESS, _statement_params={LIMIT: limit} if limit else None)
                query = cursor.sfqid
                if limit is None:
                    sql("select system$cancel_query(:query)", query=query)
                began = time.monotonic()
                try:
                    cursor.get_results_from_sfqid(query)
                    cursor.fetchall()
                except raised() as error:
                    if text not in str(error):
                        raise
                    self.account.error("timed out" if limit else "cancelled", time.monotonic() - began)
                else:
                    self.account.unclear.append("cancelled: an answer to what is endless")
        except raised() as error:
            raise translated(error, profile="local") from error

    def define(self) -> None:
        """A table made, changed and dropped."""
        name = f"stress_define_{self.number}"
        sql(f"create or replace table {name} as select seq8() as n from table(generator(rowcount => 100))")
        sql(f"alter table {name} add column t varchar")
        sql(f"update {name} set t = n::varchar where n < 50")
        found = sql(f"select count(*) as c, count(t) as t from {name}")
        sql(f"drop table {name}")
        if found.iloc[0].tolist() != [100, 50]:
            self.account.unclear.append(f"define: {found.iloc[0].tolist()}")

    def look(self) -> None:
        """What is there, by SHOW and by the information schema."""
        shown = set(sql("show tables like 'stress_%'")["name"])
        listed = set(sql("select table_name as t from information_schema.tables where table_name like 'STRESS%'").t)
        if not {"STRESS_ROWS", "STRESS_COUNTER"} <= shown & listed:
            self.account.unclear.append(f"look: {sorted(shown)} and {sorted(listed)}")


def work(number: int, root: str, account: str, seconds: float, shared: Any) -> None:
    """In a process of its own: run for so long, and write the account. shared: see stress.Shared."""
    os.environ |= {"WORKBENCH_ROOT": root, "WORKBENCH_CONNECTION": "local"}

    def did() -> None:
        shared.counts[number] += 1

    mixed = Mixed(number, lambda: float(shared.killed.value), did)
    try:
        sql("select 1")
        shared.ready.wait()
        mixed.run(time.monotonic() + seconds)
    except KeyboardInterrupt:
        return
    Path(account).write_text(mixed.account.written())
