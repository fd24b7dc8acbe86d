"""Steps that run beside each other print what the notebook prints: graphs that don't nest, run by real Metaflow."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Cells = list[tuple[str, str]]  # (tags, source)

CASES: dict[str, Cells] = {
    # `both` and `half` share `two` alone: neither is the whole split's join
    "tangled": [
        ("step:load", "import random\nrows = [3, 1, 2]\nlimit = 10\nseen = {'load': 1}"),
        ("step:one after:load", "low = min(rows)\nseen['one'] = low"),
        ("step:two after:load", "high = max(rows)\nlimit = 5"),
        ("step:both after:one after:two", "spread = high - low\nlimit += spread\nprint(seen)"),
        ("step:half after:two", "half = high / 2\nprint(half, limit)"),
        ("step:report", "print(spread, half, limit, seen, rows)"),
        ("step:last", "print(rows is seen, limit, sorted(seen))"),
    ],
    # a branch that begins with a split, and an inner join that only passes a name on
    "split_in_branch": [
        ("step:load", "x = 0\nnotes = []\nboth = [notes, notes]"),
        ("step:p after:load", "p = x + 1"),
        ("step:t after:load", "x = 5\nnotes.append('t')"),
        ("step:q after:p", "q = p * 2"),
        ("step:r after:p", "r = p * 3"),
        ("step:s after:q after:r", "s = q + r"),
        ("step:u after:load", "u = 7\nif u > 9:\n    x = u"),
        ("step:v after:s after:t", "print(x, s)"),
        ("step:w", "print(x, s, u, notes, both[0] is both[1] is notes)"),
    ],
    # what a branch reads, it waits for: by binding, by item, by deletion and binding anew
    "needs_across": [
        ("step:load", "a = 1\nd = {}\nz = 'old'"),
        ("step:one after:load", "a = 2\nd['one'] = a"),
        ("step:two after:load", "print(a, d)\nd['two'] = a"),
        ("step:three after:load", "del z"),
        ("step:four after:load", "z = 'new'"),
        ("step:five after:load", "print(z)\nw = z * 2"),
        ("step:end_of_it after:two after:five", "print(a, d, z, w)"),
    ],
}


def printed_by_the_notebook(cells: Cells) -> list[str]:
    """What the cells print, one after the other in one namespace."""
    names: dict[str, Any] = {}
    printed = []
    for _, source in cells:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(source, names)
        printed.append(out.getvalue())
    return printed


@pytest.mark.parametrize("name", CASES)
def test_flow_of_any_graph_prints_what_the_notebook_prints(name: str, tmp_path: Path) -> None:
    """Each cell's text is the notebook's, whatever steps run beside each other."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{place}",
            "metadata": {"tags": tags.split()},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for place, (tags, source) in enumerate(CASES[name])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "case.ipynb").write_text(json.dumps(book))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH", "COMET"))}
    done = subprocess.run(
        [Path(sys.executable).parent / "workbench", "run", "case.ipynb", "--executed", "out.ipynb", "--no-link"],
        cwd=tmp_path,
        env={**environment, "WORKBENCH_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    executed = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    texts = [
        "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
        for cell in executed
    ]
    assert texts == printed_by_the_notebook(CASES[name])
