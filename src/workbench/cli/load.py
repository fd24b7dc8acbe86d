"""workbench load: files into RAW tables."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from workbench.cli.explore import CONNECTION, FORM


@click.command(context_settings={"show_default": True})
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table's files; may be repeated.")
@click.option("--schema", default="RAW", help="Where the tables are.")
@CONNECTION
@FORM
def command(path: Path, tables: tuple[str, ...], schema: str, connection: str | None, form: str) -> None:
    """Load PATH, a file or a folder of JSON lines, CSV or Parquet, into RAW tables, a row of VARIANT for each record.

    A file belongs to the table of its name up to the first dot, or of the folder that it is in. What a table has
    already, by its content, is not loaded again; Ctrl-C leaves whole files.

    \b
    workbench load data/ --table events
    workbench load catalogue.csv.gz
    """
    from workbench.app.warehouse import load

    with _progress() as watch:
        loaded = load(path, tables, connection, schema, watch)
    if form == "json":
        keys = ("table", "file", "load_id", "rows")
        click.echo(json.dumps([{key: getattr(one, key) for key in keys} for one in loaded], indent=1))
        return
    for one in loaded:
        rows = f"{one.rows:,} row{'' if one.rows == 1 else 's'}" if one.rows else "was there"
        click.echo(f"{one.table}  {one.file}  {rows}  {one.load_id}")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, float], object]]:
    """A bar and the file that is being loaded, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda file, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda file, share: progress.update(task, description=file, completed=share)
