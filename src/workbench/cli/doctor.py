"""workbench doctor: what is installed, reachable and configured."""

from __future__ import annotations

import json
import sys

import click

_MARKS = {"ok": ("✓", "green"), "note": ("!", "yellow"), "broken": ("✗", "red")}


@click.command(context_settings={"show_default": True})
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the findings.")
def command(form: str) -> None:
    """Say what is installed, reachable and configured, and what to do about the rest. Exit 1 where something is broken.

    \b
    workbench doctor
    workbench doctor --format json
    """
    from workbench.app.doctor import Check, checks

    found: list[Check] = []
    for check in checks():
        found.append(check)
        if form == "text":
            mark, colour = _MARKS[check.state]
            click.echo(f"{click.style(mark, fg=colour)} {check.name:27} {check.found}")
            if check.do:
                click.echo(f"{'':30}{click.style('→', fg=colour)} {check.do}")
    if form == "json":
        click.echo(json.dumps([check.as_json() for check in found], ensure_ascii=False, indent=1))
    sys.exit(1 if any(check.state == "broken" for check in found) else 0)
