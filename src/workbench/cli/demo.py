"""workbench demo: the whole path once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from workbench.app.demo import demo
from workbench.cli.progress import CellsProgress, StepsProgress
from workbench.demo.sizes import SIZES


@click.command(context_settings={"show_default": True})
@click.option("--size", type=click.Choice(list(SIZES)), default="small", help="How big the generated shop is.")
def command(size: str) -> None:
    """Generate a shop's data, load it, build its tables, explore it, promote a notebook, run it, and link it back.

    Everything is on this machine, in the local warehouse; what is done already is not done again.

    \b
    workbench demo
    workbench demo --size medium
    """
    began = time.monotonic()
    try:
        following = demo(size, _Teller())
    except KeyboardInterrupt:
        click.echo("stopped; `workbench demo` goes on from here", err=True)
        sys.exit(130)
    click.echo(f"\nThe whole path took {time.monotonic() - began:.0f} s. Open next:\n", err=True)
    width = max(len(each.command) for each in following)
    for each in following:
        click.echo(f"  {each.command:<{width}}  {each.what}")


class _Stage:
    """A stage's line: its last note is said when the stage ends."""

    def __init__(self, title: str) -> None:
        self.title, self.note = title, ""

    def say(self, note: str) -> None:
        self.note = note


class _Teller:
    """A line when a stage begins, another when it ends; between them what the stage itself shows. On stderr."""

    @contextmanager
    def stage(self, title: str) -> Iterator[_Stage]:
        stage, began = _Stage(title), time.monotonic()
        click.echo(click.style(title, bold=True), err=True)
        yield stage
        click.echo(f"  {stage.note}{click.style(f'  {time.monotonic() - began:.1f} s', dim=True)}", err=True)

    @contextmanager
    def steps(self) -> Iterator[StepsProgress]:
        with StepsProgress() as progress:
            yield progress

    @contextmanager
    def cells(self) -> Iterator[Callable[[int, int, str], None]]:
        with CellsProgress() as progress:
            yield progress.cell
