"""The seeded bugs are those of the source as it is."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from seeded_bugs import BUGS, SOURCE


@pytest.mark.parametrize("name", BUGS)
def test_bug_can_be_seeded(name: str, tmp_path: Path) -> None:
    """Its text stands once in the source, and what comes in its place is Python."""
    bug = BUGS[name]
    file = tmp_path / "workbench" / bug.file
    file.parent.mkdir(parents=True)
    shutil.copy(SOURCE / "workbench" / bug.file, file)
    bug.put_into(tmp_path)
    ast.parse(file.read_text())
