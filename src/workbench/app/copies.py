"""Copies of what `promote` wrote last, in the project's state: hand edits of a flow are merged from them."""

from __future__ import annotations

import os

from workbench.errors import TargetNotWritable
from workbench.files import write_atomic
from workbench.project import keep_out_of_git, project_root
from workbench.roundtrip.stamp import checksum

KEPT = 8  # of a flow; git has the rest


def keep(notebook: str | os.PathLike[str], flow: str, text: str) -> None:
    """Keep a copy of an emitted text. Never raises: a flow that was promoted is promoted."""
    root = project_root(notebook)
    path = _path(root, flow, checksum(text))
    try:
        keep_out_of_git(root)
        write_atomic(path, text.encode(), lasting=False)  # a copy that isn't whole isn't taken for one
        folder, stem = os.path.dirname(path), os.path.basename(path).rpartition("-")[0]
        copies = [os.path.join(folder, name) for name in os.listdir(folder) if name.rpartition("-")[0] == stem]
        for old in sorted(copies, key=os.path.getmtime)[:-KEPT]:
            os.unlink(old)
    except (OSError, TargetNotWritable):
        pass


def kept(notebook: str | os.PathLike[str], flow: str, stamp: str) -> str | None:
    """The text with a checksum, if there is a copy of it."""
    try:
        with open(_path(project_root(notebook), flow, stamp), encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return None
    return text if checksum(text) == stamp else None


def _path(root: str, flow: str, stamp: str) -> str:
    stem = os.path.splitext(os.path.basename(flow))[0]
    return os.path.join(root, ".workbench", "promoted", f"{stem}-{stamp.rpartition(':')[2]}.py")
