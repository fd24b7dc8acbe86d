"""What the compiler's stages hand to one another. Frozen values only."""

from __future__ import annotations

import ast

from workbench.notebook.model import Cell
from workbench.records import NamedTuple


class Span(NamedTuple):
    """A place in a cell's source. line: 1-based; start, end: 0-based columns in characters."""

    line: int
    start: int
    end: int


class Diagnostic(NamedTuple):
    """A finding. code: stable, WB and three digits; message: one sentence; hint: the way out."""

    code: str
    message: str
    cell: Cell | None = None
    span: Span | None = None
    hint: str = ""
    severity: str = "error"


class Statement(NamedTuple):
    """One top-level statement of a cell, and what it does to the notebook's names.

    kind: "import", "star", "definition", "wrapper" (the `with` line around a cell) or "other".
    reads: names read while it runs, before it surely binds them itself, with the place of the first read.
    certain: those of `reads` that are read whenever the statement runs.
    must, may: names surely and possibly bound after it (must is a part of may; a `with` body's are only likely).
    unlucky: those of `may` that a loop, branch or handler may leave unbound.
    managed: (name, manager) for those that a `with` body binds, the manager as a dotted path ("" if it is none).
    deletes, maybe_deletes: names surely and possibly unbound by it.
    deferred: names read by code that runs later (functions, lambdas, generators); deferred_writes, deferred_deletes:
    bound and unbound by such code; deferred_unknowable: that code reads and binds whatever is there.
    mentions: names used other than by calling them; mutates: names whose value it may visibly change in place.
    sets: those of `mutates` of whose value it sets an item or an attribute.
    annotated: names that an annotation makes local; class_reads: names a class body both reads and binds.
    leaks: what a call of the definition returns may still hold its code: an instance, a closure, a generator.
    """

    node: ast.stmt
    kind: str
    reads: dict[str, Span]
    certain: frozenset[str] = frozenset()
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    unlucky: frozenset[str] = frozenset()
    managed: frozenset[tuple[str, str]] = frozenset()
    deletes: frozenset[str] = frozenset()
    maybe_deletes: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    deferred_writes: frozenset[str] = frozenset()
    deferred_deletes: frozenset[str] = frozenset()
    deferred_unknowable: bool = False
    mentions: frozenset[str] = frozenset()
    mutates: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    annotated: frozenset[str] = frozenset()
    class_reads: frozenset[str] = frozenset()
    unknowable: bool = False  # eval, exec, globals(): reads and binds whatever is there
    leaks: bool = False


class CellFacts(NamedTuple):
    """A code cell, read. source: its text as Python (IPython syntax lowered); statements: in order."""

    cell: Cell
    source: str
    statements: tuple[Statement, ...]
    problems: tuple[Diagnostic, ...] = ()
    wrapper: str = ""  # a `with` line that goes around the whole cell (%%time, %%capture)
    indentable: frozenset[int] = frozenset()  # lines inside a string that may be indented: a query's


class ParameterFacts(NamedTuple):
    """One assignment of the parameters cell. kind: "scalar", "json" or "tuple"; default: its Python literal's value."""

    name: str
    default: object
    literal: str
    kind: str
    help: str
    cell: Cell


LAST = "[-1]"  # a take's source where it is a loop's last iteration


class Gather(NamedTuple):
    """What a loop's iterations add to a name. part: the artifact that one iteration leaves.

    literal: "[]" or "{}" where each iteration fills a new container of that kind, else "": then it records what it did.
    """

    name: str
    part: str
    literal: str = ""


class Fan(NamedTuple):
    """A step's place in a loop that is fanned out. kind: "split", "each" or "gather".

    items: the artifact that it goes over; over: what that is in the notebook.
    """

    kind: str
    items: str
    over: str = ""
    gathers: tuple[Gather, ...] = ()


class Take(NamedTuple):
    """A value that a step reads at its top. artifact: the attribute; source: the branch it comes from, in a join."""

    name: str
    artifact: str
    source: str | None = None
    guarded: bool = False  # may be unbound: read it only where it is there
    convert: str = ""  # a call around it: "tuple" for a tuple parameter


class Give(NamedTuple):
    """A value that a step writes at its bottom."""

    name: str
    artifact: str
    guarded: bool = False


class Star(NamedTuple):
    """A star import, at the top of the flow. after: the id of the last cell that runs before it; "" for none."""

    line: str
    after: str


class Definition(NamedTuple):
    """A function or class that stands apart from its cell.

    source: its text, with the comments and decorators above it; line: of the cell, where that begins.
    """

    name: str
    source: str
    cell: Cell
    line: int
    node: ast.stmt


class Step(NamedTuple):
    """A step of the flow. cells: its own, in order; setup: the setup cells it runs first."""

    name: str
    cells: tuple[CellFacts, ...]
    setup: tuple[CellFacts, ...] = ()
    decorators: tuple[str, ...] = ()
    narrative: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()  # placed again in the body
    takes: tuple[Take, ...] = ()
    gives: tuple[Give, ...] = ()
    passes: tuple[Take, ...] = ()  # a join's: values of the branches that only later steps need
    global_names: tuple[str, ...] = ()
    fan: Fan | None = None

    @property
    def joins(self) -> bool:
        """Whether it gets several tasks' inputs."""
        return len(self.parents) > 1 or (self.fan is not None and self.fan.kind == "gather")


class StepGraph(NamedTuple):
    """The flow, before it is text."""

    name: str  # the class's name
    opening: str  # the markdown of the cell that holds the title
    steps: tuple[Step, ...]
    parameters: tuple[ParameterFacts, ...] = ()
    imports: tuple[str, ...] = ()  # module level: what the definitions need
    stars: tuple[Star, ...] = ()  # in the notebook's order: the later one wins
    definitions: tuple[Definition, ...] = ()
    lifted: frozenset[tuple[int, int]] = (
        frozenset()
    )  # (the cell's index, place in the cell) of the statements that stand elsewhere
    used_names: frozenset[str] = frozenset()  # every name that the notebook reads or binds
    bound_names: frozenset[str] = frozenset()  # every name that it binds
    containers: frozenset[tuple[str, str]] = (
        frozenset()
    )  # (name, "list", "dict" or "set"): only ever bound to a literal
    raises: frozenset[str] = frozenset()  # ids of the cells tagged raises-exception
    interactive: frozenset[str] = frozenset()  # ids of the cells that show every expression (ast_node_interactivity)
    modules: frozenset[str] = frozenset()  # top-level modules that its code imports


class FlowSource(NamedTuple):
    """The emitted flow. text: Python; lines: for each line of it (cell id, line in that cell) or None."""

    text: str
    lines: tuple[tuple[str, int] | None, ...]


class Compilation(NamedTuple):
    """All that compiling a notebook gave. flow: None where a diagnostic is an error."""

    diagnostics: tuple[Diagnostic, ...]
    flow: FlowSource | None = None
    graph: StepGraph | None = None

    @property
    def refused(self) -> bool:
        """Whether an error stands in the way of a flow."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)
