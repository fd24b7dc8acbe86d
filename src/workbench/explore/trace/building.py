"""What is known, as one graph of what is made of what. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from workbench.explore.trace import texts
from workbench.explore.trace.gathering import FlowFile, World
from workbench.explore.trace.graph import DECLARED, Graph, Item
from workbench.explore.trace.texts import Uses
from workbench.manifest import Node
from workbench.runs.record import RunRecord
from workbench.warehouse.base import joined
from workbench.warehouse.catalog import TableFacts
from workbench.warehouse.queries import Query
from workbench.warehouse.reading import Name, Tables, tables_of
from workbench.warehouse.refs import resolved

BUILDERS = frozenset({"build", "run", "seed", "snapshot", "retry", "clone"})  # dbt's commands that make tables


class Builder:
    """The graph of a World. unread: by a notebook's or flow's key, how many queries can't be read in its text."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.graph = Graph()
        self.unread: dict[str, int] = {}
        self._by_key = {one.key: one for one in world.catalogue.tables} if world.catalogue else {}
        self._tables_of = cache(_tables)
        self._dbt()
        for path, cells in world.notebooks.items():
            self._used(self.notebook(path), texts.of_notebook(cells, self._resolve))
        for flow in world.flows.values():
            self._used(self.flow(flow), texts.of_flow(flow.text, self._resolve))
        for query in world.queries:
            self._query(query)
        for run, text in world.runs.values():
            self.run(run, text)

    def table(self, found: TableFacts | Node) -> Item:
        """A table of the catalogue, or what dbt knows by the same name."""
        node = self._node(found.key) if isinstance(found, TableFacts) else found
        if node is None:
            assert isinstance(found, TableFacts)
            return self.graph.add(Item("view" if found.kind == "view" else "table", joined(*found.key), str(found)))
        name = f"{node.source}.{node.name}" if node.kind == "source" else node.name
        own = self.world.catalogue.database if self.world.catalogue else None
        relation = ".".join(node.relation[node.relation[0] == own :]) if node.relation else ""
        detail = relation or node.materialized or ""
        return self.graph.add(
            Item(node.kind, joined(*node.relation) if node.relation else node.unique_id, name, detail)
        )

    def named(self, name: Name, database: str | None, schema: str | None, *, guess: bool = False) -> Item | None:
        """The table that a name means in a session there; None for one that isn't known, or is the catalogue's own.

        guess: whether the session may be in another schema than that.
        """
        if len(name) > 1 and name[-2] == "INFORMATION_SCHEMA":
            return None
        for where in (schema, "PUBLIC"):
            key = ((database or "", where or "")[: 3 - len(name)]) + name if len(name) < 3 else name
            if (found := self._by_key.get(key)) is not None:  # type: ignore[arg-type]  # a name has three parts here
                return self.table(found)
            if len(key) == 3 and (node := self._node(key)) is not None:
                return self.table(node)
        if schema is not None and not guess:
            return None
        # a text says nothing of the session that it will run in: a name that only one table has means that one
        same = [one for one in self._by_key.values() if one.key[-len(name) :] == name]
        if len(same) == 1:
            return self.table(same[0])
        nodes = [one for one in self._nodes() if one.relation and one.relation[-len(name) :] == name]
        return self.table(nodes[0]) if not same and len(nodes) == 1 else None

    def notebook(self, path: str) -> Item:
        return self.graph.add(Item("notebook", f"notebook {path}", path))

    def flow(self, flow: FlowFile) -> Item:
        item = self.graph.add(Item("flow", f"flow {flow.name}", flow.name, flow.path))
        if flow.notebook and flow.notebook in self.world.notebooks:
            self.graph.link(self.notebook(flow.notebook), item, "promoted", code=True)
        return item

    def run(self, run: RunRecord, text: str) -> Item:
        """A run: of its flow's or notebook's code, of what its queries read, and of the steps that it took over."""
        item = self.graph.add(_run_item(run))
        if run.kind == "flow":
            name = run.name.partition("/")[0]
            known = self.world.flows.get(name)
            flow = self.flow(known) if known else self.graph.add(Item("flow", f"flow {name}", name, run.flow or ""))
            self.graph.link(flow, item, "ran", code=True)
            if run.notebook and run.notebook in self.world.notebooks and known is None:
                self.graph.link(self.notebook(run.notebook), flow, "promoted", code=True)
            if not self._reads(item):  # longer ago than the warehouse remembers: by the text that it ran
                self._used(item, texts.of_flow(text, self._resolve))
            if run.resumed_from:
                origin = self.graph.add(Item("run", f"run {run.resumed_from}", run.resumed_from))
                kept = [step for step, decided in (run.steps or {}).items() if decided.get("kept")]
                for step in kept or [""]:
                    self.graph.link(origin, item, "taken over", step)
        elif run.notebook:
            self.graph.link(self.notebook(run.notebook), item, "ran", code=True)
            for query in self.world.queries:
                if _is_of_rerun(query, run):
                    self._add(item, self._tables_of(query.text), query.tag.get("cell") or "", query)
        if run.commit:
            changed = f"{len(run.changed)} files changed since" if run.changed else ""
            commit = Item("commit", f"commit {run.commit}", run.commit[:12], changed)
            self.graph.link(commit, item, "checked out", code=True)
        self._built_by(item, run)
        return item

    def artifact(self, run: Item, step: str, name: str, before: Iterable[str]) -> Item:
        """An artifact, of what the queries of its step and of those before it read. before: those steps."""
        item = self.graph.add(Item("artifact", f"artifact {run.name}/{step}/{name}", f"{run.name}/{step}/{name}"))
        self.graph.link(run, item, "made", step, code=True)
        steps = {step, *before}
        for (source, target), edge in list(self.graph.edges.items()):
            if target == run.key and not edge.code:
                for place in [place for place in edge.places if place in steps]:
                    self.graph.link(self.graph.items[source], item, edge.how, place)
        return item

    def _reads(self, item: Item) -> bool:
        return any(target == item.key and not edge.code for (_, target), edge in self.graph.edges.items())

    def _built_by(self, item: Item, run: RunRecord) -> None:
        """The dbt invocation that made what the run read, where dbt's results said so when the run began."""
        if not run.dbt or run.dbt.get("command") not in BUILDERS:
            return
        key = str(run.dbt["invocation_id"])
        invocation = Item(
            "invocation", f"invocation {key}", f"dbt {run.dbt['command']} {key[:8]}", run.dbt["generated_at"][:16]
        )
        for (source, target), edge in list(self.graph.edges.items()):
            if target == item.key and not edge.code and self.graph.items[source].kind in {"model", "seed", "snapshot"}:
                self.graph.link(invocation, item, "built what it read", code=True)

    def _dbt(self) -> None:
        for node in self._nodes():
            target = self._exposed(node) if node.kind == "exposure" else self.table(node)
            for parent in node.depends_on:
                known = self.world.manifest.nodes.get(parent) if self.world.manifest else None
                if known is not None:
                    self.graph.link(self.table(known), target, DECLARED if node.kind == "exposure" else "")

    def _exposed(self, node: Node) -> Item:
        """An exposure; where its meta's `path` names a notebook or a flow of the project, that."""
        path = str(node.meta.get("path") or "")
        if path in self.world.notebooks:
            return self.notebook(path)
        flow = next((one for one in self.world.flows.values() if one.path == path), None)
        if flow is not None:
            return self.flow(flow)
        return self.graph.add(Item("exposure", node.unique_id, node.name, node.owner or ""))

    def _used(self, item: Item, uses: Uses) -> None:
        here = (self.world.catalogue.database, self.world.catalogue.schema) if self.world.catalogue else (None, None)
        for name, place in uses.read:
            self._link(item, "read", self.named(name, *here, guess=True), place)
        for name, place in uses.written:
            self._link(item, "written", self.named(name, *here, guess=True), place)
        for model, place in uses.models:
            for node in self._nodes():
                if node.name == model and node.relation is not None:
                    self.graph.link(self.table(node), item, "read", place)
        if uses.unread:
            self.unread[item.key] = uses.unread

    def _query(self, query: Query) -> None:
        """A statement of the history belongs to the run or the notebook that its tag names."""
        tag = query.tag
        if tag.get("flow") and tag.get("run"):
            name = f"{tag['flow']}/{tag['run']}"
            item = Item("run", f"run {name}", name)
            known = self.world.runs.get(name)
            item = _run_item(known[0]) if known else item
            self._add(item, self._tables_of(query.text), tag.get("step") or "", query)
            flow = self.world.flows.get(tag["flow"])
            if known is None and item.key in self.graph.items and flow is not None:
                self.graph.link(self.flow(flow), item, "ran", code=True)
        elif path := tag.get("notebook"):
            self._add(self._tagged(path), self._tables_of(query.text), tag.get("cell") or "", query)

    def _tagged(self, path: str) -> Item:
        """The notebook that a tag names: the project's own by its path or, where one alone has it, by its file's name;
        else somebody else's.
        """
        own = [known for known in self.world.notebooks if path == known or path.endswith(f"/{known}")]
        file = path.rpartition("/")[2]
        own = own or [known for known in self.world.notebooks if known.rpartition("/")[2] == file]
        return (
            self.notebook(own[0])
            if len(own) == 1
            else Item("notebook", f"notebook {path}", path, "not of this project")
        )

    def _add(self, item: Item, found: Tables, place: str, query: Query) -> None:
        for name in found.read:
            self._link(item, "read", self.named(name, query.database, query.schema), place)
        for name in found.written:
            self._link(item, "written", self.named(name, query.database, query.schema), place)

    def _link(self, item: Item, how: str, table: Item | None, place: str) -> None:
        """How an item has to do with a table, if it is known: `read` or `written`."""
        if table is not None:
            source, target = (table, item) if how == "read" else (item, table)
            self.graph.link(source, target, how, place)

    def _resolve(self, text: str) -> str:
        return resolved(text.strip().rstrip(";"), self.world.project)

    def _node(self, key: tuple[str, ...]) -> Node | None:
        if self.world.manifest is None or len(key) != 3:
            return None
        return self.world.manifest.of_table(key[0], key[1], key[2])

    def _nodes(self) -> Iterable[Node]:
        return self.world.manifest.nodes.values() if self.world.manifest is not None else ()


def _run_item(run: RunRecord) -> Item:
    """A run as a thing, without what it is made of."""
    return Item("run", f"run {run.name}", run.name, ", ".join([run.status, run.started[:16]]))


def _tables(text: str) -> Tables:
    try:
        return tables_of(text)
    except ValueError:
        return Tables()


def _is_of_rerun(query: Query, run: RunRecord) -> bool:
    """Whether the statement ran while the rerun did, for its notebook."""
    if (
        query.tag.get("flow")
        or query.tag.get("notebook", "").rpartition("/")[2] != str(run.notebook).rpartition("/")[2]
    ):
        return False
    began = datetime.fromisoformat(run.started).astimezone(UTC)
    ended = began + timedelta(seconds=run.seconds + 1) if run.seconds is not None else datetime.now(UTC)
    return began - timedelta(seconds=1) <= query.began <= ended


def chain(run: RunRecord, loads: list[dict[str, Any]]) -> dict[str, Any]:
    """A run's origin as facts: run, flow, notebook, dbt's invocation, loads, commit. A later link goes before `run`."""
    built = run.dbt if run.dbt and run.dbt.get("command") in BUILDERS else None
    return {
        "run": run.name,
        "flow": run.flow,
        "notebook": run.notebook,
        "dbt_invocation": built,
        "loads": loads,
        "commit": run.commit,
        "changed": run.changed,
    }
