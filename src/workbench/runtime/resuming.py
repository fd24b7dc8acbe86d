"""Have Metaflow's `run` take over what an earlier run of the flow did."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Sequence

PLAN = "WORKBENCH_RESUME"
"""The environment variable with the plan, as JSON: {"origin": run id, "again": [step, …]}."""


def plan(origin: str, again: Sequence[str]) -> dict[str, str]:
    """What the flow's process needs in its environment. origin: a run id; again: the steps to run, others are kept."""
    return {PLAN: json.dumps({"origin": origin, "again": list(again)})}


def install() -> None:
    """Have this process's `run` resume, where its environment has a plan; tasks and other flows don't inherit it."""
    if (text := os.environ.pop(PLAN, None)) is None:
        return
    from metaflow.cli_components import run_cmds

    from workbench.runtime.clones import ResumedRuntime

    # `run` has all that a resumed run needs, parameters too; only its runtime must be another one
    run_cmds.NativeRuntime = functools.partial(ResumedRuntime, json.loads(text))
