"""`workbench promote`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command()
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The flow file, or a folder for it.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a flow is not what its notebook says.")
@click.option(
    "--steps",
    type=click.Choice(["tags", "headings"]),
    default="tags",
    help="Steps by tags, or one for each H2 heading.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or programs.")
def command(notebooks: tuple[Path, ...], output: Path | None, check: bool, steps: str, form: str) -> None:
    """Turn a notebook's tagged cells into a Metaflow flow.

    \b
    workbench promote notebooks/next_product.ipynb       writes flows/next_product.py
    workbench promote analysis.ipynb -o pipeline.py      writes it elsewhere
    workbench promote analysis.ipynb --steps headings    needs no tags
    workbench promote --check notebooks/*.ipynb          for CI: is each flow what its notebook says?
    """
    from workbench.app import promote as app
    from workbench.errors import WorkbenchError

    if output is not None and len(notebooks) > 1 and not output.is_dir():
        raise click.UsageError("-o names one file, and there are several notebooks; name a folder")
    failed = False
    report = []
    for notebook in notebooks:
        try:
            outcome = app.check(notebook, output, steps) if check else app.promote(notebook, output, steps)
        except WorkbenchError as error:
            failed = True
            report.append({"notebook": str(notebook), "status": "refused", "message": str(error)})
            if form == "text":
                click.echo(_coloured(error), err=True)
            continue
        if outcome is None:
            continue
        failed |= outcome.status == "stale"
        report.append(
            {
                "notebook": str(notebook),
                "flow": str(outcome.flow),
                "status": outcome.status,
                "steps": list(outcome.steps),
                "difference": outcome.difference,
            }
        )
        if form == "text":
            _say(outcome)
    if form == "json":
        click.echo(json.dumps(report, indent=2))
    sys.exit(1 if failed else 0)


def _say(outcome: object) -> None:
    from workbench.app.promote import Outcome

    assert isinstance(outcome, Outcome)
    if outcome.status == "stale":
        click.echo(outcome.difference.rstrip("\n"))
        click.echo(f"{outcome.flow} is not what {outcome.notebook} says; run `workbench promote`", err=True)
    else:
        click.echo(outcome.flow)
        click.echo(f"  {outcome.status}: {' → '.join(outcome.steps)}", err=True)


def _coloured(error: Exception) -> str:
    """The diagnostics, with `error[…]` in red and the carets in their colour on a terminal."""
    from workbench.errors import PromotionRefused

    if not isinstance(error, PromotionRefused):
        return f"{click.style('error:', fg='red', bold=True)} {error}"
    lines = []
    for line in str(error).split("\n"):
        if line.startswith("error["):
            head, _, rest = line.partition(":")
            line = click.style(head, fg="red", bold=True) + ":" + click.style(rest, bold=True)
        elif line.lstrip().startswith("|") and line.strip("| ^") == "":
            line = click.style(line, fg="red")
        elif line.startswith("  = hint"):
            line = click.style(line, fg="cyan")
        lines.append(line)
    return "\n".join(lines)
