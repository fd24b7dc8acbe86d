"""The warehouse's functions beside what one would write without them, on generated events in a local warehouse.

    python benchmarks/warehouse.py [--only write] [--events 10000000] [--rows 1000000] [--pairs 3] [--folder DIR]

profile   `workbench.profile` of the events, beside pulling them into a DataFrame and profiling that
fetch     `workbench.sql` of many rows into pandas, beside the connector's fetch_pandas_all, and DuckDB in process
write     `workbench.write` of many rows, beside the connector's executemany

Each comparison is of processes, in turn (A B A B …), against one server; the figures are medians, the ratio is the
median of the pairs' ratios. Peak memory is the client process' own; the server's is what it rose to meanwhile. Of fetch
and write the seconds are those of the call alone, once the session is open. --folder keeps the events, and the
environment of what is compared with, for the next time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.warehouse.local.address import Address

# a shop's clickstream: ids, times, a few kinds, skus of which some are much more frequent, NULLs, amounts
EVENTS = """
create or replace table events as
select
    md5(n::varchar) as event_id,
    left(sha1(floor(n / 7)::varchar), 16) as session_id,
    (mod(n, 7) + 1)::number(38, 0) as event_number,
    dateadd(second, floor(n * 0.777), '2026-01-01'::timestamp_ntz) as occurred_at,
    dateadd(second, floor(n * 0.777), '2026-01-01'::timestamp_ntz)::date as day,
    case when r < 700000 then 'pageview' when r < 900000 then 'detail' when r < 960000 then 'add'
        when r < 970000 then 'remove' else 'purchase' end as event_kind,
    case when r >= 700000 then 'P' || floor(sqrt(q::float) * 30)::number(38, 0)::varchar end as sku,
    'https://shop.example/' || (case when r < 700000 then 'page/' else 'product/' end)
        || floor(sqrt(q::float))::number(38, 0)::varchar as url,
    case when r >= 970000 then round(exp(3 + q / 300000.0), 2)::number(10, 2) end as amount
from (
    select seq8() as n, uniform(0, 999999, random(1)) as r, uniform(0, 999999, random(2)) as q
    from table(generator(rowcount => {events}))
)
"""

PROFILE = "import workbench; workbench.profile('events')._repr_html_()"

PULL_AND_PROFILE = """
import json, os, sys, time
began = time.perf_counter()
from snowflake.connector import connect
session = connect(**json.loads(os.environ["BENCHMARK_CONNECTION"]))
frame = session.cursor().execute("select * from events").fetch_pandas_all()
pulled = time.perf_counter() - began
from ydata_profiling import ProfileReport
ProfileReport(frame, minimal=True, progress_bar=False).to_html()
print(f"{pulled:.1f} s of it until the frame is there", file=sys.stderr)
"""
# the last versions together with the connector that workbench has; setuptools has the pkg_resources that it imports
YDATA = ("ydata-profiling==4.18.4", "snowflake-connector-python[pandas]==4.8.0", "setuptools<81")

# five columns of the kinds that tables have: a key, an amount, a text, a time, a measure
ROWS = """
create or replace table fetched as
select n as id, (mod(n, 100000) / 100)::number(10, 2) as amount, 'sku-' || mod(n, 5000) as sku,
    dateadd(second, n, '2024-01-01'::timestamp_ntz) as ts, sqrt(n::float) as measure
from (select seq8() as n from table(generator(rowcount => {rows})))
"""
TIMED = """
import time
def begin():
    global began
    began = time.perf_counter()
{body}
seconds = time.perf_counter() - began
import json, resource
print(json.dumps([seconds, len(frame), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
FETCH = """
import workbench
workbench.sql("select 1")
begin()
frame = workbench.sql("select * from fetched")
"""
FETCH_PANDAS_ALL = """
from workbench.warehouse import connect
session = connect()
session.cursor().execute("select 1")
begin()
frame = session.cursor().execute("select * from fetched").fetch_pandas_all()
"""
FETCH_DUCKDB = """
import duckdb, pandas, os
session = duckdb.connect(os.environ["BENCHMARK_FILE"], read_only=True)
begin()
frame = session.execute("select * from fetched").df()
"""
WRITTEN = """
create or replace table written (id int, amount number(10, 2), sku varchar, ts timestamp_ntz, measure float)
"""
FRAME = """
import json, os, numpy, pandas
n = numpy.arange(int(os.environ["BENCHMARK_ROWS"]))
frame = pandas.DataFrame({
    "id": n,
    "amount": n % 100000 / 100,
    "sku": "sku-" + pandas.Series(n % 5000).astype(str),
    "ts": numpy.datetime64("2024-01-01", "us") + n.astype("timedelta64[s]"),
    "measure": numpy.sqrt(n),
})
"""
WRITE = """
import workbench
workbench.sql("select 1")
begin()
workbench.write(frame, "written")
"""
EXECUTEMANY = """
from snowflake.connector import connect
session = connect(**json.loads(os.environ["BENCHMARK_CONNECTION"]), paramstyle=os.environ["BENCHMARK_STYLE"])
cursor = session.cursor()
cursor.execute("select 1")
marks = ", ".join(["?" if os.environ["BENCHMARK_STYLE"] == "qmark" else "%s"] * 5)
columns = [frame[name].dt.to_pydatetime() if name == "ts" else frame[name].tolist() for name in frame]
records = list(zip(*columns))
begin()
cursor.executemany(f"insert into written values ({marks})", records)
"""
FEWER = 1_000  # rows that executemany is given: a million would take it hours


class Measured(NamedTuple):
    """One process: its wall seconds, its peak memory and the server's, in MB. said: the last line on its stderr."""

    seconds: float
    client: float
    server: float
    said: str


class Timed(NamedTuple):
    """A call in a process: its seconds, those of the process, the process' peak memory in MB, and the call's rows."""

    seconds: float
    whole: float
    peak: float
    rows: int


class Bench:
    """A warehouse. folder: the project's; events, rows: how many its tables have."""

    def __init__(self, folder: Path, events: int, rows: int) -> None:
        from workbench.project import Project

        self.folder = folder
        self.events = events
        self.rows = rows
        os.environ |= {
            "WORKBENCH_ROOT": str(folder),
            "WORKBENCH_CONNECTION": "local",
            "WORKBENCH_RESULT_MEMORY": "100%",
        }
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self.project = Project(folder)

    @property
    def address(self) -> Address:
        from workbench.warehouse import local

        return local.ensure(self.project)

    def with_events(self) -> None:
        """The events, where the folder doesn't have as many; the server starts anew, with all in its files."""
        import workbench
        from workbench.errors import MissingTable
        from workbench.warehouse import local

        try:
            count = int(workbench.sql("select count(*) as n from events").n[0])
        except MissingTable:
            count = 0
        if count != self.events:
            print(f"generating {self.events:,} events", file=sys.stderr)
            workbench.sql(EVENTS.format(events=self.events))
        local.stop(self.project)

    def run(self, command: list[str], **environment: str) -> Measured:
        """One whole process."""
        self._forget_peak()
        with tempfile.TemporaryFile() as errors:
            began = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **environment},
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
        if process.returncode:
            raise SystemExit(f"{command[0]} failed:\n{said[-3000:]}")
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return Measured(seconds, peak / 1e6, self._peak(), said.splitlines()[-1] if said else "")

    def timed(self, body: str, **environment: str) -> Timed:
        """A process that calls begin() before what is measured, and has a frame of as many rows."""
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", TIMED.format(body=body)],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        whole = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(done.stderr[-3000:])
        seconds, count, peak = json.loads(done.stdout.splitlines()[-1])
        return Timed(seconds, whole, peak * (1 if sys.platform == "darwin" else 1024) / 1e6, count)

    def connection(self) -> str:
        """What the connector needs, as JSON."""
        return json.dumps({**self.address.connection(), "login_timeout": 60})

    def _forget_peak(self) -> None:
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.address.pid}/clear_refs").write_text("5")

    def _peak(self) -> float:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.address.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
        return float("nan")


def compare(bench: Bench, pairs: int, ours: Callable[[], Measured], theirs: Callable[[], Measured], name: str) -> None:
    """Run both in turn and print the table. name: what ours is compared with."""
    found = []
    for pair in range(pairs):
        found.append((ours(), theirs()))
        one, other = found[-1]
        load = os.getloadavg()[0]
        print(
            f"  {pair + 1}: {one.seconds:.1f} s and {other.seconds:.1f} s (load {load:.1f}) {other.said}",
            file=sys.stderr,
        )
    print(f"{'':28} {'seconds':>9} {'client MB':>10} {'server MB':>10}")
    for label, side in (("workbench", 0), (name, 1)):
        middle = [statistics.median(pair[side][field] for pair in found) for field in range(3)]
        print(f"{label:28} {middle[0]:9.1f} {middle[1]:10,.0f} {middle[2]:10,.0f}")
    faster = statistics.median(other.seconds / one.seconds for one, other in found)
    smaller = statistics.median(other.client / one.client for one, other in found)
    print(f"{'ratio':28} {faster:8.1f}x {smaller:9.1f}x   ({pairs} pairs, {bench.events:,} events)\n")


def profile(bench: Bench, pairs: int) -> None:
    """workbench.profile of the events, beside pulling them and a DataFrame profile. The aim: 30 times, a tenth."""
    python = environment(bench.folder / "ydata", YDATA)
    if python is None:
        return
    bench.with_events()
    print("profile", file=sys.stderr)
    subprocess.run([python, "-W", "ignore", "-c", "import ydata_profiling"], check=True, capture_output=True)
    compare(
        bench,
        pairs,
        lambda: bench.run([sys.executable, "-c", PROFILE]),
        lambda: bench.run(
            [str(python), "-W", "ignore", "-c", PULL_AND_PROFILE], BENCHMARK_CONNECTION=bench.connection()
        ),
        "pull, ydata-profiling",
    )


def in_turn(pairs: int, ways: dict[str, Callable[[], Timed]]) -> dict[str, list[Timed]]:
    """Go each way in turn and print a table; the figures by the way."""
    found: dict[str, list[Timed]] = {name: [] for name in ways}
    for pair in range(pairs):
        for name, run in ways.items():
            found[name].append(run())
        latest = ", ".join(f"{name} {each[-1].seconds:.2f} s" for name, each in found.items())
        print(f"  {pair + 1}: {latest} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
    print(f"{'':28} {'rows':>9} {'seconds':>9} {'µs a row':>9} {'process s':>10} {'client MB':>10}")
    for name, each in found.items():
        seconds, whole, peak, rows = (statistics.median(one[place] for one in each) for place in range(4))
        print(f"{name:28} {rows:9,.0f} {seconds:9.2f} {seconds / rows * 1e6:9.1f} {whole:10.2f} {peak:10,.0f}")
    return found


def ratio(ours: list[Timed], theirs: list[Timed]) -> float:
    """How many times as long a row takes them: the median of the pairs'."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median((other.seconds / other.rows) / (one.seconds / one.rows) for one, other in pairs)


def fetch(bench: Bench, pairs: int) -> None:
    """workbench.sql into pandas. The aim: no slower than the connector. DuckDB reads the same rows in its own process,
    from a file of its own: that ratio is what the server and the connector cost.
    """
    import duckdb

    import workbench

    beside = bench.folder / "beside.duckdb"
    beside.unlink(missing_ok=True)
    workbench.sql(ROWS.format(rows=bench.rows))
    rows = workbench.sql("select * from fetched", as_="arrow")
    with duckdb.connect(str(beside)) as session:
        session.register("found", rows)
        session.execute("create table fetched as select * from found")
    print("fetch", file=sys.stderr)
    found = in_turn(
        pairs,
        {
            "workbench.sql": lambda: bench.timed(FETCH),
            "fetch_pandas_all": lambda: bench.timed(FETCH_PANDAS_ALL),
            "DuckDB in process": lambda: bench.timed(FETCH_DUCKDB, BENCHMARK_FILE=str(beside)),
        },
    )
    for name in ("fetch_pandas_all", "DuckDB in process"):
        print(f"workbench.sql takes {1 / ratio(found['workbench.sql'], found[name]):.2f} of {name}")
    print()


def write(bench: Bench, pairs: int) -> None:
    """workbench.write beside executemany, of which fewer rows are measured: they are compared by the row. The aim: 50
    times. executemany has the values in the statement's text (pyformat, the connector's default) or bound (qmark).
    """
    import workbench

    def written(body: str, rows: int, style: str = "") -> Timed:
        workbench.sql(WRITTEN)
        connection = {"BENCHMARK_CONNECTION": bench.connection(), "BENCHMARK_STYLE": style}
        found = bench.timed(FRAME + body, BENCHMARK_ROWS=str(rows), **connection)
        assert int(workbench.sql("select count(*) as n from written").n[0]) == rows
        return found

    print("write", file=sys.stderr)
    fewer = min(FEWER, bench.rows)
    found = in_turn(
        pairs,
        {
            "workbench.write": lambda: written(WRITE, bench.rows),
            "executemany": lambda: written(EXECUTEMANY, fewer, "pyformat"),
            "executemany, qmark": lambda: written(EXECUTEMANY, fewer, "qmark"),
        },
    )
    for name in ("executemany", "executemany, qmark"):
        print(f"a row takes {ratio(found['workbench.write'], found[name]):.0f} times as long by {name}")
    print()


def environment(folder: Path, packages: tuple[str, ...]) -> str | None:
    """The interpreter of an environment with the packages, made if need be; None where they can't be installed."""
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        uv = str(Path(sys.executable).parent / "uv")
        print(f"installing {packages[0]}", file=sys.stderr)
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *packages]
        for command in (make, install):
            ended = subprocess.run(command, check=False, capture_output=True, text=True)
            if ended.returncode:
                print(f"{packages[0]} can't be installed:\n{ended.stderr.strip()[-1000:]}", file=sys.stderr)
                return None
        done.touch()
    return str(python)


COMPARISONS: dict[str, Callable[[Bench, int], None]] = {"profile": profile, "fetch": fetch, "write": write}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--only", choices=COMPARISONS, action="append")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    from workbench.warehouse import local

    with tempfile.TemporaryDirectory(prefix="workbench-benchmark-") as scratch:
        folder = (options.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, options.events, options.rows)
        try:
            for name in options.only or COMPARISONS:
                COMPARISONS[name](bench, options.pairs)
        finally:
            local.stop(bench.project)


if __name__ == "__main__":
    main()
