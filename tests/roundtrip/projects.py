"""A project folder with one notebook and its flow, to be edited."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from workbench.app import promote

CELLS = [
    ("parameters", "alpha = 0.1  # how smooth"),
    ("", "import json\n\n\ndef double(value):\n    return value * 2"),
    ("step:load", "rows = [1, 2, 3]\ntotal = sum(rows)\nprint(total)"),
    ("step:train", "first = rows[0]\nmodel = double(total) * alpha\nmodel"),
]


class Project:
    """A project folder with one notebook and its flow."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notebook = root / "notebooks" / "n.ipynb"
        self.flow = root / "flows" / "n.py"
        self.notebook.parent.mkdir()
        (root / "pyproject.toml").touch()
        self.write(CELLS)

    def write(self, cells: list[tuple[str, str]]) -> None:
        """Write the notebook of (tag, source) cells."""
        made: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"c{at}", "metadata": {"tags": [tag] if tag else []}, "source": source,
             "outputs": [], "execution_count": None}
            for at, (tag, source) in enumerate(cells)
        ]  # fmt: skip
        self.notebook.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def change(self, old: str, new: str) -> None:
        """Change the notebook's cells, as text."""
        self.write([(tag, source.replace(old, new)) for tag, source in CELLS])

    def edit(self, old: str, new: str) -> str:
        """Edit the flow by hand; returns its text."""
        text = self.flow.read_text()
        assert text.count(old) == 1
        self.flow.write_text(text.replace(old, new))
        return self.flow.read_text()

    def sources(self) -> dict[str, str]:
        """The cells' texts, by id."""
        cells = json.loads(self.notebook.read_text())["cells"]
        return {cell["id"]: cell["source"] for cell in cells}

    def tags(self) -> dict[str, list[str]]:
        """The cells' tags, by id."""
        cells = json.loads(self.notebook.read_text())["cells"]
        return {cell["id"]: cell["metadata"]["tags"] for cell in cells}

    def promote(self, **options: Any) -> promote.Outcome:
        """`workbench promote`."""
        return promote.promote(self.notebook, **options)

    def check(self) -> str:
        """What `workbench promote --check` finds."""
        outcome = promote.check(self.notebook)
        assert outcome is not None
        return outcome.status

    def commit(self) -> None:
        """Commit everything."""
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "now"]):
            subprocess.run(["git", *arguments], cwd=self.root, check=True)
