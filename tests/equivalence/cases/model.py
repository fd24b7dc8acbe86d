"""How a case is written down, and the notebook that it stands for."""

from __future__ import annotations

from typing import Any

Steps = tuple[str | list[str], ...] | list[tuple[str, str]]
"""A tuple: what the cells of steps a, b, c … say, several cells of a step as a list. A list: (source, tags) of each
cell, the tags as words: `("x = 1", "step:a setup")`."""

# libraries of the notebook's own folder
FILES = {
    # one that numbers what it makes
    "numbered_things.py": """
class Thing:
    made = 0

    def __init__(self):
        Thing.made += 1
        self.number = Thing.made

    def __repr__(self):
        return f"thing {self.number}"
""",
    # one that says something while it is imported
    "loud_things.py": """
import sys
import warnings

print("hello from loud things")
print("and again", file=sys.stderr)


def complain(level=1):
    warnings.warn("too loud", stacklevel=level)


def sqrt(value):
    return f"loud {value}"
""",
    # one whose names others have too
    "starry_things.py": """
x = 10
sum = max


def sqrt(value):
    return f"starry {value}"
""",
}


def notebook(steps: Steps) -> dict[str, Any]:
    """A case as nbformat 4 has it."""
    cells: list[dict[str, Any]] = []
    if isinstance(steps, list):
        cells += [_code(f"cell-{at}", source, tags.split()) for at, (source, tags) in enumerate(steps)]
    else:
        for step, sources in zip("abcdefghijklmnopqrstuvwxyz", steps, strict=False):
            cells.append({"cell_type": "markdown", "id": f"m-{step}", "metadata": {}, "source": f"## {step}"})
            of_step = [sources] if isinstance(sources, str) else sources
            cells += [_code(f"{step}-{at}", source, [f"step:{step}"]) for at, source in enumerate(of_step)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _code(name: str, source: str, tags: list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": tags},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
