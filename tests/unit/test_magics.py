"""IPython's syntax, lowered."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from workbench.compiler.magics import _transformed, lower
from workbench.notebook.model import Cell

SOURCES = [
    "%matplotlib inline",
    "import a\n%matplotlib inline\nx = 1\n!ls -l 'a b'\n",
    "x = '''\n%d items\n!no\n'''\n%pwd",
    "x = (1\n% 2)\n%pwd",
    "for i in y:\n    %time f(i)",
    "a = !ls\nb = %pwd",
    "!!ls\nx?\n?y\nz??",
    "%cd  some\\\nwhere",
    "# comment\n\n%pwd",
    '!echo {x} $y "q" \\n',
]


@pytest.mark.parametrize("source", SOURCES)
def test_magics_become_the_calls_that_ipython_makes_of_them(source: str) -> None:
    """With or without IPython's help, the Python is IPython's own."""
    wanted = compile(TransformerManager().transform_cell(source), "c", "exec", dont_inherit=True)
    found = compile(_transformed(source)[0], "c", "exec", dont_inherit=True)
    assert found.co_consts == wanted.co_consts
    assert found.co_code == wanted.co_code


def test_ordinary_magics_need_no_ipython() -> None:
    """Cells with whole lines of magics are lowered without the import that takes ten times as long as the rest."""
    program = (
        "import sys\n"
        "from workbench.compiler.magics import lower\n"
        "from workbench.notebook.model import Cell\n"
        "lower(Cell(0, 'a', 'code', 'import x\\n%matplotlib inline\\n!ls\\n%load_ext y'))\n"
        "lower(Cell(0, 'a', 'code', '%%time\\n%pwd'))\n"
        "sys.exit('IPython' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    "source", ["%run other.py", "%pylab", "%%cython\nx", "%store x", "get_ipython().user_ns", "%%bash --proc x\nls"]
)
def test_magics_that_may_bind_names_are_refused(source: str) -> None:
    """What a magic does to the names must be known, or the cell isn't promoted."""
    assert [problem.code for problem in lower(Cell(0, "a", "code", source)).problems] == ["WB301"]


def test_what_a_script_prints_is_bound_in_the_step() -> None:
    """`--out NAME` binds in IPython's namespace, and the step takes the name from there."""
    assert lower(Cell(0, "a", "code", "%%bash --out listing --err problems\nls")).source.splitlines() == [
        'get_ipython().run_cell_magic("bash", "--out listing --err problems", "ls")',
        'listing = get_ipython().user_ns["listing"]',
        'problems = get_ipython().user_ns["problems"]',
    ]


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%%sql x --polars --limit 5\nselect :a", 'x = workbench.sql("select :a", as_="polars", limit=5, a=a)'),
        ("%%sql x\nselect :limit, :a", 'x = workbench.sql("select :limit, :a", a=a, binds={"limit": limit})'),
        (
            "%%sql x --arrow --connection prod\nselect * from {{ ref('t') }}",
            """x = workbench.sql("select * from {{ ref('t') }}", connection="prod", as_="arrow")""",
        ),
    ],
)
def test_a_query_becomes_the_call_with_its_options(source: str, python: str) -> None:
    """Each option is an argument; a bind that is called as an argument is stands in `binds`; refs stay refs."""
    assert lower(Cell(0, "a", "code", source)).source.splitlines() == [python, "workbench.table(x)"]
