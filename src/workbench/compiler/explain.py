"""Why a notebook's flow is what it is: per step what it takes and gives, what was left behind, what isn't proven."""

from __future__ import annotations

import ast

from workbench.compiler.beside import Could, could_run_beside
from workbench.compiler.dataflow import StepFlow
from workbench.compiler.definitions import LAST_SHOWN, Binding, Definitions
from workbench.compiler.diagnostics import heading_above
from workbench.compiler.graph import Stages, stages
from workbench.compiler.model import Diagnostic, Step, Take
from workbench.compiler.sections import Section
from workbench.compiler.shape import ancestors_of, own_before
from workbench.notebook.model import Cell, Notebook, short_ids
from workbench.records import NamedTuple


class Where(NamedTuple):
    """A place in the notebook. cell: its number as people count; line: in the cell, None for the whole cell."""

    cell: int
    line: int | None = None


class CellPart(NamedTuple):
    """A cell in its place. why: of one that is left behind."""

    number: int
    id: str
    heading: str
    source: str  # its first line
    why: str = ""


class Follows(NamedTuple):
    """A step that runs before. why: "tag"; "needs", values; "join", Metaflow's; or "order", by no tag."""

    step: str
    why: str


class Taken(NamedTuple):
    """A value that a step takes. source: the step that gives it, "" for a parameter; branch: the one a join has it by.

    how: what the source did last to it ("bound", "changed", "perhaps changed"), at `changed`; read: where the step
    reads it first; why: where no cell reads it by name.
    """

    name: str
    source: str
    branch: str | None
    how: str
    changed: Where | None
    read: Where | None
    why: str
    guarded: bool


class Given(NamedTuple):
    """A value that a step leaves. readers: the steps that take it; none for a result, which a run's readers take."""

    name: str
    artifact: str
    readers: tuple[str, ...]
    guarded: bool


class StepPart(NamedTuple):
    """A step. kind: "step", or "join", "split" or "end" for one that Metaflow needs; beside: steps it runs beside."""

    name: str
    kind: str
    follows: tuple[Follows, ...]
    beside: tuple[str, ...]
    cells: tuple[CellPart, ...]
    setup: tuple[CellPart, ...]
    decorators: tuple[str, ...]
    takes: tuple[Taken, ...]
    gives: tuple[Given, ...]
    passes: tuple[tuple[str, str], ...]  # (name, branch), of a join
    imports: tuple[str, ...]
    placed: tuple[str, ...]  # definitions made again in it


class ParameterPart(NamedTuple):
    """A parameter. readers: the steps that take it."""

    name: str
    default: str
    help: str
    cell: int
    readers: tuple[str, ...]


class DefinitionPart(NamedTuple):
    """A function or class at the flow's module level. users: the steps that use it."""

    name: str
    cell: int
    users: tuple[str, ...]


class Unproven(NamedTuple):
    """Something that the code doesn't tell, and what is done about it."""

    where: Where | None
    text: str


class Explanation(NamedTuple):
    """All that is known of a notebook's flow. refused: an error stands in its way, and `diagnostics` says which."""

    notebook: str
    refused: bool
    steps: tuple[StepPart, ...]
    parameters: tuple[ParameterPart, ...]
    definitions: tuple[DefinitionPart, ...]
    imports: tuple[str, ...]
    left: tuple[CellPart, ...]
    could: tuple[Could, ...]
    unproven: tuple[Unproven, ...]
    diagnostics: tuple[Diagnostic, ...]


def explain(notebook: Notebook, steps: str = "tags") -> Explanation:
    """Explain a notebook's flow, or what is known of it where it is refused. steps: "tags" or "headings"."""
    found = stages(notebook, steps)
    refused = any(one.severity == "error" for one in found.diagnostics)
    return _Explainer(notebook, steps, found, refused).explanation()


class _Explainer:
    def __init__(self, notebook: Notebook, steps: str, found: Stages, refused: bool) -> None:
        self.notebook = notebook
        self.steps = steps
        self.found = found
        self.refused = refused
        self.ids = short_ids(notebook)
        self.sections = {section.name: section for section in found.places.sections}
        self.nodes = {node.name: node for node in found.nodes}
        self.above = ancestors_of(found.nodes) if found.graph else {}
        self.flows = {step.use.node.name: step for step in found.flow.steps} if found.flow else {}

    def explanation(self) -> Explanation:
        graph = self.found.graph
        definitions = self.found.definitions
        could = could_run_beside(self.notebook, self.steps, self.found) if graph and not self.refused else []
        return Explanation(
            notebook=self.notebook.name,
            refused=self.refused,
            steps=tuple(map(self._step, graph.steps)) if graph else tuple(map(self._section, self.sections.values())),
            parameters=self._parameters(),
            definitions=tuple(self._definition(one.name, one.cell) for one in graph.definitions) if graph else (),
            imports=(*(star.line for star in graph.stars), *graph.imports) if graph else (),
            left=tuple(self._left(cell) for cell in self.found.places.left),
            could=tuple(could),
            unproven=tuple(self._unproven(definitions)) if definitions else (),
            diagnostics=self.found.diagnostics,
        )

    def _cell(self, cell: Cell, why: str = "") -> CellPart:
        lines = [line.strip() for line in cell.source.split("\n") if line.strip()]
        source = next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")
        return CellPart(cell.number, self.ids[cell.id], heading_above(self.notebook, cell.index), source, why)

    def _left(self, cell: Cell) -> CellPart:
        why = "tagged `skip`" if "skip" in cell.tags else "no tag of a step"
        graph = self.found.graph
        if graph and any(one.cell.index == cell.index for one in graph.definitions):
            why += "; what it defines stands at the top of the flow"
        return self._cell(cell, why)

    def _section(self, section: Section) -> StepPart:
        """What the tags say of a step, where nothing else is known."""
        cells = tuple(map(self._cell, section.cells))
        follows = tuple(Follows(name, "tag") for name in section.after)
        return StepPart(section.name, "step", follows, (), cells, (), tuple(section.decorators), (), (), (), (), ())

    def _step(self, step: Step) -> StepPart:
        own = {name for name, node in self.nodes.items() if node.section}
        around = own - self.above[step.name] - {step.name}
        beside = [name for name in self.nodes if name in around and step.name not in self.above[name]]
        kind = "step" if step.cells else "join" if len(step.parents) > 1 else "split" if step.children else "end"
        return StepPart(
            name=step.name,
            kind=kind,
            follows=tuple(self._follows(step.name)),
            beside=tuple(beside),
            cells=tuple(self._cell(facts.cell) for facts in step.cells),
            setup=tuple(self._cell(facts.cell) for facts in step.setup),
            decorators=step.decorators,
            takes=tuple(self._taken(step, take) for take in step.takes),
            gives=tuple(
                Given(give.name, give.artifact, self._readers(step.name, give.name), give.guarded)
                for give in step.gives
            ),
            passes=tuple((take.name, take.source or "") for take in step.passes),
            imports=step.imports,
            placed=tuple(binding.name for binding in self.flows[step.name].copies),
        )

    def _follows(self, name: str) -> list[Follows]:
        """The notebook's own steps that a step runs right after, and why."""
        section = self.sections.get(name)
        tagged = set(section.after) if section else set()
        needed = set(self.flows[name].providers.values())
        found = []
        for other in own_before(self.nodes[name].parents, self.nodes):
            why = "tag" if other in tagged else "needs" if tagged and other in needed else "join" if tagged else "order"
            found.append(Follows(other, why))
        return found

    def _taken(self, step: Step, take: Take) -> Taken:
        flow = self.flows[step.name]
        need = flow.use.needs.get(take.name) or flow.use.setup_needs.get(take.name)
        read = Where(need.facts.cell.number, need.span.line if need.span else None) if need else None
        source = self._origin(take.name, step.name)
        how, changed = self._changed(take.name, source) if source else ("", None)
        why = ""
        if need is None:
            why = "it may read anything" if flow.use.unknowable else "a later step needs it, and it may be changed here"
        elif need.span is None:
            why = "a function that is called, or made, here reads it"
        return Taken(take.name, source, take.source, how, changed, read, why, take.guarded)

    def _origin(self, name: str, step: str) -> str:
        """The step that a name's value comes from, through joins that only pass it on; '' for a parameter."""
        provider = self.flows[step].providers.get(name, "")
        while provider and name in self.flows[provider].passes:
            provider = self.flows[provider].providers.get(name, "")
        return provider

    def _changed(self, name: str, step: str) -> tuple[str, Where | None]:
        """What a step did last to a value that it gives, and where."""
        done = list(reversed(self.flows[step].use.own))
        for facts, _, statement in done:
            if name in statement.may | statement.deferred_writes:
                return "bound", Where(facts.cell.number, statement.node.lineno)
        for facts, _, statement in done:
            if name in statement.mutates:
                how = "changed" if name in statement.sets else "perhaps changed"
                return how, Where(facts.cell.number, statement.node.lineno)
        return ("shown", None) if name == LAST_SHOWN else ("perhaps changed", None)

    def _readers(self, step: str, name: str) -> tuple[str, ...]:
        """The notebook's own steps that take a name from a step."""
        return tuple(
            other
            for other, flow in self.flows.items()
            if self.nodes[other].section and name in flow.takes and self._origin(name, other) == step
        )

    def _parameters(self) -> tuple[ParameterPart, ...]:
        return tuple(
            ParameterPart(
                one.name,
                one.literal,
                one.help,
                one.cell.number,
                tuple(
                    step
                    for step, flow in self.flows.items()
                    if one.name in flow.takes and self.nodes[step].section and not self._origin(one.name, step)
                ),
            )
            for one in self.found.parameters
        )

    def _definition(self, name: str, cell: Cell) -> DefinitionPart:
        definitions = self.found.definitions
        assert definitions is not None
        users = tuple(
            step
            for step, flow in self.flows.items()
            if flow.use.unknowable or name in definitions.reached(flow.fallbacks)
        )
        return DefinitionPart(name, cell.number, users)

    # what isn't proven

    def _unproven(self, definitions: Definitions) -> list[Unproven]:
        found: list[Unproven] = []
        for flow in self.flows.values():
            found += self._unknowable(flow)
        found += self._guarded()
        for one in definitions.hoisted.values():
            writes = sorted(one.statement.deferred_writes)
            if writes:
                listed = " and ".join(f"`{name}`" for name in writes)
                text = f"`{one.name}` binds {listed} when it is called: each step that calls it takes and gives that"
                found.append(Unproven(_place(one), text))
        for star in definitions.stars:
            text = "which names it brings isn't known: a name that no cell binds may be one of them"
            found.append(Unproven(_place(star), text))
        return [*found, *self._shared()]

    def _unknowable(self, flow: StepFlow) -> list[Unproven]:
        text = "what it reads isn't known: the step takes all that is bound before it"
        first: dict[int, int] = {}
        for _, place, statement in flow.use.own:
            if statement.unknowable:
                first.setdefault(place.cell, statement.node.lineno)
        return [Unproven(Where(cell + 1, line), text) for cell, line in first.items()]

    def _guarded(self) -> list[Unproven]:
        found = []
        for step in self.found.graph.steps if self.found.graph else ():
            for give in step.gives:
                how, where = self._changed(give.name, step.name)
                if give.guarded and how == "bound":
                    text = f"`{give.name}` may be left unbound: it is handed over where it is bound, as in the notebook"
                    found.append(Unproven(where, text))
        return found

    def _shared(self) -> list[Unproven]:
        """Values that steps beside each other use: whether a call changes one isn't seen."""
        users: dict[str, list[str]] = {}
        for name, flow in self.flows.items():
            if self.nodes[name].section:
                for value in flow.values:
                    users.setdefault(value, []).append(name)
        found = []
        for value, names in sorted(users.items()):
            apart = [
                one
                for one in names
                if any(
                    one != other and one not in self.above[other] and other not in self.above[one] for other in names
                )
            ]
            if apart:
                listed = ", ".join(f"`{name}`" for name in apart)
                text = f"`{value}` is used in {listed}, beside each other: that no call there changes it is compared "
                found.append(Unproven(None, f"{text}when the flow runs (WB402)"))
        return found


def _place(binding: Binding) -> Where:
    node: ast.stmt = binding.statement.node
    return Where(binding.facts.cell.number, node.lineno)
