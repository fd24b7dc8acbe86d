"""A promoted flow prints what its notebook prints, cell for cell, or is refused: real kernels, real Metaflow."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from cases import CASES, REFUSED

pytestmark = pytest.mark.slow

KERNEL = Path(__file__).with_name("kernel.json")
# a library of the notebook's own folder that numbers what it makes
LIBRARY = """
class Thing:
    made = 0

    def __init__(self):
        Thing.made += 1
        self.number = Thing.made

    def __repr__(self):
        return f"thing {self.number}"
"""
NOISE = [
    (re.compile(r"0x[0-9a-f]+"), "0x"),
    (re.compile(r"(CPU times|Wall time):.*"), r"\1"),
    (re.compile(r"\s+"), " "),
]


def notebook(name: str) -> dict[str, Any]:
    """A case as a notebook of three tagged steps."""
    cells: list[dict[str, Any]] = []
    for step, sources in zip("abc", CASES[name], strict=True):
        cells.append({"cell_type": "markdown", "id": f"m-{step}", "metadata": {}, "source": f"## {step}"})
        for at, source in enumerate([sources] if isinstance(sources, str) else sources):
            cells.append(
                {
                    "cell_type": "code",
                    "id": f"{step}-{at}",
                    "metadata": {"tags": [f"step:{step}"]},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
            )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def texts(book: dict[str, Any]) -> list[str]:
    """Each code cell's stdout and plain texts, in order, without addresses and times."""
    found = []
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            parts = []
            for output in cell["outputs"]:
                if output["output_type"] == "stream" and output["name"] == "stdout":
                    parts.append("".join(output["text"]))
                elif "data" in output:
                    parts.append("".join(output["data"].get("text/plain", "")))
            text = "\n".join(parts)
            for pattern, replacement in NOISE:
                text = pattern.sub(replacement, text)
            found.append(text.strip())
    return found


def kernel_texts(name: str, folder: Path) -> list[str]:
    """What a kernel prints, run from the top."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.from_dict(notebook(name))
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return texts(book)


@pytest.mark.parametrize("name", CASES)
def test_flow_prints_what_the_kernel_prints(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each cell's text is the kernel's; a case that can't be promised is refused with its code."""
    (tmp_path / "numbered_things.py").write_text(LIBRARY)
    (tmp_path / "case.ipynb").write_text(json.dumps(notebook(name)))
    if request.config.getoption("--update-golden") and name not in REFUSED:
        golden = json.loads(KERNEL.read_text()) if KERNEL.exists() else {}
        golden[name] = kernel_texts(name, tmp_path)
        KERNEL.write_text(json.dumps(dict(sorted(golden.items())), indent=1, ensure_ascii=False) + "\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH", "COMET"))}
    command = [
        str(Path(sys.executable).parent / "workbench"),
        "run",
        "case.ipynb",
        "--executed",
        "out.ipynb",
        "--no-link",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env={**environment, "WORKBENCH_ROOT": str(tmp_path)}, capture_output=True, text=True
    )
    if name in REFUSED:
        assert done.returncode == 1, done.stderr
        assert REFUSED[name] in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert texts(json.loads((tmp_path / "out.ipynb").read_text())) == json.loads(KERNEL.read_text())[name]
