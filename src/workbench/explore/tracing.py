"""`workbench.lineage("session_interactions")`: what a thing comes from, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.explore import words
from workbench.explore.trace import finding
from workbench.explore.trace.building import Builder, chain
from workbench.explore.trace.gathering import gathered
from workbench.explore.trace.graph import DRAWN, Graph, Item, listed
from workbench.explore.trace.loads import loads
from workbench.project import Project

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 3  # loads that a text names


class Lineage:
    """What `lineage` returns, drawn by a notebook as a graph.

    of: the thing; graph: it and all around it; upstream, downstream: what it comes from and what comes of it, the
    nearest first; chain: of a run, the dbt invocation, loads and commit; notes: what the reader should know.
    """

    def __init__(
        self,
        of: Item,
        graph: Graph,
        facts: dict[str, Any],
        notes: tuple[str, ...],
        *,
        up: bool = True,
        down: bool = True,
    ) -> None:
        self.of = of
        self._up, self._down = up, down
        self.graph = graph.around(of, up=up, down=down)
        self.upstream = tuple(graph.reached(of, backwards=True)) if up else ()
        self.downstream = tuple(graph.reached(of, backwards=False)) if down else ()
        self.chain = facts
        more = len(self.graph.items) - DRAWN
        drawn = [f"the nearest {DRAWN} of {len(self.graph.items)} are drawn; `.frame` has all"] if more > 0 else []
        self.notes = (*notes, *drawn)

    @property
    def frame(self) -> pd.DataFrame:
        """from_kind, from_name, to_kind, to_name, how, places (a list of cells or steps); a row an edge."""
        import pandas as pd

        titles = ["from_kind", "from_name", "to_kind", "to_name", "how", "places"]
        rows = [
            (source.kind, source.name, target.kind, target.name, edge.how, list(edge.places))
            for (one, other), edge in self.graph.edges.items()
            for source, target in [(self.graph.items[one], self.graph.items[other])]
        ]
        return pd.DataFrame(rows, columns=pd.Index(titles))

    def mermaid(self) -> str:
        """The graph in Mermaid's language."""
        return self.graph.mermaid(self.of)

    def as_json(self) -> dict[str, Any]:
        """of, upstream, downstream, edges, chain, notes."""
        edges = [
            {"from": source, "to": target, "how": edge.how, "places": list(edge.places), "code": edge.code}
            for (source, target), edge in self.graph.edges.items()
        ]
        return {
            "of": listed([self.of])[0],
            "upstream": listed(self.upstream),
            "downstream": listed(self.downstream),
            "edges": edges,
            "chain": self.chain,
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        head = f"{self.of}{f'  ({self.of.detail})' if self.of.detail else ''}"
        lines = [head, *self._facts(), *self.graph.tree(self.of, up=self._up, down=self._down), *self.notes]
        return "\n".join(words.one_line(line) for line in lines)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """JupyterLab draws the graph; whoever can't draws the text."""
        return {"text/vnd.mermaid": self.mermaid(), "text/plain": repr(self)}

    def _facts(self) -> list[str]:
        if not self.chain:
            return []
        built, commit = self.chain["dbt_invocation"], self.chain["commit"]
        own = self.chain["loads"]
        lines = []
        if built:
            lines.append(f"  dbt     {built['command']} {built['invocation_id']}, {built['generated_at'][:16]}")
        for one in own[:_SHOWN]:
            rows = words.count(one["rows"], "row")
            lines.append(
                f"  load    {one['load_id']}  {one['table']}, {one['file']}, {rows}, {(one['loaded_at'] or '')[:16]}"
            )
        lines += [f"          and {len(own) - _SHOWN} more; `.chain` has all"] if len(own) > _SHOWN else []
        if commit:
            changed = self.chain["changed"]
            lines.append(f"  commit  {commit}" + (f", with changes in {', '.join(changed)}" if changed else ""))
        return lines


def lineage(x: Any, /, *, upstream: bool = True, downstream: bool = True, connection: str | None = None) -> Lineage:
    """What a thing comes from, and what comes of it: tables, dbt's models, loads, notebooks, flows, runs, commits.

    x: a table or dbt model (as in SQL, `raw.events`, or by dbt's name), a notebook's path, a flow's class or file, a
    run (`NextProductFlow/12`), an artifact (`NextProductFlow/12/evaluate/scores`), or what `tables` and Metaflow's
    Client give. upstream, downstream: one of them alone.

    Known are: what dbt's manifest says, the queries of the last seven days by their tags (which cell, which step), what
    stands in the texts of notebooks and flows, and the runs of this project, of each flow the latest five. Of a run,
    `.chain` has its dbt invocation, load ids and git commit. `.frame` has a row an edge; a notebook draws the graph.

    Raises MissingTable with the closest names for what isn't known, ParameterError for a name that several things have,
    WorkbenchError for an artifact that isn't there, UnknownProfile. What can't be asked is said in `.notes`.
    """
    text, project = finding.text_of(x), Project.around()
    world = gathered(project, connection)
    finding.prepare(world, text)
    builder = Builder(world)
    of = finding.found(builder, text)
    graph, notes = builder.graph, list(world.notes)
    if (unread := builder.unread.get(of.key)) is not None:
        which = words.count(unread, "query") if unread == 1 else f"{unread} queries"
        notes.append(f"{which} can't be read in its text: what they read is known if they ran within seven days")
    run = world.runs[of.name][0] if of.kind == "run" and of.name in world.runs else None
    until = None
    if run is not None:
        until = datetime.fromisoformat(run.started).astimezone(UTC)
    found: list[dict[str, Any]] = []
    if world.catalogue is not None and (upstream or of.kind in {"source", "table"}):
        near = [of, *graph.reached(of, backwards=True)]
        found, why = loads(graph, near, world.catalogue, connection, until)
        notes += [why] if why else []
    facts = chain(run, found) if run is not None else {}
    if run is not None:
        notes += _doubts(builder, of, until)
        if run.dbt and facts["dbt_invocation"] is None:
            said = f"dbt {run.dbt['command']}".strip()
            notes.append(
                f"when it began, dbt's last results were those of `{said}`: which invocation built isn't known"
            )
    return Lineage(of, graph, facts, tuple(notes), up=upstream, down=downstream)


def _doubts(builder: Builder, run: Item, until: datetime | None) -> list[str]:
    """Which of the tables that a run read are others now."""
    altered = {
        item.key: table.altered
        for table in (builder.world.catalogue.tables if builder.world.catalogue else ())
        for item in [builder.table(table)]
    }
    read = [source for (source, target), edge in builder.graph.edges.items() if target == run.key and not edge.code]
    later = [builder.graph.items[key].name for key in read if (at := altered.get(key)) and until and at > until]
    return [f"changed since the run began: {', '.join(later)}"] if later else []
