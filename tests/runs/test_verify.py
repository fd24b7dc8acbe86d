"""`workbench verify`: what the notebook and its flow give, told cell by cell and value by value."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.compiler import compile_notebook
from workbench.notebook.ipynb import parse
from workbench.runs import reference
from workbench.runs.comparison.judge import ArtifactCompared
from workbench.runs.comparison.outputs import OutputDifference
from workbench.runs.comparison.values import Difference
from workbench.runs.comparison.verdicts import CellVerdict, Verification
from workbench.runs.sidebyside import page

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(*cells: tuple[str, str]) -> dict[str, Any]:
    """A notebook of (tags, source) cells; `md` makes one of Markdown."""
    made: list[dict[str, Any]] = []
    for at, (tags, source) in enumerate(cells):
        cell: dict[str, Any] = {"id": f"c{at + 1}", "metadata": {}, "source": source, "cell_type": "markdown"}
        if tags != "md":
            cell |= {"cell_type": "code", "outputs": [], "execution_count": None, "metadata": {"tags": tags.split()}}
        made.append(cell)
    return {"cells": made, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}


def verified(folder: Path, content: dict[str, Any], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the JSON report; the notebook is as it was, and no run is left behind."""
    path = folder / "n.ipynb"
    path.write_text(json.dumps(content))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH", "COMET"))}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "workbench"), "verify", "n.ipynb", "--format", "json", *arguments],
        cwd=folder, env={**environment, "WORKBENCH_ROOT": str(folder)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout, done.stderr
    assert json.loads(path.read_text()) == content
    left = {entry.name for entry in folder.iterdir()} | {entry.name for entry in (folder / ".workbench").iterdir()}
    assert not left & {".metaflow", "runs", "comet"}
    assert [entry.name for entry in (folder / ".workbench" / "verify").iterdir()] == ["n.html"]
    return done.returncode, json.loads(done.stdout)


def test_the_reference_has_the_promoted_cells_and_what_they_take_from_the_others() -> None:
    """Exploration is left out, but for the imports, functions and classes that the flow takes from it."""
    content = notebook(
        ("", "%load_ext workbench\nimport numpy as np, math\nimport os\nprint('looked at')"),
        ("", "def used():\n    return np.pi\n\n@staticmethod\ndef unused(): ..."),
        ("parameters", "n = 1"),
        ("skip", "n = 100"),
        ("setup", "np.set_printoptions(2)"),
        ("step:a", "x = used() + n\nx"),
        ("", "x = 0"),
        ("step:b", "print(x)"),
    )
    graph = compile_notebook(parse(content, "n.ipynb")).graph
    assert graph is not None
    made = reference.promoted(content, graph)
    assert [(cell["metadata"]["workbench"]["cell"], cell["source"]) for cell in made["cells"]] == [
        (0, "%load_ext workbench\nimport numpy as np"),
        (1, "def used():\n    return np.pi"),
        (2, "n = 1"),
        (4, "np.set_printoptions(2)"),
        (5, "x = used() + n\nx"),
        (7, "print(x)"),
    ]
    assert reference.given(parse(content, "n.ipynb"), graph) == {"a": (5, [("x", "x")])}


@pytest.mark.slow
def test_a_flow_that_does_what_its_notebook_does_is_equal_or_noise(tmp_path: Path) -> None:
    """Texts, tables, figures, warnings; values of every kind, functions and classes; parameters for both."""
    content = notebook(
        ("md", "# Good"),
        ("", "import warnings\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
             "class Point:\n    def __init__(self, x): self.x = x"),
        ("parameters", "n = 4"),
        ("md", "## Load"),
        ("step:load", "rng = np.random.default_rng(0)\nframe = pd.DataFrame({'a': rng.normal(size=n)})\nframe"),
        ("step:load", "points = [Point(1), Point(2)]\nscale = lambda value: value * n\nobject()"),
        ("", "frame = frame * 0"),
        ("step:plot", "fig, ax = plt.subplots(figsize=(2, 1))\nax.plot(frame.a)\nplt.show()\nwarnings.warn('careful')"),
        ("step:plot", "print({'b', 'a'}, points[0].x, scale(2))\ntotal = frame.a.sum() + rng.random()\n"
             "rest = (point for point in points)\ntotal"),
    )  # fmt: skip
    status, report = verified(tmp_path, content, "-p", "n", "6")
    assert status == 0, report
    assert report["equal"]
    assert [(cell["number"], cell["verdict"], cell["noise"]) for cell in report["cells"]] == [
        (5, "equal", []),
        (6, "noise", ["memory addresses"]),
        (8, "noise", ["places in the code"]),
        (9, "equal", []),
    ]
    assert report["cells"][0]["heading"] == "Load"
    found = {(each["step"], each["name"]): each["verdict"] for each in report["artifacts"]}
    wanted = [("load", name) for name in ("frame", "points", "rng", "scale")]
    assert {key: found.get(key) for key in [*wanted, ("plot", "total")]} == dict.fromkeys(
        [*wanted, ("plot", "total")], "equal"
    )
    assert found["plot", "rest"] == "noise"


@pytest.mark.slow
def test_what_differs_is_told_apart_from_what_the_notebook_does_not_give_twice(tmp_path: Path) -> None:
    """A program's name is another in a flow; unseeded numbers are other ones each time; the rest is equal."""
    content = notebook(
        (
            "step:a",
            "import sys\nimport numpy as np\nname = sys.argv[0].rpartition('/')[2]\nprint(name)\nkept = 1",
        ),
        ("step:b", "drawn = np.random.rand(2)\nprint(drawn)\nprint(kept, name)"),
        ("step:c", "kept"),
    )
    status, report = verified(tmp_path, content)
    assert (status, report["equal"], report["failures"]) == (1, False, [])
    assert [cell["verdict"] for cell in report["cells"]] == ["different", "unsteady", "equal"]
    (difference,) = report["cells"][0]["differences"]
    assert (difference["where"], difference["notebook"]) == ("stdout", "ipykernel_launcher.py\n")
    assert difference["flow"].strip().endswith(".py")
    assert "differs from itself" in report["cells"][1]["note"]
    values = {(each["step"], each["name"]): each for each in report["artifacts"]}
    assert values["a", "kept"]["verdict"] == "equal"
    assert values["a", "name"]["verdict"] == "different"
    assert values["a", "name"]["differences"][0]["path"] == "name"


@pytest.mark.slow
def test_a_notebook_that_fails_is_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    """Both fail in the same cell with the same error; what comes after it was not compared, and that is exit 1."""
    content = notebook(("step:a", "print('one')\n1 / 0"), ("step:b", "print('two')"))
    status, report = verified(tmp_path, content, "--once")
    assert status == 1
    assert [cell["verdict"] for cell in report["cells"]] == ["equal", "not run"]
    assert report["cells"][1]["note"] == "the notebook fails before this cell"
    assert [failure.partition(":")[0] for failure in report["failures"]] == ["the notebook fails", "the flow fails"]


def test_the_page_shows_both_sides_and_nothing_that_acts() -> None:
    """Cells that differ are open, with both sides; what outputs bring along can't run; values have their places."""
    said = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>4</b><script>bad()</script>"}}]
    odd = (OutputDifference("stdout", "1", "2"),)
    found = Verification(
        "notebooks/n.ipynb",
        (
            CellVerdict(1, "a", "load", "Load", "equal", left=said, right=said),
            CellVerdict(2, "b", "load", "<Odd>", "different", (), odd, "", said, ()),
        ),
        (ArtifactCompared("load", "model", "different", (Difference("model.coef_[3]", "0.25", "<0.26>"),)),),
        (1.0, 2.0),
    )
    text = page(found)
    assert "script" not in text.replace("default-src", "")
    assert text.count("<b>4</b>") == 2
    assert text.count("<details open>") == 1
    assert "cell 2 · load · &lt;Odd&gt;" in text
    assert "model.coef_[3]" in text
    assert "&lt;0.26&gt;" in text
    assert "the flow and the notebook differ (cells: 1 equal, 1 different; values: 1 different)" in text


def test_only_notebooks_are_verified_and_a_refusal_is_a_refusal(tmp_path: Path) -> None:
    """A flow, a missing file and a refused notebook are errors that say so, before anything runs."""
    from workbench.app.verify import Options, verify
    from workbench.errors import NotANotebook, PromotionRefused

    (tmp_path / "flow.py").touch()
    for name in ("flow.py", "none.ipynb"):
        with pytest.raises(NotANotebook):
            verify(tmp_path / name, [], Options(), None)  # type: ignore[arg-type] # nothing is shown
    (tmp_path / "bad.ipynb").write_text(json.dumps(notebook(("step:a", "print(nowhere)"))))
    with pytest.raises(PromotionRefused, match="WB206"):
        verify(tmp_path / "bad.ipynb", [], Options(), None)  # type: ignore[arg-type] # nothing is shown
