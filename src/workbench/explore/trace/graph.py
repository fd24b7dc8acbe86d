"""A graph of what is made of what, cut to what one thing comes from and what comes of it, and drawn. Pure.

A thing comes from data (a table that it reads) or from code (the flow that a run ran). What the code was tried on isn't
what its runs read: from a thing one goes back over data and then over code, never over data again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

DRAWN = 150  # things in one drawing: Mermaid gives up beyond 500 edges
DECLARED = "as dbt says"  # of an exposure; what is seen to be read says more
_LONGEST = 60  # characters of a line in a drawing

# how Mermaid draws a kind: the brackets around its label, and the colour of its line
_SHAPES = {
    "source": ("[(", ")]"),
    "table": ("[(", ")]"),
    "load": ("([", "])"),
    "notebook": ("[/", "/]"),
    "flow": ("{{", "}}"),
    "run": ("([", "])"),
    "artifact": ("[[", "]]"),
}
_COLOURS = {
    "load": "#8a8f98",
    "source": "#4c9f70",
    "model": "#3b82d6",
    "seed": "#4c9f70",
    "snapshot": "#3b82d6",
    "exposure": "#8a6fd1",
    "notebook": "#e08a1e",
    "flow": "#d65d8f",
    "run": "#c0504d",
    "artifact": "#c0504d",
    "commit": "#8a8f98",
    "invocation": "#8a8f98",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. kind: `model`, `source`, `table`, `notebook`, `flow`, `run`, …; key: what tells it from others of all
    kinds; name: as people call it; detail: a few words.
    """

    kind: str
    key: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Edge:
    """How one thing comes from another. how: `read`, `promoted`, …; places: cells or steps; code: see above."""

    how: str = ""
    places: tuple[str, ...] = ()
    code: bool = False

    @property
    def label(self) -> str:
        """`read by a, b, c and 2 more`; empty where there is nothing to be said."""
        if not self.places:
            return self.how
        more = len(self.places) - 3
        listed = ", ".join(self.places[:3]) + (f" and {more} more" if more > 0 else "")
        return f"{self.how} by {listed}" if self.how else listed


@dataclass
class Graph:
    """items: by key; edges: by (key of what a thing comes from, key of the thing)."""

    items: dict[str, Item] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)

    def add(self, item: Item) -> Item:
        """Add a thing; one that is known stays as it is."""
        return self.items.setdefault(item.key, item)

    def link(self, source: Item, target: Item, how: str = "", place: str = "", *, code: bool = False) -> None:
        """Say that the target comes from the source; of several places each is kept once."""
        pair = (self.add(source).key, self.add(target).key)
        if pair[0] == pair[1]:
            return
        known = self.edges.get(pair)
        places = tuple(dict.fromkeys([*(known.places if known else ()), *([place] if place else [])]))
        said = known.how if known and known.how not in ("", DECLARED) else how or (known.how if known else "")
        self.edges[pair] = Edge(said, places, code)

    def around(self, focus: Item, *, up: bool = True, down: bool = True) -> Graph:
        """What the thing comes from, and what comes of it, the nearest first."""
        distances = {focus.key: 0}
        for wanted, backwards in ((up, True), (down, False)):
            if wanted:
                for key, steps in self._reached(focus.key, backwards=backwards).items():
                    distances[key] = min(steps, distances.get(key, steps))
        kept = sorted(distances, key=lambda key: (distances[key], key))
        edges = {pair: edge for pair, edge in self.edges.items() if pair[0] in distances and pair[1] in distances}
        return Graph({key: self.items[key] for key in kept}, edges)

    def reached(self, focus: Item, *, backwards: bool) -> list[Item]:
        """What the thing comes from, or what comes of it; the nearest first, without the thing."""
        return [self.items[key] for key in self._reached(focus.key, backwards=backwards) if key != focus.key]

    def _reached(self, start: str, *, backwards: bool) -> dict[str, int]:
        """Each thing that is reached, with the number of steps. Back: data, then code; on: code, then data."""
        steps = self._steps(backwards=backwards)
        seen = {(start, False): 0}
        waiting = deque([(start, False)])
        while waiting:
            key, turned = waiting.popleft()
            for other, edge in steps.get(key, ()):
                turns = edge.code == backwards
                state = (other, turned or turns)
                if (turns or not turned) and state not in seen:
                    seen[state] = seen[key, turned] + 1
                    waiting.append(state)
        found: dict[str, int] = {}
        for (key, _), distance in seen.items():
            found[key] = min(distance, found.get(key, distance))
        return found

    def _steps(self, *, backwards: bool) -> dict[str, list[tuple[str, Edge]]]:
        steps: dict[str, list[tuple[str, Edge]]] = {}
        for (source, target), edge in self.edges.items():
            here, there = (target, source) if backwards else (source, target)
            steps.setdefault(here, []).append((there, edge))
        return steps

    def mermaid(self, focus: Item) -> str:
        """A flowchart from left to right, as JupyterLab draws `text/vnd.mermaid`: the nearest DRAWN things."""
        drawn = list(self.items.values())[:DRAWN]
        number = {item.key: f"n{place}" for place, item in enumerate(drawn)}
        lines = ["flowchart LR"]
        for item in drawn:
            left, right = _SHAPES.get(item.kind, ("[", "]"))
            texts = [item.kind, item.name, *([item.detail] if item.detail else [])]
            lines.append(f'  {number[item.key]}{left}"{"<br/>".join(map(_label, texts))}"{right}:::{item.kind}')
        for (source, target), edge in self.edges.items():
            if source in number and target in number:
                arrow = "-.->" if edge.code else "-->"
                label = f'|"{_label(edge.label)}"|' if edge.label else ""
                lines.append(f"  {number[source]} {arrow}{label} {number[target]}")
        kinds = {item.kind for item in drawn}
        lines += [f"  classDef {kind} stroke:{colour}" for kind, colour in _COLOURS.items() if kind in kinds]
        lines.append(f"  style {number[focus.key]} stroke-width:4px")
        return "\n".join(lines)

    def tree(self, focus: Item, *, up: bool = True, down: bool = True) -> list[str]:
        """What the thing comes from, indented, then what comes of it; each part once."""
        lines = []
        for title, wanted, backwards in (("comes from", up, True), ("used by", down, False)):
            if wanted:
                below = list(self._below(focus.key, self._steps(backwards=backwards), backwards))
                lines += [title, *below] if below else [f"{title} nothing that is known"]
        return lines

    def _below(
        self, of: str, steps: Mapping[str, list[tuple[str, Edge]]], backwards: bool, depth: int = 1
    ) -> Iterator[str]:
        seen = {of}
        # a stack, as a chain of models may be longer than Python's own
        waiting = [(other, edge, depth, False) for other, edge in reversed(steps.get(of, []))]
        while waiting:
            key, edge, depth, turned = waiting.pop()
            turns = edge.code == backwards
            if turned and not turns:
                continue
            following = [
                (other, further, depth + 1, turned or turns)
                for other, further in reversed(steps.get(key, []))
                if further.code == backwards or not (turned or turns)
            ]
            again = key in seen and bool(following)
            item = self.items[key]
            said = ", ".join(filter(None, [item.detail, edge.label]))
            yield f"{'  ' * depth}{item}{f'  ({said})' if said else ''}{' …' if again else ''}"
            if key not in seen:
                seen.add(key)
                waiting += following


def _label(text: str) -> str:
    """Text that Mermaid takes for text, whatever is in it."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(char if char.isalnum() or char in " ._-/:,+@…·" else f"#{ord(char)};" for char in cut)


def listed(items: Iterable[Item]) -> list[dict[str, str]]:
    """The things as JSON has them."""
    return [{"kind": one.kind, "key": one.key, "name": one.name, "detail": one.detail} for one in items]
