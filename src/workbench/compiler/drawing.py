"""Any graph of steps as one that Metaflow can draw: splits and joins, nested in one another."""

from __future__ import annotations

from collections.abc import Collection

from workbench.compiler.model import Diagnostic
from workbench.compiler.nesting import Nested, members, nested
from workbench.compiler.shape import Node, open_ends


def drawn(nodes: list[Node], taken: Collection[str] = ()) -> tuple[list[Node], list[Diagnostic]]:
    """The steps as Metaflow can draw them, in notebook order, and a note for each that waits for more than it follows.

    nodes: any graph of steps, each after steps before it, with one first step. What Metaflow needs is added: an order
    where a graph isn't nested (`nested` says which), and steps of their own for a join that would split again or end,
    for a branch that would begin with a split, and for one end of all. taken: names that these can't have.
    """
    if all(len(node.parents) < 2 for node in nodes) and len(open_ends(nodes)) < 2:
        return nodes, []
    before = _before(nodes)
    order = nested(before)
    return _Drawing(nodes, order, {node.name for node in nodes}.union(taken)).nodes(), _waits(nodes, before, order)


def _before(nodes: list[Node]) -> list[int]:
    """For each step, the set of the steps before it, as a number: `nested` says how."""
    numbers = {node.name: number for number, node in enumerate(nodes)}
    before: list[int] = []
    for node in nodes:
        found = 0
        for parent in node.parents:
            found |= before[numbers[parent]] | 1 << numbers[parent]
        before.append(found)
    return before


class _Drawing:
    """Draws a nested order as steps with their parents."""

    def __init__(self, nodes: list[Node], order: Nested, taken: set[str]) -> None:
        self.asked = nodes
        self.order = order
        self.taken = taken
        self.parents: dict[str, tuple[str, ...]] = {}

    def nodes(self) -> list[Node]:
        """The steps in notebook order, each of the added ones before the first step that needs it."""
        ends = self._draw(self.order, (), ends=True)
        if len(ends) > 1:
            self._add("end", (self._join(ends),))
        sections = {node.name: node.section for node in self.asked}
        drawn: dict[str, Node] = {}

        def emit(name: str) -> None:
            if name not in drawn:
                for parent in self.parents[name]:
                    emit(parent)
                drawn[name] = Node(name, self.parents[name], sections.get(name))

        for name in (*sections, *self.parents):
            emit(name)
        return list(drawn.values())

    def _draw(self, part: Nested, entry: tuple[str, ...], ends: bool = False) -> tuple[str, ...]:
        """Draw a part after some steps; the steps that are open after it. ends: it is the last of the flow."""
        if part.kind == "step":
            self.parents[self.asked[part.step].name] = entry
            return (self.asked[part.step].name,)
        if part.kind == "parallel":
            drawn = [(max(branch.steps()), self._branch(branch, entry)) for branch in part.parts]
            return tuple(name for _, name in sorted(drawn))
        for item, following in zip(part.parts, (*part.parts[1:], None), strict=True):
            if len(entry) > 1 and not _joins(item, following, ends):
                entry = (self._join(entry),)
                entry = self._split(item, entry) if item.kind == "parallel" else entry
            entry = self._draw(item, entry)
        return entry

    def _branch(self, part: Nested, entry: tuple[str, ...]) -> str:
        """Draw a branch of a split: it begins and ends with one step."""
        if part.kind == "series" and part.parts[0].kind == "parallel":
            entry = self._split(part.parts[0], entry)
        last = self._draw(part, entry)
        return last[0] if len(last) == 1 else self._join(last)

    def _split(self, part: Nested, entry: tuple[str, ...]) -> tuple[str, ...]:
        heads = [self.asked[next(branch.steps())].name for branch in part.parts]
        return (self._add(f"split_{'_'.join(heads)}", entry),)

    def _join(self, parents: tuple[str, ...]) -> str:
        own = {node.name for node in self.asked}
        named = [name if name in own else name.removeprefix("join_") for name in parents]
        return self._add(f"join_{'_'.join(named)}", parents)

    def _add(self, name: str, parents: tuple[str, ...]) -> str:
        name = name if len(name) <= 40 else name.partition("_")[0]
        fresh, number = name, 2
        while fresh in self.taken:
            fresh, number = f"{name}_{number}", number + 1
        self.taken.add(fresh)
        self.parents[fresh] = parents
        return fresh


def _joins(item: Nested, following: Nested | None, ends: bool) -> bool:
    """Whether an item of a series can be a join: Metaflow has none that splits again or ends."""
    if item.kind == "parallel":
        return False
    return following.kind != "parallel" if following is not None else not ends


def _waits(nodes: list[Node], asked: list[int], order: Nested) -> list[Diagnostic]:
    """A note for each step that waits for steps that it doesn't follow on any path, so that the graph is nested."""
    ordered = list(asked)
    _order(order, 0, ordered)
    notes = []
    for number, node in enumerate(nodes):
        inherited = 0
        for other in members(asked[number]):
            inherited |= ordered[other]
        added = ordered[number] & ~asked[number] & ~inherited
        last = [one for one in members(added) if not any(ordered[other] >> one & 1 for other in members(added))]
        if last and node.section:
            waited = " and ".join(f"`{nodes[one].name}`" for one in last)
            message = f"`{node.name}` waits for {waited} too, which it doesn't follow: "
            message += f"{_tie(number, last, nodes, asked)}a join of Metaflow's ends all the branches of a split"
            notes.append(Diagnostic("WB111", message, node.section.cells[0], severity="note"))
    return notes


def _tie(number: int, waited: list[int], nodes: list[Node], asked: list[int]) -> str:
    """What makes a step wait: another step follows one that it follows, and one that it doesn't."""
    for one in waited:
        for other, before in enumerate(asked):
            shared = list(members(before & asked[number] & ~asked[one]))
            if before >> one & 1 and shared and not before >> number & 1:
                first, second = sorted((one, shared[-1]))
                return f"`{nodes[other].name}` follows `{nodes[first].name}` and `{nodes[second].name}`, and "
    return ""


def _order(part: Nested, before: int, ordered: list[int]) -> int:
    """Put into `ordered` what is before each step of a part; the set of its steps."""
    if part.kind == "step":
        ordered[part.step] = before
        return 1 << part.step
    steps = 0
    for one in part.parts:
        steps |= _order(one, before | steps if part.kind == "series" else before, ordered)
    return steps
