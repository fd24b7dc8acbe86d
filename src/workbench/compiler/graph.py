"""From a notebook to the graph of its steps: the stages in order, and what they found."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator

from workbench.compiler import fanout, imports, iterations, rules
from workbench.compiler.cells import cell_facts, postpones
from workbench.compiler.dataflow import Dataflow, Resolver, StepFlow
from workbench.compiler.decorators import decorator_problems
from workbench.compiler.definitions import BUILTINS, Binding, Definitions, Place, collect
from workbench.compiler.imports import texts_for
from workbench.compiler.interactivity import interactive_cells
from workbench.compiler.model import (
    CellFacts,
    Definition,
    Diagnostic,
    Give,
    ParameterFacts,
    Star,
    Step,
    StepGraph,
    Take,
)
from workbench.compiler.parameters import parameters_of
from workbench.compiler.scopes import SHOWING_LOCALS
from workbench.compiler.sections import RESERVED_STEPS, Layout, layout
from workbench.compiler.shape import Node, children_of, tagged
from workbench.compiler.text import Source
from workbench.compiler.uses import Reach, StepUse, step_uses
from workbench.notebook.model import Cell, Notebook
from workbench.records import NamedTuple


class Stages(NamedTuple):
    """What each stage made of a notebook. graph: it is there although an error was found, unless one ended it early."""

    places: Layout
    facts: dict[int, CellFacts]
    diagnostics: tuple[Diagnostic, ...]
    nodes: list[Node]
    parameters: list[ParameterFacts]
    setup: list[CellFacts]
    definitions: Definitions | None = None
    flow: Dataflow | None = None
    graph: StepGraph | None = None


def step_graph(notebook: Notebook, steps: str = "tags") -> tuple[StepGraph | None, tuple[Diagnostic, ...]]:
    """The steps of a notebook (None where a finding is an error), and all findings. steps: "tags" or "headings"."""
    found = stages(notebook, steps)
    refused = any(problem.severity == "error" for problem in found.diagnostics)
    return (None if refused else found.graph), found.diagnostics


def stages(notebook: Notebook, steps: str = "tags", read: Callable[[Cell, bool], CellFacts] = cell_facts) -> Stages:
    """What becomes of a notebook, stage by stage. steps: "tags" or "headings"; read: gives a cell's facts."""
    whole, parts, wrong = fanout.split(notebook, steps)
    found = _stages(whole, parts, steps, read)
    if not parts and not wrong:
        return found
    return found._replace(diagnostics=_ordered(fanout.as_in(notebook, [*wrong, *found.diagnostics])))


def _stages(notebook: Notebook, parts: fanout.Parts, steps: str, read: Callable[[Cell, bool], CellFacts]) -> Stages:
    """The same, of a notebook whose foreach cells are cut into parts."""
    places = layout(notebook, steps)
    facts, problems = _read_cells(notebook, places, read)
    problems = [*places.problems, *problems, *(one for part in places.sections for one in decorator_problems(part))]
    setup = [facts[cell.index] for cell in places.setup]
    nodes: list[Node] = []
    parameters: list[ParameterFacts] = []
    if not any(problem.severity == "error" for problem in places.problems):
        nodes, tag_problems = tagged(places.sections)
        problems += tag_problems
        names = frozenset(node.name for node in nodes)
        for cell in places.parameters:
            found, found_problems = parameters_of(facts[cell.index], names)
            parameters += found
            problems += found_problems
    if problems:
        return Stages(places, facts, _ordered(problems), nodes, parameters, setup)
    promoted = _promoted(places)
    definitions = collect(
        [(one, index in promoted) for index, one in sorted(facts.items()) if index not in _indices(places.parameters)],
        frozenset(one.name for one in parameters),
    )
    keep_closures(definitions, fanout.homes(places.sections, parts))
    if any(section.after for section in places.sections):
        nodes, problems = _branched(nodes, facts, setup, definitions, parameters)
    if parts:
        nodes = fanout.expand(nodes, parts, _words(notebook))
    uses = step_uses(nodes, facts, setup, definitions)
    ties, loops = iterations.settle(uses, parts, definitions)
    flow = Resolver(uses, definitions, parameters).run()
    problems += flow.problems + rules.check(uses, definitions, parameters)
    problems += ties + iterations.check_last(flow, loops, definitions)
    interactive, more = interactive_cells(facts[index] for index in sorted(promoted))
    problems += more
    graph = _Builder(notebook, places, flow, definitions, parameters).graph()._replace(interactive=interactive)
    return Stages(places, facts, _ordered(problems), nodes, parameters, setup, definitions, flow, graph)


def _words(notebook: Notebook) -> set[str]:
    return {word for cell in notebook.cells for word in re.findall(r"\w+", cell.source)}


def _branched(
    nodes: list[Node],
    facts: dict[int, CellFacts],
    setup: list[CellFacts],
    definitions: Definitions,
    parameters: list[ParameterFacts],
) -> tuple[list[Node], list[Diagnostic]]:
    """The graph that the tags and the dataflow ask for, as Metaflow can draw it, and what is to be said of it."""
    from workbench.compiler.drawing import drawn
    from workbench.compiler.waits import chain, with_needs

    uses = step_uses(chain(nodes), facts, setup, definitions)
    flow = Resolver(uses, definitions, parameters, surely=True).run()
    nodes, waits = with_needs(nodes, flow)
    nodes, more = drawn(nodes, {one.name for one in parameters} | definitions.hoisted.keys())
    # what is wrong in the notebook's own order is wrong in any
    wrong = [problem for problem in flow.problems if problem.severity == "error"]
    return nodes, [*wrong, *waits, *more]


def _ordered(problems: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    def place(one: Diagnostic) -> tuple[int, int, str]:
        return (one.cell.index if one.cell else -1, one.span.line if one.span else 0, one.code)

    return tuple(sorted(dict.fromkeys(problems), key=place))


def _indices(cells: list[Cell]) -> set[int]:
    return {cell.index for cell in cells}


def _promoted(places: Layout) -> set[int]:
    return {cell.index for section in places.sections for cell in section.cells} | _indices(places.setup)


def _read_cells(
    notebook: Notebook, places: Layout, read: Callable[[Cell, bool], CellFacts]
) -> tuple[dict[int, CellFacts], list[Diagnostic]]:
    """The facts of every code cell. What is wrong with a cell that is left behind is nobody's concern."""
    facts: dict[int, CellFacts] = {}
    problems: list[Diagnostic] = []
    left = _indices(places.left)
    postponed = False
    for cell in notebook.cells:
        if cell.kind == "code":
            one = facts[cell.index] = read(cell, postponed)
            postponed = postponed or ("__future__" in one.source and postpones([each.node for each in one.statements]))
            if cell.index not in left:
                problems += facts[cell.index].problems
    return facts, problems


def keep_closures(definitions: Definitions, section_of: dict[int, str]) -> None:
    """Leave a function where it stands if only its own step uses it and it reads that notebook's values.

    As a closure it needs no `global`, and the cell stays whole.
    """
    reach = Reach(definitions)
    for name, one in list(definitions.hoisted.items()):
        home = section_of.get(one.place.cell)
        if home is None or isinstance(one.statement.node, ast.ClassDef) or not any(reach.of(name)):
            continue
        if one.statement.deferred & SHOWING_LOCALS:
            continue
        if one.statement.deferred_writes or _users(name, definitions, section_of) - {home}:
            continue
        del definitions.hoisted[name]


def _users(name: str, definitions: Definitions, section_of: dict[int, str]) -> set[str]:
    """The steps with a statement that uses a name; "" stands for a hoisted definition or a setup cell."""
    users: set[str] = set()
    for facts in definitions.cells:
        for statement in facts.statements:
            if name in statement.reads or name in statement.deferred:
                owner = getattr(statement.node, "name", None)
                elsewhere = owner in definitions.hoisted and owner != name
                users.add("" if elsewhere else section_of.get(facts.cell.index, ""))
    return users


class _Builder:
    """Puts the stages' results together as the graph that is emitted."""

    def __init__(
        self,
        notebook: Notebook,
        places: Layout,
        flow: Dataflow,
        definitions: Definitions,
        parameters: list[ParameterFacts],
    ) -> None:
        self.notebook = notebook
        self.places = places
        self.flow = flow
        self.definitions = definitions
        self.parameters = {one.name: one for one in parameters}
        read = {name for step in flow.steps for name in (*step.use.needs, *step.use.setup_needs)}
        self.used = frozenset(definitions.bindings) | frozenset(self.parameters) | read
        self.step_names = {step.use.node.name for step in flow.steps}
        self.guarded: set[tuple[str, str]] = set()

    def graph(self) -> StepGraph:
        children = children_of([step.use.node for step in self.flow.steps])
        steps = tuple(self._step(step, children) for step in self.flow.steps)
        lifted = frozenset(
            one.place for one in [*self.definitions.hoisted.values(), *self.definitions.stars]
        ) | frozenset(one.place for step in self.flow.steps for one in step.use.lifted)
        return StepGraph(
            name=flow_name(self.notebook.name),
            opening=self.places.opening,
            steps=steps,
            parameters=tuple(self.parameters.values()),
            imports=tuple(sorted(self.flow.module_imports)),
            stars=tuple(self._stars(lifted)),
            definitions=tuple(_definition(name, one) for name, one in self._needed_definitions().items()),
            lifted=lifted,
            used_names=self.used,
            bound_names=frozenset(
                name for name in (*self.definitions.bindings, *self.parameters) if not self.definitions.is_shown(name)
            ),
            containers=frozenset(self._containers()),
            raises=frozenset(self.places.raises),
            modules=frozenset(self._modules()),
        )

    def _modules(self) -> set[str]:
        cells = [facts for facts in self.definitions.cells if "import" in facts.source]
        nodes = [statement.node for facts in cells for statement in facts.statements]
        inner = [one for node in nodes for one in ast.walk(node) if isinstance(one, (ast.Import, ast.ImportFrom))]
        names = [
            name
            for one in inner
            for name in ([one.module or ""] if isinstance(one, ast.ImportFrom) else [alias.name for alias in one.names])
        ]
        return {name.partition(".")[0] for name in names}

    def _containers(self) -> list[tuple[str, str]]:
        """The names that are only ever bound to a literal list, dict or set."""
        found = []
        for name, bindings in self.definitions.bindings.items():
            kinds = {_literal_kind(one.statement.node) for one in bindings}
            if len(kinds) == 1 and (kind := kinds.pop()):
                found.append((name, kind))
        return found

    def _stars(self, lifted: frozenset[Place]) -> Iterator[Star]:
        """The star imports in their order, but for those that bind again what is bound: the same, and the last."""
        needed = self._star_needed()
        found = [one for one in self.definitions.stars if one.promoted or needed]
        order: list[str] = []
        for after, group in itertools.groupby(found, lambda one: self._last_before(one.place, lifted)):
            # of two of one module the later one wins
            lines = list(dict.fromkeys(map(_star_line, [*group][::-1])))[::-1]
            if order[-len(lines) :] != lines:
                order = [line for line in order if line not in lines] + lines
                yield from (Star(line, after) for line in lines)

    def _last_before(self, place: Place, lifted: frozenset[Place]) -> str:
        """The id of the last cell before a place that reads what a star import there may bind anew; "" for none."""
        named = self.definitions.bindings.keys() | self.parameters.keys()
        done = [
            (at, facts.cell.id)
            for step in self.flow.steps
            for facts, at, statement in step.use.own
            if at < place and at not in lifted and not named >= {*statement.reads, *statement.deferred}
        ]
        return max(done, default=(place, ""))[1]

    def _star_needed(self) -> bool:
        return any(step.fallbacks - set(self.definitions.hoisted) for step in self.flow.steps)

    def _needed_definitions(self) -> dict[str, Binding]:
        """The hoisted definitions that some promoted code uses, and those that they use."""
        waiting = sorted(
            {name for step in self.flow.steps for name in step.fallbacks} & self.definitions.hoisted.keys()
        )
        if any(step.use.unknowable for step in self.flow.steps):
            waiting = sorted(self.definitions.hoisted)
        # a definition of a promoted cell is a part of the flow even where nothing calls it
        promoted = {name for name, one in self.definitions.hoisted.items() if one.promoted}
        needed: set[str] = set()
        waiting = sorted({*waiting, *promoted})
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += sorted(self.definitions.module_reads(name) & self.definitions.hoisted.keys())
        return {name: one for name, one in self.definitions.hoisted.items() if name in needed}

    def _step(self, step: StepFlow, children: dict[str, list[str]]) -> Step:
        use = step.use
        name = use.node.name
        section = use.node.section
        for given in step.gives:
            sure = (
                given in use.must or given in step.takes or given in use.setup_binds or self.definitions.is_shown(given)
            )
            # what only a function writes is there once it has been called
            binders = [statement for _, _, statement in use.own if given in statement.may]
            likely = (
                bool(binders)
                and given not in use.maybe_deletes
                and all(given not in self.definitions.unlucky(statement) for statement in binders)
            )
            if not (sure or likely):
                self.guarded.add((name, given))
        results: set[str] = set()
        if not self._own_steps_below(name, children, self._step_of(use)):
            results = self._results(use)
            if use.node.fan is not None and use.node.fan.kind == "gather":
                results |= {one.name for one in use.node.fan.gathers}
        takes = tuple(self._take(step, one, branch) for one, branch in sorted(step.takes.items()))
        return Step(
            name=name,
            cells=tuple(use.cells),
            setup=tuple(use.setup),
            decorators=tuple(section.decorators) if section else (),
            narrative=tuple(section.narrative) if section else (),
            parents=use.node.parents,
            children=tuple(children[name]),
            imports=self._imports(step),
            definitions=tuple(_definition(one.name, one) for one in step.copies),
            takes=takes,
            gives=tuple(
                Give(one, self._artifact(one), (name, one) in self.guarded) for one in sorted(step.gives | results)
            ),
            passes=tuple(self._take(step, one, branch) for one, branch in sorted(step.passes.items())),
            global_names=tuple(sorted(self._globals(step, {one.name for one in takes if not one.guarded}))),
            fan=use.node.fan,
        )

    def _step_of(self, use: StepUse) -> str:
        """The notebook's step that a step is a part of; a loop's join without cells is one of that above it."""
        above = use
        while above.node.section is None and above.node.fan is not None:
            above = self.flow.steps[above.order - 1].use
        return above.node.section.of if above.node.section is not None else ""

    def _own_steps_below(self, name: str, children: dict[str, list[str]], of: str) -> bool:
        """Whether a step of the notebook's own follows, not one that Metaflow's shape needs, or a part of this one."""
        sections = {step.use.node.name: step.use.node.section for step in self.flow.steps}

        def own(child: str) -> bool:
            section = sections[child]
            return section is not None and section.of != of

        return any(own(child) or self._own_steps_below(child, children, of) for child in children[name])

    def _take(self, step: StepFlow, name: str, branch: str | None) -> Take:
        if (step.use.node.name, name) in self.flow.from_parameter:
            return Take(name, name, None, convert="tuple" if self.parameters[name].kind == "tuple" else "")
        guarded = any((other, name) in self.guarded for other in self.step_names) and not self._surely_bound(step, name)
        if guarded:
            self.guarded.add((step.use.node.name, name))
        return Take(name, self._artifact(name), branch, guarded)

    def _surely_bound(self, step: StepFlow, name: str) -> bool:
        """Whether the last step above that binds a name surely does."""
        for other in reversed(self.flow.steps[: step.use.order]):
            if name in other.gives:
                return (other.use.node.name, name) not in self.guarded
        return True

    def _artifact(self, name: str) -> str:
        """The attribute that holds a name's value: the name, unless Metaflow or the flow has that for itself."""
        if self.definitions.is_shown(name):
            return "last_shown"
        # Metaflow keeps names with an underscore for itself, and its Client doesn't show them
        artifact = f"{name.strip('_') or 'underscore'}_" if name.startswith("_") else name
        while artifact in RESERVED_STEPS | self.step_names | self.parameters.keys() or (
            artifact != name and artifact in self.used
        ):
            artifact += "_"
        return artifact

    def _imports(self, step: StepFlow) -> tuple[str, ...]:
        """The imports of a step: what it needs, and what its own cells import and nobody uses (it may have effects)."""
        placed = self.flow.module_imports.union(*(other.imports for other in self.flow.steps))
        unused = {text for one in step.use.lifted for text in texts_for(one.name, one, self.definitions)} - placed
        return tuple(sorted((step.imports | unused) - self.flow.module_imports))

    def _globals(self, step: StepFlow, taken: set[str]) -> set[str]:
        """The names of a step that are the module's. taken: those that are surely bound at its top."""
        use = step.use
        placed = {one.name for one in step.copies} | imports.bound_names(set(step.imports))
        local = use.binds | set(step.takes) | set(use.setup_binds) | placed
        if use.unknowable:
            return {name for name in local if not self.definitions.is_shown(name)} - set(self.definitions.hoisted)
        fallback = {name for name in use.binds - set(step.takes) if name in step.fallbacks}
        # a module falls back on the builtin of that name, a function doesn't
        fallback |= {name for name in use.needs.keys() & BUILTINS & local if name not in taken}
        fallback |= use.ever_deleted() & BUILTINS & local
        names = (use.global_names & local) | fallback | (use.class_reads & local)
        return {name for name in names if not self.definitions.is_shown(name)}

    def _results(self, use: StepUse) -> set[str]:
        """What the last step leaves to be read: the names that it assigns and then at most shows or prints."""
        assigned: set[str] = set()
        used: set[str] = set()
        for _, _, statement in use.own:
            node = statement.node
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
                targets = [node.target]
            used |= ((set(statement.reads) - _looked_at(node)) & assigned) | statement.deferred
            assigned |= {one.id for one in targets if isinstance(one, ast.Name) and not one.id.startswith("_")}
        return (assigned - used) & use.must


def _looked_at(node: ast.stmt) -> set[str]:
    """The names that a statement only looks at: it prints them, shows them, or calls a method of theirs."""
    if not isinstance(node, ast.Expr):
        return set()
    value: ast.AST = node.value
    if isinstance(value, ast.Call) and not (isinstance(value.func, ast.Name) and value.func.id == "print"):
        value = value.func
    return {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}


def _literal_kind(node: ast.stmt) -> str:
    """The type of what a statement assigns to a single name, where that is a literal container."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return ""
    kinds = {ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set"}
    return kinds.get(type(node.value), "")


def _star_line(binding: Binding) -> str:
    node = binding.statement.node
    assert isinstance(node, ast.ImportFrom)
    return f"from {'.' * node.level}{node.module or ''} import *"


def _definition(name: str, binding: Binding) -> Definition:
    """A definition's text, with the decorators and the comments right above it."""
    node = binding.statement.node
    lines = Source(binding.facts.source).lines
    first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))]) - 1
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return Definition(name, "\n".join(lines[first : node.end_lineno]), binding.facts.cell, first + 1, node)


def flow_name(notebook_name: str) -> str:
    """The flow's class: the notebook's file name in CamelCase, and Flow."""
    stem = notebook_name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".ipynb")
    words = "".join(char if char.isalnum() and char.isascii() else " " for char in stem).split()
    camel = "".join(word[:1].upper() + word[1:] for word in words) or "Notebook"
    if camel[0].isdigit():
        camel = f"Notebook{camel}"
    return camel if camel.endswith("Flow") else f"{camel}Flow"
