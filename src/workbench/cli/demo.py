"""workbench demo: the whole path once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from workbench.app.demo import demo
from workbench.cli.progress import CellsProgress, StepsProgress
from workbench.demo.sizes import SIZES

if TYPE_CHECKING:
    from rich.status import Status


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
    """A stage on the screen: a spinner while it goes on, where there is a terminal, and a line when it ends."""

    def __init__(self, title: str) -> None:
        self._title, self._note, self._began = title, "", time.monotonic()
        self._spinner: Status | None = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._spinner = Console(stderr=True).status(title)
            self._spinner.start()
        else:
            click.echo(title, err=True)

    def say(self, note: str) -> None:
        """What is going on; what is said last stays."""
        self._note = note
        if self._spinner is not None:
            self._spinner.update(f"{self._title}  {note}")

    def make_room(self) -> None:
        """Leave the title alone: something else shows how it goes on, or it is over."""
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
            click.echo(self._title, err=True)

    def ended(self) -> None:
        """Say what came of it, and how long it took."""
        self.make_room()
        took = click.style(f"{time.monotonic() - self._began:.1f} s", dim=True)
        click.echo(f"  {self._note}  {took}", err=True)


class _Teller:
    """Shows the stages, one after the other, on stderr."""

    def __init__(self) -> None:
        self._stage: _Stage | None = None

    @contextmanager
    def stage(self, title: str) -> Iterator[_Stage]:
        self._stage = _Stage(title)
        try:
            yield self._stage
            self._stage.ended()
        finally:
            self._stage.make_room()

    @contextmanager
    def steps(self) -> Iterator[StepsProgress]:
        self._make_room()
        with StepsProgress() as progress:
            yield progress

    @contextmanager
    def cells(self) -> Iterator[Callable[[int, int, str], None]]:
        self._make_room()
        with CellsProgress() as progress:
            yield progress.cell

    def _make_room(self) -> None:
        if self._stage is not None:
            self._stage.make_room()
