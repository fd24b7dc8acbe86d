"""What is installed, reachable and configured, and what to do about the rest. Changes nothing, starts nothing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.errors import WorkbenchError
from workbench.project import Project

OLDEST, NEWEST = (3, 11), (3, 13)
_CONNECT_SECONDS = 5.0
_LOW_SPACE = 1 << 30  # bytes
# distribution → the extra it comes with, None: needed by all
_PACKAGES = {
    "metaflow": None,
    "jupyterlab": None,
    "papermill": None,
    "nbconvert": None,
    "pandas": None,
    "comet-ml": None,
    "snowflake-connector-python": None,
    "fakesnow": "local",
    "duckdb": "local",
    "dbt-core": "dbt",
    "dbt-snowflake": "dbt",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. state: "note" works but could be better; "broken" is needed and doesn't."""

    name: str
    state: Literal["ok", "note", "broken"]
    found: str
    do: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def checks() -> Iterator[Check]:
    """Every check, as it is made."""
    project = Project.around()
    yield _python()
    yield from _packages()
    yield _bytecode()
    yield _state(project)
    yield _kernel()
    yield _metaflow(project)
    yield _warehouse()
    yield _comet()
    yield _git()


def _python() -> Check:
    found = f"{platform.python_version()} in {sys.prefix}"
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return Check("Python", "ok", found)
    return Check("Python", "broken", found, "workbench wants Python 3.11 to 3.13: make PYTHON=python3.12 setup")


def _packages() -> Iterator[Check]:
    yield Check("workbench", "ok", importlib.metadata.version("workbench"))
    for name, extra in _PACKAGES.items():
        try:
            yield Check(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            if extra is None:
                yield Check(name, "broken", "not installed", "make setup")
            else:
                yield Check(name, "note", "not installed", f"pip install 'workbench[{extra}]', if you want it")


def _bytecode() -> Check:
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        do = "unset PYTHONDONTWRITEBYTECODE: every task compiles its imports anew, and takes three times as long"
        return Check("bytecode", "note", "not written", do)
    return Check("bytecode", "ok", "written")


def _state(project: Project) -> Check:
    folder = project.state if project.state.exists() else project.root
    if not os.access(folder, os.W_OK):
        return Check("project", "broken", f"{folder} can't be written", "set WORKBENCH_ROOT to a folder of yours")
    free = shutil.disk_usage(folder).free
    if free < _LOW_SPACE:
        return Check("project", "note", f"{project.root}, {free >> 20} MB free", "make some room: runs keep their data")
    return Check("project", "ok", f"{project.root}, {free >> 30} GB free")


def _kernel() -> Check:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ImportError:
        return Check("kernel", "broken", "jupyter_client is not installed", "make setup")
    found = KernelSpecManager().find_kernel_specs()
    if "python3" in found:
        return Check("kernel", "ok", f"python3 in {found['python3']}")
    return Check("kernel", "broken", "there is no kernel python3", "python -m ipykernel install --sys-prefix")


def _metaflow(project: Project) -> Check:
    from workbench.runs.flow import configure

    configure(project)
    try:
        from metaflow import metaflow_config as config
        from metaflow.util import get_username
    except ImportError as error:
        return Check("Metaflow", "broken", f"can't be imported: {error}", "make setup")
    kind = str(config.DEFAULT_DATASTORE)
    root = getattr(config, f"DATASTORE_SYSROOT_{kind.upper()}", None)
    where = f"{root}/.metaflow" if kind == "local" else str(root)
    if root is None:
        do = f"set METAFLOW_DATASTORE_SYSROOT_{kind.upper()}, or unset METAFLOW_DEFAULT_DATASTORE"
        return Check("Metaflow", "broken", f"datastore {kind} has no place", do)
    return Check("Metaflow", "ok", f"datastore {where}, metadata {config.DEFAULT_METADATA}, user {get_username()}")


def _warehouse() -> Check:
    from workbench.app import warehouse

    try:
        from workbench.warehouse.connection import LOCAL, connect

        status = warehouse.status()
        if status.profile == LOCAL:
            where = f"up at {status.host}:{status.port}" if status.up else "down; it is started when it is needed"
            return Check("warehouse", "ok", f"profile local, {where}")
        connect(status.profile).close()
    except ImportError as error:
        return Check("warehouse", "broken", str(error), "make setup")
    except WorkbenchError as error:
        return Check("warehouse", "broken", error.message, error.hint)
    return Check("warehouse", "ok", f"profile {status.profile}, connected")


def _comet() -> Check:
    from workbench.tracking import library

    try:
        with library.quiet():
            config = library.load().get_config()
    except ImportError as error:
        return Check("Comet", "broken", str(error), "make setup")
    if not config["comet.api_key"]:
        do = "set COMET_API_KEY, if you want them online; `comet upload` sends them later"
        return Check("Comet", "note", "no API key: experiments are archives in .workbench/comet", do)
    url = str(config["comet.url_override"] or "https://www.comet.com/clientlib/")
    if _answers(url):
        return Check("Comet", "ok", f"API key set, {url} answers")
    return Check("Comet", "note", f"API key set, {url} doesn't answer", "until it does, experiments are archives")


def _answers(url: str) -> bool:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/isAlive/ping", timeout=_CONNECT_SECONDS):  # noqa: S310 - Comet's own
            return True
    except urllib.error.HTTPError:
        return True  # it answers, if only to say no
    except (OSError, ValueError):
        return False


def _git() -> Check:
    git = shutil.which("git")
    if git is None:
        return Check("git", "note", "not found", "install git: notebooks and flows are kept in it")
    version = subprocess.run([git, "--version"], capture_output=True, text=True, check=False).stdout
    return Check("git", "ok", version.removeprefix("git version ").strip())
