"""workbench run: a notebook's flow, or a flow."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(context_settings={"show_default": True})
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the run."
)
@click.option(
    "--steps", type=click.Choice(["tags", "headings"]), default="tags", help="What makes the steps of a notebook."
)
@click.option("--executed", type=click.Path(path_type=Path), help="Write the executed notebook here as well.")
@click.option("--no-link", is_flag=True, help="Leave the notebook as it is, without links to the run.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the result.")
def command(
    target: Path, given: tuple[tuple[str, str], ...], steps: str, executed: Path | None, no_link: bool, form: str
) -> None:
    """Run TARGET, a notebook (promoted on the way) or a flow, with Metaflow, and link the run back into the notebook.

    \b
    workbench run notebooks/next_product.ipynb -p n_neighbours 50
    workbench run flows/next_product.py --executed out.ipynb
    """
    from workbench.app.run import run
    from workbench.cli.progress import StepsProgress
    from workbench.cli.results import finish, interruptible

    with interruptible(), StepsProgress() as progress:
        finished = run(
            target,
            given,
            progress,
            steps="headings" if steps == "headings" else "tags",
            executed_to=executed,
            linked=not no_link,
        )
    sys.exit(finish(finished, form))
