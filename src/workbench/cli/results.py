"""Runs as text: what the commands print."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from workbench.runs.runscell import duration

if TYPE_CHECKING:
    from workbench.app.resume import Chosen
    from workbench.app.run import Finished
    from workbench.runs.record import RunRecord


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C before or after the run itself ends the command with 130, as within it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(_error("interrupted"), err=True)
        sys.exit(128 + signal.SIGINT)


def finish(finished: Finished, form: str) -> int:
    """Print a run's result on stdout, what went wrong on stderr; returns the exit status. form: "text" or "json"."""
    run = finished.record
    click.echo(json.dumps(run.as_json(), ensure_ascii=False, indent=1) if form == "json" else run_text(run))
    if run.status != "succeeded":
        click.echo(_error(_coloured(failure_text(run))), err=True)
    for problem in finished.problems:
        click.echo(_error(str(problem)), err=True)
    return finished.exit_status


def _coloured(text: str) -> str:
    """An error's text, with its carets in red; click leaves colours out where there is no terminal."""
    lines = [
        before + click.style(carets, fg="red", bold=True) if (carets := line[len(before) :]).strip("^") == "" else line
        for line in text.splitlines()
        for before in [line.rstrip("^")]
    ]
    return "\n".join(lines)


def _error(text: str) -> str:
    return f"{click.style('error:', fg='red', bold=True)} {text}"


def print_plan(chosen: Chosen) -> None:
    """Say on stderr what is taken over from which run, and why the rest is run again."""
    if chosen.origin is None:
        click.echo("there is no earlier run of it: every step runs", err=True)
        return
    width = max(map(len, chosen.decided))
    click.echo(f"resuming {chosen.origin.run}", err=True)
    for step, decision in chosen.decided.items():
        word = click.style("kept ", fg="green") if decision.kept else click.style("again", fg="cyan")
        click.echo(f"  {step:{width}}  {word}  {decision.why}", err=True)
    if len(chosen.kept) == len(chosen.decided):
        click.echo("nothing changed, so nothing is run: `--from STEP` runs a step and those after it again", err=True)
    elif chosen.kept:
        click.echo(
            "files, tables and times that kept steps read aren't looked at: `--from STEP` runs one again", err=True
        )


def run_text(run: RunRecord) -> str:
    """A run's result, in a few lines."""
    lines = [f"{run.name} {run.status}" + ("" if run.seconds is None else f" in {duration(run.seconds)}")]
    if run.resumed_from and run.resumed_from != run.name:
        kept = [step for step, decision in (run.steps or {}).items() if decision["kept"]]
        lines.append(f"  kept        {', '.join(kept) or 'nothing'} from {run.resumed_from}")
    if run.parameters:
        lines.append(f"  parameters  {pairs(run.parameters)}")
    if run.metrics:
        lines.append(f"  metrics     {pairs(run.metrics)}")
    if run.executed:
        lines.append(f"  notebook    {run.executed}")
    link = run.experiment or {}
    if where := link.get("url") or link.get("upload"):
        lines.append(f"  experiment  {where}")
    return "\n".join(lines)


def failure_text(run: RunRecord) -> str:
    """Why a run has not succeeded: the cell, its heading, the line, the error."""
    if run.status == "interrupted":
        return "the run was interrupted" + (f" in {run.failure.where}" if run.failure and run.failure.where else "")
    return run.failure.text() if run.failure else "the run failed; its log says why"


def pairs(values: dict[str, Any]) -> str:
    """`name value` of each, in a line."""
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def number(value: Any) -> str:
    """A value for people: floats to four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def print_table(runs: Sequence[RunRecord]) -> None:
    """Print runs as a table: drawn on a terminal, aligned columns otherwise."""
    if sys.stdout.isatty():
        _draw(runs)
        return
    rows = [_row(run) for run in runs]
    lines = [[name, *fields] for name, *fields in zip(_COLUMNS, *rows, strict=True) if any(fields)]
    widths = [max(map(len, column)) for column in lines]
    for line in zip(*lines, strict=True):
        click.echo("  ".join(field.ljust(width) for field, width in zip(line, widths, strict=True)).rstrip())


_COLUMNS = ("run", "status", "when", "took", "parameters", "metrics", "cards", "experiment")
_COLOURS = {"succeeded": "green", "failed": "red", "interrupted": "yellow", "running": "cyan"}


def _row(run: RunRecord) -> tuple[str, ...]:
    link = run.experiment or {}
    where = link.get("url") or link.get("archive") or ""
    return (
        *(run.name, run.status, _when(run), "" if run.seconds is None else duration(run.seconds)),
        *(pairs(run.parameters), pairs(run.metrics), ", ".join(run.cards), where),
    )


def _when(run: RunRecord) -> str:
    return run.started[:16].replace("T", " ")


def _draw(runs: Sequence[RunRecord]) -> None:
    """Few columns of several lines each, so that eighty characters are enough."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.HORIZONTALS, show_lines=True, pad_edge=False, header_style="bold", border_style="dim")
    table.add_column("run", no_wrap=True)
    for column in ("parameters", "metrics", "links"):
        table.add_column(column, overflow="fold")
    for run in runs:
        took = "" if run.seconds is None else f" in {duration(run.seconds)}"
        name = Text.assemble(
            (run.name, "bold"), "\n", (run.status, _COLOURS[run.status]), took, "\n", (_when(run), "dim")
        )
        links = Text(", ").join(Text(title, style=f"link {url}") for title, url in _links(run))
        table.add_row(name, _stacked(run.parameters), _stacked(run.metrics), links)
    Console().print(table)


def _stacked(values: dict[str, Any]) -> str:
    from rich.markup import escape

    return escape("\n".join(f"{name} {number(value)}" for name, value in values.items()))


def _links(run: RunRecord) -> list[tuple[str, str]]:
    """What a terminal that knows links opens: title → address."""
    from workbench.project import Project

    root = Project.around().root
    found = [(step, (root / path).as_uri()) for step, path in run.cards.items()]
    link = run.experiment or {}
    if link.get("url"):
        found.append(("Comet", link["url"]))
    elif link.get("archive"):
        found.append(("Comet archive", (root / link["archive"]).as_uri()))
    return found
