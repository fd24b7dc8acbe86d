"""The record of a run: `.workbench/runs/FLOW-RUN_ID/run.json`, and what lies beside it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.project import Project

Status = Literal["running", "succeeded", "failed", "interrupted"]

RECORD, EXECUTED, LOG, PAGE, LOCK = "run.json", "executed.ipynb", "log.txt", "index.html", ".running"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a cell. cell: its name in the flow; number: as people count cells; line: from 1; source: its text,
    stripped; start, end: what of it failed, in characters; function: the one that it stands in, "" for none.
    """

    cell: str
    number: int | None
    heading: str
    line: int
    source: str
    start: int
    end: int
    function: str = ""

    @property
    def title(self) -> str:
        """The cell as people are told of it, and the line."""
        named = ", ".join([self.cell, *([f"“{self.heading}”"] if self.heading else [])])
        cell = f"cell {self.cell}" + (f" (“{self.heading}”)" if self.heading else "")
        return f"{cell if self.number is None else f'cell {self.number} ({named})'}, line {self.line}"

    def excerpt(self) -> list[str]:
        """The line, and carets below what failed."""
        return excerpt(self.source, self.line, self.start, self.end)


def excerpt(source: str, line: int | None, start: int, end: int) -> list[str]:
    """A line and carets below a part of it."""
    number = "" if line is None else str(line)
    caret = " " * start + "^" * max(end - start, 1)
    return [f" {number} | {source}", f" {' ' * len(number)} | {caret}"] if end else [f" {number} | {source}"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed. cell: its name in the flow, number: as people count cells, line: within it, from 1; None where no
    cell is to blame. start, end: what failed in source, in characters; values: of the names on the innermost line;
    inside: the line of a function of the notebook; library: the last line of other code.
    """

    type: str
    message: str
    step: str | None = None
    cell: str | None = None
    heading: str = ""
    line: int | None = None
    source: str = ""
    number: int | None = None
    start: int = 0
    end: int = 0
    values: dict[str, str] = field(default_factory=dict)
    inside: Place | None = None
    library: str = ""

    def text(self) -> str:
        """The error as a notebook's reader wants it: where, what, the line; a hand-over's (WB4xx) message verbatim."""
        if self.message.startswith("WB"):
            return self.message
        what = f"{self.type}: {self.message}" if self.message else self.type
        lines = [f"{self.where}: {what}" if self.where else what]
        if self.source:
            lines += excerpt(self.source, self.line, self.start, self.end)
        if self.inside is not None:
            lines += [f"in {self.inside.function}, {self.inside.title}:", *self.inside.excerpt()]
        if self.library:
            lines.append(f"in {self.library}")
        lines += [f"   {name} = {value}" for name, value in self.values.items()]
        return "\n".join(lines)

    @property
    def where(self) -> str:
        """The step, the cell with its heading, and the line, as far as they are known."""
        where = [f"step {self.step}"] if self.step else []
        if self.cell and self.number is not None:
            where.append(f"cell {self.number} ({self.cell}" + (f", “{self.heading}”)" if self.heading else ")"))
        elif self.cell:
            where.append(f"cell {self.cell}" + (f" (“{self.heading}”)" if self.heading else ""))
        if self.line:
            where.append(f"line {self.line}")
        return ", ".join(where)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. Paths are relative to the project's root, with forward slashes; times are ISO 8601 with their zone.

    name: `FLOW/RUN_ID`, Metaflow's pathspec, or `rerun/…`. notebook: None for a flow of nobody's notebook.
    resumed_from: the run that it took steps over from; steps: of such a run, name → {"kept": bool, "why": str}.
    commit: git's, of the project when the run began; changed: tracked files that differed from it; dbt: the invocation
    whose results lay in dbt's target folder, see runs.provenance.
    metrics: each one's last value. cards: step → path of its HTML. experiment: tracking.comet.ExperimentLink.
    """

    name: str
    kind: Literal["flow", "rerun"]
    status: Status
    started: str
    notebook: str | None = None
    flow: str | None = None
    seconds: float | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    experiment: dict[str, Any] | None = None
    executed: str | None = None
    failure: Failure | None = None
    resumed_from: str | None = None
    steps: dict[str, dict[str, Any]] | None = None
    commit: str | None = None
    changed: list[str] | None = None
    dbt: dict[str, Any] | None = None

    @property
    def folder_name(self) -> str:
        """The name of the run's folder under .workbench/runs/."""
        return self.name.replace("/", "-")

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, as run.json and `--format json` have it."""
        return _finite(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> RunRecord:
        """Read it back; what a later version has added is left out."""
        known = {each.name for each in dataclasses.fields(cls)}
        values = {name: value for name, value in content.items() if name in known}
        if values.get("failure"):
            known = {each.name for each in dataclasses.fields(Failure)}
            failure = {k: v for k, v in values["failure"].items() if k in known}
            if failure.get("inside"):
                failure["inside"] = Place(**failure["inside"])
            values["failure"] = Failure(**failure)
        return cls(**values)


def folder_of(project: Project, record: RunRecord) -> Path:
    """The run's folder."""
    return project.runs / record.folder_name


def write(project: Project, record: RunRecord) -> None:
    """Write the record, whole or not at all. Raises TargetNotWritable."""
    text = json.dumps(record.as_json(), indent=1, ensure_ascii=False, allow_nan=False)
    write_atomic(folder_of(project, record) / RECORD, f"{text}\n".encode())


class Running:
    """While this is entered and holds a run's folder, the record's "running" is true.

    It is a lock of the system's, which lets go of it when we are killed.
    """

    def __init__(self) -> None:
        self._lock: FileLock | None = None

    def __enter__(self) -> Running:
        return self

    def hold(self, folder: Path) -> None:
        """The run has a folder now."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / LOCK)
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink(missing_ok=True)


def read(folder: Path) -> RunRecord | None:
    """The record in a run's folder; None where there is none that can be read.

    A run that says it is running, but whose process is gone, was interrupted.
    """
    try:
        record = RunRecord.from_json(json.loads((folder / RECORD).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    if record.status == "running" and not _held(folder / LOCK):
        return dataclasses.replace(record, status="interrupted")
    return record


def runs(project: Project, notebook: Path | None = None) -> list[RunRecord]:
    """The project's runs, the latest first; notebook: only those of this one."""
    wanted = None if notebook is None else relative(project, notebook)
    try:
        folders = list(project.runs.iterdir())
    except OSError:
        return []
    records = [record for folder in folders if (record := read(folder)) is not None]
    if wanted is not None:
        records = [record for record in records if record.notebook == wanted]
    return sorted(records, key=lambda record: (datetime.fromisoformat(record.started), record.name), reverse=True)


def find(project: Project, name: str) -> RunRecord:
    """The run that name means: `FLOW/RUN_ID`, `FLOW-RUN_ID` or the run id alone. Raises WorkbenchError."""
    wanted = name.strip("/").replace("/", "-")
    matches = [run for run in runs(project) if wanted in (run.folder_name, run.folder_name.rpartition("-")[2])]
    if not matches:
        raise WorkbenchError(f"there is no run {name!r} in {project.runs}", hint="`workbench runs` lists them")
    return matches[0]


def relative(project: Project, path: Path) -> str:
    """A path as records have it: relative to the root where it is below it, else absolute."""
    path = path.resolve()
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.as_posix()


def now() -> str:
    """The time, to the second, in the local zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _held(lock: Path) -> bool:
    """True while some process holds the lock."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: their names instead."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
