"""The card type `workbench`, for `python flow.py card create` and for steps that ask for it with @card.

Promoted steps need neither: their tasks make the card themselves, without a process more.
"""

from __future__ import annotations

from typing import Any

from metaflow.plugins.cards.card_modules.card import MetaflowCard


class WorkbenchCard(MetaflowCard):
    """A step of a promoted flow, as its notebook shows it."""

    type = "workbench"

    def __init__(
        self, options: Any = None, components: Any = (), graph: Any = None, flow: Any = None, **_: Any
    ) -> None:
        self._graph = graph or {}

    def render(self, task: Any) -> str:
        """The card of a finished task, as one HTML page."""
        from workbench.runtime.card import CardFacts, page

        if "_workbench_cells" not in task:
            return "<!doctype html><p>This step is not one of a promoted notebook.</p>"
        step = task.pathspec.split("/")[2]
        steps = self._graph.get("steps", self._graph)
        return page(
            CardFacts(
                pathspec=task.pathspec,
                narrative=steps.get(step, {}).get("doc", ""),
                cells=task["_workbench_cells"].data,
                succeeded=task.successful,
                steps=list(steps),
            )
        )


CARDS = [WorkbenchCard]
