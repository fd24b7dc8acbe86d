"""workbench open: the page of a run."""

from __future__ import annotations

import click


@click.command()
@click.argument("run")
@click.option("--no-browser", is_flag=True, help="Only write the page and print its path.")
def command(run: str, no_browser: bool) -> None:
    """Show RUN as one local page: the executed notebook and the steps' cards. RUN is a run, its id, or a notebook.

    \b
    workbench open notebooks/next_product.ipynb         its latest run
    workbench open NextProductFlow/1795416577825252
    """
    from workbench.app.runs import open_page

    click.echo(open_page(run, browser=not no_browser))
