"""A promoted flow prints what its notebook prints, cell for cell, or is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import oracle
import pytest
from cases import CASES, FILES, REFUSED, keep_kernel_texts, kernel_texts, notebook
from oracle.texts import text_of, texts

# what real Metaflow runs too: each way in which the oracle could be another thing
SAMPLE = {
    "bindings": ["star_order"],
    "functions": ["func_writes_global"],
    "classes": ["array_subclass", "classvar"],
    "aliases": ["alias_np_view", "alias_df"],
    "state": ["chdir", "pandas_display", "rcparams", "counters", "random"],
    "ipython": ["await_gather", "last_chain", "bash"],
    "processes": ["lock"],
    "branches": ["branch_tangled", "branch_split_in_branch", "branch_needs_across"],
}


def from_a_kernel(name: str, folder: Path) -> list[str]:
    """What a real kernel prints, run from the top."""
    import nbformat
    from nbclient import NotebookClient

    for file, text in FILES.items():
        (folder / file).write_text(text)
    book = nbformat.from_dict(notebook(CASES[name]))
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(book, timeout=120, allow_errors=True, resources=resources).execute()
    return texts(book)


@pytest.mark.parametrize("name", CASES)
def test_flow_prints_what_the_kernel_prints(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each cell's text is the kernel's; a case that can't be promised is refused with its code."""
    if request.config.getoption("--update-golden") and name not in REFUSED:
        keep_kernel_texts(name, from_a_kernel(name, tmp_path))
    done = oracle.flow_outputs(notebook(CASES[name]), FILES)
    if name in REFUSED:
        assert isinstance(done, oracle.Outcome), texts(done)
        assert (done.kind, done.codes) == ("refused", tuple(REFUSED[name].split())), done.details
    else:
        assert not isinstance(done, oracle.Outcome), done.details
        assert texts(done) == kernel_texts(name)


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_reference_prints_what_the_kernel_printed(name: str) -> None:
    """What generated notebooks are held to is what a real kernel does."""
    cells = oracle.kernel_outputs(notebook(CASES[name]), FILES)
    assert [text_of(cell) for cell in cells] == kernel_texts(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for names in SAMPLE.values() for name in names])
def test_metaflow_prints_what_the_kernel_printed(name: str, tmp_path: Path) -> None:
    """The oracle's tasks are Metaflow's: a real run prints the same."""
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    (tmp_path / "case.ipynb").write_text(json.dumps(notebook(CASES[name])))
    done = run("case.ipynb", "--executed", "out.ipynb", "--no-link", folder=tmp_path)
    if name in REFUSED:
        assert done.returncode == 1, done.stderr
        assert all(code in done.stderr for code in REFUSED[name].split())
    else:
        assert done.returncode == 0, done.stderr
        assert texts(json.loads((tmp_path / "out.ipynb").read_text())) == kernel_texts(name)


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`workbench run …`."""
    environment: dict[str, Any] = {
        key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH", "COMET"))
    }
    return subprocess.run(
        [str(Path(sys.executable).parent / "workbench"), "run", *arguments],
        cwd=folder,
        env={**environment, "WORKBENCH_ROOT": str(folder)},
        capture_output=True,
        text=True,
    )
