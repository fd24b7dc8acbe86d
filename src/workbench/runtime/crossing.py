"""Both ends of a task: what it finds when it begins, and what it leaves for the next one."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime import iterations, loops
from workbench.runtime.branches import NOTES, Branch, Note, check_state, check_values, in_order, since_split
from workbench.runtime.cells import StepCode, step_code
from workbench.runtime.handover import LIVE, HandOver
from workbench.runtime.origins import Origins
from workbench.runtime.pickling import digest
from workbench.runtime.sharing import sharing
from workbench.runtime.state import Handed, ProcessState, kinds, live_kinds, merged, running
from workbench.runtime.state.live import Live, LiveState, merged_live

STATE = "_workbench_state"


class Crossing:
    """One task's. inputs: Metaflow's in a join, else None; module: the flow's."""

    def __init__(self, flow: Any, inputs: Any, module: types.ModuleType, code: StepCode, graph: Any) -> None:
        self._flow = flow
        self._inputs = inputs
        self._module = module
        self._code = code
        self._graph = graph
        self._role = iterations.role(graph, code.name)
        self._iteration: iterations.Iteration | None = None
        self._values = HandOver(flow, inputs, module, code)
        self._live = LiveState(live_kinds(module), module)
        self._left: Live | None = None
        self._state: ProcessState | None = None
        self._handed: Handed = {}
        self._changes: dict[str, Any] = {}
        self._notes: list[Note] = []
        self._branches: list[Branch] = []
        self._setup: dict[str, tuple[Any, bytes]] = {}
        self._taken: dict[str, tuple[Any, bytes | None]] = {}
        self._branch_notes: dict[str, list[Note]] = {}
        self._origins: Origins | None = None

    def arrive(self) -> None:
        """Before the body: what is handed over; in a join, whether the branches agree (WB402, WB403)."""
        loops.gone_over.clear()
        if self._role == "gather":
            self._gather()
        elif self._inputs is None:
            self._handed = _hidden(self._flow, STATE, {})
            self._notes = _hidden(self._flow, NOTES, [])
        else:
            self._join()

    def begin(self, body: Iterator[int]) -> None:
        """After the setup cells: the process state as earlier steps left it, then the artifacts that the step takes.

        In this order: to load a value may need the module path. body: the step's generator. Raises HandOverError.
        """
        if self._state is not None:
            return
        self._state = ProcessState(self._handed, self._module, watch_seeding=self._is_compared())
        for name, value in self._setup_values(body).items():
            if (mark := digest(value, self._module)) is not None:
                self._setup[name] = (value, mark)
        self._state.begin()
        self._values.take([(each.name, self._branch_notes[each.name]) for each in in_order(self._branches)])
        self._live.arrive(self._live_from_above())
        if self._is_compared():
            taken = self._values.taken()
            if self._role == "each":
                self._begin_iteration(taken)
            self._taken = {name: (value, digest(value, self._module)) for name, value in taken.items()}
            if self._is_inside_split():
                self._origins = Origins(taken, self._notes_of, self._module)

    def settle(self) -> None:
        """The step's own cells begin: nothing else runs between them."""
        if self._state is not None:
            self._state.settle()

    def end_part(self, cell: int) -> None:
        """After a cell's last statement. Raises HandOverError (WB408) where a loop's cell goes on in another task."""
        if self._role == "each" and self._iteration is not None:
            self._iteration.check_figures()
        elif self._role == "split" and cell == len(self._code.cells) - 1:
            iterations.check_figures("the cell")

    def look(self) -> None:
        """After the last cell: what it changed on the side. Raises HandOverError (WB404, WB409)."""
        if self._state is not None:
            self._state.freeze()
        if self._graph[self._code.name].out_funcs:
            running.check(self._module)
        self._left = self._live.leave()
        if self._state is not None:
            self._changes = self._state.end()
        for name, (value, mark) in self._setup.items():
            if digest(value, self._module) != mark:
                self._check_setup(name, f"step {self._code.name} changes {name!r}", "change a copy")
        self._check_held()

    def leave(self) -> None:
        """Leave artifacts for the next task. Raises HandOverError (WB401)."""
        changed = [name for name, (value, mark) in self._taken.items() if digest(value, self._module) != mark]
        if self._iteration is not None:
            taken = {name: value for name, (value, _) in self._taken.items()}
            before = taken if self._left is None else {**taken, LIVE: self._left}
            self._iteration.check_values(changed, before, self._values.values())
            self._leave_iteration(self._iteration)
        elif self._role == "split":
            iterations.check_items(self._values.values(), self._gathered_below(), self._module)
        if self._is_inside_split():
            self._flow.__dict__[NOTES] = [*self._notes, self._note(changed)]
        elif self._inputs is None and self._notes:
            self._flow.__dict__[NOTES] = []
        if self._state is not None and self._changes:
            self._handed = self._state.handed_on(self._changes)
        if self._changes or (self._inputs is not None and self._handed):
            self._flow.__dict__[STATE] = self._handed
        self._values.give(unchanged=self._taken.keys() - changed, live=self._left)

    def _begin_iteration(self, taken: dict[str, Any]) -> None:
        """What the task of one iteration has, its items aside."""
        iteration = iterations.Iteration(self._flow, self._module, self._code, self._gathered_below())
        iteration.check_shared(self._values.shared(), {name for _, name in self._code.reads})
        taken.pop(iteration.items, None)
        self._iteration = iteration

    def _leave_iteration(self, iteration: iterations.Iteration) -> None:
        """Note what it did to the process; what the loop goes over stays the artifact that it is."""
        state = self._state.essences(self._changes) if self._state is not None else {}
        if self._live.changed:
            state["live"] = self._live.changed
        if state and self._state is not None:
            self._flow.__dict__[iterations.CHANGES] = {"state": state, "seeded": list(self._state.seeded)}
        self._flow.__dict__.pop(iteration.items, None)

    def _gathered_below(self) -> frozenset[str]:
        """The names that the loop's join puts together."""
        join = self._graph[self._graph[self._code.name].out_funcs[0]]
        join = self._graph[join.out_funcs[0]] if self._role == "split" else join
        return step_code(getattr(type(self._flow), join.name)).gathers

    def _gather(self) -> None:
        """Bring the iterations together, in the loop's order."""
        self._inputs.flows.sort(key=lambda clone: clone._foreach_stack[-1].index)
        clones = list(self._inputs)
        nothing: dict[str, Any] = {"state": {}, "seeded": []}
        done = [_hidden(clone, iterations.CHANGES, nothing) for clone in clones]
        users = iterations.check_state(done, {kind.name: kind for kind in kinds(self._module)})
        self._handed = dict(_hidden(clones[0], STATE, {}))
        for name, at in users.items():
            self._handed |= {key: one for key, one in _hidden(clones[at[-1]], STATE, {}).items() if key == name}
        self._notes = _once(note for clone in clones for note in _hidden(clone, NOTES, []))

    def abandon(self) -> None:
        """The step failed: leave nothing that could hide why."""
        self._live.stop()
        if self._state is not None:
            self._state.stop()
        self._values.drop()

    def _join(self) -> None:
        """Bring the branches together."""
        notes = {clone._current_step: _hidden(clone, NOTES, []) for clone in self._inputs}
        for note in (each for branch in notes.values() for each in branch):
            note["line"] = self._graph[note["step"]].func_lineno  # a branch that was kept stood elsewhere
        branches = since_split(notes)
        self._branch_notes = notes
        self._branches = branches
        check_values(branches, {(branch, name) for branch, name in self._code.reads if branch})
        check_state(branches, {kind.name: kind for kind in kinds(self._module)})
        clones = {clone._current_step: clone for clone in self._inputs}
        self._handed = merged(
            [(_hidden(clones[each.name], STATE, {}), each.state_changed) for each in in_order(branches)], self._module
        )
        self._notes = _together(branches, notes)

    def _is_compared(self) -> bool:
        """Whether what this task does is compared with what others do that run beside it."""
        return self._role == "each" or self._is_inside_split()

    def _live_from_above(self) -> Live:
        """What libraries and modules hold: of the step before, or of all branches."""
        if self._role == "gather":  # only the last iteration may have changed it
            return self._values.live.get(next(iter(self._inputs))._current_step, {})
        if self._inputs is None:
            came: Live = self._values.live.get("", {})
            return came
        return merged_live(
            [
                (
                    self._values.live.get(each.name, {}),
                    {key for note in each.notes for key in note["state"].get("live", {})},
                )
                for each in in_order(self._branches)
            ]
        )

    def _is_inside_split(self) -> bool:
        """Whether other steps of the notebook may run beside this one."""
        around = self._graph[self._code.name].split_parents
        if self._inputs is not None:
            around = around[:-1]
        return any(self._graph[name].type == "split" for name in around)

    def _notes_of(self, name: str) -> list[Note]:
        """What the steps noted that a name comes from: in a join those of its branch."""
        branch = next(
            (branch for branch, each in self._code.reads if each == name and branch in self._branch_notes), None
        )
        return self._notes if branch is None else self._branch_notes[branch]

    def _note(self, changed: list[str]) -> Note:
        bound = [
            name
            for name, value in self._values.values().items()
            if name not in self._taken or self._taken[name][0] is not value
        ]
        state = self._state.essences(self._changes) if self._state is not None else {}
        if self._live.changed:
            state["live"] = self._live.changed
        return {
            "step": self._code.name,
            "iteration": None if self._iteration is None else self._flow.index,
            "line": self._code.line,
            # what a join only passes on it doesn't use
            "used": [name for name in self._taken if self._inputs is None or name in self._code.uses],
            "changed": changed,
            "bound": bound,
            "held": {} if self._origins is None else self._origins.held(self._values.values()),
            "touched": [] if self._origins is None else self._origins.of(changed),
            "state": state,
            "seeded": list(self._state.seeded) if self._state is not None else [],
            "live": list(self._state.live) if self._state is not None else [],
        }

    def _setup_values(self, body: Iterator[int]) -> Mapping[str, Any]:
        """What the setup cells have bound."""
        cells = self._code.cells
        names = {name for name, index in self._code.bound_by.items() if cells[index].setup}
        if not names:
            return {}
        scope = {**self._module.__dict__, **body.gi_frame.f_locals}  # type: ignore[attr-defined] # it is a generator
        unknown = (types.ModuleType, types.FunctionType, type)
        return {name: scope[name] for name in names if name in scope and not isinstance(scope[name], unknown)}

    def _check_held(self) -> None:
        """What goes to later steps and holds what a setup cell bound is one object with it, in the notebook."""
        values = self._values.values() if self._setup else {}
        bound = {f"setup {name}": value for name, (value, _) in self._setup.items()}
        for group in sharing({**values, **bound}, self._module).groups if values else ():
            held = [name for name in group.names if name in bound]
            holders = [name for name in group.names if name in values]
            for own in [name.removeprefix("setup ") for name in held] if holders else ():
                if own not in values:  # else it is handed over itself
                    self._check_setup(own, f"{holders[0]!r} of step {self._code.name} shares {own!r}", "keep a copy")

    def _check_setup(self, name: str, what: str, otherwise: str) -> None:
        """A step changed, or keeps, what its setup cells bound: those of later steps will bind the value of before."""
        for node in self._graph:
            if node.name == self._code.name or node.func_lineno < self._code.line:
                continue
            function = getattr(type(self._flow), node.name)
            if name in step_code(function).uses:
                cell = self._code.cells[self._code.bound_by[name]]
                raise HandOverError(
                    "WB404",
                    f"{what}, which the setup cell {cell.title} binds anew in step {node.name}, which needs it",
                    hint=f"tag the cell with a step instead of `setup`, or {otherwise}",
                )


def _hidden(owner: Any, name: str, otherwise: Any) -> Any:
    return getattr(owner, name) if name in owner._datastore else otherwise


def _together(branches: list[Branch], notes: Mapping[str, list[Note]]) -> list[Note]:
    """The notes of all branches, for an outer split's join; the steps before the inner split once."""
    return _once(note for each in branches for note in notes[each.name])


def _once(notes: Iterable[Note]) -> list[Note]:
    """Each task's note once."""
    return list({(note["step"], note.get("iteration")): note for note in notes}.values())
