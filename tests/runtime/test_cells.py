"""A step's source, taken apart at its markers."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workbench.runtime.cells import HAND_OVER, StepCode, step_code

SOURCE = '''
"""A flow's shape, without Metaflow."""


def plain(function):
    return function


class Flow:
    @plain
    def load(self, inputs):
        """Narrative.

        # %% no marker: it is in a string
        """
        import math

        a = inputs.left.a
        # %% [setup] s1 Options
        limit = 3
        b, c = inputs.left.b, inputs.right.c
        # %% x1 Load data
        text = """
        # %% nor is this one
        """
        if limit:
            # %% nor this, deeper in
            limit = 4
        # a comment
        # %% x2
        # only a comment

        # %% x3 Define
        class P:
            def __init__(self, v):
                self.v = v

            class Inner:
                pass

        def f():
            return lambda: limit

        inputs = [each for each in ()]

        self.a, self.limit = a, limit
        self.next(self.train)

    def bare(self):
        self.x = 1
'''


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    path = tmp_path_factory.mktemp("cells") / "shape_of_a_flow.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("shape_of_a_flow", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def code(flow: ModuleType) -> StepCode:
    return step_code(flow.Flow.load)


class Anything:
    """Stands for the flow and the inputs of a join."""

    def __getattr__(self, name: str) -> Any:
        return Anything()

    def next(self, *steps: Any) -> None:
        """Metaflow's."""


def test_cells_are_found_at_their_markers(code: StepCode) -> None:
    """Only comments at the body's own indentation count, and each cell's source is what follows, dedented."""
    assert [(cell.id, cell.heading, cell.setup) for cell in code.cells] == [
        ("s1", "Options", True),
        ("x1", "Load data", False),
        ("x2", "", False),
        ("x3", "Define", False),
    ]
    assert code.cells[0].source == "limit = 3"
    assert code.cells[1].source.startswith('text = """\n')
    assert code.cells[1].source.endswith("# a comment")
    assert code.cells[2].source == "# only a comment"
    assert code.cells[3].source.endswith("inputs = [each for each in ()]")


def test_the_body_stops_where_cells_begin(code: StepCode) -> None:
    """The driver is given each cell in turn, and the hand-over before, between and after them."""
    assert list(code.run(Anything(), Anything())) == [0, HAND_OVER, 1, 2, 3, HAND_OVER]


def test_a_step_without_cells_runs(flow: ModuleType) -> None:
    """A step that only merges has nothing but the hand-over."""
    bare = step_code(flow.Flow.bare)
    assert bare.cells == ()
    target = Anything()
    assert set(bare.run(target)) == {HAND_OVER}
    assert target.x == 1


def test_reads_and_names(code: StepCode) -> None:
    """What a step takes, which cell bound a name, and what its cells read, a method's own `self` aside."""
    assert {("left", "a"), ("left", "b"), ("right", "c")} <= code.reads
    assert ("", "v") not in code.reads
    bound = {name: code.cells[index].id for name, index in code.bound_by.items()}
    assert bound == {"limit": "x1", "text": "x1", "P": "x3", "f": "x3", "inputs": "x3"}
    assert "limit" in code.uses


def test_definitions_print_as_the_notebooks(code: StepCode, flow: ModuleType) -> None:
    """Qualified names lose the step; files and lines stay, so that sources can be found."""
    body: Any = code.run(Anything(), Anything())
    for _ in range(6):
        index = next(body)
    scope = body.gi_frame.f_locals
    assert index == HAND_OVER
    assert repr(scope["P"]) == "<class 'shape_of_a_flow.P'>"
    assert scope["P"].Inner.__qualname__ == "P.Inner"
    assert scope["f"]().__qualname__ == "f.<locals>.<lambda>"
    assert scope["P"].__init__.__qualname__ == "P.__init__"
    assert "self.v = v" in inspect.getsource(scope["P"].__init__)
    assert scope["f"].__code__.co_filename == flow.__file__


def test_a_file_that_changed_meanwhile(flow: ModuleType, tmp_path: Path) -> None:
    """A step whose source is not where it was is an error, not another step's cells."""

    def elsewhere() -> Callable[..., Any]:
        space: dict[str, Any] = {}
        exec(compile("\n\n\ndef load(self): pass", flow.__file__ or "", "exec"), space)
        return space["load"]

    with pytest.raises(OSError, match="is not where it was"):
        step_code(elsewhere())  # type: ignore[arg-type]
