"""What `workbench promote --explain` says of some of the notebooks here, to be read in review as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.compiler.explain import explain
from workbench.compiler.explained import as_json, explained
from workbench.notebook import ipynb

HERE = Path(__file__).parent


@pytest.mark.parametrize("case", ["definitions", "next_product", "refused_names", "tangled", "unknowable"])
def test_explanation_is_the_golden_one(case: str, request: pytest.FixtureRequest) -> None:
    """The text for people is the committed one, and the same values are there for programs."""
    book = ipynb.read(HERE / case / "notebook.ipynb", name="notebook.ipynb")
    found = explain(book)
    golden = HERE / case / "explain.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(explained(found, book))
    assert explained(found, book) == golden.read_text()
    values = json.loads(json.dumps(as_json(found)))
    assert values["refused"] == (case == "refused_names")
    assert [step["name"] for step in values["steps"]] == [step.name for step in found.steps]
