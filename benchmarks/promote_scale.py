"""How `workbench promote` grows with the notebook, beside a bare Python that parses the same cells.

    python benchmarks/promote_scale.py [--pairs 9] [--cells 50 100 200 400 800]

Whole processes, in turn (A B A B …): medians, the median of the pairs' ratios, and the CPU time of each further cell
since the notebook before it, which stays the same where the cost is linear.
The aims: 200 cells under 0.5 s, and a linear cost.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BARE = """
import ast, json, sys
with open(sys.argv[1]) as file:
    notebook = json.load(file)
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        lines = "".join(cell["source"]).split("\\n")
        ast.parse("\\n".join(line for line in lines if not line.startswith(("%", "!"))))
"""

Cell = dict[str, object]


def notebook(cells: int) -> dict[str, object]:
    """A notebook as people have them: sections of prose, imports, functions, frames, loops, magics; steps of about ten
    cells, some of them beside one another.
    """
    made: list[Cell] = [markdown("# A long analysis\n\nWhat it is about, in a few words.")]
    made.append(code("import numpy as np\nimport pandas as pd\nfrom pathlib import Path", "setup"))
    made.append(code("alpha = 0.1  # how much\nday = '2026-10-01'", "parameters"))
    section = 0
    while len(made) < cells:
        made += _section(section)
        section += 1
    for at, cell in enumerate(made[:cells]):
        cell["id"] = f"cell{at:05}"
    return {"cells": made[:cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def markdown(source: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *tags: str) -> Cell:
    return {
        "cell_type": "code", "metadata": {"tags": list(tags)}, "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


def _section(number: int) -> Iterator[Cell]:
    """About twelve cells. Every fifth and sixth section run beside each other after the one before them."""
    n, before = number, max(number - 1, 0)
    after = (f"after:s{n - n % 5 + 2}",) if n % 5 in (3, 4) else ()
    tags = (f"step:s{n}", *after)
    source = f"total{before}" if n and n % 5 not in (0, 3, 4) else "alpha"
    yield markdown(
        f"## Section {n}\n\nWhat is done here, *why*, and what to look at.\n\n- one\n- two\n\n```python\nx = 1\n```"
    )
    yield code(
        f'def cleaned{n}(frame, low=0):\n    """Without what is not wanted."""\n'
        f"    kept = frame[frame.price > low]\n    return kept.assign(price=kept.price * SCALE{n})\n\n\n"
        f"class Result{n}:\n    def __init__(self, frame):\n        self.frame = frame\n\n"
        f"    def summary(self):\n        return {{'rows': len(self.frame), 'mean': self.frame.price.mean()}}"
    )
    yield code(f"SCALE{n} = {n + 1}\nrng{n} = np.random.default_rng({n})\nn_rows{n} = 100", *tags)
    yield code(
        f"frame{n} = pd.DataFrame({{'price': rng{n}.normal(size=n_rows{n}), 'sku': range(n_rows{n})}})\n"
        f"frame{n}['day'] = pd.Timestamp(day)\nframe{n} = cleaned{n}(frame{n}, low={source} * 0)\nframe{n}.head()",
        *tags,
    )
    yield code(f"%time grouped{n} = frame{n}.groupby('sku', as_index=False).agg({{'price': 'sum'}})\ngrouped{n}", *tags)
    yield markdown(f"### Looking closer\n\nThe groups of section {n}, as they come.")
    yield code(
        f"rows{n} = []\nfor sku, price in zip(grouped{n}.sku, grouped{n}.price):\n"
        f"    if price > alpha:\n        rows{n}.append((sku, round(price, 2)))\n    else:\n        continue\n"
        f"len(rows{n})",
        *tags,
    )
    yield code(f"# a look at it, left behind\nframe{n}.describe()\n!ls | head -3")
    yield code(
        f"with open(Path('out{n}.txt'), 'w') as file:\n    file.writelines(f'{{sku}}\\n' for sku, _ in rows{n})\n"
        f"best{n} = max(rows{n}, key=lambda row: row[1], default=None)\nbest{n}",
        *tags,
    )
    yield code(
        f"result{n} = Result{n}(frame{n})\ntry:\n    total{n} = float(result{n}.summary()['mean'])\n"
        f"except ZeroDivisionError as error:\n    print(error)\n    total{n} = 0.0\nprint(f'total {{total{n}:.3f}}')",
        *tags,
    )
    yield markdown("What comes out is carried on to the next section.")


def cost(command: list[str], folder: Path) -> tuple[float, float]:
    """The wall seconds and the CPU seconds of one whole process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with Path(os.devnull).open("w") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        pid = os.posix_spawn(command[0], command, {**environment, "PWD": str(folder)}, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return wall, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--cells", type=int, nargs="+", default=[50, 100, 200, 400, 800])
    parser.add_argument("--write", type=Path, help="Only write the notebooks into this folder.")
    options = parser.parse_args()
    workbench = str(Path(sys.executable).parent / "workbench")
    with tempfile.TemporaryDirectory() as name:
        folder = options.write or Path(name)
        before: tuple[int, float] | None = None
        for cells in options.cells:
            path = folder / f"n{cells}.ipynb"
            path.write_text(json.dumps(notebook(cells)))
            if options.write:
                continue
            promote = [workbench, "promote", str(path), "-o", str(folder / f"flow{cells}.py")]
            bare = [sys.executable, "-c", BARE, str(path)]
            cost(promote, folder), cost(bare, folder)
            pairs = [(cost(promote, folder), cost(bare, folder)) for _ in range(options.pairs)]
            ours, theirs = zip(*pairs, strict=True)
            wall, cpu = (statistics.median(values) for values in zip(*ours, strict=True))
            bare_wall, bare_cpu = (statistics.median(values) for values in zip(*theirs, strict=True))
            ratio = statistics.median(one[1] / other[1] for one, other in pairs)
            further = "" if before is None else f"   {1e6 * (cpu - before[1]) / (cells - before[0]):5.0f} µs a cell"
            print(
                f"{cells:4} cells  {1000 * wall:6.0f} ms, {1000 * cpu:6.0f} ms CPU"
                f"   bare {1000 * bare_wall:4.0f} ms, {1000 * bare_cpu:4.0f} ms CPU   ratio {ratio:5.2f}{further}",
                flush=True,
            )
            before = cells, cpu


if __name__ == "__main__":
    main()
