"""The scope analysis says what the language's own symbol tables say."""

from __future__ import annotations

import ast
import symtable
import sys
import sysconfig
from pathlib import Path

import pytest

from workbench.compiler.scopes import free_names, scope_of

LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = ["argparse", "dataclasses", "functools", "inspect", "typing", "tempfile", "unittest/mock", "asyncio/tasks"]


def from_symtable(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """The names that a scope and all in it read from, and write to, the module."""
    reads, writes = set(), set()
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            reads.add(symbol.get_name())
        if symbol.is_global() and (symbol.is_assigned() or symbol.is_imported()):
            writes.add(symbol.get_name())
        # LOAD_NAME: what a class binds may be looked up in the module before it is bound
        if table.get_type() == "class" and symbol.is_referenced() and symbol.is_local():
            reads.add(symbol.get_name())
    for child in table.get_children():
        child_reads, child_writes = from_symtable(child)
        reads |= child_reads
        writes |= child_writes
    return reads, writes


@pytest.mark.parametrize("module", MODULES)
def test_free_names_of_the_standard_library_are_what_symtable_says(module: str) -> None:
    """For every top-level function and class, the names taken from the module are the compiler's own."""
    source = (LIBRARY / f"{module}.py").read_text()
    tables = {
        (child.get_name(), child.get_lineno()): child
        for child in symtable.symtable(source, module, "exec").get_children()
    }
    checked = 0
    for node in ast.parse(source).body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if getattr(node, "type_params", ()):
            continue  # symtable has the bases of a generic class in a scope of its own
        first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
        table = tables.get((node.name, node.lineno)) or tables.get((node.name, first))
        assert table is not None
        found = free_names(scope_of(node))
        reads, writes = from_symtable(table)
        mangled = {name for name in reads if name.startswith("_") and "__" in name[1:]}
        assert {name for name in found.reads if "__" not in name} == {
            name for name in reads - mangled if "__" not in name
        }
        assert found.writes == writes
        checked += 1
    assert checked > 3


@pytest.mark.parametrize(
    ("source", "reads", "writes"),
    [
        ("def f(a, b=c): return a + d", {"d"}, set()),
        ("def f():\n    global k\n    k += 1", {"k"}, {"k"}),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = y\n    return g", {"y"}, set()),
        ("def f():\n    x = 1\n    def g():\n        global x\n        return x\n    return g", {"x"}, set()),
        ("class A:\n    k = 1\n    def m(self): return k", {"k"}, set()),
        ("class A:\n    x = x", {"x"}, set()),
        ("def f(xs): return [x + y for x in xs if (z := x)] + [z]", {"y"}, set()),
        ("lambda a: [a for b in c]", {"c"}, set()),
        (
            "def f(v):\n    match v:\n        case {'a': x, **rest}: return x, rest\n        case [y, *_]: return y",
            set(),
            set(),
        ),
        ("def f():\n    try: g()\n    except E as e: print(e)", {"g", "E", "print"}, set()),
        ("def f():\n    import os.path as p, sys\n    return p, sys", set(), set()),
    ],
)
def test_free_names_follow_the_scope_rules(source: str, reads: set[str], writes: set[str]) -> None:
    """Each scope rule of the language reference, in small."""
    node = ast.parse(source).body[0]
    found = free_names(scope_of(node.value if isinstance(node, ast.Expr) else node))
    assert (set(found.reads), set(found.writes)) == (reads, writes)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
def test_type_parameters_are_no_names_of_the_module() -> None:
    """A generic's parameters are seen by its methods, and by nobody else."""
    source = "class A[T](B):\n    x: T\n    def m(self, v: T) -> list[T]:\n        return [k, T]"
    assert free_names(scope_of(ast.parse(source).body[0])).reads == {"list", "k"}
    assert free_names(ast.parse("def f[T](v: T) -> T:\n    return T, k").body[0]).reads == {"k"}
