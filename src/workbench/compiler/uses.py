"""What each step needs from before it, and what it binds: the facts of its statements, put together in order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from workbench.compiler.definitions import BUILTINS, Binding, Definitions, Place
from workbench.compiler.model import CellFacts, Span, Statement
from workbench.compiler.scopes import SHOWING_LOCALS, Free
from workbench.compiler.shape import Node, ancestors_of
from workbench.compiler.text import Source, ends_with_semicolon
from workbench.records import NamedTuple


class Need(NamedTuple):
    """A name that a step reads before it surely binds it. certain: whenever it runs; span: None by deferred code."""

    name: str
    place: Place
    facts: CellFacts
    span: Span | None
    certain: bool


class StepUse:
    """One step's use of names. must: surely bound at its end; may: possibly bound in it; own: its statements.

    gone: surely deleted, and unbound at its end.
    """

    def __init__(self, node: Node, order: int) -> None:
        self.node = node
        self.order = order
        self.ancestors: frozenset[str] = frozenset()
        self.cells: list[CellFacts] = []
        self.setup: list[CellFacts] = []
        self.own: list[tuple[CellFacts, Place, Statement]] = []
        self.lifted: list[Binding] = []
        self.begin()

    def begin(self) -> None:
        """Forget what its statements do."""
        self.needs: dict[str, Need] = {}
        self.setup_needs: dict[str, Need] = {}
        self.setup_binds: set[str] = set()
        self.must: set[str] = set()
        self.may: set[str] = set()
        self.deletes: set[str] = set()
        self.maybe_deletes: set[str] = set()
        self.gone: set[str] = set()
        self.mutates: set[str] = set()
        self.sets: set[str] = set()
        self.global_names: set[str] = set()
        self.class_reads: set[str] = set()
        self.unknowable = False

    @property
    def binds(self) -> set[str]:
        """Names whose value after the step may be another than before it."""
        return self.may | self.deletes

    def made_global(self, definitions: Definitions) -> set[str]:
        """What functions that are made here read from the module: their step has these names `global`."""
        deferred = set().union(*(each.deferred for _, _, each in self.own)) - definitions.hoisted.keys()
        if self.unknowable:
            return deferred & (definitions.bindings.keys() | definitions.parameters)
        fallback = self.needs.keys() & (self.binds if definitions.stars else BUILTINS)
        # a function is to find no such name where it was deleted, or the builtin
        return deferred & (self.global_names | self.class_reads | fallback | self.ever_deleted())

    def ever_deleted(self) -> set[str]:
        """Names that are deleted somewhere in the step, even if they are bound anew after that."""
        return self.deletes.union(*(each.deletes | each.maybe_deletes for _, _, each in self.own))


class Reach:
    """What using a hoisted definition brings along: what its code does with the notebook's values."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._cache: dict[str, Free] = {}

    def of(self, name: str) -> Free:
        """What a hoisted definition takes from the notebook's values, through the definitions that it uses."""
        if name not in self._cache:
            reads: set[str] = set()
            writes: set[str] = set()
            deletes: set[str] = set()
            unknowable = False
            waiting, seen = [name], {name}
            while waiting:
                one = waiting.pop()
                statement = self.definitions.hoisted[one].statement
                writes |= statement.deferred_writes
                deletes |= statement.deferred_deletes
                unknowable |= statement.deferred_unknowable
                for read in self.definitions.module_reads(one) | statement.deferred_writes:
                    if read in self.definitions.hoisted:
                        if read not in seen:
                            seen.add(read)
                            waiting.append(read)
                    elif self.definitions.is_value(read) or self.definitions.is_shown(read):
                        reads.add(read)
            self._cache[name] = Free(frozenset(reads), frozenset(writes), frozenset(deletes), unknowable)
        return self._cache[name]

    def leaks(self, name: str) -> bool:
        """Whether what a call of it returns may still use its code."""
        return self.definitions.hoisted[name].statement.leaks


def step_uses(
    nodes: list[Node], facts: dict[int, CellFacts], setup: list[CellFacts], definitions: Definitions
) -> list[StepUse]:
    """The use of names of each step. facts: by cell index; setup: the setup cells, in order."""
    reach = Reach(definitions)
    uses: list[StepUse] = []
    above = ancestors_of(nodes)
    for order, node in enumerate(nodes):
        use = StepUse(node, order)
        use.ancestors = above[node.name]
        if node.section:
            use.cells = [facts[cell.index] for cell in node.section.cells]
            last = node.section.cells[-1].index
            use.setup = [one for one in setup if one.cell.index < last]
            _split(use, definitions)
        uses.append(use)
    rebound = _rebound_later(uses)
    values = {name for name in (*definitions.bindings, *definitions.parameters) if definitions.is_value(name)}
    carries: dict[str, Free] = {}
    for use in uses:
        module_names = rebound[use.order] & values
        while True:
            scan = _Scan(use, definitions, reach, module_names, dict(carries))
            scan.run(uses)
            carries = scan.carries
            # what a function reads from the module here it reads from there in later steps too
            more = use.made_global(definitions) - module_names
            if not more and not scan.outdated():
                break
            module_names = module_names | more
            use.begin()
    return uses


def _split(use: StepUse, definitions: Definitions) -> None:
    """Set aside what stands elsewhere in the flow: hoisted definitions, and the imports that lead the step."""
    leading = True
    for facts in use.cells:
        for at, statement in enumerate(facts.statements):
            place = Place(facts.cell.index, at)
            name = getattr(statement.node, "name", None)
            hoisted = statement.kind == "definition" and name in definitions.hoisted
            if hoisted and definitions.hoisted[str(name)].place == place:
                continue
            if statement.kind == "star":
                continue
            if statement.kind == "import" and leading and not facts.wrapper:
                for bound in sorted(statement.may):
                    use.lifted += [one for one in definitions.bindings[bound] if one.place == place]
                continue
            docstring = isinstance(statement.node, ast.Expr) and isinstance(statement.node.value, ast.Constant)
            leading = leading and docstring
            use.own.append((facts, place, statement))


def _rebound_later(uses: list[StepUse]) -> list[set[str]]:
    """For each step, the names that some later step binds: a function made here must see them change."""
    later: list[set[str]] = []
    seen: set[str] = set()
    for use in reversed(uses):
        later.append(set(seen))
        for _, _, statement in use.own:
            seen |= statement.may | statement.deletes | statement.deferred_writes
    return later[::-1]


def _deferred(statement: Statement) -> Free:
    """What the code that a statement makes does when it is called."""
    return Free(
        statement.deferred, statement.deferred_writes, statement.deferred_deletes, statement.deferred_unknowable
    )


_NOTHING = Free()


def _together(parts: list[Free]) -> Free:
    parts = [part for part in parts if any(part)]
    if len(parts) < 2:
        return parts[0] if parts else _NOTHING
    return Free(
        frozenset().union(*(part.reads for part in parts)),
        frozenset().union(*(part.writes for part in parts)),
        frozenset().union(*(part.deletes for part in parts)),
        any(part.unknowable for part in parts),
    )


class _Scan:
    """Goes through one step's statements, with what is bound so far."""

    def __init__(
        self,
        use: StepUse,
        definitions: Definitions,
        reach: Reach,
        late: set[str],
        carries: dict[str, Free],
    ) -> None:
        self.use = use
        self.definitions = definitions
        self.reach = reach
        self.late = late  # names that a function made here looks up in the module, when it is called
        self.carries = carries  # for each name, what code held by its value may still do
        self.seen: dict[str, Free | None] = {}  # of names that functions use, what was known where they were made
        self.bound: set[str] = set()
        self.shown = False

    def run(self, uses: list[StepUse]) -> None:
        use = self.use
        for facts in use.setup:
            for at, statement in enumerate(facts.statements):
                if statement.kind != "star" and not self.is_hoisted(statement):
                    self.statement(facts, Place(facts.cell.index, at), statement, use.setup_needs)
        use.setup_binds = set(self.bound)
        # what an earlier step binds anew is handed over, and what it deletes is gone, whatever the setup cell says
        earlier = uses[: use.order]
        self.bound = {name for name in self.bound if not any(name in one.may or name in one.deletes for one in earlier)}
        use.may.clear()
        use.mutates.clear()
        use.sets.clear()
        for position, (facts, place, statement) in enumerate(use.own):
            self.statement(facts, place, statement, use.needs)
            following = use.own[position + 1][0] if position + 1 < len(use.own) else None
            if following is not facts and isinstance(statement.node, ast.Expr):
                self.shown = self.shown or _surely_shows(facts, statement.node)
        use.must = set(self.bound)

    def outdated(self) -> bool:
        """Whether a function uses code that was made after it, of which more is known by now."""
        return any(self.carries.get(name) != known for name, known in self.seen.items())

    def is_hoisted(self, statement: Statement) -> bool:
        return statement.kind == "definition" and getattr(statement.node, "name", None) in self.definitions.hoisted

    def statement(self, facts: CellFacts, place: Place, statement: Statement, needs: dict[str, Need]) -> None:
        use = self.use
        for name, span in statement.reads.items():
            self.need(needs, Need(name, place, facts, span, name in statement.certain))
        reached = self.reached(facts, place, statement, needs) if self.has_code(statement) else _NOTHING
        use.mutates |= statement.mutates
        use.sets |= statement.sets
        use.class_reads |= statement.class_reads
        use.unknowable |= statement.unknowable
        use.may |= statement.may | reached.writes
        # `with` bodies are likely to have run; whatever else may be unbound isn't counted on
        self.bound |= statement.must | (statement.may - self.definitions.unlucky(statement))
        if (
            use.deletes
            or use.gone
            or use.maybe_deletes
            or statement.deletes
            or statement.maybe_deletes
            or reached.deletes
        ):
            use.deletes = (use.deletes | statement.deletes) - statement.must
            use.gone = (use.gone - statement.may - reached.writes) | (statement.deletes - statement.may)
            use.maybe_deletes = ((use.maybe_deletes | statement.maybe_deletes) - statement.must) | reached.deletes
            self.bound -= statement.deletes | (statement.maybe_deletes - statement.must) | reached.deletes

    def has_code(self, statement: Statement) -> bool:
        """Whether a statement makes code that runs later, or touches such code: most don't."""
        touched = statement.reads.keys()
        return (
            bool(statement.deferred or statement.deferred_writes or statement.deferred_deletes)
            or statement.deferred_unknowable
            or not touched.isdisjoint(self.definitions.hoisted)
            or not touched.isdisjoint(self.carries)
        )

    def reached(self, facts: CellFacts, place: Place, statement: Statement, needs: dict[str, Need]) -> Free:
        """What the code does that a statement makes or may call, in later calls too. Its needs are noted."""
        use = self.use
        used = frozenset(statement.reads) | statement.deferred
        hoisted = used & self.definitions.hoisted.keys()
        own = self.makes(place, statement)
        for name in statement.deferred:
            self.seen.setdefault(name, self.carries.get(name))
        reaches = [self.reach.of(name) for name in hoisted]
        called = _together([*reaches, *self.carried(used.union(own.reads, *(each.reads for each in reaches)))])
        reached = _together([own, called])
        writes = reached.writes | statement.deferred_writes
        for name in sorted((statement.deferred | reached.reads | writes) - set(statement.reads)):
            self.need(needs, Need(name, place, facts, None, False))
        use.global_names |= reached.reads | writes
        if statement.deferred & SHOWING_LOCALS:
            use.global_names |= statement.deferred
        leak = _together([own, *self.leaking(statement, used, hoisted)])
        if any(leak):
            for name in statement.may | statement.mutates:
                self.carries[name] = _together([self.carries.get(name, Free()), leak])
        use.unknowable |= called.unknowable
        return reached._replace(writes=writes)

    def makes(self, place: Place, statement: Statement) -> Free:
        """What code that a statement makes does when it is called, with the names that are looked up then."""
        own = _deferred(statement)
        if not any(own):
            return own
        own = own._replace(reads=own.reads & self.late)
        return Free(unknowable=own.unknowable) if any(own) and self.stays(place, statement) else own

    def carried(self, names: frozenset[str]) -> Iterator[Free]:
        """What the code does that some names' values hold, and that of the names which it reads."""
        seen = names & self.carries.keys()
        waiting = list(seen)
        while waiting:
            found = self.carries[waiting.pop()]
            yield found
            more = (found.reads & self.carries.keys()) - seen
            seen |= more
            waiting += more

    def leaking(self, statement: Statement, used: frozenset[str], hoisted: Set[str]) -> Iterator[Free]:
        """What code that a statement's values may hold does: of what it mentions, defers, or of what calls return."""
        held = statement.mentions | statement.deferred
        for name in hoisted:
            if name in held or self.reach.leaks(name):
                yield self.reach.of(name)
        for name in (used & self.carries.keys()) - hoisted:
            if name in held or self.returns_code(name):
                yield self.carries[name]

    def returns_code(self, name: str) -> bool:
        statements = [one.statement for one in self.definitions.bindings.get(name, ())]
        return any(not isinstance(one.node, ast.FunctionDef) or one.leaks for one in statements)

    def stays(self, place: Place, statement: Statement) -> bool:
        """Whether a function that a statement makes is only ever called, and only in this step."""
        node = statement.node
        if isinstance(node, ast.FunctionDef) and not statement.leaks:
            name = node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and len(node.targets) == 1:
            name = getattr(node.targets[0], "id", "")
        else:
            return False
        here = {id(one) for _, _, one in self.use.own}
        users = [
            one
            for facts in self.definitions.cells
            for one in facts.statements
            if name in one.reads or name in one.deferred or (name in one.may and one is not statement)
        ]
        return bool(name) and all(id(one) in here and name not in one.mentions | one.deferred for one in users)

    def need(self, needs: dict[str, Need], need: Need) -> None:
        if self.shown and self.definitions.is_shown(need.name):
            return  # this step's own
        known = needs.get(need.name)
        if need.name in self.bound:
            return
        if need.name in self.use.deletes:
            # a module falls back on the builtin of that name, a function doesn't
            self.use.global_names.add(need.name)
        if known is None or (need.certain and not known.certain):
            needs[need.name] = need


# expressions that have a value whatever their parts are
_VALUES = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.BinOp)


def _surely_shows(facts: CellFacts, node: ast.Expr) -> bool:
    """Whether a cell's last expression surely has a value to show: that of a call may be None."""
    value = node.value
    constant = isinstance(value, ast.Constant) and value.value is not None
    return (constant or isinstance(value, _VALUES)) and not ends_with_semicolon(Source(facts.source), node)
