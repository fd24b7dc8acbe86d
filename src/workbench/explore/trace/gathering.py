"""What is known of the project's data and code: dbt's manifest, the catalogue, notebooks, flows, runs, queries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import ManifestError, NotebookError, UnknownProfile, WarehouseError
from workbench.explore.listing import described
from workbench.manifest import Manifest
from workbench.notebook.ipynb import parse, read_json
from workbench.project import Project
from workbench.runs import record
from workbench.runs.record import RunRecord
from workbench.warehouse.catalog import Catalogue, catalogue
from workbench.warehouse.queries import DAYS, Query, queries

RUNS = 5  # of each flow or notebook, that are looked at; a run that is asked for is one more
OWN = "/* workbench.lineage */"  # in the queries that lineage itself runs
_NOTEBOOKS = ("*.ipynb", "notebooks/**/*.ipynb")
_FLOWS = ("flows/**/*.py",)


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow in the project. name: its class; path: from the root; notebook: that it was promoted from, or None."""

    name: str
    path: str
    text: str
    notebook: str | None


@dataclass
class World:
    """Everything that a lineage is made of. notebooks: code cells (id, source) by path from the root; runs: the latest
    first, with the text that each ran; notes: what couldn't be read.
    """

    project: Project
    manifest: Manifest | None = None
    catalogue: Catalogue | None = None
    notebooks: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    flows: dict[str, FlowFile] = field(default_factory=dict)
    runs: dict[str, tuple[RunRecord, str]] = field(default_factory=dict)
    queries: tuple[Query, ...] = ()
    notes: list[str] = field(default_factory=list)

    def add_notebook(self, file: Path) -> str | None:
        """Read a notebook; its path as it is known here, None where it can't be read."""
        path = record.relative(self.project, file)
        if path not in self.notebooks:
            try:
                book = parse(read_json(file), str(file))
            except NotebookError as error:
                self.notes.append(error.message)
                return None
            self.notebooks[path] = tuple((cell.id, cell.source) for cell in book.cells if cell.kind == "code")
        return path

    def add_run(self, run: RunRecord) -> None:
        """A run, with the copy of the flow that it ran."""
        text = ""
        if run.flow:
            try:
                text = (record.folder_of(self.project, run) / Path(run.flow).name).read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                text = ""
        self.runs.setdefault(run.name, (run, text))


def gathered(project: Project, connection: str | None) -> World:
    """Read all of it. What can't be read is said in the notes. Raises UnknownProfile."""
    world = World(project)
    try:
        world.manifest, notes = described()
        world.notes += notes
    except ManifestError as error:
        world.notes.append(error.message)
    if world.manifest is None and not world.notes:
        world.notes.append("dbt has written no manifest here: what its models are made of isn't known")
    try:
        world.catalogue = catalogue(connection, fresh=True)
        found = queries(connection=connection, days=DAYS)
        world.queries = tuple(one for one in found if OWN not in one.text and one.status == "success")
    except UnknownProfile:
        raise
    except WarehouseError as error:
        world.notes.append(f"the warehouse can't be asked: {error.message}")
    for file in _files(project, _NOTEBOOKS):
        world.add_notebook(file)
    for file in _files(project, _FLOWS):
        for flow in _flows_of(project, file):
            world.flows.setdefault(flow.name, flow)
    counted: dict[str, int] = {}
    for run in record.runs(project):
        whose = run.name.partition("/")[0] if run.kind == "flow" else str(run.notebook)
        counted[whose] = counted.get(whose, 0) + 1
        if counted[whose] <= RUNS:
            world.add_run(run)
    return world


def _files(project: Project, patterns: tuple[str, ...]) -> Iterator[Path]:
    found = {file for pattern in patterns for file in project.root.glob(pattern)}
    hidden = (file for file in found if any(part.startswith(".") for part in file.relative_to(project.root).parts))
    yield from sorted(found - set(hidden))


def _flows_of(project: Project, file: Path) -> Iterator[FlowFile]:
    """The flows in a file: classes of FlowSpec."""
    try:
        text = file.read_text("utf-8")
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return
    notebook = None
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name("__notebook__")], value=ast.Constant(str(path))):
                notebook = record.relative(project, file.parent / path)
            case ast.ClassDef(name=name, bases=bases) if any(ast.unparse(base).endswith("FlowSpec") for base in bases):
                yield FlowFile(name, record.relative(project, file), text, notebook)
