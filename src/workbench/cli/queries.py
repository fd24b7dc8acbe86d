"""workbench queries: what ran in the warehouse, and for whom."""

from __future__ import annotations

import json

import click


@click.command(context_settings={"show_default": True})
@click.argument("of", metavar="[RUN | NOTEBOOK]", required=False)
@click.option("--connection", metavar="PROFILE", help="A connection profile; default: as in the notebooks.")
@click.option("--days", type=click.IntRange(1, 7), help="How far back.  [default: 1; 7 with a run or a notebook]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the list.")
def command(of: str | None, connection: str | None, days: int | None, form: str) -> None:
    """List the queries of a run, of a notebook, or of today: when, how long, how many rows, and what they cost.

    Every query of a notebook and of a flow carries a query tag that says whose it is; values that were bound are in
    neither. Credits are Snowflake's, as far as it knows them yet: those of the warehouse come some hours later.

    \b
    workbench queries
    workbench queries NextProductFlow/12
    workbench queries explore.ipynb --format json
    """
    from workbench.cli.explore import working
    from workbench.warehouse.queries import queries

    with working() as say:
        say("reading the history of queries")
        found = queries(of, connection=connection, days=days or (7 if of else 1))
    if form == "json":
        click.echo(json.dumps([one.as_json() for one in found], indent=1, ensure_ascii=False))
        return
    if not found:
        click.echo("no queries", err=True)
    width = max((len(one.place) for one in found), default=0)
    for one in found:
        rows = "" if one.rows is None else f"{one.rows:,} rows"
        cost = "" if one.credits is None else f"  {one.credits:.6f} credits"
        text = " ".join(one.text.split())
        text = text if len(text) <= 60 else f"{text[:59]}…"
        outcome = rows if one.status == "success" else one.status.replace("_", " ")
        began = one.began.astimezone().strftime("%m-%d %H:%M:%S")
        click.echo(f"{began}  {one.seconds:8.2f} s  {outcome:>18}{cost}  {one.place:{width}}  {text}")
