"""workbench rerun: a notebook itself, with other parameters."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(context_settings={"show_default": True})
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the run."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the executed notebook here as well.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the result.")
def command(notebook: Path, given: tuple[tuple[str, str], ...], output: Path | None, form: str) -> None:
    """Run NOTEBOOK itself in a kernel, with other values in its `parameters` cell, into .workbench/runs/.

    \b
    workbench rerun notebooks/explore_sessions.ipynb -p day 2026-10-01 -o october.ipynb
    """
    from workbench.app.rerun import run
    from workbench.cli.progress import CellsProgress
    from workbench.cli.results import finish, interruptible

    with interruptible(), CellsProgress() as progress:
        finished = run(notebook, given, progress.cell, output=output)
    sys.exit(finish(finished, form))
