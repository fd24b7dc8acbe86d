"""workbench warehouse: the local warehouse's life, queries, loading, the catalogue."""

from __future__ import annotations

import json
import shlex
import sys
from typing import Any

import click

from workbench.cli import explore
from workbench.cli.explore import CONNECTION, FORM


class Interruptible(click.Group):
    """Ctrl-C is said in a word, with the exit status that shells give it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)


@click.group(cls=Interruptible, context_settings={"show_default": True})
def command() -> None:
    """The local warehouse, and queries and tables of any warehouse.

    \b
    workbench warehouse start
    workbench warehouse sql "select count(*) from raw.events"
    workbench warehouse tables session
    """


@command.command()
@FORM
def start(form: str) -> None:
    """Start the local warehouse; whoever needs it starts it as well."""
    from workbench.app.warehouse import start as started

    _status(started(), form)


@command.command()
def stop() -> None:
    """Stop the local warehouse; its data stays."""
    from workbench.app.warehouse import stop as stopped

    click.echo("stopped" if stopped() else "it wasn't up")


@command.command()
@FORM
def status(form: str) -> None:
    """Whether the local warehouse is up, and where. Exit status 1 if it is down."""
    from workbench.app.warehouse import status as now

    facts = now()
    _status(facts, form)
    sys.exit(0 if facts.up else 1)


def _status(facts: Any, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(facts.as_json(), indent=1))
        return
    where = f"up at {facts.host}:{facts.port}, process {facts.pid}" if facts.up else "down"
    click.echo(f"local warehouse {where}\n  folder   {facts.folder} ({facts.bytes / 1e6:,.1f} MB)")
    click.echo(f"  default  {facts.profile}")


@command.command()
def env() -> None:
    """What dbt's profile reads, for a shell.

    \b
    eval "$(workbench warehouse env)" && dbt build --project-dir dbt --profiles-dir dbt
    """
    from workbench.app.warehouse import environment

    for name, value in environment().items():
        click.echo(f"export {name}={shlex.quote(value)}")


@command.command()
@click.argument("text")
@click.option("-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A :NAME in the text.")
@CONNECTION
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", help="Of the result.")
def sql(text: str, given: tuple[tuple[str, str], ...], connection: str | None, form: str) -> None:
    """Run one statement; TEXT `-` is read from standard input. All rows in csv and json, some in text.

    \b
    workbench warehouse sql "select * from raw.events where load_id = :load" -p load 1e45039f1d9ec12c
    """
    from workbench.app.warehouse import query

    frame = query(sys.stdin.read() if text == "-" else text, dict(given), connection)
    if form == "csv":
        click.echo(frame.to_csv(index=False), nl=False)
    elif form == "json":
        click.echo(frame.to_json(orient="records", date_format="iso", indent=1))
    else:
        from workbench.warehouse import table

        click.echo(repr(table(frame)))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


explore.add_to(command)
