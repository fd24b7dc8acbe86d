"""Which folder is the project, and where its state lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MARKERS = (".workbench", "pyproject.toml", "environment.yml", ".git")


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folders. root: absolute; any folder will do, a project or not."""

    root: Path

    @classmethod
    def around(cls, start: Path | None = None) -> Project:
        """The project that holds start (default: the working folder).

        WORKBENCH_ROOT, else the nearest folder upwards with one of MARKERS, else start's own folder.
        """
        if chosen := os.environ.get("WORKBENCH_ROOT"):
            return cls(Path(chosen).resolve())
        start = (start or Path.cwd()).resolve()
        folder = start if start.is_dir() else start.parent
        for candidate in (folder, *folder.parents):
            if any((candidate / marker).exists() for marker in MARKERS) and candidate != Path.home():
                return cls(candidate)
        return cls(folder)

    @property
    def state(self) -> Path:
        """.workbench/: everything here can be made again, or is the record of a run."""
        return self.root / ".workbench"

    @property
    def runs(self) -> Path:
        """.workbench/runs/: one folder a run, named FLOW-RUN_ID."""
        return self.state / "runs"

    @property
    def flows(self) -> Path:
        """flows/: where promoted flows are committed."""
        return self.root / "flows"
