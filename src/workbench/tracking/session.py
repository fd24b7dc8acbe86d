"""The experiment of a session: of a notebook's kernel, or of a plain Python process."""

from __future__ import annotations

import atexit
import html
import os
import secrets
import sys
from pathlib import Path

from workbench.project import Project
from workbench.tracking.comet import Experiment
from workbench.tracking.record import Record, warn

_experiment: Experiment | None = None
_owner = 0  # the process that began it: a forked child has a copy, which is not its own


def log(record: Record) -> None:
    """Log a record to the session's experiment, which the first one begins and the process's exit ends."""
    global _experiment, _owner
    if _experiment is None or _owner != os.getpid():
        project = Project.around()
        _experiment, _owner = Experiment(secrets.token_hex(16), _name(), _name(), project), os.getpid()
        atexit.register(_end)
        _announce(_experiment)
    _experiment.log([record])


def _name() -> str:
    """The notebook's or the script's name, as far as it is known."""
    if notebook := os.environ.get("JPY_SESSION_NAME"):
        return Path(notebook).stem
    return "notebook" if _in_kernel() else Path(sys.argv[0]).stem or "python"


def _in_kernel() -> bool:
    kernel = sys.modules.get("ipykernel.kernelapp")
    return kernel is not None and bool(kernel.IPKernelApp.initialized())


def _announce(experiment: Experiment) -> None:
    """One line on where the experiment is. In a kernel as HTML alone: its texts are what a flow is compared with."""
    if not _in_kernel():
        where = experiment.url or f"offline, {experiment.archive} when this process ends"
        print(f"Comet experiment: {where}", file=sys.stderr)
        return
    from IPython.display import display

    if experiment.url:
        url = html.escape(experiment.url)
        line = f'Comet experiment: <a href="{url}" target="_blank" rel="noopener">{url}</a>'
    else:
        archive = f"<code>.workbench/comet/{experiment.archive.name}</code>"
        line = f"Comet experiment: offline, {archive} when the kernel ends"
    display({"text/html": f"<small>{line}</small>"}, raw=True)


def _end() -> None:
    global _experiment
    if _experiment is None or _owner != os.getpid():
        return
    experiment, _experiment = _experiment, None
    try:
        experiment.end()
    except Exception as error:  # the process is ending: nobody could do anything about it
        warn(f"the session's Comet experiment is incomplete: {error}")
