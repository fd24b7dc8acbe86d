"""JupyterLab with the warehouse up and the magics known, and nothing written outside of the project."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.project import Project


def launch(arguments: Sequence[str]) -> NoReturn:
    """Become JupyterLab. arguments: its own, passed on. Raises what starting the local warehouse raises."""
    from importlib.util import find_spec

    from workbench.warehouse import local
    from workbench.warehouse.connection import LOCAL, profile_name, profiles

    if find_spec("jupyterlab") is None:
        raise WorkbenchError("JupyterLab is not installed here", hint=f"{sys.executable} -m pip install jupyterlab")
    project = Project.around()
    name = profile_name()
    if name == LOCAL and LOCAL not in profiles():
        local.ensure(project)
    # the links that a run leaves in its notebook go to .workbench/
    command = [sys.executable, "-P", "-m", "jupyterlab", "--ContentsManager.allow_hidden=True", *arguments]
    os.execve(sys.executable, command, {**os.environ, **environment(project)})  # noqa: S606  no shell is meant


def environment(project: Project) -> dict[str, str]:
    """What makes JupyterLab offer a Python kernel that knows %sql: a folder before its own to look in."""
    others = os.environ.get("JUPYTER_PATH")
    ours = str(_kernels(project))
    return {"JUPYTER_PATH": os.pathsep.join([ours, others]) if others else ours}


def _kernels(project: Project) -> Path:
    """Write the kernel's description into the project's state; the folder that Jupyter is to look in."""
    folder = project.state / "jupyter"
    # not as an extension that IPython has loaded: the notebook's own `%load_ext workbench` would say that it is there
    known = '__import__("workbench").load_ipython_extension(get_ipython())'
    argv = [sys.executable, "-m", "ipykernel_launcher", f"--IPKernelApp.exec_lines={known}"]
    spec = {
        "argv": [*argv, "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",  # the name that notebooks have: this takes the place of that kernel
        "language": "python",
        "metadata": {"debugger": True},
    }
    write_atomic(folder / "kernels" / "python3" / "kernel.json", json.dumps(spec, indent=1).encode())
    return folder
