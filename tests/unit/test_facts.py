"""What a statement binds, reads, changes and defers."""

from __future__ import annotations

import ast

import pytest

from workbench.compiler.facts import statement_facts
from workbench.compiler.model import Statement


def facts(source: str) -> Statement:
    return statement_facts(ast.parse(source).body[0], source.split("\n"))


@pytest.mark.parametrize(
    ("source", "reads", "must", "may"),
    [
        ("x = y", "y", "x", "x"),
        ("a, (b, *c) = d", "d", "a b c", "a b c"),
        ("x[i] = y", "x i y", "", ""),
        ("x.a.b = y", "x y", "", ""),
        ("x += 1", "x", "x", "x"),
        ("x: int", "int", "", ""),
        ("x: int = y", "int y", "x", "x"),
        ("if a:\n    x = 1", "a", "", "x"),
        ("if a:\n    x = 1\nelse:\n    x = 2", "a", "x", "x"),
        ("if a:\n    x = 1\nelse:\n    raise E", "a E", "x", "x"),
        ("for i in xs:\n    x = i", "xs", "", "i x"),
        ("for i in range(3):\n    x = i", "range", "i x", "i x"),
        ("for i in range(3):\n    if i: break\n    x = i", "range", "", "i x"),
        ("for i in [1]:\n    x = y\n    y = 1", "y", "i x y", "i x y"),
        ("while a:\n    x = 1", "a", "", "x"),
        ("with f() as g:\n    x = 1", "f", "g", "g x"),
        ("try:\n    x = 1\nexcept E:\n    x = 2", "E", "x", "x"),
        ("try:\n    x = 1\nexcept E:\n    pass", "E", "", "x"),
        ("try:\n    pass\nfinally:\n    x = 1", "", "x", "x"),
        ("match v:\n    case [a, *b]: x = a", "v", "", "a b x"),
        ("match v:\n    case 1: x = 1\n    case _: x = 2", "v", "", "x"),
        ("x = [i for i in xs if i > k]", "xs k", "x", "x"),
        ("x = [(y := i) for i in xs]", "xs", "x", "x y"),
        ("a and (x := 1)", "a", "", "x"),
        ("(x := 1) and y", "y", "x", "x"),
        ("import a.b, c as d", "", "a d", "a d"),
        ("def f(a=b): return c", "b", "f", "f"),
        ("class A(B):\n    x = y\n    def m(self): return z", "B y", "A", "A"),
        ("print(f'{x} {y!r:>{width}}')", "print x y width", "", ""),
        ("df.query('a > @limit')", "df limit", "", ""),
        ("model('y ~ x + scale(z)')", "model y x scale z", "", ""),
    ],
)
def test_statement_binds_and_reads(source: str, reads: str, must: str, may: str) -> None:
    """Names are read in the order of evaluation, and bound surely only where every way binds them."""
    found = facts(source)
    assert (set(found.reads), set(found.must), set(found.may)) == (
        set(reads.split()),
        set(must.split()),
        set(may.split()),
    )


@pytest.mark.parametrize(
    ("source", "deferred", "writes"),
    [
        ("f = lambda v: v * k", "k", ""),
        ("def f():\n    global n\n    n = m", "m", "n"),
        ("g = (v * k for v in xs)", "k xs", ""),
        ("class A:\n    def m(self): return k", "k", ""),
    ],
)
def test_code_that_runs_later_defers_its_reads(source: str, deferred: str, writes: str) -> None:
    """What a function's body reads is read when it is called, with the value of that time."""
    found = facts(source)
    assert (set(found.deferred), set(found.deferred_writes)) == (set(deferred.split()), set(writes.split()))


@pytest.mark.parametrize(
    ("source", "mutated"),
    [("xs.append(1)", "xs"), ("d['a'] = 1", "d"), ("o.a.b = 1", "o"), ("del d['a']", "d"), ("shuffle(xs)", "xs"),
     ("x += [1]", "x"), ("[ys.append(v) for v in xs]", "ys"), ("print(xs)", "")],
)  # fmt: skip
def test_visible_changes_in_place_are_seen(source: str, mutated: str) -> None:
    """Item and attribute assignment, method calls and calls made for their effect change a value in place."""
    assert set(facts(source).mutates) == set(mutated.split())


@pytest.mark.parametrize("source", ["eval('x')", "exec(text)", "'x' in globals()", "df.query(text)", "vars()", "dir()"])
def test_code_that_may_read_anything_is_marked(source: str) -> None:
    """What reads names from a text that isn't known takes everything."""
    assert facts(source).unknowable
    assert not facts("vars(x), dir(x), df.query('a > 1')").unknowable


def test_deleted_names_are_unbound() -> None:
    """`del x` unbinds; a deletion that may not happen leaves the name possibly unbound."""
    assert facts("del x").deletes == {"x"}
    maybe = facts("if a:\n    del x")
    assert not maybe.deletes
    assert "x" in maybe.unlucky
