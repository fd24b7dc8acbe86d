"""How big a generated shop is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Size:
    """One size of the shop. Counts are exact: every shop of a size has this many of each."""

    name: str
    skus: int
    leaves: int  # leaf categories
    shopping_sessions: int  # sessions that look at one product at least
    browsing_sessions: int  # sessions of page views alone: two thirds of all


SIZES = {
    size.name: size
    for size in (
        Size("small", skus=500, leaves=20, shopping_sessions=4_000, browsing_sessions=8_000),
        Size("medium", skus=5_000, leaves=80, shopping_sessions=100_000, browsing_sessions=200_000),
        Size("large", skus=57_000, leaves=172, shopping_sessions=1_700_000, browsing_sessions=3_400_000),
    )
}

# Four whole weeks, Monday to Sunday: three to learn from and one to be judged on.
FIRST_DAY = date(2026, 9, 7)
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range(28))
# Some products come into the shop only now, so nobody can have learnt them before.
LAUNCH_DAY = 21
