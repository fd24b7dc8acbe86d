"""The order of the steps as a graph that Metaflow can draw: splits and joins, nested in one another."""

from __future__ import annotations

from workbench.compiler.model import Diagnostic
from workbench.compiler.sections import Section
from workbench.records import NamedTuple


class Node(NamedTuple):
    """A step's place in the graph. section: None for a join that the compiler adds."""

    name: str
    parents: tuple[str, ...]
    section: Section | None = None


def shape(sections: list[Section]) -> tuple[list[Node], list[Diagnostic]]:
    """The steps with their parents, in notebook order, and what can't be drawn.

    A step follows all that is open before it; one with `after:NAME` follows NAME alone, so that it runs beside the
    steps that follow NAME too. Metaflow has no join that splits again or ends: those get a join of their own.
    """
    nodes: list[Node] = []
    problems: list[Diagnostic] = []
    seen: dict[str, Section] = {}
    for section in sections:
        parents = _parents(section, nodes, seen, problems)
        seen[section.name] = section
        nodes.append(Node(section.name, parents, section))
    if problems:
        return nodes, problems
    nodes = _with_joins(nodes)
    problems += _nesting_problems(nodes)
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
        named = [name for name in section.after if name in seen]
        above = ancestors_of(nodes)
        return tuple(name for name in named if not any(name in above[other] for other in named))
    return open_ends(nodes)


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


def _with_joins(nodes: list[Node]) -> list[Node]:
    """Add the steps that Metaflow needs: a join of its own before one that splits again or ends, one end for all."""
    taken = {node.name for node in nodes}
    children = children_of(nodes)
    result: list[Node] = []
    for node in nodes:
        if len(node.parents) > 1 and len(children[node.name]) != 1:
            name = _fresh(f"join_{'_'.join(node.parents)}", taken)
            result.append(Node(name, node.parents))
            result.append(Node(node.name, (name,), node.section))
        else:
            result.append(node)
    ends = open_ends(result)
    if len(ends) > 1:
        join = _fresh(f"join_{'_'.join(ends)}", taken)
        result += [Node(join, ends), Node(_fresh("end", taken), (join,))]
    return result


def children_of(nodes: list[Node]) -> dict[str, list[str]]:
    """For each step, the steps that follow it, in order."""
    children: dict[str, list[str]] = {node.name: [] for node in nodes}
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node.name)
    return children


def _fresh(name: str, taken: set[str]) -> str:
    name = name if len(name) <= 40 else "join"
    fresh, number = name, 2
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    taken.add(fresh)
    return fresh


def _nesting_problems(nodes: list[Node]) -> list[Diagnostic]:
    """Metaflow joins all the branches of one split and nothing else: check it by stacks of splits."""
    children = children_of(nodes)
    stacks: dict[str, tuple[tuple[str, int], ...]] = {}
    for node in nodes:
        ways = [stacks[parent] + _way(parent, node.name, children) for parent in node.parents]
        if len(ways) <= 1:
            stacks[node.name] = ways[0] if ways else ()
            continue
        split = ways[0][-1][0] if ways[0] else ""
        whole = bool(split) and {way[-1] for way in ways if way} == {(split, at) for at in range(len(children[split]))}
        if not (whole and len(ways) == len(children[split]) and len({way[:-1] for way in ways}) == 1):
            owner = node.section or next(one.section for one in nodes if one.section and one.name == node.parents[-1])
            message = (
                f"Metaflow can't join {', '.join(f'`{name}`' for name in node.parents)} in `{node.name}`: they are "
            )
            message += "not all the branches of one split"
            assert owner is not None
            return [Diagnostic("WB111", message, owner.cells[0], hint="nest the branches: join the inner ones first")]
        stacks[node.name] = ways[0][:-1]
    return []


def _way(parent: str, child: str, children: dict[str, list[str]]) -> tuple[tuple[str, int], ...]:
    """What an edge adds to the stack of open splits."""
    return ((parent, children[parent].index(child)),) if len(children[parent]) > 1 else ()
