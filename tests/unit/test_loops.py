"""What ties a loop's iterations, what they gather, and what they leave."""

from __future__ import annotations

import ast

import pytest

from workbench.compiler.cells import cell_facts
from workbench.compiler.definitions import collect
from workbench.compiler.loops import LoopFacts, loop_facts
from workbench.compiler.text import Source
from workbench.compiler.uses import Reach
from workbench.notebook.model import Cell

BEFORE = """\
import os
import numpy as np
import matplotlib.pyplot as plt
xs, ys, d, s, total, prev, table, model = [1], [], {}, set(), 0, 0, {"a": []}, object()
def scaled(x): return x * prev
def bump():
    global total
    total += 1
"""


def facts(body: str, header: str = "for x in xs:") -> LoopFacts:
    source = header + "\n    " + body.replace("\n", "\n    ")
    cells = [cell_facts(Cell(0, "before", "code", BEFORE)), cell_facts(Cell(1, "loop", "code", source))]
    definitions = collect([(one, True) for one in cells])
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.For)
    return loop_facts(node, node.iter, Source(source), definitions, Reach(definitions))


@pytest.mark.parametrize(
    ("body", "gathered"),
    [
        ("ys.append(x)", "ys"),
        ("if x: ys.append(x)\nys.extend([x])", "ys"),
        ("ys += [x]", "ys"),
        ("d[x] = 1", "d"),
        ("d.update({x: 1})", "d"),
        ("d.setdefault(x, []).append(1)", "d"),
        ("d[x] += 1", "d"),
        ("d[x], ys[0] = 1, 2", "d ys"),
        ("del d[x]", "d"),
        ("s.add(x)", "s"),
        ("total += x", "total"),
        ("total = total + x", "total"),
        ("total = total + x * 2 - 1", "total"),
        ("total -= x", "total"),
        ("table['a'].append(x)", "table"),
        ("table.loc[x, 'b'] = 1", "table"),
        ("with open(x) as f:\n    ys.append(f.read())", "ys"),
        ("for y in range(x):\n    ys.append(y)", "ys"),
        ("row = []\nrow.append(x)", ""),
        ("print(xs, model)", ""),
    ],
)
def test_what_is_only_added_to_is_gathered(body: str, gathered: str) -> None:
    """Whatever adds to a name's value, and tells nothing of it, ties nothing."""
    found = facts(body)
    assert {one.name for one in found.gathered} == set(gathered.split())
    assert not found.ties


@pytest.mark.parametrize(
    ("body", "name", "line"),
    [
        ("print(prev)\nprev = x", "prev", 2),
        ("prev = prev * x + 1 if x else prev", "prev", 2),
        ("if x: y = x\nprint(y)", "y", 3),
        ("if x in s: continue\ns.add(x)", "s", 2),
        ("ys.append(len(ys))", "ys", 2),
        ("ys.append(x)\nprint(ys[-1])", "ys", 3),
        ("ys = ys + [x]\nprint(ys)", "ys", 2),
        ("total = x + total", "total", 2),
        ("total = max(total, x)", "total", 2),
        ("d[x] = d[x - 1] + 1", "d", 2),
        ("xs.append(x)", "xs", 2),
        ("model.best = x", "model", 2),
        ("[ys.append(y) for y in [x]]\nys.append(x)", "ys", 2),
        ("f = lambda: z\nz = x", "z", 2),
        ("print((lambda: ys)())\nys.append(x)", "ys", 2),
        ("print(scaled(x))\nprev = x", "prev", 2),
        ("bump()", "total", 2),
        ("del prev", "prev", 2),
        ("os.environ['X'] = 'y'", "os.environ", 2),
        ("np.counter += 1", "np.counter", 2),
        ("eval('x')", "eval", 2),
        ("while prev < x:\n    prev += 1", "prev", 2),
    ],
)
def test_what_one_iteration_needs_of_another_ties_them(body: str, name: str, line: int) -> None:
    """The finding names what ties them, where an iteration reads it."""
    ties = facts(body).ties
    assert (ties[0].name, ties[0].span.line) == (name, line)


@pytest.mark.parametrize(
    ("body", "must", "may"),
    [
        ("y = x", "x y", "x y"),
        ("if x: y = x", "x", "x y"),
        ("if x: continue\ny = x", "x", "x y"),
        ("try:\n    y = x\nexcept E:\n    continue", "x", "x y"),
        ("for z in range(3):\n    if z: continue\n    y = z\ny = x", "x y", "x y z"),
        ("with open(x) as f:\n    y = x", "f x y", "f x y"),
        ("if x: raise E\ny = x", "x y", "x y"),
    ],
)
def test_what_an_iteration_leaves(body: str, must: str, may: str) -> None:
    """A name is surely bound where every way through an iteration binds it, `continue` among them."""
    found = facts(body)
    assert (found.must, found.may) == (set(must.split()), set(may.split()))


def test_an_option_set_for_all_is_for_the_run_to_compare() -> None:
    """Drawing settings that each iteration sets to the same value change nothing for the next one."""
    assert not facts("plt.rcParams['font.size'] = 8").ties


def test_what_a_try_catches_is_told() -> None:
    """Adding may fail by what earlier iterations have left: a handler would see that."""
    (found,) = facts("try:\n    d[x] += 1\nexcept KeyError:\n    d[x] = 1").gathered
    assert "tried" in found.ways
