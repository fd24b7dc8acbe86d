"""What differs between a cell and its lines in a step's method."""

from __future__ import annotations

import ast

from workbench.compiler import compile_notebook
from workbench.notebook.model import Cell, Notebook


def test_a_setup_cell_s_annotation_goes_in_the_steps_where_its_name_is_global() -> None:
    """Python has no annotation of a `global` name: the step that has one gets the plain assignment, the others not."""
    cells = [
        ("limit: int = 3", "setup"),
        ("a = limit + 1", "step:one"),
        ("def raised(x):\n    global limit\n    limit = limit + x\n\n\nraised(a)\nlimit", "step:two"),
    ]
    book = Notebook("n", tuple(Cell(at, f"c{at}", "code", text, (tag,)) for at, (text, tag) in enumerate(cells)))
    flow = compile_notebook(book).flow
    assert flow
    compile(flow.text, "flow.py", "exec")
    methods = {node.name: ast.unparse(node) for node in ast.walk(ast.parse(flow.text)) if hasattr(node, "name")}
    assert "limit: int = 3" in methods["one"]
    assert "global limit\n    limit = 3" in methods["two"]
