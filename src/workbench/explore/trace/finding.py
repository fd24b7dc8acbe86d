"""Which thing is meant by a name: a table, a notebook, a flow, a run or an artifact."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import MissingTable, ParameterError, WorkbenchError
from workbench.explore.trace.building import Builder
from workbench.explore.trace.gathering import World
from workbench.explore.trace.graph import Item
from workbench.project import Project
from workbench.runs import record
from workbench.warehouse.base import name_parts
from workbench.warehouse.catalog import TableFacts

HINT = (
    "name a table or dbt model, a notebook (.ipynb), a flow (its class or .py), a run (Flow/12), "
    "or an artifact (Flow/12/step/name)"
)


def text_of(x: Any) -> str:
    """What is meant, as text: a name, a table of `tables`, or one of Metaflow's objects. Raises ParameterError."""
    if isinstance(x, TableFacts):
        return x.sql
    if isinstance(x, Path):
        return str(x)
    found = x if isinstance(x, str) else getattr(x, "pathspec", None)
    if not isinstance(found, str) or not found.strip():
        raise ParameterError(f"{type(x).__name__} has no lineage" if not isinstance(x, str) else "no name", hint=HINT)
    return found.strip()


def prepare(world: World, text: str) -> None:
    """Read what is asked for, where it isn't among what is read anyway: a notebook elsewhere, an older run."""
    if text.endswith(".ipynb") and Path(text).is_file():
        world.add_notebook(Path(text))
    name = "/".join(text.split("/")[:2])
    for run in record.runs(world.project):
        if run.name == name or run.name.rpartition("/")[2] == text or run.folder_name == text:
            world.add_run(run)


def found(builder: Builder, text: str) -> Item:
    """The thing. Raises MissingTable with the closest names, ParameterError for a name that several things have."""
    kinds = [_notebook, _flow, _run, _artifact, _table]
    items = {item.key: item for kind in kinds if (item := kind(builder, text)) is not None}
    if len(items) > 1:
        listed = " or ".join(map(str, items.values()))
        raise ParameterError(f"{text} may be the {listed}", hint="say a table's schema, or a flow's file")
    if not items:
        raise _unknown(builder, text)
    return next(iter(items.values()))


def _notebook(builder: Builder, text: str) -> Item | None:
    if not text.endswith(".ipynb"):
        return None
    path = record.relative(builder.world.project, Path(text))
    if path in builder.world.notebooks:
        return builder.notebook(path)
    same = [one for one in builder.world.notebooks if one == text or one.rpartition("/")[2] == text]
    if len(same) > 1:
        raise ParameterError(f"{text} may be {' or '.join(same)}", hint="say its folder")
    known = [one for one in builder.graph.items.values() if one.kind == "notebook" and one.name == text]
    return builder.notebook(same[0]) if same else known[0] if known else None


def _flow(builder: Builder, text: str) -> Item | None:
    path = record.relative(builder.world.project, Path(text)) if text.endswith(".py") else ""
    for flow in builder.world.flows.values():
        if text == flow.name or path == flow.path or (path and text == flow.path.rpartition("/")[2]):
            return builder.flow(flow)
    return builder.graph.items.get(f"flow {text}")


def _run(builder: Builder, text: str) -> Item | None:
    if (item := builder.graph.items.get(f"run {text}")) is not None:
        return item
    same = [run for run, _ in builder.world.runs.values() if text in (run.folder_name, run.name.rpartition("/")[2])]
    if len(same) > 1:
        raise ParameterError(f"{text} may be {' or '.join(run.name for run in same)}", hint="say its flow: Flow/12")
    return builder.graph.items[f"run {same[0].name}"] if same else None


def _artifact(builder: Builder, text: str) -> Item | None:
    """`Flow/run/step/name` or `Flow/run/step/task/name`, where Metaflow has it."""
    parts = text.split("/")
    if len(parts) not in (4, 5):
        return None
    run = builder.graph.items.get(f"run {parts[0]}/{parts[1]}")
    step, name = parts[2], parts[-1]
    before = _steps_before("/".join(parts[:3]), name, parts[3] if len(parts) == 5 else None)
    if run is None:
        run = builder.graph.add(Item("run", f"run {parts[0]}/{parts[1]}", f"{parts[0]}/{parts[1]}"))
    return builder.artifact(run, step, name, before)


def _steps_before(pathspec: str, name: str, task: str | None) -> set[str]:
    """The names of the steps before one, where a task of it has the artifact. Raises WorkbenchError where none has."""
    from workbench.runs import flow

    flow.configure(Project.around())
    from metaflow import Step
    from metaflow.exception import MetaflowNotFound

    try:
        step = Step(pathspec, _namespace_check=False)
        tasks = [step[task]] if task is not None else list(step)
    except (MetaflowNotFound, KeyError) as error:
        raise WorkbenchError(f"there is no step {pathspec}", hint="`workbench runs` lists the runs") from error
    if not any(name in one for one in tasks):
        names = sorted({artifact.id for one in tasks for artifact in one})
        close = difflib.get_close_matches(name, names, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        hint = f"it has {', '.join(one for one in names if not one.startswith('_'))}"
        raise WorkbenchError(f"{pathspec} has no artifact {name}{meant}", hint=hint)
    before: dict[str, Any] = {}
    waiting = list(step.parent_steps)
    while waiting:
        parent = waiting.pop()
        if parent.id not in before:
            before[parent.id] = parent
            waiting += list(parent.parent_steps)
    return set(before)


def _table(builder: Builder, text: str) -> Item | None:
    """A table by its name as in SQL, or what dbt calls it: a model's name, `source.table`, an exposure's."""
    world = builder.world
    try:
        name_parts(text)
    except ValueError:
        return None
    if world.catalogue is not None:
        try:
            return builder.table(world.catalogue.find(text))
        except MissingTable:
            pass
        except ParameterError:
            if not any(True for _ in _nodes(world, text)):
                raise
    for node in _nodes(world, text):
        if node.kind != "exposure":
            return builder.table(node)
        if (item := builder.graph.items.get(node.unique_id)) is not None:
            return item
    return None


def _nodes(world: World, text: str) -> Iterator[Any]:
    for node in world.manifest.nodes.values() if world.manifest is not None else ():
        if text in (node.name, f"{node.source}.{node.name}", node.unique_id):
            yield node


def _unknown(builder: Builder, text: str) -> WorkbenchError:
    known = {item.name.lower(): item.name for item in builder.graph.items.values()}
    known |= {item.name.rpartition("/")[2].lower(): item.name for item in builder.graph.items.values()}
    if builder.world.catalogue is not None:
        known |= {one.name.lower(): str(one) for one in builder.world.catalogue.tables}
    close = dict.fromkeys(known[name] for name in difflib.get_close_matches(text.lower(), known, n=3, cutoff=0.6))
    meant = f"; did you mean {' or '.join(close)}?" if close else ""
    return MissingTable(f"nothing is named {text}{meant}", hint=HINT)
