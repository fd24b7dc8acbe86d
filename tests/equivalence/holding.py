"""The property of generated notebooks: flow and notebook give the same, or the flow is refused by a code.

As a program: `python tests/equivalence/holding.py --examples 20000`. It says the seed that it uses, shows how far it
is, and ends with figures, or with the smallest notebook that it could find where the property doesn't hold.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402 - the folders of the next two come first
from oracle import Outcome, compare  # noqa: E402

from strategies import notebooks  # noqa: E402

Json = dict[str, Any]
MOST_REFUSED = 0.2
"""Of a hundred generated notebooks at least eighty have to be promoted: to refuse is no way to hold the property."""


class Broken(AssertionError):
    """A notebook whose flow gives something else."""


@dataclass
class Figures:
    """What came of the examples. outcomes: "equal", or "refused " and the code → how many."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def examples(self) -> int:
        return self.outcomes.total()

    @property
    def refused(self) -> float:
        """The share that is refused."""
        return 1 - self.outcomes["equal"] / max(self.examples, 1)

    def __str__(self) -> str:
        each = f"{self.seconds / max(self.examples, 1) * 1000:.0f} ms an example"
        lines = [f"{self.examples} notebooks in {self.seconds:.0f} s ({each}), {self.refused:.1%} of them refused"]
        lines += [f"  {count:6} {outcome}" for outcome, count in self.outcomes.most_common()]
        return "\n".join(lines)


def hold(examples: int, start: int, *, shrink: bool = True, told: Callable[[Figures], None] | None = None) -> Figures:
    """Hold the property on that many notebooks from a seed. Raises Broken with the smallest notebook that breaks it."""
    figures = Figures()
    began = time.monotonic()

    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        report_multiple_bugs=False,
    )
    @given(notebooks())
    def each(notebook: Json) -> None:
        outcome = compare(notebook)
        figures.outcomes[" ".join([outcome.kind, *outcome.codes])] += 1
        figures.seconds = time.monotonic() - began
        if told is not None:
            told(figures)
        if outcome.kind not in ("equal", "refused"):
            raise Broken(described(notebook, outcome))

    each()
    return figures


def described(notebook: Json, outcome: Outcome) -> str:
    """A notebook and what came of it, for people."""
    cells = [f"# {' '.join(cell['metadata']['tags'])}\n{cell['source']}\n" for cell in notebook["cells"]]
    return "\n".join([outcome.kind, "", *cells, outcome.details, "", outcome.flow])


def _part(number: int, examples: int, start: int) -> Figures | str:
    """One process's share of the examples."""
    last = time.monotonic()

    def told(figures: Figures) -> None:
        nonlocal last
        if time.monotonic() - last > 10:
            last = time.monotonic()
            print(f"[{number}] {figures.examples} of {examples}, {figures.refused:.1%} refused", file=sys.stderr)

    try:
        return hold(examples, start, told=told)
    except Broken as broken:
        return str(broken)


def _first(examples: int, start: int) -> int:
    """Print how many notebooks it took to find one that breaks the property, and that one."""
    count = 0

    def told(figures: Figures) -> None:
        nonlocal count
        good = figures.examples - figures.outcomes["different"] - figures.outcomes["failed"]
        count = good + 1  # the one that breaks it is run again

    try:
        hold(examples, start, shrink=False, told=told)
    except Broken as broken:
        print(f"{count}\n{broken}")
        return 1
    return 0


def main() -> int:
    """Exit status 0: it holds; 1: a notebook breaks it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first", action="store_true", help="stop at the first that breaks it, as it is")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    if chosen.first:
        return _first(chosen.examples, chosen.seed)
    print(f"seed {chosen.seed}: `make fuzz SEED={chosen.seed}` does the same again", file=sys.stderr)
    share = -(-chosen.examples // chosen.processes)
    began = time.monotonic()
    with ProcessPoolExecutor(chosen.processes) as pool:
        parts = [pool.submit(_part, number, share, chosen.seed + number) for number in range(chosen.processes)]
        results = [part.result() for part in parts]
    whole = Figures()
    for result in results:
        if isinstance(result, Figures):
            whole.outcomes += result.outcomes
    whole.seconds = time.monotonic() - began
    print(whole)
    broken = [result for result in results if isinstance(result, str)]
    print("\n\n".join(broken))
    if not broken and whole.refused > MOST_REFUSED:
        print("too many are refused for this to show much")
    return 1 if broken or whole.refused > MOST_REFUSED else 0


if __name__ == "__main__":
    raise SystemExit(main())
