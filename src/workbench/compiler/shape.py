"""The steps as a graph: which each follows by its tags."""

from __future__ import annotations

from workbench.compiler.model import Diagnostic, Fan
from workbench.compiler.sections import Section
from workbench.records import NamedTuple


class Node(NamedTuple):
    """A step's place in the graph. section: None for a join or split that the compiler adds."""

    name: str
    parents: tuple[str, ...]
    section: Section | None = None
    fan: Fan | None = None

    @property
    def joins(self) -> bool:
        """Whether it gets several tasks' inputs."""
        return len(self.parents) > 1 or (self.fan is not None and self.fan.kind == "gather")


def tagged(sections: list[Section]) -> tuple[list[Node], list[Diagnostic]]:
    """The steps with those that the tags have them follow, in notebook order, and what is wrong with the tags.

    A step follows all that is open before it; one with `after:NAME` follows NAME alone, so that it runs beside the
    steps that follow NAME too.
    """
    nodes: list[Node] = []
    problems: list[Diagnostic] = []
    seen: dict[str, Section] = {}
    for section in sections:
        parents = _parents(section, nodes, seen, problems)
        seen[section.name] = section
        nodes.append(Node(section.name, parents, section))
    return nodes, problems


def _parents(
    section: Section, nodes: list[Node], seen: dict[str, Section], problems: list[Diagnostic]
) -> tuple[str, ...]:
    if not nodes:
        if section.after:
            message = f"`{section.name}` is the first step and can't run after `{section.after[0]}`"
            problems.append(Diagnostic("WB106", message, section.cells[0], hint="take the `after:` tag off"))
        return ()
    for name in section.after:
        if name not in seen:
            message = f"`{section.name}` runs after `{name}`, which comes later in the notebook"
            hint = f"move the cells of `{name}` above those of `{section.name}`"
            problems.append(Diagnostic("WB106", message, section.cells[0], hint=hint))
    if section.after:
        return last_of([name for name in section.after if name in seen], ancestors_of(nodes))
    return open_ends(nodes)


def last_of(names: list[str], above: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """Those of some steps that no other of them runs after."""
    return tuple(name for name in names if not any(name in above[other] for other in names))


def ancestors_of(nodes: list[Node]) -> dict[str, frozenset[str]]:
    """For each step, every step that runs before it on some path."""
    above: dict[str, frozenset[str]] = {}
    for node in nodes:
        above[node.name] = frozenset(node.parents).union(*(above[parent] for parent in node.parents))
    return above


def open_ends(nodes: list[Node]) -> tuple[str, ...]:
    """The steps that no step follows yet, in order."""
    followed = {parent for node in nodes for parent in node.parents}
    return tuple(node.name for node in nodes if node.name not in followed)


def children_of(nodes: list[Node]) -> dict[str, list[str]]:
    """For each step, the steps that follow it, in order."""
    children: dict[str, list[str]] = {node.name: [] for node in nodes}
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node.name)
    return children


def own_before(parents: tuple[str, ...], nodes: dict[str, Node]) -> list[str]:
    """The notebook's own steps among some, and those before the joins and splits among them. nodes: by name."""
    found: list[str] = []
    for parent in parents:
        found += [parent] if nodes[parent].section else own_before(nodes[parent].parents, nodes)
    return list(dict.fromkeys(found))
