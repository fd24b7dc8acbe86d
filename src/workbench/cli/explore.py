"""workbench warehouse tables, describe, preview, profile: from a table's name to what is in it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator

import click

CONNECTION = click.option("--connection", metavar="PROFILE", help="A connection profile; default: as in the notebooks.")
FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the result.")


def add_to(group: click.Group) -> None:
    """Make the commands known to `workbench warehouse`."""
    for one in (tables, describe, preview, profile):
        group.add_command(one)


@click.command()
@click.argument("search", nargs=-1)
@CONNECTION
@click.option("--columns", is_flag=True, help="Each table's columns as well.")
@FORM
def tables(search: tuple[str, ...], connection: str | None, columns: bool, form: str) -> None:
    """List the tables and views, or those that SEARCH finds. Exit status 1 where it finds none.

    Every word of SEARCH is looked for in names, then columns, then what dbt or the warehouse says of them.

    \b
    workbench warehouse tables
    workbench warehouse tables session sku --columns
    """
    from workbench.app.warehouse import tables as found_by

    with working() as say:
        say("reading the catalogue")
        found = found_by(" ".join(search), connection)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
    elif len(found):
        click.echo(found.listed() if not columns else _with_columns(found.as_json()))
    for note in found.notes if len(found) or form == "json" else [found.caption, *found.notes]:
        click.echo(note, err=True)
    sys.exit(0 if len(found) or not search else 1)


def _with_columns(found: list[dict[str, object]]) -> str:
    lines = []
    for one in found:
        columns = one["columns"]
        assert isinstance(columns, list)
        width = max((len(column["name"]) for column in columns), default=0)
        lines.append(f"{one['schema']}.{one['name']}")
        for column in columns:
            lines.append(f"  {column['name']:{width}}  {column['type']}{'' if column['nullable'] else ' not null'}")
    return "\n".join(lines)


@click.command()
@click.argument("table")
@CONNECTION
@FORM
def describe(table: str, connection: str | None, form: str) -> None:
    """A TABLE's columns: types, keys, dbt's descriptions and tests, an example of each.

    \b
    workbench warehouse describe shopping_events
    workbench warehouse describe 'raw."Odd name"' --format json
    """
    from workbench.app.warehouse import describe as described

    found = described(table, connection)
    click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False) if form == "json" else repr(found))


@click.command()
@click.argument("table")
@click.option("-n", "--rows", type=click.IntRange(0, 10_000), default=10, show_default=True, help="How many.")
@CONNECTION
@FORM
def preview(table: str, rows: int, connection: str | None, form: str) -> None:
    """A TABLE's first rows.

    \b
    workbench warehouse preview shopping_events -n 3
    """
    from workbench.app.warehouse import preview as first

    found = first(table, rows, connection)
    if form == "json":
        click.echo(found.frame.to_json(orient="records", date_format="iso", indent=1, default_handler=str))
    else:
        click.echo(repr(found))


@click.command()
@click.argument("table")
@click.option("-c", "--column", "columns", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@click.option("--sample", type=float, metavar="N", help="A share of the rows (0.01), or a number of rows; 0 for all.")
@click.option("--compare", metavar="TABLE", help="Another table or query, to be put beside it.")
@click.option("--at", metavar="[COLUMN=]DAY[,DAY]", help="One day, or two that are compared.")
@click.option("-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A :NAME in a query.")
@CONNECTION
@FORM
def profile(
    table: str,
    columns: tuple[str, ...],
    sample: float | None,
    compare: str | None,
    at: str | None,
    given: tuple[tuple[str, str], ...],
    connection: str | None,
    form: str,
) -> None:
    """What the columns of TABLE hold; TABLE may be a query as well, and `-` is read from standard input.

    NULLs, distinct values, limits, means, quantiles, histograms, most frequent values, rows over time: computed by the
    warehouse. A table of more than 50 million rows is sampled, and the result says so.

    \b
    workbench warehouse profile shopping_events
    workbench warehouse profile shopping_events --at day=2026-10-01,2026-10-02
    workbench warehouse profile orders --compare staging.orders --format json
    """
    from workbench.app.warehouse import profile as profiled

    with working() as say:
        say("profiling")
        asked = sys.stdin.read() if table == "-" else table
        found = profiled(asked, columns, sample, compare, _days(at), connection, dict(given))
    click.echo(
        json.dumps(found.as_json(), indent=1, ensure_ascii=False, default=str) if form == "json" else repr(found)
    )


def _days(at: str | None) -> dict[str, list[str]] | list[str] | None:
    """`day=2026-10-01,2026-10-02` as profile's at=."""
    if at is None:
        return None
    column, _, days = at.rpartition("=")
    return {column: days.split(",")} if column else days.split(",")


@contextlib.contextmanager
def working() -> Iterator[Callable[[str], object]]:
    """Say what is being done: a line that moves on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield str
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update
