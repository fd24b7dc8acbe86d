"""What a step is made of, and what of an earlier run still holds."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest

from workbench.runs.origin import Origin, OriginStep
from workbench.runs.resume import Decision, Names, Now, Surroundings, best, decisions, to_run
from workbench.runs.values import Known
from workbench.runtime.environment import Environment
from workbench.runtime.fingerprint import flow_code

FLOW = '''
"""A flow."""

import math
from dataclasses import dataclass
from metaflow import FlowSpec, Parameter, resources, step
from workbench.runtime import notebook_step, show


def helper(x):
    return math.sqrt(x)


def best(xs):
    """The best."""
    return helper(max(xs))


class Base:
    known = []


class Registered(Base):
    pass


class F(FlowSpec):
    alpha = Parameter("alpha", default=0.1, help="how much")

    @notebook_step
    @step(start=True)
    def load(self):
        """Load."""
        import json

        alpha = self.alpha
        # %% c1 Load
        xs = [1, alpha]
        # %% c2
        show(json.dumps(xs))

        self.xs = xs
        self.next(self.train)

    @resources(memory=1)
    @notebook_step
    @step
    def train(self):
        xs = self.xs
        # %% c3 Train
        y = best(xs)

        self.y = y
        self.next(self.report)

    @notebook_step
    @step(end=True)
    def report(self):
        y = self.y
        # %% c4
        print(y, "Base")
'''
EDGES = {"load": [], "train": ["load"], "report": ["train"]}


def graph(edges: dict[str, list[str]] = EDGES) -> Any:
    """What the fingerprint needs of Metaflow's graph."""
    nodes = {name: SimpleNamespace(name=name, in_funcs=parents, split_parents=[]) for name, parents in edges.items()}

    class Graph(dict):  # type: ignore[type-arg]
        end_step = list(edges)[-1]

        def __iter__(self) -> Any:
            return iter(self.values())

    return Graph(nodes)


HERE = Surroundings("CPython 3.11", {"numpy": "2.0"}, {"mine.py": "aa"}, "local")
ENVIRONMENT = Environment(
    python="CPython 3.11", distributions={"numpy": "2.0"}, files={"mine.py": "aa"}, profile="local"
)
NAMES = Names({"c1": 3, "c2": 4, "c3": 5, "c4": 7, "c9": 9}, {"best": ("function", 2)})


def origin(source: str = FLOW, environment: Environment = ENVIRONMENT, **changed: OriginStep | None) -> Origin:
    steps = {name: OriginStep(1, ((code, environment),)) for name, code in flow_code(source, graph()).items()}
    known = {name: step for name, step in {**steps, **changed}.items() if step is not None}
    return Origin("F/1", {"alpha": 0.1}, known)


def decided(
    source: str = FLOW,
    *,
    given: dict[str, Any] | None = None,
    before: Origin | None = None,
    here: Surroundings = HERE,
    forced: tuple[str, ...] = (),
    edges: dict[str, list[str]] = EDGES,
) -> dict[str, str]:
    """Why each step runs again; "" for those that are kept."""
    known = [Known("alpha", float, 0.1)]
    now = Now(flow_code(source, graph(edges)), known, given or {}, here, NAMES)
    found = decisions(now, before or origin(), forced)
    return {step: "" if decision.kept else decision.why for step, decision in found.items()}


KEPT = {"load": "", "train": "", "report": ""}


def edited(*edits: tuple[str, str]) -> str:
    source = FLOW
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.mark.parametrize(
    "edits",
    [
        [("        y = best(xs)\n", "        # a comment\n\n        y = best( xs )  # another\n")],
        [('"""Load."""', '"""Load all."""')],
        [("@resources(memory=1)", "@resources(memory=2)")],
        [("# %% c1 Load", "# %% c1 Read"), ('help="how much"', 'help="so much"')],
        [("# %% c3 Train", "# %% c7 Train")],
        [("class F(", "def unused():\n    pass\n\n\nclass F(")],
    ],
    ids=["comments", "narrative", "placement", "heading", "cell_id", "unused"],
)
def test_what_does_not_matter_changes_nothing(edits: list[tuple[str, str]]) -> None:
    """Comments, headings, narrative, ids and resources say nothing about what a step does."""
    assert decided(edited(*edits)) == KEPT


@pytest.mark.parametrize(
    ("edit", "step", "why"),
    [
        (("y = best(xs)", "y = best(xs) + 1"), "train", "cell 5 changed"),
        (("helper(max(xs))", "helper(min(xs))"), "train", "function `best` in cell 2 changed"),
        (("math.sqrt(x)", "math.exp(x)"), "train", "`helper` changed"),
        (("import math", "import cmath as math"), "train", "`math` changed"),
        (("@resources(memory=1)", "@catch(var='e')"), "train", "decorator @catch is new"),
        (("        self.y = y\n", "        self.y, self.z = y, 1\n"), "train", "`z` is needed after it now"),
        (("import json", "import simplejson as json"), "load", "`import simplejson as json` is new"),
        (("class Registered(Base):\n    pass", "class Registered(Base):\n    x = 1"), "report", "`Registered` changed"),
        (("class Registered", "print()\n\n\nclass Registered"), "load", "`line 1 of the module` is new"),
    ],
    ids=["cell", "function", "reached", "import", "decorator", "gives", "own_import", "base", "effect"],
)
def test_what_matters_is_named(edit: tuple[str, str], step: str, why: str) -> None:
    """The first step that is touched says why; those before it are kept, those after it say after whom."""
    found = decided(edited(edit))
    assert why in found[step]
    names = list(found)
    for name in names[: names.index(step)]:
        assert found[name] == ""
    for name in names[names.index(step) + 1 :]:
        assert found[name]


def test_a_step_that_hands_over_less_is_kept() -> None:
    """What is left over does no harm."""
    before = origin(edited(("        self.y = y\n", "        self.y = y\n        self.z = 1\n")))
    assert decided(before=before) == KEPT


def test_a_parameter_concerns_those_that_read_it() -> None:
    """The value counts, with its type, and a default that is no longer given."""
    assert decided(given={"alpha": 1.0})["load"] == "parameter alpha 0.1 → 1.0"
    assert decided(given={"alpha": 0.1}) == KEPT
    before = Origin("F/1", {"alpha": 1}, origin().steps)
    assert decided(before=before)["load"] == "parameter alpha 1 → 0.1, its default"
    reader = edited(("y = self.y\n", "y, alpha = self.y, self.alpha\n"), ("alpha = self.alpha", "alpha = 1"))
    assert decided(reader, given={"alpha": 2.0}, before=origin(reader)) == {
        **KEPT,
        "report": "parameter alpha 0.1 → 2.0",
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"python": "CPython 3.12"}, "CPython 3.11 → CPython 3.12"),
        ({"distributions": {"numpy": "2.1"}}, "numpy 2.0 → 2.1"),
        ({"distributions": {}}, "numpy 2.0 → not installed"),
        ({"files": {"mine.py": "bb"}}, "mine.py changed"),
        ({"files": {"mine.py": None}}, "mine.py is gone"),
        ({"profile": "prod"}, "connection local → prod"),
        ({"distributions": {"numpy": "2.0", "other": "1"}}, ""),
    ],
)
def test_the_environment_is_compared(change: dict[str, Any], why: str) -> None:
    """Versions and files that a step had loaded, the interpreter, and the warehouse's connection."""
    assert decided(here=HERE.__class__(**{**_fields(HERE), **change}))["load"] == why


def _fields(here: Surroundings) -> dict[str, Any]:
    return {name: getattr(here, name) for name in ("python", "distributions", "files", "profile")}


def test_a_module_that_changed_while_it_ran_counts_as_changed() -> None:
    """Which of its contents the step had isn't known."""
    environment = copy.deepcopy(ENVIRONMENT)
    environment["files"]["mine.py"] = None
    assert decided(before=origin(environment=environment))["load"] == "mine.py changed while it ran"


def test_a_step_that_did_not_succeed_runs_again() -> None:
    """Those before it are kept; of a fan-out the tasks that succeeded are as well."""
    code = origin().steps["train"].made_of
    before = origin(train=OriginStep(3, code), report=None)
    known = [Known("alpha", float, 0.1)]
    found = decisions(Now(flow_code(FLOW, graph()), known, {}, HERE, NAMES), before)
    assert found["train"] == Decision(False, "2 of its 3 tasks didn't succeed", incomplete=True)
    assert found["report"].why == "it has not run"
    assert to_run(found) == ["report"]
    assert decided(before=origin(train=OriginStep(1, (None,))))["train"] == "that run doesn't say what it was made of"


def test_a_step_can_be_asked_for() -> None:
    """It runs again, and those after it."""
    assert decided(forced=("train",)) == {"load": "", "train": "asked for", "report": "after `train`"}


def test_the_place_in_the_graph_matters() -> None:
    """Another step before it, or to be the last one now; a step added at the end changes no other."""
    new = edited(("    @notebook_step\n    @step(end=True)", "    @notebook_step\n    @step"))
    more = new + "        self.next(self.more)\n\n    @step(end=True)\n    def more(self):\n        pass\n"
    edges = {**EDGES, "more": ["report"]}
    assert decided(more, edges=edges) == {**KEPT, "more": "it has not run"}
    shorter = edited(
        ("        self.next(self.report)\n", ""), (FLOW[FLOW.index("    @notebook_step\n    @step(end") :], "")
    )
    assert decided(shorter, edges={"load": [], "train": ["load"]})["train"] == "it is the last step now"
    assert decided(edges={**EDGES, "report": ["load"]})["report"] == "it comes after `load` now"


def test_the_run_that_leaves_least_to_run_is_the_best() -> None:
    """Of equals the first, and no other is looked at once there is nothing to run."""

    def keeps(kept: bool) -> dict[str, Decision]:
        return {"a": Decision(kept, ""), "b": Decision(False, "")}

    first, second, third = (Origin(name) for name in ("F/3", "F/2", "F/1"))
    assert best([(first, keeps(False)), (second, keeps(True)), (third, keeps(True))]) == (second, keeps(True))
    assert best([]) is None

    def choices() -> Any:
        yield first, {"a": Decision(True, "")}
        pytest.fail("there was nothing left to run")

    assert best(choices()) == (first, {"a": Decision(True, "")})


def test_a_step_without_cells_counts_as_a_whole() -> None:
    """A flow written by hand: its statements, their order, and the parameters that its methods read."""
    head = "from metaflow import FlowSpec, Parameter, step\n\n\nclass F(FlowSpec):\n    alpha = Parameter('alpha')\n\n"
    load = "    @step\n    def load(self):\n        self.x = [1]\n        self.x.append(self.scaled(2))\n\n"
    method = "    def scaled(self, x):\n        return x * self.alpha\n"
    edges: dict[str, list[str]] = {"load": []}
    before = flow_code(head + load + method, graph(edges))["load"]
    assert "self.alpha" in before["reaches"]
    for old, new in (("append", "remove"), ("[1]", "[2]"), ("x * self.alpha", "x + self.alpha")):
        after = flow_code((head + load + method).replace(old, new), graph(edges))["load"]
        assert after != before
    swapped = load.replace(
        "self.x = [1]\n        self.x.append(self.scaled(2))", "self.x.append(1)\n        self.x = [1]"
    )
    assert flow_code(head + swapped + method, graph(edges))["load"]["cells"] != before["cells"]
