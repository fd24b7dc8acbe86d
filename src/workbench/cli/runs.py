"""workbench runs: the runs of a notebook."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(context_settings={"show_default": True})
@click.argument("notebook", type=click.Path(path_type=Path), required=False)
@click.option("-n", "--number", type=click.IntRange(min=1), default=20, help="How many, the latest first.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the list.")
def command(notebook: Path | None, number: int, form: str) -> None:
    """List the runs of NOTEBOOK, or of the whole project: when, status, parameters, metrics, cards, experiment.

    \b
    workbench runs notebooks/next_product.ipynb
    workbench runs --format json
    """
    from workbench.app.runs import runs
    from workbench.cli.results import print_table

    found = runs(notebook)[:number]
    if form == "json":
        click.echo(json.dumps([run.as_json() for run in found], ensure_ascii=False, indent=1))
    elif found:
        print_table(found)
    else:
        click.echo("no runs yet", err=True)
