"""Who asks: the query tag that each statement carries, so that its cost has an owner.

JSON of the notebook and its cell, or of the flow, run, step and task, and the user. No value of the query is in it.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from typing import Any

NOTEBOOK = "WORKBENCH_NOTEBOOK"  # set where a notebook runs without Jupyter's server
MOST = 2000  # characters that a tag may have


def query_tag() -> str:
    """The tag for a statement that is run now, here."""
    facts = {"app": "workbench", **(_task() or _cell()), "user": _user()}
    text = json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False)
    if len(text) > MOST:
        facts["notebook"] = str(facts.get("notebook") or "").rpartition("/")[2][-200:]
        text = json.dumps({name: str(value)[:200] for name, value in facts.items() if value}, ensure_ascii=False)
    return text[:MOST]


def _task() -> dict[str, Any]:
    """The task of a flow that this process is, if it is one."""
    current = getattr(sys.modules.get("metaflow"), "current", None)
    if current is None or not getattr(current, "is_running_flow", False):
        return {}
    names = {"flow": "flow_name", "run": "run_id", "step": "step_name", "task": "task_id"}
    return {name: getattr(current, attribute, None) for name, attribute in names.items()}


def notebook() -> str | None:
    """The notebook that asks, as far as Jupyter says."""
    if found := os.environ.get(NOTEBOOK) or os.environ.get("JPY_SESSION_NAME"):
        return found
    shell = kernel_shell()
    return None if shell is None else shell.user_ns.get("__vsc_ipynb_file__")


def _cell() -> dict[str, Any]:
    """The notebook and the cell, as far as Jupyter says."""
    shell = kernel_shell()
    parent = {} if shell is None else shell.get_parent() or {}
    return {"notebook": notebook(), "cell": (parent.get("metadata") or {}).get("cellId")}


def kernel_shell() -> Any:
    """The shell of the Jupyter kernel that this process is; None in a terminal, a script or a task."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""
