"""What goes from one task to the next beyond Metaflow's artifacts.

Every value stays an ordinary artifact of its own. Only where names share something (with one another, or with what a
function or class of the flow's module carries: `f.__defaults__`), or hold what plain pickle can't do, a hidden artifact
has these names pickled together, and the next task installs them before its body reads them:

    _workbench_shared      {"_workbench_shared_1": ["a", "b"], …}: which hidden artifact has which names
    _workbench_shared_1    bytes, as workbench.runtime.pickling makes them

Among the names there may be _workbench_live: the objects that workbench.runtime.state.live hands over.
"""

from __future__ import annotations

import contextlib
import pickle
import re
import sys
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import cloudpickle

from workbench.errors import HandOverError
from workbench.runtime.cells import EACH, LAST, StepCode, step_code
from workbench.runtime.culprit import culprit
from workbench.runtime.origins import Branches, Notes
from workbench.runtime.pickling import dumps, loads
from workbench.runtime.sharing import Group, Sharing, sharing
from workbench.runtime.state.definitions import definition_data, put

INDEX = "_workbench_shared"
LIVE = "_workbench_live"

_WAYS_OUT = (
    "make it anew in a cell tagged `setup`, put the cells that need it into one step, "
    "or keep a part of it that can be pickled"
)

Index = dict[str, list[str]]


class HandOver:
    """The hand-over of one task. flow: Metaflow's, inputs: its clones in a join, else None; module: the flow's."""

    def __init__(self, flow: Any, inputs: Any, module: types.ModuleType, code: StepCode) -> None:
        self._flow = flow
        self._inputs = inputs
        self._module = module
        self._code = code
        self._waiting: Index = {}
        self._taken: dict[str, list[str]] = {}
        self.live: dict[str, Any] = {}  # by branch; "" where this is no join

    def take(self, branches: Sequence[tuple[str, Notes]] = ()) -> None:
        """Load what the step reads, before its body does: groups as a whole. Raises HandOverError (WB401, WB402).

        branches: in a join, each with what its steps noted, in the notebook's order.
        """
        loaded: dict[str, dict[str, Any]] = {}
        found: list[tuple[Any, list[str]]] = []
        for owner, wanted in self._owners():
            index = _index_of(owner)
            for artifact, names in index.items():
                if (wanted | {LIVE}).isdisjoint(names) and not any(map(_is_data, names)):
                    if owner is self._flow:
                        self._waiting[artifact] = names
                    continue
                found.append((owner, names))
                key = owner._datastore._objects[artifact]  # branches that left a group alone have the same content
                if key not in loaded:
                    with self._loading(names):
                        loaded[key] = loads(getattr(owner, artifact))
                for name in names:
                    if name == LIVE:
                        self.live[owner._current_step if self._inputs is not None else ""] = loaded[key][name]
                    else:
                        self._install(owner, name, loaded[key][name])
                if owner is self._flow:
                    self._taken[artifact] = names
            for name in wanted.difference(*index.values()):
                if name in owner._datastore:
                    with self._loading([name]):
                        getattr(owner, name)  # it stays on the flow

        if branches:
            self._reunite(found, branches)

    def _reunite(self, groups: list[tuple[Any, list[str]]], branches: Sequence[tuple[str, Notes]]) -> None:
        """In a join: what several branches hold of a value from before the split is one object, as it was."""
        owners = {owner._current_step: (owner, wanted) for owner, wanted in self._owners()}
        together = Branches(self._module)
        for branch, notes in branches:
            owner, wanted = owners[branch]
            taken = {name: getattr(owner, name) for name in wanted if _has(owner, name)}
            along = {
                name: owner.__dict__[name]
                for one, names in groups
                if one is owner
                for name in names
                if name not in taken and name in owner.__dict__
            }
            for name, value in together.add(branch, taken, along, notes).items():
                owner.__dict__[name] = value

    def _install(self, owner: Any, name: str, value: Any) -> None:
        """Put a loaded value where the step finds it: on the flow, or on the definition that carries it."""
        if _is_data(name):
            definition, _, attribute = name.partition(".")
            put(getattr(self._module, definition), attribute, value)
        else:
            owner.__dict__[name] = value

    def taken(self) -> dict[str, Any]:
        """The values that the step takes, with those that come along because they share something with them."""
        if self._inputs is not None:
            reads = sorted((branch, name) for branch, name in self._code.reads if branch not in ("", EACH))
            clones = {clone._current_step: clone for clone in self._inputs}
            clones[LAST] = list(self._inputs)[-1]
            return {name: getattr(clones[branch], name) for branch, name in reads if _has(clones[branch], name)}
        wanted = self._wanted().union(*self._taken.values())
        known = wanted & {*self._flow.__dict__, *self._flow._datastore._objects, *_parameters(self._flow)}
        return {name: getattr(self._flow, name) for name in sorted(known)}

    def give(self, unchanged: Collection[str] = (), live: Any = None) -> None:
        """Make artifacts of what the step leaves. Raises HandOverError (WB401) for what can't cross.

        unchanged: names known to be as they came; a group of such names stays the very artifact that it is.
        live: objects that libraries and modules hold, None where there are none.
        """
        values = self.values()
        if live is not None:
            values[LIVE] = live
        with_data = {**values, **definition_data(self._module)}
        found = sharing(with_data, self._module)
        failed = [name for name in found.failed if name in values]
        if failed and not self._flow._graph[self._code.name].out_funcs:
            self._leave_out(failed, values, found.failed)
            with_data = {name: value for name, value in with_data.items() if name not in failed}
        elif failed:
            name, reason = failed[0], found.failed[failed[0]]
            for each in values:
                self._flow.__dict__.pop(each, None)
            raise self._cannot_cross(name, values[name], reason)
        index: Index = {}
        for artifact, names in self._waiting.items():
            if left := [name for name in names if name not in with_data]:
                index[artifact] = left
        number = 1
        as_they_came = {tuple(sorted(names)): each for each, names in self._taken.items()}
        for group in (*found.groups, *_alone(found, values)):
            if values.keys().isdisjoint(group.names) and len(group.names) == 1:
                continue  # a definition's own: a part of the process state
            before = as_they_came.get(tuple(sorted(group.names)))
            if before is not None and set(group.names) <= set(unchanged):
                index[before] = list(group.names)
                continue
            while (artifact := f"{INDEX}_{number}") in index or artifact in self._taken:
                number += 1
            content = dumps({name: with_data[name] for name in group.names}, self._module, group.view_roots)
            setattr(self._flow, artifact, content)
            index[artifact] = list(group.names)
        if index or (INDEX in self._flow._datastore):
            setattr(self._flow, INDEX, index)
        self._publish(found, values)

    def _leave_out(self, names: list[str], values: dict[str, Any], reasons: Mapping[str, Exception]) -> None:
        """In the last step nobody needs what can't be pickled: it is no artifact, and that is said."""
        for name in names:
            value = values.pop(name)
            self._flow.__dict__.pop(name, None)
            if name != LIVE:
                text = f"{name!r} ({type(value).__name__}) is not kept as an artifact: {_short(reasons[name])}"
                print(f"workbench: warning: {text}", file=sys.stderr)

    def drop(self) -> None:
        """Forget what a failed step would leave: the log is to name its own error, not one of pickling."""
        for name in self.values():
            self._flow.__dict__.pop(name, None)

    def _owners(self) -> list[tuple[Any, set[str]]]:
        """The flows that artifacts are read from, with the names."""
        if self._inputs is None:
            return [(self._flow, self._wanted())]
        owners = []
        clones = list(self._inputs)
        for clone in clones:
            branches = {clone._current_step, EACH, *([LAST] if clone is clones[-1] else [])}
            owners.append((clone, {name for branch, name in self._code.reads if branch in branches}))
        return owners

    def _wanted(self) -> set[str]:
        """What the step reads of its own flow; where that is a loop's item, what the loop goes over."""
        wanted = {name for branch, name in self._code.reads if not branch}
        return wanted | {self._flow._foreach_stack[-1].var} if "input" in wanted else wanted

    def shared(self) -> list[list[str]]:
        """The names that share something, as the step before left them."""
        return list(_index_of(self._flow).values())

    def values(self) -> dict[str, Any]:
        """The artifacts as they stand on the flow."""
        cls = type(self._flow)
        return {
            name: value
            for name, value in self._flow.__dict__.items()
            if not name.startswith("_") and name != "name" and not isinstance(getattr(cls, name, None), property)
        }

    def _publish(self, found: Sharing, values: Mapping[str, Any]) -> None:
        """Let everybody read, with Metaflow and cloudpickle alone, what only this flow's tasks could."""
        for name in found.special & values.keys() - {LIVE}:
            try:
                content = cloudpickle.dumps(values[name])
            except Exception:  # it drags along something of the flow's module that no pickle can do
                content = dumps(values[name], self._module)
            self._flow.__dict__[name] = ByValue(content)

    @contextlib.contextmanager
    def _loading(self, names: Collection[str]) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever a value's own class raises when it is made again
            several = " and ".join(repr(name) for name in names)
            raise HandOverError(
                "WB401",
                f"{several} came from an earlier step and can't be made again in step {self._code.name}: "
                f"{type(error).__name__}: {_short(error)}",
                hint=_WAYS_OUT,
            ) from error

    def _cannot_cross(self, name: str, value: Any, reason: Exception) -> HandOverError:
        found = culprit(value, self._module)
        inside = "" if found is None else f"; what can't be pickled is {name}{found[0]} ({type(found[1]).__name__})"
        return HandOverError(
            "WB401",
            f"{name!r} ({type(value).__name__}, {self._origin(name)}) can't go to the next step: "
            f"{_short(reason)}{inside}{self._needed(name)}",
            hint=_WAYS_OUT,
        )

    def _origin(self, name: str) -> str:
        """The cell that bound a name, here or in an earlier step."""
        earlier = [self._code, *(code for code in self._steps() if code.line < self._code.line)]
        for code in sorted(earlier, key=lambda code: -code.line):
            cell = code.bound_by.get(name, code.bound_by.get(name.removesuffix("_")))
            if cell is not None:
                where = "" if code is self._code else f" of step {code.name}"
                return f"bound in cell {code.cells[cell].title}{where}"
        return "taken from an earlier step"

    def _needed(self, name: str) -> str:
        """The cells of later steps that need a name."""
        needing = [
            f"cell {cell.title} of step {code.name}"
            for code in self._steps()
            if code.line > self._code.line and any(taken == name for _, taken in code.reads)
            for cell in code.cells
            if re.search(rf"\b{re.escape(name)}\b", cell.source)
        ]
        return f"; needed by {' and '.join(needing[:3])}{' and others' if len(needing) > 3 else ''}" if needing else ""

    def _steps(self) -> list[StepCode]:
        """The other steps of the flow, in the notebook's order."""
        steps = [step_code(getattr(type(self._flow), node.name)) for node in self._flow._graph]
        return sorted((code for code in steps if code.name != self._code.name), key=lambda code: code.line)


class ByValue:
    """An artifact that unpickles to the value itself, also where the flow's module and this package are unknown."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __reduce__(self) -> Any:
        return pickle.loads, (self._content,)


def _alone(found: Sharing, values: Mapping[str, Any]) -> tuple[Group, ...]:
    """The live objects, where they share nothing with a variable."""
    grouped = any(LIVE in group.names for group in found.groups)
    return () if grouped or LIVE not in values else (Group((LIVE,), frozenset()),)


def _index_of(owner: Any) -> Index:
    index: Index = getattr(owner, INDEX) if INDEX in owner._datastore else {}
    return index


def _is_data(name: str) -> bool:
    """Whether a group's name is of what a function or class carries: `f.__defaults__`, `C.items`."""
    return "." in name


def _has(clone: Any, name: str) -> bool:
    return name in clone.__dict__ or name in clone._datastore


def _parameters(flow: Any) -> set[str]:
    return {name for name, value in vars(type(flow)).items() if isinstance(value, property) and name[0] != "_"}


def _short(reason: Exception) -> str:
    return str(reason).splitlines()[0] if str(reason) else type(reason).__name__
