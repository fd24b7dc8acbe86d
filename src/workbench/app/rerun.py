"""Rerun a notebook with other parameters, into a file of its own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from workbench.app.run import Finished, attempt
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.notebook.ipynb import parse, read_json
from workbench.project import Project
from workbench.runs import page, provenance, record, rerun
from workbench.runs.record import RunRecord
from workbench.runs.values import typed

PARTIAL = ".partial.ipynb"  # grows while the notebook runs


def run(
    notebook: Path, given: Iterable[tuple[str, str]], on_cell: rerun.OnCell, *, output: Path | None = None
) -> Finished:
    """Run the notebook in a kernel, in its own folder; the notebook stays as it is.

    given: parameters as (name, text). output: where the executed notebook is written as well. A run that fails or is
    interrupted returns too. Raises NotebookError, ParameterError, TargetNotWritable, and RunFailed without a kernel.
    """
    content = read_json(notebook)
    known = rerun.known_parameters(parse(content, str(notebook)))
    values = typed(known, given, owner=notebook.name)
    project = Project.around(notebook)
    running = RunRecord(
        name=_name(project, notebook),
        kind="rerun",
        status="running",
        started=record.now(),
        notebook=record.relative(project, notebook),
        parameters={each.name: values.get(each.name, each.default) for each in known},
        **provenance.facts(project),
    )
    folder = record.folder_of(project, running)
    began = time.monotonic()
    with record.Running() as lock:
        lock.hold(folder)
        record.write(project, running)
        ended = dataclasses.replace(running, status="interrupted")
        try:
            done = rerun.execute(
                content, folder / PARTIAL, values, notebook.resolve().parent, on_cell, name=notebook.name
            )
            ended = dataclasses.replace(running, status="failed" if done.failure else "succeeded", failure=done.failure)
        except KeyboardInterrupt:
            pass  # what ran until then is in the executed notebook
        except WorkbenchError:
            ended = dataclasses.replace(running, status="failed")
            raise
        finally:
            if (folder / PARTIAL).exists():
                (folder / PARTIAL).replace(folder / record.EXECUTED)
                ended = dataclasses.replace(ended, executed=record.relative(project, folder / record.EXECUTED))
            ended = dataclasses.replace(ended, seconds=round(time.monotonic() - began, 1))
            record.write(project, ended)
    problems: list[WorkbenchError] = []
    if output is not None and ended.executed:
        attempt(problems, lambda: write_atomic(output, (folder / record.EXECUTED).read_bytes()))
    attempt(problems, lambda: page.write(project, ended))
    return Finished(ended, tuple(problems))


def _name(project: Project, notebook: Path) -> str:
    """A name that no other run has: the notebook's and the time."""
    stem = f"{notebook.stem}-{datetime.now():%Y%m%dT%H%M%S}"
    name, number = f"rerun/{stem}", 2
    while (project.runs / name.replace("/", "-")).exists():
        name, number = f"rerun/{stem}-{number}", number + 1
    return name
