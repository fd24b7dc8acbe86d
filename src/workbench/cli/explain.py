"""workbench promote --explain: why a flow is what it is."""

from __future__ import annotations

import json
import os
import sys

from workbench.app.promote import explanation
from workbench.cli.start import coloured
from workbench.compiler.explained import as_json, explained
from workbench.errors import WorkbenchError


def explain(notebooks: list[str], steps: str, form: str) -> int:
    """Print the explanation of each notebook's flow. The exit status: 1 where one is refused or unreadable."""
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    failed = False
    report = []
    for at, notebook in enumerate(notebooks):
        try:
            book, found = explanation(notebook, steps)
        except WorkbenchError as error:
            failed = True
            sys.stderr.write(coloured(error) + "\n")
            continue
        failed |= found.refused
        report.append(as_json(found))
        if form == "text":
            sys.stdout.write(("\n" if at else "") + explained(found, book, colours=colours))
    if form == "json":
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return 1 if failed else 0
