"""How long `workbench promote` and `workbench --help` take, beside a bare Python that parses the same notebook.

    python benchmarks/promote_start.py [--pairs 25] [--cells 40]

Whole processes, in turn (A B A B …); the figure is the median of the pairs' ratios. The aim: at most 2.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import ast, json, sys
with open(sys.argv[1]) as file:
    notebook = json.load(file)
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        ast.parse("".join(cell["source"]))
"""


def notebook(cells: int) -> dict[str, object]:
    """A notebook of ordinary cells: a quarter markdown, steps of three code cells."""
    made: list[dict[str, object]] = []
    for section in range(cells // 4):
        made.append(
            {"cell_type": "markdown", "id": f"m{section}", "metadata": {}, "source": f"## Section {section}\n\nWords."}
        )
        sources = [
            f"import numpy as np\n\nx{section} = np.arange({section + 3})\ntotal{section} = x{section}.sum()",
            f"kept{section} = [value * 2 for value in x{section} if value > 1]\nif len(kept{section}) > 2:\n"
            f"    kept{section}.append(1)\nprint(kept{section}, total{section})",
            f"def scaled{section}(values):\n    return [value * total0 for value in values]\n\n"
            f"scaled{section}(kept{section})",
        ]
        for at, source in enumerate(sources):
            made.append(
                {
                    "cell_type": "code",
                    "id": f"c{section}-{at}",
                    "metadata": {"tags": [f"step:s{section}"]},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
            )
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def seconds(command: list[str], folder: Path) -> float:
    """The wall seconds of one whole process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=25)
    parser.add_argument("--cells", type=int, default=40)
    options = parser.parse_args()
    workbench = str(Path(sys.executable).parent / "workbench")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "n.ipynb").write_text(json.dumps(notebook(options.cells)))
        bare = [sys.executable, "-c", BARE, "n.ipynb"]
        for label, command in {
            f"promote, {options.cells} cells": [workbench, "promote", "n.ipynb", "-o", "flow.py"],
            "--help": [workbench, "--help"],
        }.items():
            for warm in (command, bare):
                seconds(warm, folder)
            pairs = [(seconds(command, folder), seconds(bare, folder)) for _ in range(options.pairs)]
            ours, theirs = (statistics.median(values) for values in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for one, other in pairs)
            print(f"{label:20} {1000 * ours:6.0f} ms   bare {1000 * theirs:4.0f} ms   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
