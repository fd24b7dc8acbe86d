"""Runs as text: what the commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs.record import RunRecord


def run_text(run: RunRecord) -> str:
    """A run's result, in a few lines."""
    lines = [f"{run.name} {run.status}" + ("" if run.seconds is None else f" in {run.seconds:.1f} s")]
    if run.parameters:
        lines.append(f"  parameters  {pairs(run.parameters)}")
    if run.metrics:
        lines.append(f"  metrics     {pairs(run.metrics)}")
    if run.executed:
        lines.append(f"  notebook    {run.executed}")
    if run.experiment:
        lines.append(f"  experiment  {run.experiment['url'] or run.experiment['upload'] or 'none'}")
    return "\n".join(lines)


def failure_text(run: RunRecord) -> str:
    """Why a run has not succeeded: the cell, its heading, the line, the error."""
    if run.failure is not None:
        return f"error: {run.failure.text()}"
    return f"error: the run {'was interrupted' if run.status == 'interrupted' else 'failed; its log says more'}"


def pairs(values: dict[str, Any]) -> str:
    """`name value` of each, in a line."""
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def number(value: Any) -> str:
    """A value for people: floats to four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
