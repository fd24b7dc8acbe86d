"""The runs that there are: lists of them, and the page of one."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.runs import page, record
from workbench.runs.record import RunRecord


def runs(notebook: Path | None) -> list[RunRecord]:
    """The runs of a notebook, or of the whole project, the latest first. Raises WorkbenchError for no file."""
    if notebook is None:
        return record.runs(Project.around())
    if not notebook.exists():
        raise WorkbenchError(f"{notebook} doesn't exist", hint="name a notebook, or none for all runs")
    return record.runs(Project.around(notebook), notebook)


def open_page(name: str, *, browser: bool) -> Path:
    """Write the page of a run and return its path; browser: show it, where there is one.

    name: a run's name, its id, or a notebook for its latest run. Raises WorkbenchError where there is no such run.
    """
    notebook = Path(name)
    if notebook.suffix == ".ipynb" and notebook.exists():
        project = Project.around(notebook)
        found = record.runs(project, notebook)
        if not found:
            raise WorkbenchError(f"{notebook} has no runs", hint=f"`workbench run {notebook}` makes one")
        run = found[0]
    else:
        project = Project.around()
        run = record.find(project, name)
    path = page.write(project, run)
    if browser:
        _show(path)
    return path


def _show(path: Path) -> None:
    import os
    import sys
    import webbrowser

    # without a display Python would start a browser for text, in this terminal
    if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return
    webbrowser.open(path.as_uri())
