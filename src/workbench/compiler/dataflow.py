"""Which step gives each name that a step needs: artifacts, imports, or nothing at all.

Every need is resolved to the binding that stands last before it in the notebook, among the steps that run before it.
Then, from the last step to the first, each value that a step takes is asked of the nearest step above that binds or
changes it; a join passes on what later steps ask for.
"""

from __future__ import annotations

import ast

from workbench.compiler.definitions import BUILTINS, LAST_SHOWN, PROVIDED, Binding, Definitions, Place
from workbench.compiler.imports import texts_for
from workbench.compiler.model import LAST, Diagnostic, ParameterFacts
from workbench.compiler.placeholders import PLACEHOLDERS
from workbench.compiler.uses import Need, StepUse

RUNTIME = PLACEHOLDERS | {"get_ipython"}
# IPython's history: which cells ran before isn't known to a flow
HISTORY = frozenset({"__", "___", "In", "Out", "_i", "_ii", "_iii", "_ih", "_oh", "_dh"})


class StepFlow:
    """What goes in and out of one step.

    takes: name → the branch it comes from (None: not a join); providers: name → the step above that gives it.
    """

    def __init__(self, use: StepUse) -> None:
        self.use = use
        self.imports: set[str] = set()
        self.copies: list[Binding] = []  # definitions of cells left behind, placed in the step
        self.values: set[str] = set()  # needs that are values
        self.takes: dict[str, str | None] = {}
        self.passes: dict[str, str | None] = {}
        self.providers: dict[str, str] = {}
        self.gives: set[str] = set()
        self.wanted: set[str] = set()
        self.fallbacks: set[str] = set()  # needs that a builtin, a star or the module answers


class Dataflow:
    """The whole notebook's. given_by_parameter: names that are parameters no step binds before they are taken."""

    def __init__(self, steps: list[StepFlow]) -> None:
        self.steps = steps
        self.problems: list[Diagnostic] = []
        self.module_imports: set[str] = set()
        self.from_parameter: set[tuple[str, str]] = set()  # (step, name): read from the parameter itself


class Resolver:
    """Resolves the needs of the steps against the notebook's bindings.

    surely: let only what surely changes a value count as a change: what is left then is compared when the flow runs.
    """

    def __init__(
        self,
        uses: list[StepUse],
        definitions: Definitions,
        parameters: list[ParameterFacts],
        *,
        surely: bool = False,
    ) -> None:
        self.uses = uses
        self.surely = surely
        self.definitions = definitions
        self.parameters = {one.name: one for one in parameters}
        self.above = {use.node.name: use.ancestors for use in uses}
        self.by_name = {use.node.name: use for use in uses}
        self.step_of_cell = {facts.cell.index: use for use in uses for facts in use.cells}
        self.setup_cells = {facts.cell.index for use in uses for facts in use.setup}
        owned = set(self.step_of_cell) | self.setup_cells
        self.left = [facts for facts in definitions.cells if facts.cell.index not in owned]
        self.flow = Dataflow([StepFlow(use) for use in uses])
        self.flow_of = {step.use.node.name: step for step in self.flow.steps}
        self._given: dict[tuple[str, str], StepUse | None] = {}
        self._sources: dict[tuple[str, str], tuple[str | None, StepUse | None]] = {}

    def run(self) -> Dataflow:
        """Resolve everything."""
        self._module_imports()
        for step in self.flow.steps:
            for need in step.use.setup_needs.values():
                self._resolve(step, need, setup=True)
            for need in step.use.needs.values():
                self._resolve(step, need)
            if step.use.unknowable:
                self._everything(step)
        for step in reversed(self.flow.steps):
            self._ask(step)
        return self.flow

    # what answers a need

    def _resolve(self, step: StepFlow, need: Need, setup: bool = False) -> None:
        name = need.name
        if name in self.definitions.hoisted:
            step.fallbacks.add(name)
            return
        best = self._best(step.use, name, need.place)
        if best is None:
            if name in self.parameters:
                step.values.add(name)
            else:
                self._unbound(step, need)
        elif best.kind == "deleted":
            shows_again = name in BUILTINS or bool(self.definitions.stars)
            if need.certain and not shows_again:
                message = f"`{name}` was deleted in cell {best.facts.cell.number}"
                self._problem("WB206", message, need, "run the notebook from the top: it fails here")
                return
            if shows_again:
                step.fallbacks.add(name)
            if (owner := self.step_of_cell.get(best.facts.cell.index)) is not None and owner is not step.use:
                self._gone(step, name, owner)
        elif best.kind == "import":
            self._import(step, best)
        elif best.kind == "definition" and not best.promoted:
            self._copy(step, best)
        elif best.facts.cell.index in self.setup_cells:
            return  # the setup cell binds it in this step too
        elif setup:
            message = f"a setup cell needs `{name}`, which step `{self._step(best)}` binds"
            self._problem("WB207", message, need, "bind it in a setup cell too, or move the line into a step's cell")
        else:
            step.values.add(name)
            self._warn_of_exploration(best, need)

    def _warn_of_exploration(self, best: Binding, need: Need) -> None:
        """A cell left behind changes, on the way, what a step reads: Run All would see it, the flow doesn't."""
        for facts in self.left:
            if best.place.cell < facts.cell.index < need.place.cell:
                changed = [one for one in facts.statements if need.name in one.may or need.name in one.mutates]
                if changed:
                    message = f"cell {facts.cell.number}, which is left behind, changes `{need.name}`: the flow doesn't"
                    hint = "tag the cell with a step if the change is to count"
                    self._problem("WB208", message, need, hint, severity="warning")

    def _best(self, use: StepUse, name: str, place: Place) -> Binding | None:
        """The binding that stands last before a place, among those that have run by then."""
        before = [
            one for one in self.definitions.bindings.get(name, ()) if one.place < place and self._has_run(use, one)
        ]
        return before[-1] if before else None

    def _has_run(self, use: StepUse, binding: Binding) -> bool:
        if binding.kind == "import" or (binding.kind == "definition" and not binding.promoted):
            return True
        owner = self.step_of_cell.get(binding.facts.cell.index)
        if owner is None:
            return binding.promoted and binding.facts.cell.index in {facts.cell.index for facts in use.setup}
        return owner is use or owner.node.name in self.above[use.node.name]

    def _import(self, step: StepFlow, binding: Binding) -> None:
        lines = set(texts_for(binding.name, binding, self.definitions))
        if lines <= self.flow.module_imports:
            step.fallbacks.add(binding.name)
        else:
            step.imports |= lines

    def _copy(self, step: StepFlow, binding: Binding) -> None:
        """Place a definition of a cell left behind into the step, with all that it needs."""
        if binding in step.copies:
            return
        if isinstance(binding.statement.node, ast.ClassDef) and any(
            binding in other.copies for other in self.flow.steps
        ):
            message = f"class `{binding.name}` would be made anew, as another class, in step `{step.use.node.name}`"
            hint = "let making it need nothing but imports and other definitions, so that it can stand at the top"
            self._problem("WB309", message, Need(binding.name, binding.place, binding.facts, None, True), hint)
        reads = {*binding.statement.reads, *binding.statement.deferred} - {binding.name}
        for name in sorted(reads):
            span = binding.statement.reads.get(name)
            self._resolve(step, Need(name, binding.place, binding.facts, span, span is not None))
        step.copies.append(binding)

    def _unbound(self, step: StepFlow, need: Need) -> None:
        name = need.name
        bindings = self.definitions.bindings.get(name, [])
        left = [one for one in bindings if not one.promoted]
        if name in PROVIDED and not left:
            step.imports.add(PROVIDED[name])
        elif self.definitions.is_shown(name):
            step.values.add(name)
        elif (name in HISTORY or _is_history(name)) and not bindings:
            self._problem("WB303", f"`{name}` is IPython's history, which a flow doesn't have", need, "give it a name")
        elif name == "__annotations__" and not bindings:
            self._problem("WB303", f"`{name}` differs between a notebook and a flow", need, "write its value")
        elif name in RUNTIME | BUILTINS:
            step.fallbacks.add(name)
        elif left and (need.certain or any(self._before(one, need) for one in left)):
            cell = left[-1].facts.cell
            message = f"`{name}` is bound only in cell {cell.number}, which is left behind"
            self._problem("WB204", message, need, f"tag cell {cell.number} with a step, or bind `{name}` in this one")
        elif self.definitions.stars:
            step.fallbacks.add(name)
        elif need.certain and not (name == LAST_SHOWN and bindings):  # a rule of its own says that
            later = [one for one in bindings if one.promoted]
            message = (
                f"`{name}` is read before cell {later[0].facts.cell.number} binds it"
                if later
                else f"no cell binds `{name}`"
            )
            hint = "run the notebook from the top: it fails here" if later else "bind or import it in a promoted cell"
            self._problem("WB206", message, need, hint)

    def _before(self, binding: Binding, need: Need) -> bool:
        return binding.place < need.place

    def _step(self, binding: Binding) -> str:
        owner = self.step_of_cell.get(binding.facts.cell.index)
        return owner.node.name if owner else "setup"

    def _problem(self, code: str, message: str, need: Need, hint: str, severity: str = "error") -> None:
        found = Diagnostic(code, message, need.facts.cell, need.span, hint, severity)
        if found not in self.flow.problems:
            self.flow.problems.append(found)

    def _module_imports(self) -> None:
        """The imports that hoisted definitions need, and those of `__future__`."""
        for name, bindings in self.definitions.bindings.items():
            for one in bindings:
                lines = texts_for(name, one, self.definitions) if one.kind == "import" else ()
                self.flow.module_imports |= {line for line in lines if line.startswith("from __future__ ")}
        for name in self.definitions.hoisted:
            for read in sorted(self.definitions.module_reads(name)):
                found = [one for one in self.definitions.bindings.get(read, ()) if one.kind == "import"]
                if found and self.definitions.is_import(read):
                    self.flow.module_imports |= set(texts_for(read, found[-1], self.definitions))
                elif not self.definitions.bindings.get(read) and read in PROVIDED:
                    self.flow.module_imports.add(PROVIDED[read])

    def _everything(self, step: StepFlow) -> None:
        """A step that may read anything takes everything that was bound before it."""
        names = [facts.cell.index for facts in step.use.cells]
        place = Place(max(names, default=0), 1_000_000)
        for name in sorted(self.definitions.bindings):
            best = self._best(step.use, name, place)
            if best is None or best.kind == "deleted":
                continue
            if name in self.definitions.hoisted or name in step.use.setup_binds:
                continue
            if best.kind == "import":
                self._import(step, best)
            elif best.kind == "definition" and not best.promoted:
                self._copy(step, best)
            elif self.step_of_cell.get(best.facts.cell.index) is not step.use:
                step.values.add(name)
        for name in self.parameters:
            step.values.add(name)
        # what it may read, it may also bind
        step.use.may |= {name for name in step.values if not self.definitions.is_shown(name)}

    # who gives a value

    def _ask(self, step: StepFlow) -> None:
        """Ask the steps above for all that a step takes, by itself or for later steps."""
        use = step.use
        for name in sorted(step.wanted & (use.maybe_deletes | use.deletes)):
            # what an earlier step gave, or a setup cell binds, would still be there
            known = name in self.parameters or name in use.setup_binds
            if known or any(name in self.by_name[one].binds for one in use.ancestors):
                self._maybe_deleted(step, name)
        joins = use.node.joins
        kept = {
            name
            for name in step.wanted - use.must
            if self._provider(name, use) is not None or (name in self.parameters and name in use.binds)
        }
        own = step.values | {name for name in kept if name in use.binds or name in use.mutates or not joins}
        for name in sorted(own | kept):
            branch, provider = self._source(name, use)
            if provider is None and name not in self.parameters:
                continue
            if provider is not None and name in provider.gone:
                self._gone(step, name, provider)
                continue
            if provider is None:
                self.flow.from_parameter.add((use.node.name, name))
            else:
                self.flow_of[provider.node.name].wanted.add(name)
                step.providers[name] = provider.node.name
            (step.takes if name in own else step.passes)[name] = branch if provider is not None else None
        step.gives = {name for name in step.wanted if name in use.binds or name in step.takes or self._shows(name, use)}

    def _gone(self, step: StepFlow, name: str, owner: StepUse) -> None:
        """Nothing comes from the step that deleted a name: where it is read after all, it fails as in the notebook."""
        step.providers[name] = owner.node.name
        if name in step.use.setup_binds:
            facts, place, statement = next(one for one in owner.own if name in one[2].deletes)
            message = f"`{name}` is deleted here, and a setup cell binds it again in step `{step.use.node.name}`"
            need = Need(name, place, facts, statement.reads.get(name), True)
            self._problem("WB209", message, need, f"bind `{name}` in a step's cell, or don't delete it")

    def _maybe_deleted(self, step: StepFlow, name: str) -> None:
        own = step.use.own
        sure = [one for one in own if name in one[2].maybe_deletes]
        facts, place, statement = [*sure, *(one for one in own if one[2].deferred or one[2].reads), *own][0]
        message = f"`{name}` may be deleted here, and a later step reads it"
        need = Need(name, place, facts, statement.reads.get(name), True)
        self._problem(
            "WB209", message, need, f"assign None to `{name}` instead, or give what is read later another name"
        )

    def _source(self, name: str, use: StepUse) -> tuple[str | None, StepUse | None]:
        """The branch that a join takes a name from (None elsewhere), and the step that gives it."""
        if not use.node.joins:
            return None, self._provider(name, use)
        if (name, use.node.name) not in self._sources:
            self._sources[name, use.node.name] = self._branch(name, use)
        return self._sources[name, use.node.name]

    def _branch(self, name: str, use: StepUse) -> tuple[str | None, StepUse | None]:
        """The branch of a join that has a name as the notebook has it there."""
        if len(use.node.parents) == 1:  # a loop's: the last iteration's values are those after it
            provider = self._provider_from(name, use.node.parents[0])
            return (LAST, provider) if provider is not None else (None, None)
        found = {parent: one for parent in use.node.parents if (one := self._provider_from(name, parent)) is not None}
        if not found:
            return None, None
        # the latest binding or change counts; where none is, a branch that uses the name may have changed it, and
        # so may one that changes a value that may hold it: when the flow runs, the branches are compared
        shared = frozenset.intersection(*(self.above[parent] for parent in use.node.parents))

        def rank(parent: str) -> tuple[int, bool, bool, int]:
            origin = self._origin(name, found[parent])
            branch = [self.flow_of[step] for step in (self.above[parent] | {parent}) - shared]
            return (
                origin.order if origin.node.name not in shared else -1,
                any(name in step.values for step in branch),
                any(not step.values.isdisjoint(step.use.mutates) for step in branch),
                -use.node.parents.index(parent),
            )

        best = max(found, key=rank)
        return best, found[best]

    def _origin(self, name: str, provider: StepUse) -> StepUse:
        """The step that bound or changed a name last; the one that gives it may be a join that only passes it on."""
        while provider.node.joins and not self._alters(name, provider):
            inner = self._source(name, provider)[1]
            if inner is None:
                break
            provider = inner
        return provider

    def _provider(self, name: str, use: StepUse) -> StepUse | None:
        """The nearest step above that binds, changes or passes a name."""
        if use.node.joins:
            return self._source(name, use)[1]
        return self._provider_from(name, use.node.parents[0]) if use.node.parents else None

    def _provider_from(self, name: str, parent: str) -> StepUse | None:
        """The same, of a step and those above it."""
        passed = []
        found: StepUse | None = None
        at: str | None = parent
        while at is not None:
            if (name, at) in self._given:
                found = self._given[name, at]
                break
            passed.append(at)
            use = self.by_name[at]
            if self._alters(name, use):
                found = use
                break
            if use.node.joins:
                found = use if self._source(name, use)[1] is not None else None
                break
            at = use.node.parents[0] if use.node.parents else None
        for step in passed:
            self._given[name, step] = found
        return found

    def _shows(self, name: str, use: StepUse) -> bool:
        """Whether a name is the last value shown, and a step's cells may show one."""
        return self.definitions.is_shown(name) and any(facts.statements for facts in use.cells)

    def _alters(self, name: str, use: StepUse) -> bool:
        """Whether the value of a name may be another after a step than before it."""
        if self._shows(name, use):
            return True
        if name in use.binds:
            return True
        if name not in self.flow_of[use.node.name].values:
            return False
        return name in use.sets if self.surely else name in use.mutates or self._is_mutable_parameter(name)

    def _is_mutable_parameter(self, name: str) -> bool:
        return name in self.parameters and self.parameters[name].kind == "json"


def _is_history(name: str) -> bool:
    """`_3` is the third cell's value, `_i3` its source."""
    return name.startswith("_") and name.lstrip("_").removeprefix("i").isdigit()
