"""Steps that could run beside each other and don't, as far as the code tells.

A step has to stay after another where it takes a value that the other binds or may change, where both draw from one
random generator or iterator, and where the other sets something of the process that whoever runs later sees. What a
step reads and writes outside the process (files, tables) can't be told from its code.
"""

from __future__ import annotations

import ast

from workbench.compiler.dataflow import Resolver
from workbench.compiler.definitions import Definitions
from workbench.compiler.graph import Stages, stages
from workbench.compiler.rules import imported_module
from workbench.compiler.shape import ancestors_of, own_before
from workbench.compiler.uses import StepUse, step_uses
from workbench.compiler.waits import chain
from workbench.notebook.model import Notebook
from workbench.records import NamedTuple


class Could(NamedTuple):
    """Steps in a row that need nothing of one another. tags: (step, tags to add to a cell of it)."""

    steps: tuple[str, ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]


# what a step draws from: the next one goes on where it stopped
DRAWN = ("random.", "numpy.random.", "torch.rand", "torch.manual_seed", "torch.random.", "torch.normal")
NOT_DRAWN = tuple(
    f"{module}.{name}."
    for module, names in (
        ("random", "Random SystemRandom"),
        ("numpy.random", "default_rng Generator SeedSequence RandomState PCG64 MT19937 Philox SFC64"),
    )
    for name in names.split()
)
# values that using changes
CONSUMED = frozenset(
    "builtins.iter builtins.open builtins.map builtins.filter builtins.zip builtins.enumerate builtins.reversed "
    "numpy.random.default_rng numpy.random.RandomState random.Random torch.Generator csv.reader csv.DictReader".split()
)
# modules of which a call made for its effect, or an attribute set, is seen by all that runs later in the process
SHARED = frozenset("decimal locale logging numpy os pandas polars sys torch warnings sklearn".split())
STYLES = ("matplotlib.use", "matplotlib.rc", "matplotlib.style", "matplotlib.pyplot.rc", "matplotlib.pyplot.style")


def could_run_beside(notebook: Notebook, steps: str, found: Stages) -> list[Could]:
    """The longest runs of steps that could run beside each other, each tried: with the tags, the notebook compiles so.

    found: the notebook's stages, which no error has ended. steps: "tags" or "headings".
    """
    definitions = found.definitions
    own = [node for node in found.nodes if node.section]
    if definitions is None or len(own) < 3:
        return []
    in_a_row = step_uses(chain(own), found.facts, found.setup, definitions)
    flow = Resolver(in_a_row, definitions, found.parameters).run()
    above = ancestors_of(found.nodes)
    needs = [set(step.providers.values()) for step in flow.steps]
    state = [_State(step.use, definitions) for step in flow.steps]
    runs: list[list[int]] = [[]]
    for place in range(1, len(own)):
        if any(own[one].name in needs[place] or state[place].follows(state[one]) for one in runs[-1]):
            runs.append([])
        runs[-1].append(place)
    result = []
    for run in runs:
        names = [own[place].name for place in run]
        if any(one in above[other] for one in names for other in names):
            could = _tried(notebook, steps, names, found)
            result += [could] if could else []
    return result


def _tried(notebook: Notebook, steps: str, names: list[str], found: Stages) -> Could | None:
    """The tags that let steps run beside each other, if they do."""
    sections = {section.name: section for section in found.places.sections}
    nodes = {node.name: node for node in found.nodes}
    follows = own_before(nodes[names[0]].parents, nodes)
    tags = {name: tuple(f"after:{one}" for one in follows) for name in names}
    add = {
        sections[name].cells[0].index: more
        for name in names
        if (more := tuple(tag for tag in tags[name] if tag[6:] not in sections[name].after)) and name != names[0]
    }
    cells = tuple(cell._replace(tags=(*cell.tags, *add.get(cell.index, ()))) for cell in notebook.cells)
    then = stages(notebook._replace(cells=cells), steps)
    if then.graph is None or any(one.severity == "error" for one in then.diagnostics):
        return None
    above = ancestors_of(then.nodes)
    if any(one in above[other] for one in names for other in names):
        return None
    by_cell = {sections[name].cells[0].index: name for name in names}
    return Could(tuple(names), tuple((by_cell[index], more) for index, more in add.items()))


class _State:
    """What a step uses and sets of the process. paths: dotted names of what it uses of modules."""

    def __init__(self, use: StepUse, definitions: Definitions) -> None:
        self.paths: set[str] = set()
        self.consumes: set[str] = set()
        self.sets = use.unknowable
        nodes = [statement.node for _, _, statement in use.own]
        called = definitions.reached(name for _, _, one in use.own for name in (*one.reads, *one.deferred))
        nodes += [definitions.hoisted[name].statement.node for name in sorted(called)]
        for node in nodes:
            self._read(node, definitions)
        self.consumes = {name for name in use.needs if _is_consumed(name, definitions)}

    def follows(self, other: _State) -> bool:
        """Whether it has to stay after another step."""
        drawn = [kind for kind in DRAWN if self._draws(kind) and other._draws(kind)]
        return bool(drawn) or other.sets or not self.consumes.isdisjoint(other.consumes)

    def _draws(self, kind: str) -> bool:
        return any(path.startswith(kind) and not f"{path}.".startswith(NOT_DRAWN) for path in self.paths)

    def _read(self, node: ast.AST, definitions: Definitions) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Attribute, ast.Name)):
                self.paths.add(dotted(inner, definitions))
            value = inner.value if isinstance(inner, ast.Expr) else None
            targets = [value.func] if isinstance(value, ast.Call) else []
            if isinstance(inner, (ast.Assign, ast.Delete)):
                targets += [one for one in inner.targets if not isinstance(one, ast.Name)]
            elif isinstance(inner, (ast.AugAssign, ast.AnnAssign)) and not isinstance(inner.target, ast.Name):
                targets.append(inner.target)
            self.sets |= any(_is_shared(dotted(target, definitions)) for target in targets)


def _is_shared(path: str) -> bool:
    if path.partition(".")[0] in SHARED:
        return not path.startswith(DRAWN)
    return path.startswith((*STYLES, "seaborn.set", "get_ipython"))


def dotted(node: ast.AST, definitions: Definitions) -> str:
    """What an expression is called by its module, '' where that isn't known: `np.random.rand` is numpy.random.rand."""
    parts: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name):
        return ""
    module = imported_module(node.id, definitions)
    if not module and node.id not in definitions.bindings:
        module = "get_ipython" if node.id == "get_ipython" else f"builtins.{node.id}"
    return ".".join([module, *parts]) if module else ""


def _is_consumed(name: str, definitions: Definitions) -> bool:
    """Whether a name is bound to what using changes: a generator, an iterator, an open file."""
    for binding in definitions.bindings.get(name, ()):
        value = getattr(binding.statement.node, "value", None)
        if isinstance(value, ast.GeneratorExp):
            return True
        if isinstance(value, ast.Call) and dotted(value.func, definitions) in CONSUMED:
            return True
    return False
