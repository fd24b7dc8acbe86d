"""What a run's Comet experiment is to hold: metrics, parameters, figures; the same calls in a notebook and in a flow.

In a flow they are kept with the task, and the run's last step publishes one experiment with all of them. In a
notebook, or in plain Python, they go to an experiment of that session, which begins with the first of them.
Without COMET_API_KEY the experiment is an archive under `.workbench/comet/`, to be uploaded whenever you like.
With WORKBENCH_TRACKING=off there is no experiment at all.
Whatever goes wrong here is a warning on stderr: it never fails a cell or a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.tracking import record
from workbench.tracking.record import Record

__all__ = ["log_figure", "log_metric", "log_parameter"]


def log_metric(name: str, value: float, step: int | None = None) -> None:
    """Log a number, such as a model's MRR@20. step: which iteration it is of, for a curve."""
    _log(record.metric, name, value, step)


def log_parameter(name: str, value: Any) -> None:
    """Log what the run was made with, beyond the notebook's parameters. value: JSON's types, else its text."""
    _log(record.parameter, name, value)


def log_figure(name: str, figure: Any = None) -> None:
    """Log a figure as PNG. figure: matplotlib's (or axes of one), or PNG bytes; None: the current matplotlib figure."""
    _log(record.figure, name, figure)


def _log(make: Callable[..., Record], name: str, *values: Any) -> None:
    try:
        made = make(name, *values)
        if record.in_task():
            record.keep(made)
        elif not record.is_off():
            from workbench.tracking import session

            session.log(made)
    except Exception as error:  # anything at all: tracking never fails what it tracks
        record.warn(f"{name!r} was not logged: {error}")
