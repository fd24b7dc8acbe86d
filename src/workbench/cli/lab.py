"""workbench lab: JupyterLab, ready to work."""

from __future__ import annotations

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Start JupyterLab with the local warehouse up and %sql known. ARGUMENTS are JupyterLab's own.

    \b
    workbench lab
    workbench lab --no-browser --port 8890
    """
    from workbench.app.lab import launch

    launch(arguments)
