"""What the stress comes to: the accounts of all processes, held against what the warehouse has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

AT_ONCE = 15.0  # seconds, with eight processes on two cores; the connector's retries take 21 and more
# what a server of its own says of a statement, whatever else it does
IMMEDIATE = frozenset({"a write conflict", "several statements", "no such table", "division by zero", "a syntax error"})
SHOWN = 20

Row = tuple[int, int, int | None]  # worker, n, pair


class Judgement(NamedTuple):
    """What is wrong; all of it empty where nothing is."""

    lost: list[str]
    doubled: list[str]
    unasked: list[str]
    halves: list[str]
    counter: list[str]
    unclear: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self)


def judged(accounts: list[dict[str, Any]], rows: Iterable[Row], counter: int) -> Judgement:
    """accounts: by process, see mixed.Account. rows: of the shared table. counter: the number that all counted up."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for worker, number, _ in rows:
        found[worker][number] += 1
    lost, doubled, unasked, halves = [], [], [], []
    for worker, account in enumerate(accounts):
        kept, perhaps, there = set(account["kept"]), set(account["perhaps"]), found[worker]
        lost += [f"row {number} of process {worker}" for number in sorted(kept - set(there))]
        doubled += [f"row {number} of process {worker}" for number, count in there.items() if count > 1]
        unasked += [f"row {number} of process {worker}" for number in sorted(set(there) - kept - perhaps)]
        halves += [f"rows {pair} of process {worker}" for pair in account["pairs"].values() if _is_half(pair, there)]
    added = sum(account["added"] for account in accounts)
    most = added + sum(account["perhaps_added"] for account in accounts)
    wrong = [] if added <= counter <= most else [f"{counter}, where {added} to {most} were added"]
    return Judgement(lost, doubled, unasked, halves, wrong, list(_unclear(accounts)))


def _is_half(pair: list[int], there: Counter[int]) -> bool:
    return len({number in there for number in pair}) > 1


def _unclear(accounts: list[dict[str, Any]]) -> Iterator[str]:
    for account in accounts:
        yield from account["unclear"]
        for kind, seconds in account["slowest"].items():
            if kind in IMMEDIATE and seconds > AT_ONCE:
                yield f"{kind}: said after {seconds:.1f} s"


def summary(accounts: list[dict[str, Any]], found: Judgement, rows: int, counter: int) -> str:
    """The figures, for people."""
    statements = sum((Counter(account["statements"]) for account in accounts), Counter())
    errors = sum((Counter(account["errors"]) for account in accounts), Counter())
    lines = [f"{statements.total():,} pieces of work"]
    lines += [f"    {name.replace('_', ' '):24}{count:>9,}" for name, count in statements.most_common()]
    lines += [f"{errors.total():,} errors, each of which says what it is"]
    for name, count in errors.most_common():
        slowest = max(account["slowest"].get(name, 0.0) for account in accounts)
        lines.append(f"    {name:24}{count:>9,}   the slowest after {slowest:.1f} s")
    lines += [f"{rows:,} rows are there, and the counter is {counter:,}"]
    names = {
        "lost": "rows lost",
        "doubled": "rows there twice",
        "unasked": "rows that were refused and are there",
        "halves": "transactions of which half is there",
        "counter": "the counter is wrong",
        "unclear": "errors that are not clear",
    }
    for field, name in names.items():
        wrong: list[str] = getattr(found, field)
        lines.append(f"{name}: {len(wrong)}")
        lines += [f"    {one}" for one in wrong[:SHOWN]]
    return "\n".join(lines)
