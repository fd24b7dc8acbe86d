"""Processes that use one local warehouse at once, while its server is killed again and again.

    python tests/contract/warehouse/stress/stress.py [--processes 8] [--minutes 10] [--kills 10] [--format json]

Each process inserts, commits and rolls back, counts up in a row that all change, reads, writes frames, makes tables,
asks for what can't be, and cancels. At the end the server is killed once more, and what the next one finds is held
against what the processes were promised. Exit status 1 where a row is lost, there twice or half of a transaction, or
where an error is not a clear one. All of it is on this machine, in a folder of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from judgement import Judgement, judged, summary
from mixed import COUNTER, SHARED, work

from workbench import sql
from workbench.project import Project
from workbench.warehouse import local, sessions

PATIENCE = 120.0  # seconds for the start, and for the last statement, of each process
LINE_SECONDS = 30.0  # between two lines of progress where there is no terminal


class Shared(NamedTuple):
    """What the processes share: when the server was killed last, how much each did, and that all have begun."""

    killed: Any
    counts: Any
    ready: Any


def main(arguments: list[str]) -> int:
    """Run it. Returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--processes", type=int, default=8, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="how long (default: %(default)s)")
    parser.add_argument("--kills", type=int, metavar="K", help="of the server, in between (default: one a minute)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the summary")
    given = parser.parse_args(arguments)
    if given.processes < 1 or given.minutes <= 0 or (given.kills or 0) < 0:
        parser.error("that is nothing to do")
    kills = max(1, round(given.minutes)) if given.kills is None else given.kills
    with _project() as project:
        accounts = _run(project, given.processes, given.minutes * 60, kills)
        rows, counter = _left(project)
    found = judged(accounts, rows, counter)
    _say(given.format, accounts, found, len(rows), counter)
    return 0 if found.holds else 1


@contextlib.contextmanager
def _project() -> Iterator[Project]:
    """A project of its own, with the tables that are shared; its warehouse is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="workbench-stress-") as folder:
        os.environ |= {"WORKBENCH_ROOT": folder, "WORKBENCH_CONNECTION": "local"}
        project = Project(Path(folder))
        try:
            sql(SHARED)
            sql(COUNTER)
            yield project
        finally:
            sessions.forget("local", project)
            local.stop(project)


def _run(project: Project, count: int, seconds: float, kills: int) -> list[dict[str, Any]]:
    """Let the processes work, and kill the server in between. Returns their accounts."""
    context = multiprocessing.get_context("spawn")
    shared = Shared(context.Value("d", -1e9), context.Array("L", count), context.Barrier(count + 1))
    files = [project.root / f"account-{number}.json" for number in range(count)]
    processes = [
        context.Process(target=work, args=(number, str(project.root), str(file), seconds, shared))
        for number, file in enumerate(files)
    ]
    for process in processes:
        process.start()
    try:
        shared.ready.wait(PATIENCE)
        _watch(project, seconds, kills, shared)
        end = time.monotonic() + PATIENCE
        for process in processes:
            process.join(max(0.0, end - time.monotonic()))
    finally:
        for process in processes:
            process.kill()
    return [_account(file) for file in files]


def _account(file: Path) -> dict[str, Any]:
    """What a process wrote; one that didn't come to it hung, or ended."""
    if file.exists():
        found: dict[str, Any] = json.loads(file.read_text())
        return found
    raise SystemExit(f"a process hung, or ended before its time: there is no {file.name}")


def _watch(project: Project, seconds: float, kills: int, shared: Shared) -> None:
    """Kill the server at equal distances, and say how it goes."""
    began = said = time.monotonic()
    due = [seconds * place / (kills + 1) for place in range(1, kills + 1)]
    done = 0
    while (passed := time.monotonic() - began) < seconds:
        if done < len(due) and passed > due[done]:
            done += _kill(project, shared.killed)
        line = f"{passed:.0f} of {seconds:.0f} s: {sum(shared.counts):,} pieces of work, the server killed {done} times"
        if sys.stderr.isatty():
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - said > LINE_SECONDS:
            print(line, file=sys.stderr, flush=True)
            said = time.monotonic()
        time.sleep(min(1.0, seconds / 20))
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _kill(project: Project, killed: Any = None) -> int:
    """Kill the server, if one is up. killed: is told when."""
    address = local.find(project)
    if address is None:
        return 0
    if killed is not None:
        killed.value = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.kill(address.pid, signal.SIGKILL)
    return 1


def _left(project: Project) -> tuple[list[tuple[int, int, int | None]], int]:
    """The rows and the counter that a new server finds, after the last one was killed as well."""

    _kill(project)
    sessions.forget("local", project)
    _wait_for_its_end(project)
    table = sql("select worker, n, pair from stress_rows", as_="arrow")
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return rows, int(sql("select n from stress_counter").n[0])


def _wait_for_its_end(project: Project) -> None:
    while local.find(project) is not None:
        time.sleep(0.05)


def _say(format_: str, accounts: list[dict[str, Any]], found: Judgement, rows: int, counter: int) -> None:
    if format_ == "json":
        print(json.dumps({"rows": rows, "counter": counter, "holds": found.holds, **found._asdict()}))
    else:
        print(summary(accounts, found, rows, counter))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
