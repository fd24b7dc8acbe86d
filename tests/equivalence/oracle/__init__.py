"""The in-process oracle: whether a notebook and its flow give the same, in milliseconds instead of seconds.

Both sides run for real, in forks of a warm process (warm.py): the cells in ipykernel's own shell (reference.py), and
every task of the flow by Metaflow's own command line and datastore, with all of workbench.runtime (flow.py). A task's
process is its own: globals, identity and process state are lost as in Metaflow.

What it can't see, and the slow tests with real kernels and real Metaflow are for:

- how tasks are scheduled: here they run one after the other, never two at a time;
- what depends on the seed of hashes: all processes here have the same one, so sets have one order;
- what happens before `__main__`: the start of the interpreter, and the import of metaflow, IPython and
  workbench.runtime, which are there before the flow's first line; the libraries in libraries.py are hidden until they
  are imported, but what they do while they are imported happens only once, in the warm process;
- cards, metadata and the links to a run.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oracle.libraries import HEAVY
from oracle.texts import text_of
from oracle.warm import MEMORY

Json = dict[str, Any]
SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What came of running a notebook both ways.

    kind: "equal"; "refused", with the codes, at compile time or by a task; "different", a cell's text is another one;
    "failed", a side crashed, hung, or failed where the other one didn't. details: for people. flow: the flow's text.
    """

    kind: str
    codes: tuple[str, ...] = ()
    details: str = ""
    flow: str = field(default="", repr=False)


class OracleError(Exception):
    """The oracle itself is at fault."""


class KernelDied(Exception):
    """The notebook's process ended, or took too long."""


def compare(notebook: Json, files: Mapping[str, str] | None = None, seconds: float = SECONDS) -> Outcome:
    """Run a notebook (nbformat 4, as JSON) both ways. files: name → text, of the notebook's folder on both sides."""
    with _Run(notebook, files or {}, seconds) as run:
        refused = run.compile()
        if refused is not None:
            return refused
        tasks = run.flow()
        if codes := _codes(tasks["error"] or ""):
            return Outcome("refused", codes, tasks["error"], run.source)
        try:
            kernel = run.kernel()
        except KernelDied as death:
            return Outcome("equal" if tasks["error"] else "failed", (), str(death), run.source)
        return _compared(notebook, kernel, tasks, run.source)


def kernel_outputs(
    notebook: Json, files: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> list[list[Json]]:
    """What the reference gives: the outputs of each code cell, up to the first that fails. Raises KernelDied."""
    with _Run(notebook, files or {}, seconds) as run:
        return run.kernel()


def flow_outputs(notebook: Json, files: Mapping[str, str] | None = None, seconds: float = SECONDS) -> Json | Outcome:
    """The executed notebook of the flow; or, where there is none, why."""
    from workbench.runs.executed import TaskCells, executed

    with _Run(notebook, files or {}, seconds) as run:
        refused = run.compile()
        if refused is not None:
            return refused
        tasks = run.flow()
        if tasks["error"] is not None:
            codes = _codes(tasks["error"])
            return Outcome("refused" if codes else "failed", codes, tasks["error"], run.source)
        return executed(notebook, [TaskCells(each["step"], each["cells"]) for each in tasks["tasks"]], {})


def _compared(notebook: Json, kernel: list[list[Json]], tasks: Json, source: str) -> Outcome:
    from workbench.runs.executed import TaskCells, executed

    done = executed(notebook, [TaskCells(each["step"], each["cells"]) for each in tasks["tasks"]], {})
    cells = [cell for cell in done["cells"] if cell["cell_type"] == "code"]
    failed = _has_error(kernel[-1]) if kernel else False
    for number, (wanted, cell) in enumerate(zip(kernel, cells, strict=False), 1):
        given = cell["outputs"]
        if _is_promoted(cell) and text_of(wanted) != text_of(given):
            said = f"code cell {number}:\n  notebook: {text_of(wanted)}\n  flow:     {text_of(given)}\n"
            if tasks["error"]:
                return Outcome("failed", (), f"{said}{tasks['error']}", source)
            return Outcome("different", (), said, source)
        if tasks["error"] and _has_error(wanted) and "".join(cell["source"]).startswith(("%%time", "%%capture")):
            return Outcome("equal", (), "", source)  # under these a notebook shows the error and goes on; a flow ends
    if tasks["error"] and not failed:
        return Outcome("failed", (), f"the flow failed, the notebook didn't: {tasks['error']}", source)
    return Outcome("equal", (), "", source)


def _has_error(outputs: list[Json]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _is_promoted(cell: Json) -> bool:
    """Whether a cell is the flow's: what a notebook's other cells print is nobody's business but the notebook's."""
    tags = cell["metadata"].get("tags", ())
    return any(tag.startswith(("step:", "setup", "parameters")) for tag in tags)


def _codes(error: str) -> tuple[str, ...]:
    """The code of a hand-over error that ended a task."""
    import re

    found = re.findall(r"HandOverError: .*?\b(WB4\d\d)\b|^(WB4\d\d)\b", error, re.MULTILINE)
    return tuple(sorted({one or other for one, other in found}))


class _Run:
    """One notebook's folder, and what happens in it."""

    def __init__(self, notebook: Json, files: Mapping[str, str], seconds: float) -> None:
        self._notebook, self._files, self._seconds = notebook, files, seconds
        self.source = ""
        self._name = ""

    def __enter__(self) -> _Run:
        self._folder = Path(tempfile.mkdtemp(prefix=f"oracle-{os.getpid()}-", dir=_memory()))
        for name in ("kernel", "flows"):
            (self._folder / name).mkdir()
        for name, text in self._files.items():
            (self._folder / name).write_text(text)
            (self._folder / "kernel" / name).write_text(text)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def compile(self) -> Outcome | None:
        """Write the flow; where it can't be, the outcome."""
        from workbench.compiler import compile_notebook
        from workbench.notebook.ipynb import parse

        result = compile_notebook(parse(self._notebook, "case.ipynb"), notebook_path="../case.ipynb")
        if result.flow is None or result.graph is None:
            errors = [each for each in result.diagnostics if each.severity == "error"]
            codes = tuple(sorted({each.code for each in errors}))
            return Outcome("refused" if codes else "failed", codes, "\n".join(each.message for each in errors))
        self.source, self._name = result.flow.text, result.graph.name
        (self._folder / "flows" / "case.py").write_text(self.source)
        return None

    def flow(self) -> Json:
        """Run the flow's tasks."""
        return self._ask({"name": self._name})

    def kernel(self) -> list[list[Json]]:
        """Run the notebook."""
        answer = self._ask({"notebook": self._notebook})
        if "error" in answer:
            raise KernelDied(answer["error"])
        cells: list[list[Json]] = answer["cells"]
        return cells

    def _ask(self, request: Json) -> Json:
        code = "".join("".join(cell["source"]) for cell in self._notebook["cells"])
        warm = _warm(any(name in code for name in HEAVY))
        return warm.ask({"folder": str(self._folder), "seconds": self._seconds, **request})


def _memory() -> str | None:
    """A folder in memory, where there is one."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None


class _Client:
    """Talks to a warm process."""

    def __init__(self, heavy: bool) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("WORKBENCH", "COMET"))}
        environment.setdefault("METAFLOW_USER", "workbench")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py")), *(["heavy"] if heavy else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        self._answer()

    def ask(self, request: Json) -> Json:
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer = self._answer()
        if answer.get("fault"):
            raise OracleError(answer["error"])
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _answer(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OracleError(f"the warm process ended with {self._process.wait()}")
        answer: Json = json.loads(line)
        return answer


_clients: dict[bool, _Client] = {}


def _warm(heavy: bool) -> _Client:
    if heavy not in _clients:
        _clients[heavy] = _Client(heavy)
        atexit.register(_clients[heavy].close)
    return _clients[heavy]
