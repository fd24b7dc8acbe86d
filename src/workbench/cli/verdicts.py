"""What a verification found, as text and as JSON."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workbench.app.verify import Verified
    from workbench.runs.comparison.judge import ArtifactCompared
    from workbench.runs.comparison.outputs import OutputDifference
    from workbench.runs.comparison.verdicts import CellVerdict, Verification

_COLOURS = {"equal": "green", "noise": "green", "different": "red", "unsteady": "yellow", "unproven": "yellow"}
_CONTEXT, _LINES, _WIDTH = 1, 24, 160


def say(verified: Verified, form: str) -> None:
    """Print the report on stdout, and the sum of it on stderr. form: "text" or "json"."""
    found = verified.found
    if form == "json":
        report = {**as_json(found), "report": str(verified.page)}
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for line in _lines(found):
        click.echo(line)
    for failure in found.failures:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {failure}", err=True)
    click.echo(found.summary(), err=True)
    click.echo(f"  side by side: {os.path.relpath(verified.page)}", err=True)


def as_json(found: Verification) -> dict[str, Any]:
    """The report for programs, as `workbench verify --help` describes it."""
    return {
        "notebook": found.notebook,
        "equal": found.equal,
        "seconds": {"notebook": found.seconds[0], "flow": found.seconds[1]},
        "failures": list(found.failures),
        "cells": [
            {
                "number": cell.number,
                "id": cell.id,
                "step": cell.step,
                "heading": cell.heading,
                "verdict": cell.verdict,
                "noise": list(cell.noise),
                "note": cell.note,
                "differences": [
                    {"where": one.where, "notebook": one.left, "flow": one.right, "note": one.note}
                    for one in cell.differences
                ],
            }
            for cell in found.cells
        ],
        "artifacts": [
            {
                "step": each.step,
                "name": each.name,
                "verdict": each.verdict,
                "noise": list(each.noise),
                "unproven": each.unproven,
                "differences": [
                    {"path": one.path, "notebook": one.left, "flow": one.right, "note": one.note}
                    for one in each.differences
                ],
            }
            for each in found.artifacts
        ],
    }


def _lines(found: Verification) -> Iterator[str]:
    """A table of the cells, one of the artifacts, and what differs."""
    yield from _table(
        ("cell", "step", "heading", "outputs"),
        [((str(one.number), one.step, one.heading), one.verdict, ", ".join(one.noise)) for one in found.cells],
    )
    if found.artifacts:
        yield ""
        yield from _table(
            ("artifact", "step", "value"),
            [((one.name, one.step), one.verdict, ", ".join(one.noise) or one.unproven) for one in found.artifacts],
        )
    for cell in found.cells:
        yield from _cell(cell)
    for artifact in found.artifacts:
        yield from _artifact(artifact)


def _table(head: tuple[str, ...], rows: list[tuple[tuple[str, ...], str, str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head[:-1], *(row[0] for row in rows), strict=True)]
    yield click.style("  ".join([*map(str.ljust, head[:-1], widths), head[-1]]), bold=True)
    for fields, verdict, more in rows:
        cells = "  ".join(map(str.ljust, fields, widths))
        yield f"{cells}  {click.style(verdict, fg=_COLOURS.get(verdict, 'red'))}" + (f" ({more})" if more else "")


def _cell(cell: CellVerdict) -> Iterator[str]:
    if cell.verdict not in ("different", "unsteady"):
        return
    where = f"step {cell.step}" if cell.step != "setup" else "setup"
    yield ""
    yield click.style(f"cell {cell.number} ({', '.join(filter(None, [cell.heading, where]))})", bold=True)
    if cell.note:
        yield f"  {cell.note}"
    for one in cell.differences:
        yield f"  {one.where}" + (f": {one.note}" if one.note else "")
        yield from _both(one)


def _both(one: OutputDifference) -> Iterator[str]:
    """Both sides, line by line: `-` the notebook's, `+` the flow's."""
    left, right = one.left.splitlines(), one.right.splitlines()
    shown = 0
    for line in difflib.unified_diff(left, right, n=_CONTEXT, lineterm=""):
        if line.startswith(("---", "+++", "@@")):
            continue
        if shown == _LINES:
            yield "    …"
            return
        shown += 1
        colour = {"-": "red", "+": "green"}.get(line[:1])
        yield click.style(f"    {line[0]} {line[1:][:_WIDTH]}".rstrip(), fg=colour)


def _artifact(each: ArtifactCompared) -> Iterator[str]:
    if not each.differences:
        return
    yield ""
    yield click.style(f"{each.name} at the end of step {each.step}", bold=True)
    for one in each.differences:
        yield f"  {one.path}" + (f": {one.note}" if one.note else "")
        yield click.style(f"    - {one.left}", fg="red")
        yield click.style(f"    + {one.right}", fg="green")
