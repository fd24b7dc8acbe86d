"""workbench lineage: what a thing comes from, and what comes of it."""

from __future__ import annotations

import json

import click

from workbench.cli.explore import CONNECTION, working


@click.command()
@click.argument("x", metavar="NAME")
@click.option("--upstream", "side", flag_value="up", help="Only what it comes from.")
@click.option("--downstream", "side", flag_value="down", help="Only what comes of it.")
@click.option("--format", "form", type=click.Choice(["text", "json", "mermaid"]), default="text", help="Of the graph.")
@CONNECTION
def command(x: str, side: str | None, form: str, connection: str | None) -> None:
    """What NAME comes from, and what comes of it: tables, dbt's models, loads, notebooks, flows, runs, commits.

    NAME is a table or a dbt model, a notebook, a flow, a run or an artifact. Of a run, the dbt invocation, the load ids
    and the git commit come first.

    \b
    workbench lineage session_interactions
    workbench lineage notebooks/next_product.ipynb --upstream
    workbench lineage NextProductFlow/12 --format json
    workbench lineage NextProductFlow/12/evaluate/scores --format mermaid
    """
    from workbench.app.lineage import lineage

    with working() as say:
        say("reading the manifest, the runs and the history of queries")
        found = lineage(x, connection, up=side != "down", down=side != "up")
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
        return
    click.echo(repr(found) if form == "text" else found.mermaid())
    if form == "mermaid":
        for note in found.notes:
            click.echo(note, err=True)
