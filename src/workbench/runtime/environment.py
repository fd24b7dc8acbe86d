"""The environment of a task: Python, the distributions and files that its modules came from, the warehouse meant."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict


class Environment(TypedDict):
    """What a task had loaded when it ended.

    python: its version; distributions: name -> version; files: of other modules, path (from the notebook's folder where
    it is below it) -> digest, None where the file changed while the task ran; profile: the warehouse's connection, None
    where the task had none.
    """

    python: str
    distributions: dict[str, str]
    files: dict[str, str | None]
    profile: str | None


_OURS = ("workbench", "metaflow", "metaflow_extensions")
_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)(-py[\d.]+)?\.(dist|egg)-info$")


def loaded(flow_file: str, folder: str, since: float) -> Environment:
    """What this process has loaded. flow_file: no part of it; folder: the notebook's; since: when the task began."""
    known = list(_metadata())
    return Environment(
        python=python(),
        distributions=dict(_distributions(known, {name.partition(".")[0] for name in sys.modules} | set(_OURS))),
        files=dict(sorted(_files(flow_file, folder, since, {folder for folder, *_ in known}))),
        profile=profile(),
    )


def python() -> str:
    """The implementation and the version of this Python."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def profile() -> str | None:
    """The connection profile that the warehouse's part of this process uses; None where it isn't loaded."""
    connection: Any = sys.modules.get("workbench.warehouse.connection")
    return None if connection is None else str(connection.profile_name())


def installed() -> dict[str, str]:
    """Every distribution's version, by name."""
    return {name: version for _, name, version, _ in _metadata()}


def file_digest(path: str) -> str | None:
    """A hash of a file's content; None where it can't be read."""
    try:
        return hashlib.blake2b(Path(path).read_bytes(), digest_size=12).hexdigest()
    except OSError:
        return None


def _files(flow_file: str, folder: str, since: float, sites: set[str]) -> Iterator[tuple[str, str | None]]:
    """Modules that are no distribution's: those beside the notebook, and packages installed from their sources."""
    paths = sysconfig.get_paths()
    standard = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    libraries = tuple(os.path.realpath(path) + os.sep for path in standard | sites)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not file or name == "__main__" or name.partition(".")[0] in _OURS or file.startswith(libraries):
            continue
        path = os.path.realpath(file)
        if path.startswith(libraries) or path == os.path.realpath(flow_file) or not os.path.isfile(path):
            continue
        below = os.path.relpath(path, folder)
        changed = os.stat(path).st_mtime >= since
        yield path if below.startswith("..") else below, None if changed else file_digest(path)


def _metadata() -> Iterator[tuple[str, str, str, str]]:
    """(folder, name, version, metadata's folder) of each distribution; what comes first on the module path wins."""
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in names:
            if entry.endswith("-info") and (match := _METADATA.match(entry)) and match["name"] not in seen:
                seen.add(match["name"])
                yield folder, match["name"], match["version"], os.path.join(folder, entry)


def _distributions(known: list[tuple[str, str, str, str]], tops: set[str]) -> Iterator[tuple[str, str]]:
    """(name, version) of the distributions that have one of the modules."""
    for _, name, version, metadata in known:
        if name in tops or not tops.isdisjoint(_top_levels(metadata)):
            yield name, version


def _top_levels(metadata: str) -> set[str]:
    """The modules of a distribution: its list of them, or else the first parts of its files' paths."""
    try:
        with open(f"{metadata}/top_level.txt", encoding="utf-8", errors="replace") as file:
            return set(file.read().split())
    except OSError:
        pass
    try:
        with open(f"{metadata}/RECORD", encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    except OSError:
        return set()
    found = {line.partition("/")[0] for line in lines}
    return found | {name.partition(".")[0] for name in found if "," in name}
