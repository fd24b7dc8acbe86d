"""`workbench.sql` of many rows into pandas, beside the connector's fetch_pandas_all on the same server, and DuckDB.

    python benchmarks/fetch.py [--rows 1000000] [--rounds 5]

Whole processes, in turn (A B C A B C …); the seconds of the fetch alone, and of the whole process: medians, and the
medians of the rounds' ratios. The aim: no slower than the connector; DuckDB reads the same rows in its own process,
from a file of its own, without a server: that ratio is what the server and the connector cost.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# five columns of the kinds that tables have: a key, an amount, a text, a time, a measure
ROWS = """
create or replace table fetched as
select n as id, (mod(n, 100000) / 100)::number(10, 2) as amount, 'sku-' || mod(n, 5000) as sku,
    dateadd(second, n, '2024-01-01'::timestamp_ntz) as ts, sqrt(n::float) as measure
from (select seq8() as n from table(generator(rowcount => {rows})))
"""
OURS = "import workbench\nworkbench.sql('select 1')\nbegin()\nframe = workbench.sql('select * from fetched')"
CONNECTOR = (
    "from workbench.warehouse import connect\nsession = connect()\nsession.cursor().execute('select 1')\nbegin()\n"
    "frame = session.cursor().execute('select * from fetched').fetch_pandas_all()"
)
DUCKDB = (
    "import duckdb, pandas, os\nsession = duckdb.connect(os.environ['BENCHMARK_FILE'], read_only=True)\nbegin()\n"
    "frame = session.execute('select * from fetched').df()"
)
PROGRAM = """
import time
def begin():
    global began
    began = time.perf_counter()
{body}
seconds = time.perf_counter() - began
import json, resource
print(json.dumps([seconds, len(frame), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workbench-benchmark-") as scratch:
        os.environ |= {"WORKBENCH_ROOT": scratch, "WORKBENCH_CONNECTION": "local", "WORKBENCH_RESULT_MEMORY": "100%"}
        os.environ["BENCHMARK_FILE"] = str(Path(scratch) / "beside.duckdb")
        from workbench.project import Project
        from workbench.warehouse import local

        try:
            _make(options.rows)
            _compare(options.rows, options.rounds)
        finally:
            local.stop(Project(Path(scratch)))


def _make(rows: int) -> None:
    """The rows in the local warehouse, and the same in a DuckDB file."""
    import duckdb

    import workbench

    workbench.sql(ROWS.format(rows=rows))
    found = workbench.sql("select * from fetched", as_="arrow")
    with duckdb.connect(os.environ["BENCHMARK_FILE"]) as beside:
        beside.register("found", found)
        beside.execute("create table fetched as select * from found")


def _compare(rows: int, rounds: int) -> None:
    programs = {"workbench.sql": OURS, "fetch_pandas_all": CONNECTOR, "DuckDB in process": DUCKDB}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
    for number in range(rounds):
        for name, body in programs.items():
            found[name].append(_run(body, rows))
        latest = ", ".join(f"{name} {found[name][-1][0]:.2f} s" for name in programs)
        print(f"  {number + 1}: {latest} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
    print(f"{rows:,} rows x 5 columns, {rounds} rounds\n{'':20} {'fetch s':>8} {'process s':>10} {'peak MB':>8}")
    for name, each in found.items():
        middle = [statistics.median(one[place] for one in each) for place in range(3)]
        print(f"{name:20} {middle[0]:8.2f} {middle[1]:10.2f} {middle[2]:8,.0f}")
    for name in ("fetch_pandas_all", "DuckDB in process"):
        pairs = list(zip(found["workbench.sql"], found[name], strict=True))
        alone, whole = (statistics.median(ours[place] / theirs[place] for ours, theirs in pairs) for place in (0, 1))
        print(f"workbench.sql takes {alone:.2f} of {name}, {whole:.2f} as whole processes")


def _run(body: str, rows: int) -> tuple[float, float, float]:
    """Seconds of the fetch, seconds of the process, and its peak memory in MB."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body)], capture_output=True, text=True, check=False
    )
    whole = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, count, peak = json.loads(done.stdout.splitlines()[-1])
    assert count == rows
    return seconds, whole, peak * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    main()
