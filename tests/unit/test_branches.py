"""Any graph of steps that tags and dataflow give becomes one that Metaflow can draw."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compiler import compile_notebook
from workbench.compiler.model import Compilation, Step
from workbench.notebook.model import Cell, Notebook

Spec = list[tuple[str, str]]  # (tags, source) of each cell


def compiled(cells: Spec) -> Compilation:
    book = Notebook(
        "branches.ipynb",
        tuple(
            Cell(place, f"cell-{place}", "code", source, tuple(tags.split()))
            for place, (tags, source) in enumerate(cells)
        ),
    )
    return compile_notebook(book)


@st.composite
def notebooks(draw: st.DrawFn, most: int = 14) -> Spec:
    """Notebooks of steps that follow what they follow: by one tag, by several, by none."""
    size = draw(st.integers(1, most))
    cells: Spec = [("step:s0", "v0 = 0")]
    for step in range(1, size):
        follows = draw(st.sets(st.integers(max(0, step - 6), step - 1), max_size=3))
        reads = sorted(draw(st.sets(st.sampled_from(sorted(follows or {0})), max_size=2)))
        tags = " ".join([f"step:s{step}", *(f"after:s{other}" for other in sorted(follows))])
        cells.append((tags, f"v{step} = {' + '.join([str(step), *(f'v{other}' for other in reads)])}"))
    return cells


def above(steps: tuple[Step, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in steps:
        found[step.name] = {*step.parents}.union(*(found[parent] for parent in step.parents))
    return found


def what_metaflow_refuses(steps: tuple[Step, ...]) -> str:
    """What is wrong with a graph, by Metaflow's rules: stacks of open splits, as its own linter keeps them."""
    by_name = {step.name: step for step in steps}
    stacks: dict[str, tuple[tuple[str, str], ...]] = {}
    for place, step in enumerate(steps):
        if bool(step.parents) == (place == 0) or bool(step.children) == (place == len(steps) - 1):
            return f"{step.name}: one start, one end"
        if len(step.parents) > 1 and len(step.children) != 1:
            return f"{step.name}: a join splits or ends"
        ways = []
        for parent in step.parents:
            split = len(by_name[parent].children) > 1
            ways.append(stacks[parent] + (((parent, step.name),) if split else ()))
        if len(ways) < 2:
            stacks[step.name] = ways[0] if ways else ()
            continue
        split = ways[0][-1][0] if ways[0] else ""
        branches = {way[-1] for way in ways if way}
        if branches != {(split, child) for child in by_name[split].children} if split else True:
            return f"{step.name}: not the whole split"
        if len(ways) != len(branches) or len({way[:-1] for way in ways}) > 1:
            return f"{step.name}: not one split"
        stacks[step.name] = ways[0][:-1]
    return "" if not stacks[steps[-1].name] else "a split is open at the end"


@given(notebooks())
@settings(max_examples=150, deadline=None)
def test_every_graph_is_drawn_as_metaflow_wants_it(cells: Spec) -> None:
    """What the tags ask for holds on the drawn graph, which has no join that Metaflow refuses."""
    result = compiled(cells)
    assert result.graph is not None
    steps = result.graph.steps
    assert what_metaflow_refuses(steps) == ""
    before = above(steps)
    for tags, _ in cells:
        name, *follows = [tag.partition(":")[2] for tag in tags.split()]
        assert before[name].issuperset(follows)
    own = [step.name for step in steps if step.cells]
    assert own == [f"s{number}" for number in range(len(cells))]


def test_metaflows_own_linter_agrees(tmp_path: Path) -> None:
    """Flows of graphs of every kind pass Metaflow's checks as they do ours."""
    from metaflow import lint
    from metaflow.graph import FlowGraph

    samples: list[Spec] = []

    @given(notebooks(most=9))
    @settings(max_examples=40, deadline=None, derandomize=True)
    def sample(cells: Spec) -> None:
        samples.append(cells)

    sample()
    for number, cells in enumerate(samples):
        result = compiled(cells)
        assert result.flow is not None
        file = tmp_path / f"flow_{number}.py"
        file.write_text(result.flow.text)
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[file.stem] = module
        spec.loader.exec_module(module)
        try:
            lint.linter.run_checks(FlowGraph(module.BranchesFlow))
        finally:
            del sys.modules[file.stem]


def steps_of(cells: Spec) -> dict[str, tuple[str, ...]]:
    """The steps and what each follows, of a notebook that isn't refused."""
    result = compiled(cells)
    assert result.graph is not None, result.diagnostics
    return {step.name: step.parents for step in result.graph.steps}


def codes(cells: Spec) -> list[str]:
    return [f"{one.severity} {one.code}" for one in compiled(cells).diagnostics]


def test_a_step_waits_for_the_binding_that_stands_before_it() -> None:
    """A step beside one that binds what it reads anew waits for that one, as the notebook has it; a note says so."""
    cells = [("step:load", "x = 1"), ("step:a after:load", "x = 2"), ("step:b after:load", "print(x)")]
    assert steps_of(cells) == {"load": (), "a": ("load",), "b": ("a",)}
    assert codes(cells) == ["note WB205"]


def test_a_step_does_not_wait_for_a_binding_that_stands_after_it() -> None:
    """What a later step binds is no concern of an earlier one."""
    cells = [("step:load", "x = 1"), ("step:a after:load", "print(x)"), ("step:b after:load", "x = 2")]
    assert steps_of(cells)["b"] == ("load",)
    assert codes(cells) == []


def test_a_binding_that_may_not_happen_passes_on_the_one_before_it() -> None:
    """Whoever reads after `if` binds waits for it, and it waits for the binding before."""
    cells = [
        ("step:load", "x = 1"),
        ("step:a after:load", "x = 2"),
        ("step:b after:load", "if len('ab') > 3:\n    x = 3"),
        ("step:c after:b", "print(x)"),
    ]
    assert steps_of(cells) == {"load": (), "a": ("load",), "b": ("a",), "c": ("b",)}


def test_loop_variables_that_nobody_reads_tie_nothing_together() -> None:
    """Two loops beside each other may use one name."""
    loop = "for i in range(n):\n    print(i)"
    cells = [("step:load", "n = 3"), ("step:a after:load", loop), ("step:b after:load", loop)]
    assert steps_of(cells)["b"] == ("load",)
    assert codes(cells) == []


def test_an_item_that_is_set_is_read_after_it() -> None:
    """A step that reads a value of which a step beside it sets an item waits for that step."""
    cells = [("step:load", "d = {}"), ("step:a after:load", "d['a'] = 1"), ("step:b after:load", "print(d)")]
    assert steps_of(cells)["b"] == ("a",)


def test_a_step_that_may_read_anything_waits_for_all_before_it() -> None:
    """`exec` of a text that isn't known reads, and binds, what every earlier step has bound."""
    cells = [
        ("step:load", "x = 1\ntext = 'y = x'"),
        ("step:a after:load", "x = 2"),
        ("step:b after:load", "exec(text)"),
        ("step:c after:load", "print(x)"),
    ]
    assert steps_of(cells) == {"load": (), "a": ("load",), "b": ("a",), "c": ("b",)}


def test_a_join_takes_the_binding_that_stands_last_though_an_inner_join_passes_the_name_on() -> None:
    """An inner join that stands later, and only hands on the value of before the split, is no binding."""
    cells = [
        ("step:load", "x = 0"),
        ("step:p after:load", "p = x"),
        ("step:t after:load", "x = 5"),
        ("step:q after:p", "q = p"),
        ("step:r after:p", "r = p"),
        ("step:s after:q after:r", "s = q + r"),
        ("step:u after:s after:t", "print(x, s)"),
        ("step:v", "v = 1"),
    ]
    result = compiled(cells)
    assert result.graph is not None
    join = next(step for step in result.graph.steps if step.name == "u")
    assert {take.name: take.source for take in join.takes} == {"x": "t", "s": "s"}


def test_many_splits_in_a_row_compile_at_once() -> None:
    """Where a value comes from is asked once of each join, not once of each path."""
    cells: Spec = [("step:load", "x = 1")]
    for number in range(40):
        last = cells[-1][0].split()[0].partition(":")[2]
        cells += [
            (f"step:a{number} after:{last}", f"a{number} = x"),
            (f"step:b{number} after:{last}", f"b{number} = x"),
        ]
        cells.append((f"step:j{number}", f"print(a{number}, b{number}, x)"))
    assert len(steps_of(cells)) > 120
