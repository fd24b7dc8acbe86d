"""What lowered cells call of workbench.runtime, under names that no notebook uses until the flow's own are chosen."""

from __future__ import annotations

import re
from collections.abc import Callable

_PREFIX = "_workbench_runtime_"
FAN_OUT = f"{_PREFIX}fan_out"  # the items of a loop, each in a list of its own
SHOW = f"{_PREFIX}show"
TIMED = f"{_PREFIX}timed"
PLACEHOLDERS = frozenset({FAN_OUT, SHOW, TIMED})


def filled(line: str, named: Callable[[str], str]) -> str:
    """A line with the flow's names in the places of the placeholders. named: gives a runtime function's name there."""
    if _PREFIX not in line:
        return line
    return re.sub(rf"{_PREFIX}(\w+)", lambda match: named(match[1]), line)
