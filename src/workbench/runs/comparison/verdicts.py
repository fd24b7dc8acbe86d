"""What a verification found, cell by cell and value by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.runs.comparison.judge import ArtifactCompared
from workbench.runs.comparison.outputs import OutputDifference

Json = dict[str, Any]
GOOD = frozenset({"equal", "noise"})


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """One cell. verdict: equal, noise, different, unsteady or not run. left, right: both sides' outputs."""

    number: int
    id: str
    step: str
    heading: str
    verdict: str
    noise: tuple[str, ...] = ()
    differences: tuple[OutputDifference, ...] = ()
    note: str = ""
    left: Sequence[Json] = ()
    right: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. notebook: as it was named; seconds: of the notebook's and the flow's run.

    failures: why one of the two ended early. unsteady_passes: whether what the notebook doesn't give twice is let pass.
    """

    notebook: str
    cells: tuple[CellVerdict, ...]
    artifacts: tuple[ArtifactCompared, ...]
    seconds: tuple[float, float]
    failures: tuple[str, ...] = ()
    unsteady_passes: bool = False

    @property
    def equal(self) -> bool:
        """Whether everything is equal, or noise (or unsteady, where that is let pass)."""
        good = GOOD | ({"unsteady"} if self.unsteady_passes else set())
        verdicts = {*(cell.verdict for cell in self.cells), *(each.verdict for each in self.artifacts)}
        return not self.failures and verdicts <= good

    def summary(self) -> str:
        """What it comes to, in a line."""
        counts = (
            ("cells", Counter(one.verdict for one in self.cells)),
            ("values", Counter(one.verdict for one in self.artifacts)),
        )
        told = "; ".join(
            f"{what}: {', '.join(f'{number} {verdict}' for verdict, number in count.most_common())}"
            for what, count in counts
            if count
        )
        if self.equal:
            return f"the flow does what the notebook does ({told})"
        return f"{'not everything could be compared' if self.failures else 'the flow and the notebook differ'} ({told})"
