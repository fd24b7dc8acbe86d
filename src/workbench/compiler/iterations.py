"""What the steps of a fanned-out loop take and give: the iterations what the loop binds, the join what it gathers."""

from __future__ import annotations

import ast

from workbench.compiler.dataflow import Dataflow
from workbench.compiler.definitions import Binding, Definitions, Place
from workbench.compiler.fanout import Part, Parts
from workbench.compiler.loops import Gathered, LoopFacts, Tie, loop_facts
from workbench.compiler.model import CellFacts, Diagnostic, Gather, Span
from workbench.compiler.text import Source
from workbench.compiler.uses import Need, Reach, StepUse

# ways of adding that a new container, filled by one iteration, is the same for, whatever the others add
WHOLE = {
    ast.List: ("[]", frozenset({"append", "extend", "+="})),
    ast.Dict: ("{}", frozenset({"item", "update"})),
}


def settle(
    uses: list[StepUse], parts: Parts, definitions: Definitions
) -> tuple[list[Diagnostic], dict[str, LoopFacts]]:
    """Move what the loops gather from their iterations to their joins, and say what ties the iterations.

    Returns the findings, and each loop's facts by the name of its step for one iteration.
    """
    problems: list[Diagnostic] = []
    found: dict[str, LoopFacts] = {}
    reach = Reach(definitions)
    for use, join in zip(uses, [*uses[1:], None], strict=True):
        if use.node.fan is None or use.node.fan.kind != "each":
            continue
        assert join is not None
        facts, place, statement = next(one for one in use.own if isinstance(one[2].node, ast.For))
        part = parts[facts.cell.index]
        assert isinstance(statement.node, ast.For)
        loop = loop_facts(statement.node, part.over, Source(facts.source), definitions, reach)
        problems += [_tied(tie, facts) for tie in loop.ties]
        _private(use, loop, part)
        gathers = []
        for one in loop.gathered:
            literal = _literal(one, place, use, uses, definitions)
            if not literal and "tried" in one.ways:
                tie = Tie(one.name, statement.reads[one.name], _TRIED, _TRIED_HINT)
                problems.append(_tied(tie, facts))
            _move(one, bool(literal), use, join, Need(one.name, place, facts, statement.reads.get(one.name), True))
            gathers.append(Gather(one.name, _part_name(one.name, definitions), literal))
        use.node = use.node._replace(fan=use.node.fan._replace(gathers=tuple(gathers)))
        assert join.node.fan is not None
        join.node = join.node._replace(fan=join.node.fan._replace(gathers=tuple(gathers)))
        found[use.node.name] = loop
    return problems, found


_TRIED = "what it does here may fail by what the ones before have left, and that is caught"
_TRIED_HINT = "take it out of the `try`, or take the `foreach` tag off"


def _tied(tie: Tie, facts: CellFacts) -> Diagnostic:
    message = f"`{tie.name}` ties an iteration to the ones before: {tie.why}"
    return Diagnostic("WB330", message, facts.cell, tie.span, tie.hint)


def _private(use: StepUse, loop: LoopFacts, part: Part) -> None:
    """What an iteration surely binds is bound after the loop, where that surely has an item."""
    if part.surely:
        use.must |= loop.must - loop.hoped


def _move(one: Gathered, literal: bool, use: StepUse, join: StepUse, need: Need) -> None:
    """The name's value changes in the join, not in the iterations."""
    use.may.discard(one.name)
    use.must.discard(one.name)
    use.mutates.discard(one.name)
    use.global_names.discard(one.name)
    if literal:
        use.needs.pop(one.name, None)
    join.needs[one.name] = need
    join.mutates.add(one.name)
    if one.rebound:
        join.may.add(one.name)
    join.must.add(one.name)


def _literal(one: Gathered, place: Place, use: StepUse, uses: list[StepUse], definitions: Definitions) -> str:
    """The literal of a new container for one iteration, where the name is surely a list or dict at the loop."""
    bindings = [binding for binding in definitions.bindings.get(one.name, ()) if binding.place < place]
    if not bindings or any(other.unknowable for other in uses[: use.order]):
        return ""
    node = bindings[-1].statement.node
    if not isinstance(node, ast.Assign) or not _is_before(bindings[-1], use, uses):
        return ""
    names = [target for target in node.targets if isinstance(target, ast.Name)]
    literal, ways = WHOLE.get(type(node.value), ("", frozenset()))
    return literal if len(names) == len(node.targets) and one.ways - {"tried"} <= ways else ""


def _is_before(binding: Binding, use: StepUse, uses: list[StepUse]) -> bool:
    """Whether a binding's step runs before a step."""
    return any(
        facts.cell.index == binding.place.cell
        for other in uses
        if other.node.name in use.ancestors
        for facts in other.cells
    )


def _part_name(name: str, definitions: Definitions) -> str:
    """The artifact of what one iteration adds."""
    part = f"new_{name.strip('_') or 'value'}"
    while part in definitions.bindings:
        part += "_"
    return part


def check_last(flow: Dataflow, loops: dict[str, LoopFacts], definitions: Definitions) -> list[Diagnostic]:
    """WB331: after the loop a name has the value of the last iteration that binds it, which may be none or another."""
    problems = []
    for step in flow.steps:
        loop = loops.get(step.use.node.name)
        if loop is None:
            continue
        facts, place, statement = next(one for one in step.use.own if isinstance(one[2].node, ast.For))
        gathered = {one.name for one in loop.gathered}
        before = {name for name in loop.hoped if any(one.place < place for one in definitions.bindings[name])}
        unsure = loop.may - (loop.must - before)
        if "_" not in step.use.must:
            unsure |= loop.may & {"_"}  # the last value shown, where the loop doesn't run
        for name in sorted((step.gives & unsure) - gathered):
            message = f"`{name}` is bound by some iterations only, and what comes after the loop reads it"
            hint = f"bind `{name}` in every iteration, or gather into a list"
            span = _first_binding(name, statement.node, facts)
            problems.append(Diagnostic("WB331", message, facts.cell, span, hint))
    return problems


def _first_binding(name: str, node: ast.stmt, facts: CellFacts) -> Span | None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store):
            return Source(facts.source).span(inner)
    return None
