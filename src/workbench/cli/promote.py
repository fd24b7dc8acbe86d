"""workbench promote: notebooks in, flows out."""

from __future__ import annotations

import click

from workbench.cli.start import promote


@click.command()
@click.argument("notebooks", nargs=-1, required=True)
@click.option("-o", "--output", metavar="PATH", help="The flow file, or a folder for it.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a flow is not what its notebook says.")
@click.option("--explain", is_flag=True, help="Write nothing; say why the flow is what it is.")
@click.option(
    "--steps",
    type=click.Choice(["tags", "headings"]),
    default="tags",
    help="Steps by tags, or one for each H2 heading.",
)
@click.option("--overwrite", is_flag=True, help="Write over what was edited in the flow by hand.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or programs.")
def command(
    notebooks: tuple[str, ...],
    output: str | None,
    check: bool,
    explain: bool,
    steps: str,
    overwrite: bool,
    form: str,
) -> None:
    """Turn a notebook's tagged cells into a Metaflow flow.

    \b
    workbench promote notebooks/next_product.ipynb       writes flows/next_product.py
    workbench promote analysis.ipynb -o pipeline.py      writes it elsewhere
    workbench promote analysis.ipynb --steps headings    needs no tags
    workbench promote --check notebooks/*.ipynb          for CI: is each flow what its notebook says?
    workbench promote --explain analysis.ipynb           what each step takes and gives, and why

    What was edited in a flow by hand is kept: the notebook's changes are merged into it. Where both changed the same
    lines, nothing is written and both sides are shown.

    --explain says of each step what it takes, from where, and who reads what it gives; which cells are left behind;
    which steps could run beside each other and don't; and what the code doesn't tell.
    """
    if explain:
        if check or overwrite or output is not None:
            raise click.UsageError("--explain writes nothing: it goes with no --check, --overwrite or -o")
        from workbench.cli.explain import explain as explain_all

        click.get_current_context().exit(explain_all(list(notebooks), steps, form))
    click.get_current_context().exit(promote(list(notebooks), output, check, steps, form, overwrite))
