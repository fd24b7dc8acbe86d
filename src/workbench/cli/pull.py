"""workbench pull: a flow's hand edits, into its notebook."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.app.pull import Change, Outcome


@click.command()
@click.argument("flows", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--notebook", type=click.Path(path_type=Path), help="Where the notebook is, if not where the flow says it is."
)
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a cell was edited in a flow alone.")
@click.option("--overwrite", is_flag=True, help="Take the flow's side of what the notebook changed as well.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or programs.")
def command(
    flows: tuple[Path, ...], notebook: Path | None, dry_run: bool, check: bool, overwrite: bool, form: str
) -> None:
    """Bring what was edited in a flow by hand into the cells of its notebook.

    \b
    workbench pull flows/next_product.py             writes the edited cells into the notebook
    workbench pull -n flows/next_product.py          only shows them
    workbench pull --check flows/*.py                for CI: is any cell edited in its flow alone?
    workbench pull flows/a.py --notebook moved.ipynb

    Cells, functions that cells define, parameters' defaults, decorators (as tags), and new cells below a `# %%` marker
    of their own. What doesn't come back by `workbench promote` as it stands in the flow isn't taken; exit 1 says so.
    Outputs in the notebook stay those of its last run.
    """
    from workbench.app.pull import pull_flow
    from workbench.cli.start import coloured
    from workbench.errors import WorkbenchError

    if notebook is not None and len(flows) > 1:
        raise click.UsageError("--notebook goes with one flow")
    failed = False
    report: list[dict[str, object]] = []
    for flow in flows:
        try:
            outcome = pull_flow(flow, notebook, dry_run=dry_run or check, overwrite=overwrite)
        except WorkbenchError as error:
            failed = True
            report.append({"flow": str(flow), "status": "refused", "message": str(error)})
            if form == "text":
                sys.stderr.write(coloured(error) + "\n")
            continue
        failed |= outcome.open or (check and bool(outcome.changes))
        report.append(_as_json(outcome))
        if form == "text":
            _say(outcome)
    if form == "json":
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    click.get_current_context().exit(1 if failed else 0)


def _as_json(outcome: Outcome) -> dict[str, object]:
    named = {name: [one._asdict() for one in getattr(outcome, name)] for name in ("contradictions", "refused", "left")}
    plain = {name: getattr(outcome, name) for name in ("flow", "notebook", "status", "deleted")}
    return {**plain, "changes": [dataclasses.asdict(one) for one in outcome.changes], **named}


def _say(outcome: Outcome) -> None:
    """Each changed cell on stdout; what isn't taken, and what became of the file, on stderr."""
    from workbench.roundtrip.handedits import shown

    for change in outcome.changes:
        _say_change(change)
    for one in outcome.contradictions:
        click.echo(f"not taken: the notebook has changed the same lines\n{shown(one)}", err=True)
    for refusal in outcome.refused:
        click.echo(f"not taken: {refusal.where}: {refusal.reason}", err=True)
    for edit in outcome.left:
        lines = [*(f"    - {line.strip()}" for line in edit.removed), *(f"    + {line.strip()}" for line in edit.added)]
        shown_lines = "\n".join(line for line in lines if line.strip(" +-"))
        click.echo(f"stays in the flow: {edit.where}\n{shown_lines}", err=True)
    for number in outcome.deleted:
        click.echo(
            f"stays in the notebook: cell {number}, which is gone from the flow; "
            f"`workbench tag {outcome.notebook} {number} --skip` leaves it behind",
            err=True,
        )
    stale = [str(change.number) for change in outcome.changes if change.stale]
    if stale:
        click.echo(f"the outputs of cell {', '.join(stale)} are still those of its text before", err=True)
    click.echo(f"{outcome.notebook} {outcome.status}{_counted(outcome)}", err=True)
    if outcome.contradictions:
        click.echo("  --overwrite takes the flow's side; or make both say the same by hand", err=True)


def _counted(outcome: Outcome) -> str:
    count = len(outcome.changes)
    if count:
        return f": {count} cell{'s' if count > 1 else ''} from {outcome.flow}"
    return f": nothing to take from {outcome.flow}"


def _say_change(change: Change) -> None:
    """A cell's change, as a diff; on a terminal in colours."""
    click.secho(f"{change.where}{': new' if change.new else ''}", bold=True)
    for line in change.difference.split("\n") if change.difference else ():
        click.secho(f"    {line}", fg={"+": "green", "-": "red", "@": "cyan"}.get(line[:1]))
    before, after = change.tags
    if not change.new and before != after:
        click.secho(f"    tags: {', '.join(before) or 'none'} → {', '.join(after) or 'none'}")
