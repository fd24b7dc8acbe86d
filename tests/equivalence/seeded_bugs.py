"""Whether the property of generated notebooks can fail: bugs are put into a copy of the package, one at a time.

    python tests/equivalence/seeded_bugs.py [NAME …]

Each has to be found within so many notebooks. Exit status 1 where one isn't.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
EXAMPLES = 400
SEED = 7


class NotThere(Exception):
    """The text that a bug replaces is not in the source any more."""


@dataclass(frozen=True)
class Bug:
    """A replacement in one file of workbench's. before: must stand there exactly once."""

    file: str
    before: str
    after: str

    def put_into(self, source: Path) -> None:
        """Raises NotThere."""
        path = source / "workbench" / self.file
        text = path.read_text()
        if text.count(self.before) != 1:
            raise NotThere(f"{self.file} has {text.count(self.before)} times: {self.before}")
        path.write_text(text.replace(self.before, self.after))


FACTS, HANDOVER, STATE = "compiler/facts.py", "runtime/handover.py", "runtime/state"
BUGS = {
    "what one way of a condition binds is sure": Bug(
        FACTS,
        "after = self.bound if after is None else after & self.bound",
        "after = self.bound if after is None else after | self.bound",
    ),
    "every loop runs": Bug(FACTS, "if _surely_runs(node.iter) and not _leaves(node.body):", "if True:"),
    "del leaves the name bound": Bug(FACTS, "            self.unbind(node.id)\n", ""),
    "writers of globals are forgotten": Bug(
        FACTS,
        "        self.deferred_writes |= free.writes\n        self.deferred_deletes |= free.deletes\n"
        "        self.deferred_unknowable",
        "        self.deferred_deletes |= free.deletes\n        self.deferred_unknowable",
    ),
    "a class body reads nothing": Bug(FACTS, "for name in sorted(reads - both):", "for name in []:"),
    "defaults and decorators need nothing": Bug(
        FACTS,
        "self.expressions(around(node)))\n        self.defer(node, scope_of(node))\n",
        "None)\n        self.defer(node, scope_of(node))\n",
    ),
    "a redefined function is hoisted": Bug(
        "compiler/definitions.py", "            or len(counted) != 1\n", "            or not counted\n"
    ),
    "a join takes the other branch": Bug(
        "compiler/dataflow.py", "best = max(found, key=rank)", "best = min(found, key=rank)"
    ),
    "names that share are pickled apart": Bug(
        "runtime/sharing.py", "if len(names) > 1 or own or any(", "if own or any("
    ),
    "views of arrays are copies": Bug("runtime/sharing.py", "            found[root] = name\n", ""),
    "functions share no cells": Bug(
        "runtime/pickling.py",
        "function.__closure__)\n",
        "tuple(types.CellType(cell.cell_contents) for cell in function.__closure__ or ()) or None)\n",
    ),
    "Python's generator begins anew": Bug(f"{STATE}/generators.py", "self.library.setstate(change)", "pass"),
    "numpy's generator begins anew": Bug(
        f"{STATE}/generators.py", "self.library._rand.set_state(pickle.loads(change))", "pass"
    ),
    "pandas' options are lost": Bug(
        f"{STATE}/options.py", "                self.library.set_option(key, value)", "                pass"
    ),
    "what a branch changes, a later one may use": Bug(
        "runtime/branches.py", "if name in other.used and other.used[name][0] > line:", "if False:"
    ),
    "what an iteration changes, the next ones may use": Bug(
        "runtime/iterations.py",
        "for name in sorted(changed):\n            raise self._tied(",
        "for name in ():\n            raise self._tied(",
    ),
    "a loop's sums forget their last step": Bug(
        "runtime/loops.py",
        "for step, at, arguments, options in part._steps:",
        "for step, at, arguments, options in part._steps[:-1]:",
    ),
    "the environment is lost": Bug(
        f"{STATE}/process.py", "                os.environ[name] = value", "                pass"
    ),
    "the warnings filters are lost": Bug(
        f"{STATE}/process.py", "        self.library.filters[:] = self.applied(change, self.library.filters)\n", ""
    ),
    "what is written onto a function is lost": Bug(
        f"{STATE}/definitions.py",
        "                put(definition, attribute, loads(content))",
        "                pass",
    ),
}


def main() -> int:
    """Seed each bug, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all)")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="how many notebooks each is given")
    parser.add_argument("--processes", type=int, default=2, help="how many bugs are tried at a time (default: 2)")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - BUGS.keys():
        parser.error(f"no bugs of these names: {', '.join(sorted(unknown))}")
    if not chosen.names and (count := found(None, chosen.examples)):
        print(f"the package as it is breaks the property in notebook {count}: nothing can be told")
        return 1
    names = chosen.names or list(BUGS)
    missed = 0
    with ThreadPoolExecutor(chosen.processes) as pool:
        trials = {pool.submit(tried, name, chosen.examples): name for name in names}
        for trial in as_completed(trials):
            count, seconds = trial.result()
            told = f"found by notebook {count}" if count else f"NOT FOUND in {chosen.examples} notebooks"
            print(f"{trials[trial]}: {told}, {seconds:.0f} s", flush=True)
            missed += not count
    print(f"{len(names) - missed} found, {missed} not")
    return 1 if missed else 0


def tried(name: str, examples: int) -> tuple[int, float]:
    """What found() gives for a bug, and the seconds that it took."""
    began = time.monotonic()
    return found(BUGS[name], examples), time.monotonic() - began


def found(bug: Bug | None, examples: int) -> int:
    """How many notebooks it took to find a bug, or one that is there already; 0: none was found. Raises NotThere."""
    with tempfile.TemporaryDirectory(prefix="seeded-") as folder:
        shutil.copytree(SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        if bug is not None:
            bug.put_into(Path(folder))
        done = subprocess.run(
            [
                *(sys.executable, str(Path(__file__).with_name("holding.py")), "--first"),
                *("--examples", str(examples), "--seed", str(SEED)),
            ],
            env={**os.environ, "PYTHONPATH": folder},
            stdout=subprocess.PIPE,
            text=True,
        )
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        raise RuntimeError(f"holding.py ended with {done.returncode}")
    return int(done.stdout.splitlines()[0]) if done.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
