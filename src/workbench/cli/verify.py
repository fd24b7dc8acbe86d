"""workbench verify: does the flow do what the notebook does?"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.app.run import Watcher
    from workbench.runs.rerun import OnCell


@click.command(context_settings={"show_default": True})
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of both runs."
)
@click.option("--steps", type=click.Choice(["tags", "headings"]), default="tags", help="What makes the steps.")
@click.option(
    "--rtol", type=click.FloatRange(min=0), default=0.0, help="Numbers may differ by this part of the larger."
)
@click.option("--atol", type=click.FloatRange(min=0), default=0.0, help="Numbers may differ by this much.")
@click.option("--ignore", "ignored", multiple=True, metavar="NAME", help="An artifact that is not compared.")
@click.option("--once", is_flag=True, help="Don't run the notebook again where something differs.")
@click.option("--allow-unsteady", is_flag=True, help="Let pass what the notebook itself doesn't give twice.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the report.")
def command(
    notebook: Path,
    given: tuple[tuple[str, str], ...],
    steps: str,
    rtol: float,
    atol: float,
    ignored: tuple[str, ...],
    once: bool,
    allow_unsteady: bool,
    form: str,
) -> None:
    """Run NOTEBOOK's promoted cells in a kernel, then its flow, and compare every output and every artifact.

    \b
    workbench verify notebooks/next_product.ipynb
    workbench verify notebooks/next_product.ipynb -p n_neighbours 50 --rtol 1e-9
    workbench verify analysis.ipynb --steps headings --format json > verified.json

    Each cell, and each value at the end of its step, is one of

    \b
    equal      the same text, tables, pictures (to the pixel), errors; the same value (to the last bit)
    noise      what differs has a name: memory addresses, times, progress bars, the order of a set, ...
    different  it differs; both sides are shown
    unsteady   it differs, and the notebook differs from itself there when it is run twice
    unproven   a value that can't be looked into; `--ignore NAME` leaves it out
    not run    the notebook or the flow failed before

    The exit status is 0 only if all are equal or noise. Both run in the notebook's folder, one after the other, with
    the same PYTHONHASHSEED. Cells that are left behind don't run. The notebook isn't touched, and no run is kept.

    A page under .workbench/verify/ shows both sides beside each other, with their pictures and tables.

    JSON: {"notebook", "equal", "seconds": {"notebook", "flow"}, "failures", "report",
    "cells": [{"number", "id", "step", "heading", "verdict", "noise", "note",
    "differences": [{"where", "notebook", "flow", "note"}]}],
    "artifacts": [{"step", "name", "verdict", "noise", "unproven",
    "differences": [{"path", "notebook", "flow", "note"}]}]}
    """
    from workbench.app.verify import Options, verify
    from workbench.cli.results import interruptible
    from workbench.cli.verdicts import say

    options = Options(
        "headings" if steps == "headings" else "tags", rtol, atol, frozenset(ignored), once, allow_unsteady
    )
    with interruptible():
        verified = verify(notebook, given, options, _Showing())
    say(verified, form)
    sys.exit(0 if verified.found.equal else 1)


class _Showing:
    """A Showing (workbench.app.verify), on stderr."""

    @contextlib.contextmanager
    def notebook(self, again: bool) -> Iterator[OnCell]:
        from workbench.cli.progress import CellsProgress

        click.echo("the notebook, once more" if again else "the notebook", err=True)
        with CellsProgress() as progress:
            yield progress.cell

    @contextlib.contextmanager
    def flow(self) -> Iterator[Watcher]:
        from workbench.cli.progress import StepsProgress

        click.echo("the flow", err=True)
        with StepsProgress() as progress:
            yield progress
