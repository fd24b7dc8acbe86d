"""A loop's tasks: what one must not do, since the next ones would have seen it, and whether they agree.

In the notebook the iterations run one after the other. The flow gives the same only where none changes what another one
uses. Each task looks at itself when it ends; the join compares what they did to the process.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime import loops
from workbench.runtime.cells import StepCode
from workbench.runtime.handover import LIVE
from workbench.runtime.pickling import digest
from workbench.runtime.sharing import functions_in, mutable_ids, sharing
from workbench.runtime.state.kind import Kind

CHANGES = "_workbench_iteration"
"""What one iteration did to the process: {"state": kind -> key -> fingerprint, "seeded": generators}."""

# set to the same value once more, these are as they were: what the next iteration sets is all that it can see
_REPEATABLE = frozenset(
    "numpy.printoptions numpy.errstate pandas.options matplotlib.rcParams matplotlib.backend sklearn.config display "
    "warnings locale recursion decimal".split()
)
_HINT_STATE = "set it before the loop, or take the `foreach` tag off"
_HINT_SEED = "seed it in the body, or use a generator of the iteration's own"


def role(graph: Any, name: str) -> str:
    """A step's place in a loop: "split", "each", "gather", or "" for none."""
    node = graph[name]
    if node.type == "foreach":
        return "split"
    parents = [graph[parent] for parent in node.in_funcs]
    if any(parent.type == "foreach" for parent in parents):
        return "each"
    return "gather" if node.type == "join" and graph[node.split_parents[-1]].type == "foreach" else ""


class Iteration:
    """The task of one iteration. taken: what it has from before the loop, its items aside."""

    def __init__(self, flow: Any, module: types.ModuleType, code: StepCode, gathers: Collection[str]) -> None:
        frame = flow._foreach_stack[-1]
        self._module = module
        self._code = code
        self._gathers = gathers
        self.items: str = frame.var
        self._title = f"iteration {frame.index + 1} of {frame.num_splits}"
        self._item: list[Any] = flow.input
        whole: list[Any] = getattr(flow, frame.var)
        self._others = [*whole[: frame.index], *whole[frame.index + 1 :]]
        self._mark = digest(self._item, module)

    def check_shared(self, groups: Sequence[Sequence[str]], reads: Collection[str]) -> None:
        """Raise HandOverError (WB406) where what the loop gathers into is also reached in another way."""
        for names in groups:
            targets = [name for name in names if name in self._gathers]
            others = [name for name in names if name not in targets and (name in reads or name == self.items)]
            if targets and (others or len(targets) > 1):
                other = (others or targets[1:])[0]
                what = "the loop's items" if other == self.items else repr(other)
                raise HandOverError(
                    "WB406",
                    f"{self._title} adds to {targets[0]!r}, which shares an object with {what}: they would be two",
                    hint="gather into a new list, or take the `foreach` tag off",
                )

    def check_values(self, changed: Collection[str], taken: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Raise HandOverError: WB405 where the next iterations would see a change, WB406 where objects would multiply.

        changed: names of `taken`, what it has from before the loop; values: what it leaves.
        """
        for name in sorted(changed):
            raise self._tied(f"changes {name!r}, which was there before the loop")
        if digest(self._item, self._module) != self._mark and self._meets({"item": self._item}, {"": self._others}):
            raise self._tied("changes its item, which shares an object with another item")
        new = {name: value for name, value in values.items() if not (name in taken and taken[name] is value)}
        new.pop(self.items, None)
        for name, value in new.items():
            if isinstance(value, loops.Recording) and value.outdated():
                raise self._tied(f"changes what it has added to {name!r}: the sum would be another")
            for function in functions_in(value, self._module):
                seen = sorted(set(function.__code__.co_freevars) & self._code.bound_by.keys())
                if seen:
                    raise HandOverError(
                        "WB406",
                        f"{self._title} leaves {name!r} with the function {function.__qualname__}, which would see "
                        f"{seen[0]!r} change with the next iterations",
                        hint=f"give the function its own: `lambda …, {seen[0]}={seen[0]}: …`",
                    )
        if met := self._meets(new, {**taken, self.items: self._others}):
            name, other = met
            name = next((each for each in self._gathers if name.rstrip("_") == f"new_{each.strip('_')}"), name)
            what = f"{other!r}, which was there before the loop"
            what = {self.items: "another item of the loop", LIVE: "a library or module"}.get(other, what)
            raise HandOverError(
                "WB406",
                f"{self._title} leaves {name!r} with an object of {what}: in the flow it becomes one of its own",
                hint="gather a copy, or take the `foreach` tag off",
            )

    def check_figures(self) -> None:
        """Raise HandOverError (WB408) where the iteration leaves a figure open."""
        check_figures(self._title)

    def _meets(self, new: Mapping[str, Any], old: Mapping[str, Any]) -> tuple[str, str] | None:
        """A new value and an old one that share something that can change."""
        both = {
            **{f"new {name}": value for name, value in new.items()},
            **{f"old {name}": value for name, value in old.items()},
        }
        for group in sharing(both, self._module).groups:
            fresh = sorted(name for name in group.names if name.startswith("new "))
            there = sorted(name for name in group.names if name.startswith("old "))
            if fresh and there:
                return fresh[0][4:], there[0][4:]
        return None

    def _tied(self, what: str) -> HandOverError:
        return HandOverError(
            "WB405",
            f"{self._title} {what}: in the notebook the next ones see it",
            hint="make it anew in the loop's body, work on a copy, or take the `foreach` tag off",
        )


def check_figures(title: str) -> None:
    """Raise HandOverError (WB408) where a figure is open between two parts of a cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and pyplot.get_fignums():
        raise HandOverError(
            "WB408",
            f"{title} leaves a figure open: in the notebook the next lines draw on it, or show it at the end",
            hint="end the loop's body with `plt.show()` or `plt.close()`, or take the `foreach` tag off",
        )


def check_items(values: Mapping[str, Any], gathers: Collection[str], module: types.ModuleType) -> None:
    """Raise HandOverError (WB407) where the loop's body, or what follows, still reaches what the loop goes over."""
    for leaf in loops.gone_over:
        for name, value in values.items():
            if hasattr(leaf, "__next__") and value is leaf:
                message = f"the loop goes over the iterator {name!r}, which later lines use as the loop left it"
            elif name in gathers and not isinstance(leaf, (int, str, bytes)) and id(leaf) in mutable_ids(value, module):
                message = f"the loop goes over what it adds to by the name {name!r}"
            else:
                continue
            raise HandOverError("WB407", message, hint="go over a list of its own, made before the loop")


def check_state(done: Sequence[Mapping[str, Any]], kinds: Mapping[str, Kind]) -> dict[str, list[int]]:
    """The iterations that changed each kind of process state. Raises HandOverError (WB403) where they don't agree.

    done: what the iterations did, in the loop's order.
    """
    found: dict[str, list[int]] = {}
    for at, each in enumerate(done):
        for name in each["state"]:
            found.setdefault(name, []).append(at)
    for name, users in found.items():
        kind = kinds[name]
        first = users[0]
        if kind.consumed:
            late = [at for at in users[1:] if name not in done[at]["seeded"]]
            if late:
                raise HandOverError(
                    "WB403",
                    f"iteration {late[0] + 1} goes on with {kind.title} where iteration {first + 1} left off",
                    hint=_HINT_SEED if kind.seeds else _HINT_STATE,
                )
            continue
        if kind.by_each and _agree([done[at]["state"][name] for at in users]):
            continue
        same = all(done[at]["state"].get(name) == done[first]["state"][name] for at in range(first, len(done)))
        if len(done) - first > 1 and not (same and name in _REPEATABLE):
            raise HandOverError(
                "WB403",
                f"iteration {first + 1} changes {kind.title}, and the next ones come after it",
                hint=_HINT_STATE,
            )
    return found


def _agree(changes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether those that changed the same thing changed it to the same."""
    return all(one[key] == other[key] for one in changes for other in changes for key in one.keys() & other.keys())
