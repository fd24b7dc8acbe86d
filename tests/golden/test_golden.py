"""Each folder here is a notebook and what the compiler makes of it, to be read in review as code is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.compiler import compile_notebook
from workbench.compiler.diagnostics import rendered
from workbench.notebook import ipynb

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/notebook.ipynb"))


@pytest.mark.parametrize("case", CASES)
def test_notebook_compiles_to_its_golden_files(case: str, request: pytest.FixtureRequest) -> None:
    """The flow's text and the diagnostics' text are the committed ones, to the byte."""
    folder = HERE / case
    source = folder / "notebook.ipynb"
    book = ipynb.read(source, name="notebook.ipynb")
    steps = json.loads(source.read_text())["metadata"].get("workbench", {}).get("steps", "tags")
    result = compile_notebook(book, steps=steps)
    found = {
        "flow.py": result.flow.text if result.flow else None,
        "diagnostics.txt": rendered(result.diagnostics, book) + "\n" if result.diagnostics else None,
    }
    if request.config.getoption("--update-golden"):
        for name, text in found.items():
            (folder / name).unlink(missing_ok=True)
            if text is not None:
                (folder / name).write_text(text)
    golden = {name: (folder / name).read_text() if (folder / name).exists() else None for name in found}
    assert any(golden.values()), f"no golden file in {folder}: run pytest --update-golden and read what it wrote"
    assert found == golden
    if found["flow.py"]:
        compile(found["flow.py"], f"{case}/flow.py", "exec")


def test_every_case_is_one_that_the_compiler_answers() -> None:
    """There are cases of both kinds: notebooks that become flows, and notebooks that are refused."""
    assert [case for case in CASES if (HERE / case / "flow.py").exists()]
    assert [case for case in CASES if not (HERE / case / "flow.py").exists()]
