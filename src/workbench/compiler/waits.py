"""What each step has to wait for: the steps that its tags name, and those whose values it reads."""

from __future__ import annotations

from workbench.compiler.dataflow import Dataflow, StepFlow
from workbench.compiler.model import Diagnostic
from workbench.compiler.shape import Node, last_of


def chain(nodes: list[Node]) -> list[Node]:
    """The steps one after the other, as the notebook has them."""
    return [node._replace(parents=(nodes[place - 1].name,) if place else ()) for place, node in enumerate(nodes)]


def with_needs(nodes: list[Node], flow: Dataflow) -> tuple[list[Node], list[Diagnostic]]:
    """The steps with those that they follow by their tags or read from, and a note for each wait that no tag asks for.

    flow: the dataflow of the chain. A step reads what stands last before it in the notebook, so it has to run after
    the step that binds or changes that.
    """
    found: list[Node] = []
    notes: list[Diagnostic] = []
    above: dict[str, frozenset[str]] = {}
    for node, step in zip(nodes, flow.steps, strict=True):
        follows = list(node.parents)
        before = frozenset(follows).union(*(above[parent] for parent in follows))
        providers = set(step.providers.values())
        for other in [one.name for one in reversed(found) if one.name in providers]:
            if other not in before:
                notes.append(_note(step, other))
                follows.append(other)
                before |= above[other] | {other}
        above[node.name] = before
        found.append(node._replace(parents=last_of(follows, above)))
    return found, notes


def _note(step: StepFlow, other: str) -> Diagnostic:
    use = step.use
    names = sorted(name for name, provider in step.providers.items() if provider == other)
    first = min((use.needs[name] for name in names if name in use.needs), key=lambda need: need.place, default=None)
    listed = " and ".join(f"`{name}`" for name in names)
    message = (
        f"`{use.node.name}` needs {listed}, which step `{other}` beside it binds or changes: it waits for `{other}`"
    )
    hint = f"tag a cell of `{use.node.name}` with `after:{other}`"
    cell = first.facts.cell if first else use.cells[0].cell
    return Diagnostic("WB205", message, cell, first.span if first else None, hint, "note")
