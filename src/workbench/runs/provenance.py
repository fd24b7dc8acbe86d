"""What a run was made with beside its own code: the project's commit, and the dbt invocation that stood before it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from workbench.manifest import dbt_folder, target_folder
from workbench.project import Project

_SECONDS = 20.0
_MOST = 20  # changed files that are named


def facts(project: Project) -> dict[str, Any]:
    """commit, changed and dbt, as a RunRecord has them."""
    commit = git(project.root, ["rev-parse", "HEAD"]).decode(errors="replace").strip() or None
    return {"commit": commit, "changed": changed(project) if commit else None, "dbt": invocation(project)}


def changed(project: Project) -> list[str]:
    """The tracked files that differ from the commit, from the project's folder; the first of them."""
    listed = git(project.root, ["diff", "HEAD", "--name-only", "--relative", "-z"])
    return [os.fsdecode(name) for name in listed.split(b"\0") if name][:_MOST]


def invocation(project: Project) -> dict[str, Any] | None:
    """The dbt invocation that wrote `target/run_results.json`: invocation_id, command, generated_at (ISO 8601, UTC).

    None where there is no dbt project, or none that can be read.
    """
    folder = dbt_folder(project)
    try:
        content = json.loads((target_folder(folder) / "run_results.json").read_bytes()) if folder else None
        return content and {
            "invocation_id": str(content["metadata"]["invocation_id"]),
            "command": str(content["args"].get("which") or ""),
            "generated_at": str(content["metadata"]["generated_at"]),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def git(folder: Path, arguments: list[str]) -> bytes:
    """What git says; nothing where there is no git, no repository, or no answer in time."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
