"""Errors in the notebook's terms: the values on a line, the place in the notebook, what can't be pickled."""

from __future__ import annotations

import sys
import threading
import time
import types
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.compiler import compile_notebook
from workbench.notebook.ipynb import parse
from workbench.runs.places import Places
from workbench.runs.record import Failure, Place
from workbench.runtime import failure
from workbench.runtime.culprit import culprit
from workbench.runtime.glimpse import WIDTH, glimpse


class Raises:
    def __repr__(self) -> str:
        raise RuntimeError


class Slow:
    def __repr__(self) -> str:
        time.sleep(3)
        return "late"


class Plain:
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        ("a\nb", "'a\\nb'"),
        ([1, [2]], "[1, [2]]"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, ...]"),
        (pd.DataFrame({"a": [1], "b": [2]}), "DataFrame, 1 × 2: a, b"),
        (pd.Series([1.0, 2.0]), "Series, 2, float64"),
        (np.zeros((3, 4)), "ndarray, 3 × 4, float64"),
        (Plain(), "<Plain>"),
        ([Raises()], "[<Raises, whose repr fails>]"),
        (Slow(), "Slow, whose repr takes too long or fails"),
    ],
)
def test_values_are_shown_in_a_few_words(value: object, text: str) -> None:
    """Frames and arrays by their size; a repr that fails, is slow or is an address by the type."""
    assert glimpse("value", value) == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "abc"),
        ("db_password", 17),
        ("config", {"user": "me", "password": "abc"}),
        ("url", "postgres://me:abc@host/db"),
        ("header", "Bearer eyJhbGciOiJIUzI1NiJ9"),
        ("text", "see WORD-OF-THE-ENVIRONMENT"),
    ],
)
def test_a_secret_is_never_shown(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its variable's name, by what it holds, or because the environment holds it as one."""
    monkeypatch.setenv("SOME_TOKEN", "WORD-OF-THE-ENVIRONMENT")
    shown = glimpse(name, value)
    assert "hidden" in shown
    assert not any(secret in shown for secret in ("abc", "17", "eyJ", "WORD"))


def test_a_long_value_is_cut() -> None:
    """One line of a known width."""
    assert len(glimpse("x", {f"key {n}": "y" * 50 for n in range(50)})) <= WIDTH


def code(name: str, source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": name, "metadata": {"tags": list(tags)}, "source": source}


NOTEBOOK: dict[str, Any] = {
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
    "cells": [
        code("fun", "import json\n\ndef load(text):\n    return json.loads(text)"),
        {"cell_type": "markdown", "id": "md", "metadata": {}, "source": "## Read it"},
        code("read", "import math\nx = math.pi\nload(x)", "step:read"),
    ],
}


@pytest.mark.parametrize("compiled", [True, False])
def test_a_line_of_the_flow_is_a_line_of_the_notebook(compiled: bool) -> None:
    """Also where imports were lifted out of the cell and where a value is shown; without the compiler by its text."""
    flow = compile_notebook(parse(NOTEBOOK, "n.ipynb"), notebook_path="n.ipynb").flow
    assert flow is not None
    places = Places(flow.text, NOTEBOOK, flow.lines if compiled else ())

    def place(text: str, function: str = "") -> Place | None:
        lines = flow.text.splitlines()
        at = next(number for number, line in enumerate(lines, 1) if text in line)
        source = lines[at - 1].strip()
        part = source.index("load(x)") if "load(x)" in source else 0
        end = part + 7 if part else len(source)
        return places.of({"at": at, "source": source, "start": part, "end": end, "function": function})

    assert place("show(load(x))") == Place("read", 3, "Read it", 3, "load(x)", 0, 7)
    assert place("x = math.pi") == Place("read", 3, "Read it", 2, "x = math.pi", 0, 11)
    assert place("return json", "load") == Place("fun", 1, "", 4, "return json.loads(text)", 0, 23, "load")
    assert places.cell("read") == (3, "Read it")


def test_a_failure_is_told_from_the_cell_inwards() -> None:
    """The cell's line and carets, the function's, the library's last line, the values; and it comes back from JSON."""
    told = Failure(
        *("ValueError", "no", "read", "read", "Read it", 3, "load(x)", 3, 0, 7),
        values={"text": "'a'"},
        inside=Place("fun", 1, "", 4, "return json.loads(text)", 7, 23, "load"),
        library="json.decoder, line 9, in decode: raise ValueError",
    )
    assert told.text().splitlines() == [
        "step read, cell 3 (read, “Read it”), line 3: ValueError: no",
        " 3 | load(x)",
        "   | ^^^^^^^",
        "in load, cell 1 (fun), line 4:",
        " 4 | return json.loads(text)",
        "   |        ^^^^^^^^^^^^^^^^",
        "in json.decoder, line 9, in decode: raise ValueError",
        "   text = 'a'",
    ]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("z = y.x[i] + len(w)", ["z", "y", "i", "w"]),
        ("f(a,", ["f", "a"]),
        ("if x and not y:", ["x", "y"]),
    ],
)
def test_the_names_of_a_line(source: str, names: list[str]) -> None:
    """Variables, not attributes, keywords and builtins; of a line that is only a part of a statement too."""
    assert failure._names(source) == names


def test_the_part_that_cannot_be_pickled_is_found() -> None:
    """By its path through attributes, items and keys; None where it is the value itself."""
    module = types.ModuleType("flow")
    model = Plain()
    model.callbacks = [1, {"lock": threading.Lock(), "n": 1}]  # type: ignore[attr-defined]
    found = culprit(model, module)
    assert found is not None
    assert found[0] == ".callbacks[1]['lock']"
    assert culprit(threading.Lock(), module) is None
    assert culprit((number for number in [1]), module) is None
    model.callbacks.append(model)  # type: ignore[attr-defined]
    assert culprit(model, sys.modules[__name__]) is not None
