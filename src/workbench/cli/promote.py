"""workbench promote: notebooks in, flows out."""

from __future__ import annotations

import click

from workbench.cli.start import promote


@click.command()
@click.argument("notebooks", nargs=-1, required=True)
@click.option("-o", "--output", metavar="PATH", help="The flow file, or a folder for it.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a flow is not what its notebook says.")
@click.option(
    "--steps",
    type=click.Choice(["tags", "headings"]),
    default="tags",
    help="Steps by tags, or one for each H2 heading.",
)
@click.option("--overwrite", is_flag=True, help="Write over what was edited in the flow by hand.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or programs.")
def command(
    notebooks: tuple[str, ...], output: str | None, check: bool, steps: str, overwrite: bool, form: str
) -> None:
    """Turn a notebook's tagged cells into a Metaflow flow.

    \b
    workbench promote notebooks/next_product.ipynb       writes flows/next_product.py
    workbench promote analysis.ipynb -o pipeline.py      writes it elsewhere
    workbench promote analysis.ipynb --steps headings    needs no tags
    workbench promote --check notebooks/*.ipynb          for CI: is each flow what its notebook says?

    What was edited in a flow by hand is kept: the notebook's changes are merged into it. Where both changed the same
    lines, nothing is written and both sides are shown.
    """
    click.get_current_context().exit(promote(list(notebooks), output, check, steps, form, overwrite))
