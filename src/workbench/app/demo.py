"""The whole path once: data, warehouse, dbt, a notebook explored, one promoted, its flow run and linked back.

What is done already is not done again: each stage has a fingerprint of what it depends on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.app import promote, rerun, run
from workbench.app.run import Finished, Watcher
from workbench.demo.shop import Shop, generate
from workbench.demo.sizes import SIZES
from workbench.demo.transform import DOCS, transform
from workbench.errors import MissingTable, RunFailed, WorkbenchError
from workbench.files import write_atomic
from workbench.project import Project
from workbench.runs import page, record
from workbench.runs.record import RunRecord
from workbench.warehouse import local

EXPLORED = Path("notebooks", "explore_sessions.ipynb")
PROMOTED = Path("notebooks", "next_product.ipynb")
RAW = ("catalogue", "events", "searches")


class Stage(Protocol):
    """One stage's place on the screen."""

    def say(self, note: str) -> None:
        """What is going on, or what came of it."""


class Teller(Protocol):
    """Who shows how the demo goes on."""

    def stage(self, title: str) -> AbstractContextManager[Stage]:
        """A stage begins; it ends with the block."""

    def steps(self) -> AbstractContextManager[Watcher]:
        """Who watches the flow."""

    def cells(self) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Who watches a notebook's cells."""


@dataclass(frozen=True, slots=True)
class Next:
    """What to open next, and what it is."""

    command: str
    what: str


class Done:
    """What earlier demos of the project did: for each stage, what it depended on and what came of it."""

    def __init__(self, project: Project) -> None:
        self._file = project.state / "demo" / "done.json"
        try:
            self._stages: dict[str, dict[str, str]] = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            self._stages = {}

    def result(self, stage: str, fingerprint: str) -> str | None:
        """What came of the stage when it was done with this fingerprint; None if it wasn't."""
        known = self._stages.get(stage, {})
        return known.get("result") if known.get("fingerprint") == fingerprint else None

    def has(self, stage: str) -> bool:
        """Whether the stage was done, with whatever fingerprint."""
        return stage in self._stages

    def note(self, stage: str, fingerprint: str, result: str = "") -> None:
        """The stage is done."""
        self._stages[stage] = {"fingerprint": fingerprint, "result": result}
        write_atomic(self._file, json.dumps(self._stages, indent=1).encode() + b"\n")


def demo(size: str, teller: Teller) -> tuple[Next, ...]:
    """Do what isn't done yet, and say what to open next. size: a name in SIZES.

    Works on the local warehouse alone, whatever profile is the default. Raises WorkbenchError where the project isn't a
    checkout of workbench, and as the stages do; KeyboardInterrupt where the flow was stopped.
    """
    project = Project.around()
    for needed in (EXPLORED, PROMOTED, Path("dbt", "dbt_project.yml")):
        if not (project.root / needed).is_file():
            raise WorkbenchError(
                f"{project.root} has no {needed}", hint="the demo runs in a checkout of the workbench repository"
            )
    # also for the notebooks and the flow, which are processes of their own
    os.environ["WORKBENCH_CONNECTION"] = "local"
    done = Done(project)
    shop = _generated(project, size, teller)
    _loaded(project, shop, done, teller)
    data = _transformed(project, done, teller)
    explored = _explored(project, data, done, teller)
    flow = _promoted(project, teller)
    ran = _ran(project, flow, data, done, teller)
    return (
        Next(f"workbench lab {PROMOTED}", "the notebook, with its links to the run"),
        Next(f"workbench open {ran.name}", "the run: its executed notebook and its cards"),
        Next(f"workbench open {explored.name}", "what is in the tables, and a feature found in them"),
        Next(str(Path("dbt") / DOCS), "the tables: columns, tests, where they come from"),
    )


def _generated(project: Project, size: str, teller: Teller) -> Shop:
    with teller.stage(f"Generate a {size} shop") as stage:
        shop = generate(
            SIZES[size],
            project.state / "demo" / size,
            progress=lambda days, of: stage.say(f"day {days} of {of}"),
        )
        stage.say(_note(f"{shop.events:,} events, {shop.searches:,} searches, {shop.products:,} products", shop.fresh))
    return shop


def _loaded(project: Project, shop: Shop, done: Done, teller: Teller) -> None:
    from workbench.warehouse import sql
    from workbench.warehouse.load import load

    with teller.stage("Load it into the local warehouse") as stage:
        local.ensure(project)
        fresh = done.result("load", shop.fingerprint) is None or _count("raw.events") < shop.events
        if fresh:
            if done.has("load") and done.result("load", shop.fingerprint) is None:
                # another shop's products have the same names: the two can't stand in one table
                for table in RAW:
                    sql(f"drop table if exists raw.{table}")
            files = load(shop.folder, *RAW, project=project)
            done.note("load", shop.fingerprint)
            note = f"{sum(file.rows for file in files):,} records of {len(files)} files"
        else:
            note = f"{_count('raw.events'):,} events"
        stage.say(_note(note, fresh))


def _transformed(project: Project, done: Done, teller: Teller) -> str:
    """Build the marts; returns a fingerprint of what they hold."""
    folder = project.root / "dbt"
    with teller.stage("Build and test the tables with dbt") as stage:
        facts = [_facts(f"raw.{table}") for table in RAW]
        places = ("models", "macros", "snapshots", "tests")
        sources = (path for place in places for path in sorted((folder / place).rglob("*.*")))
        fingerprint = _fingerprint(facts, *(path.read_bytes() for path in (*folder.glob("*.yml"), *sources)))
        fresh = (
            done.result("dbt", fingerprint) is None or not (folder / DOCS).exists() or not _count("daily_conversion")
        )
        if fresh:
            # it may be the models that have changed
            transform(folder, local.ensure(project).environment(), anew=True)
            done.note("dbt", fingerprint)
        stage.say(_note(f"{_count('session_interactions'):,} sessions", fresh))
    return fingerprint


def _explored(project: Project, data: str, done: Done, teller: Teller) -> RunRecord:
    notebook = project.root / EXPLORED
    with teller.stage(f"Explore: {EXPLORED}") as stage:
        fingerprint = _fingerprint(data, _sources(notebook))
        known = _known(project, done.result("explore", fingerprint))
        if known is None:
            with teller.cells() as on_cell:
                finished = rerun.run(notebook, (), on_cell)
            known = _succeeded(finished)
            done.note("explore", fingerprint, known.name)
            stage.say(known.executed or known.name)
        else:
            stage.say(_note(known.executed or known.name, fresh=False))
    return known


def _promoted(project: Project, teller: Teller) -> Path:
    with teller.stage(f"Promote {PROMOTED}") as stage:
        notebook = project.root / PROMOTED
        current = promote.check(notebook)
        if current is not None and current.status == "current":
            stage.say(f"{_relative(project, Path(current.flow))} is what the notebook says")
            return Path(current.flow)
        written = promote.promote(notebook)
        stage.say(f"{_relative(project, Path(written.flow))} written: {' → '.join(written.steps)}")
    return Path(written.flow)


def _ran(project: Project, flow: Path, data: str, done: Done, teller: Teller) -> RunRecord:
    with teller.stage(f"Run {_relative(project, flow)}") as stage:
        fingerprint = _fingerprint(data, flow.read_bytes())
        known = _known(project, done.result("run", fingerprint))
        if known is None:
            with teller.steps() as watcher:
                finished = run.run(flow, (), watcher)
            known = _succeeded(finished)
            done.note("run", fingerprint, known.name)
            stage.say(_outcome(known))
        else:
            # the links may have been edited away, or the notebook checked out anew
            run.link_runs(project, project.root / PROMOTED)
            stage.say(_note(_outcome(known), fresh=False))
    return known


def _outcome(known: RunRecord) -> str:
    metric = known.metrics.get("mrr_at_20")
    return known.name if metric is None else f"{known.name}, MRR@20 {metric:.3f}"


def _succeeded(finished: Finished) -> RunRecord:
    """The run's record. Raises where it failed, was interrupted, or couldn't be linked."""
    known = finished.record
    if known.status == "interrupted":
        raise KeyboardInterrupt
    if known.status != "succeeded":
        raise RunFailed(
            f"{known.name} failed: {known.failure.text() if known.failure else 'see its log'}",
            hint=f"`workbench open {known.name}` shows how far it came",
        )
    if finished.problems:
        raise finished.problems[0]
    return known


def _known(project: Project, name: str | None) -> RunRecord | None:
    """The record of a run that succeeded earlier, if it is still there."""
    if not name:
        return None
    known = record.read(project.runs / name.replace("/", "-"))
    if known is None or known.status != "succeeded":
        return None
    if not (record.folder_of(project, known) / record.PAGE).exists():
        page.write(project, known)
    return known


def _count(table: str) -> int:
    """How many rows a table has; 0 where there is no such table."""
    return int(_facts(table)[0])


def _facts(table: str) -> tuple[int, str]:
    """How many rows a table has, and when the last load of a RAW table was."""
    from workbench.warehouse import sql

    latest = "max(loaded_at)" if table.startswith("raw.") else "null"
    try:
        row = sql(f"select count(*) as n, {latest} as latest from {table}").iloc[0]  # noqa: S608  names of ours
    except MissingTable:
        return 0, ""
    return int(row["n"]), str(row["latest"])


def _sources(notebook: Path) -> str:
    """What a run of the notebook depends on: its cells, without outputs, ids and links."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_bytes())["cells"]
    return repr([(cell["source"], cell["metadata"].get("tags")) for cell in cells if cell["cell_type"] == "code"])


def _fingerprint(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part if isinstance(part, bytes) else repr(part).encode()).digest())
    return digest.hexdigest()


def _note(text: str, fresh: bool) -> str:
    return text if fresh else f"{text} (done before)"


def _relative(project: Project, path: Path) -> str:
    return os.path.relpath(path, project.root)
