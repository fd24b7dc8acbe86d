"""Runs in a process of its own: loads both sides' values, which is the user's code, and compares them.

    python -m workbench.runs.comparison.judge QUESTION ANSWER

QUESTION: a JSON file with `steps` (step → names as [name, artifact]), `left` and `right` (each {"folder": …} of kept
values, or {"run": pathspec}), `rtol`, `atol`, `modules` and `runs`. ANSWER: where the list of verdicts is written.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import RunFailed
from workbench.runs.comparison.keep import ABSENT, INDEX
from workbench.runs.comparison.noise import Run
from workbench.runs.comparison.values import Difference, ValuesCompared, compare


@dataclass(frozen=True, slots=True)
class ArtifactCompared:
    """One artifact of a step. name: the notebook's; verdict: equal, noise, different or unproven."""

    step: str
    name: str
    verdict: str
    differences: tuple[Difference, ...] = ()
    noise: tuple[str, ...] = ()
    unproven: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared. steps: step → its (name, artifact) pairs; left, right: {"folder": …} or {"run": …}."""

    steps: Mapping[str, Sequence[tuple[str, str]]]
    left: Mapping[str, str]
    right: Mapping[str, str]
    runs: tuple[Run, Run]
    modules: tuple[str, ...]
    rtol: float = 0.0
    atol: float = 0.0


def ask(question: Question, scratch: Path, cwd: Path) -> list[ArtifactCompared]:
    """Compare in a process of its own. scratch: a folder for its files. Raises RunFailed where that process dies."""
    asked, answer = scratch / "question.json", scratch / "answer.json"
    asked.write_text(json.dumps(dataclasses.asdict(question)), "utf-8")
    answer.unlink(missing_ok=True)
    # -P: the folder it works in isn't searched for modules before the libraries
    command = [sys.executable, "-P", "-m", __name__, str(asked), str(answer)]
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode or not answer.exists():
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RunFailed("the process that compares the values died", hint=last[0])
    found = json.loads(answer.read_text("utf-8"))
    return [
        ArtifactCompared(**{**one, "differences": tuple(Difference(**each) for each in one["differences"])})
        for one in found
    ]


def answered(question: Question) -> list[ArtifactCompared]:
    """Load and compare, here. Never raises for what the values' own code does."""
    return [
        _compared(question, step, name, artifact) for step, names in question.steps.items() for name, artifact in names
    ]


def _compared(question: Question, step: str, name: str, artifact: str) -> ArtifactCompared:
    sides = [_value(side, step, name, artifact) for side in (question.left, question.right)]
    if any(isinstance(side, _Missing) for side in sides):
        missing = [side for side in sides if isinstance(side, _Missing)]
        if len(missing) == 2 and all(side.absent for side in missing):
            return ArtifactCompared(step, name, "equal")
        if len(missing) == 2 and missing[0].unpicklable and missing[1].absent:
            return ArtifactCompared(step, name, "noise", noise=("not kept: it can't be pickled",))
        if unloaded := [side.reason for side in missing if not side.absent]:
            return ArtifactCompared(step, name, "unproven", unproven="; ".join(unloaded))
        shown = ["not bound" if isinstance(side, _Missing) else "bound" for side in sides]
        return ArtifactCompared(step, name, "different", (Difference(name, *shown),))
    found: ValuesCompared = compare(
        name,
        *sides,
        rtol=question.rtol,
        atol=question.atol,
        runs=question.runs,
        notebook_modules=("__main__", *question.modules),
    )
    return ArtifactCompared(step, name, found.verdict, found.differences, found.noise, found.unproven)


@dataclass(frozen=True, slots=True)
class _Missing:
    """No value. absent: the name isn't bound, or else it can't be loaded; unpicklable: it can't even be kept."""

    reason: str
    absent: bool
    unpicklable: bool = False


def _value(side: Mapping[str, str], step: str, name: str, artifact: str) -> Any:
    return _kept(Path(side["folder"]) / step, name) if "folder" in side else _artifact(side["run"], step, artifact)


def _kept(folder: Path, name: str) -> Any:
    try:
        index = json.loads((folder / INDEX).read_text("utf-8"))
    except OSError:
        return _Missing("the notebook's kernel kept no values at the end of this step", False)
    entry = index[name]
    if ABSENT in entry:
        return _Missing(entry[ABSENT], True)
    if "reason" in entry:
        return _Missing(f"the notebook's value can't be pickled: {entry['reason']}", False, unpicklable=True)
    try:
        return pickle.loads((folder / entry["file"]).read_bytes())  # noqa: S301  # written by the kernel we started
    except Exception as error:  # the user's classes run
        return _Missing(f"the notebook's value can't be loaded: {type(error).__name__}: {error}", False)


def _artifact(run: str, step: str, artifact: str) -> Any:
    from metaflow import Run as MetaflowRun

    try:
        (task,) = MetaflowRun(run, _namespace_check=False)[step]
        found = task[artifact]
    except KeyError:
        return _Missing("the flow has no such artifact there", True)
    except Exception as error:
        return _Missing(f"the flow's task can't be read: {type(error).__name__}: {error}", False)
    try:
        return found.data
    except Exception as error:
        return _Missing(f"the flow's value can't be loaded: {type(error).__name__}: {error}", False)


def main(asked: str, answer: str) -> None:
    """Answer a question that stands in a file."""
    content = json.loads(Path(asked).read_text("utf-8"))
    content["runs"] = tuple(Run(**run) for run in content["runs"])
    warnings.simplefilter("ignore")  # of libraries that are asked for what is deprecated
    with contextlib.redirect_stdout(sys.stderr):
        found = answered(Question(**content))
    Path(answer).write_text(json.dumps([dataclasses.asdict(one) for one in found]), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
