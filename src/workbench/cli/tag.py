"""workbench tag: which cells a notebook's flow is made of, seen and set."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.app.tag import Row, Tagging


@click.command(context_settings={"show_default": True})
@click.argument("notebook", type=click.Path(path_type=Path))
@click.argument("cells", nargs=-1)
@click.option("--headings", is_flag=True, help="Tag every code cell: a step for each H2 section, as --steps headings.")
@click.option("--mix", is_flag=True, help="With --headings, also in a notebook that has steps by tags already.")
@click.option("--step", metavar="NAME", help="Put the cells into this step.")
@click.option("--setup", "part", flag_value="setup", help="Run the cells in every step.")
@click.option("--parameters", "part", flag_value="parameters", help="Make the cell's assignments parameters.")
@click.option("--skip", "part", flag_value="skip", help="Leave the cells behind.")
@click.option("--remove", "part", flag_value="remove", help="Take all of workbench's tags off the cells.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the list.")
def command(
    notebook: Path,
    cells: tuple[str, ...],
    headings: bool,
    mix: bool,
    step: str | None,
    part: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """List NOTEBOOK's code cells with their tags, or tag them. CELLS are numbers as listed, ranges, or cell ids.

    \b
    workbench tag analysis.ipynb                       the cells, their tags and headings
    workbench tag analysis.ipynb --headings --dry-run  what --headings would write
    workbench tag analysis.ipynb --headings            a step for each H2 section
    workbench tag analysis.ipynb 4-6 9 --step train
    workbench tag analysis.ipynb 2 --skip

    Nothing but the tags changes in the file, and a second time it changes no byte.
    """
    from workbench.app import tag as app

    if step is not None and part is not None:
        raise click.UsageError("a cell has one part in the flow: give one of --step, --setup, --parameters, --skip")
    wanted = f"step:{step}" if step is not None else part
    if headings and (cells or wanted):
        raise click.UsageError("--headings tags all code cells: give no cells and no other tag with it")
    if mix and not headings:
        raise click.UsageError("--mix goes with --headings")
    if bool(cells) != (wanted is not None):
        raise click.UsageError("name CELLS and what becomes of them: --step, --setup, --parameters, --skip or --remove")
    if headings:
        _say(app.by_headings(notebook, mix=mix, dry_run=dry_run), form)
    elif wanted is not None:
        _say(app.retag(notebook, cells, None if wanted == "remove" else wanted, dry_run=dry_run), form)
    else:
        _list(app.cells(notebook), form)


def _say(done: Tagging, form: str) -> None:
    """Each changed cell on stdout, what became of the file on stderr."""
    if form == "json":
        changes = [dataclasses.asdict(change) for change in done.changes]
        click.echo(
            json.dumps(
                {"notebook": str(done.notebook), "status": done.status, "cells": changes}, ensure_ascii=False, indent=1
            )
        )
        return
    _table([(f"cell {one.number}", ", ".join(one.after) or "no tags", one.heading) for one in done.changes])
    cells = f": {len(done.changes)} cell{'s' if len(done.changes) > 1 else ''} tagged" if done.changes else ""
    click.echo(f"{done.notebook} {done.status}{cells}", err=True)


def _list(rows: tuple[Row, ...], form: str) -> None:
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo("the notebook has no code cells", err=True)
        return
    shown = [(str(row.number), ", ".join(row.tags) or "–", row.heading, row.line) for row in rows]
    _table([("cell", "tags", "heading", "first line"), *shown])


def _table(rows: list[tuple[str, ...]]) -> None:
    """Aligned columns; on a terminal no wider than it is."""
    import shutil

    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for row in rows:
        line = "  ".join(field.ljust(width) for field, width in zip(row, widths, strict=True)).rstrip()
        click.echo(f"{line[: limit - 1]}…" if limit and len(line) > limit else line)
