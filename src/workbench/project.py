"""Which folder is the project, and where its state lives."""

from __future__ import annotations

import os

from workbench.files import write_atomic

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from pathlib import Path

MARKERS = (".workbench", "pyproject.toml", "environment.yml", ".git")


def project_root(start: str | os.PathLike[str] = ".") -> str:
    """The absolute path of the project that holds start.

    WORKBENCH_ROOT, else the nearest folder upwards with one of MARKERS, else start's own folder. The home folder is
    nobody's project.
    """
    if chosen := os.environ.get("WORKBENCH_ROOT"):
        return os.path.realpath(chosen)
    start = os.path.realpath(start)
    own = start if os.path.isdir(start) else os.path.dirname(start)
    home = os.path.expanduser("~")
    folder = own
    while True:
        if folder != home and any(os.path.exists(os.path.join(folder, marker)) for marker in MARKERS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return own
        folder = above


def keep_out_of_git(root: str | os.PathLike[str]) -> None:
    """The state is this machine's: in a project that doesn't say so itself, it says so."""
    file = os.path.join(root, ".workbench", ".gitignore")
    if not os.path.exists(file):
        write_atomic(file, b"*\n")


class Project:
    """A project's folders. root: absolute; any folder will do, a project or not."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def around(cls, start: Path | None = None) -> Project:
        """The project that holds start (default: the working folder), as project_root finds it."""
        from pathlib import Path

        return cls(Path(project_root(start or ".")))

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
