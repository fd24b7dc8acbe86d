"""Rerunning a notebook itself, with other parameters: papermill, typed against the notebook's `parameters` cell."""

from __future__ import annotations

import ast
import contextlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench import quick
from workbench.errors import ParameterError, RunFailed
from workbench.notebook.ipynb import parse
from workbench.notebook.model import Notebook, headings
from workbench.runs.record import Failure
from workbench.runs.values import Known, literal_kind

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_TAG = "parameters"
_START_SECONDS = 60

OnCell = Callable[[int, int, str], None]  # the cell's number and the count of all, from 1; the heading above it


@dataclass(frozen=True, slots=True)
class Executed:
    """The notebook as papermill left it, as JSON, and what failed."""

    notebook: dict[str, Any]
    failure: Failure | None


def known_parameters(notebook: Notebook) -> tuple[Known, ...]:
    """What the notebook's `parameters` cell assigns; none where it has no such cell. Raises ParameterError."""
    cell = next((cell for cell in notebook.cells if cell.kind == "code" and _TAG in cell.tags), None)
    if cell is None:
        return ()
    # a magic's line is no Python, and assigns nothing that papermill could replace
    source = "\n".join("" if line.startswith(("%", "!")) else line for line in cell.source.splitlines())
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(
            f"the parameters cell of {notebook.name} is no Python: line {error.lineno}: {error.msg}", hint="mend it"
        ) from None
    found: dict[str, Known] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                names = [name]
            case _:
                continue
        for name in names:
            found[name] = _known(name, value)
    return tuple(found.values())


def execute(
    notebook: dict[str, Any],
    output: Path,
    parameters: Mapping[str, object],
    cwd: Path,
    on_cell: OnCell,
    *,
    after: Mapping[int, str] = MappingProxyType({}),
    name: str = "",
) -> Executed:
    """Run the notebook in a kernel and write it to output, which grows while it runs.

    notebook: nbformat 4, as JSON. cwd: where the kernel works. after: by a cell's place (see place_of) an expression
    that the kernel evaluates when the cell has run, unseen: neither the notebook nor its namespace know of it.
    name: of the notebook, for its queries' tags; output's, where it is empty.
    Raises RunFailed where there is no kernel to run it in.
    """
    with quick.imports():
        import nbformat
        import papermill
        from jupyter_client.kernelspec import NoSuchKernel
        from papermill.engines import papermill_engines

    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill_engines.register("workbench", _engine())
    node = nbformat.reads(json.dumps(notebook), as_version=4)
    kernel = (notebook.get("metadata", {}).get("kernelspec") or {}).get("name") or "python3"
    error = None
    try:
        with _told(name or output.name):
            papermill.execute_notebook(
                node,
                str(output).replace("{", "{{").replace("}", "}}"),  # papermill formats its paths
                parameters=dict(parameters),
                engine_name="workbench",
                kernel_name=kernel,
                progress_bar=False,
                cwd=str(cwd),
                on_cell=on_cell,
                after=after,
                extra_arguments=["--IPKernelApp.log_level=50"],  # or each kernel warns of its own transport
            )
    except papermill.PapermillExecutionError as raised:
        error = raised
    except NoSuchKernel:
        raise RunFailed(
            f"there is no kernel {kernel!r} here", hint="`jupyter kernelspec list` shows those that there are"
        ) from None
    done = json.loads(output.read_bytes())
    return Executed(done, _failure(done, error) if error else None)


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """The environment of a kernel that nobody looks at: no line of progress, the notebook's name for its queries."""
    ours = {"WORKBENCH_PROGRESS": "off", "WORKBENCH_NOTEBOOK": name}
    before = {variable: os.environ.get(variable) for variable in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for variable, value in before.items():
            if value is None:
                del os.environ[variable]
            else:
                os.environ[variable] = value


def place_of(cell: Mapping[str, Any]) -> int | None:
    """The place that a cell's `metadata.workbench.cell` names, or None."""
    ours = cell["metadata"].get("workbench")
    place = ours.get("cell") if isinstance(ours, Mapping) else None
    return place if isinstance(place, int) else None


def heading_above(notebook: Notebook, index: int) -> str:
    """The nearest heading above a cell, or ''."""
    for cell in reversed(notebook.cells[:index]):
        if found := headings(cell):
            return found[-1][1]
    return ""


def _known(name: str, value: ast.expr) -> Known:
    try:
        default = ast.literal_eval(value)
    except ValueError:
        return Known(name, None)  # computed: whatever is given may be right
    return Known(name, literal_kind(default), default)


def _engine() -> type:
    """papermill's engine, telling which cell it is at."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine

    class Client(PapermillNotebookClient):
        after: Mapping[int, str]

        def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
            done = super().execute_cell(cell, cell_index, **options)
            place = place_of(cell)
            if place is not None and (expression := self.after.get(place)):
                self.wait_for_reply(self.kc.execute(expression, silent=True, store_history=False, allow_stdin=False))
            return done

    class Telling(NBClientEngine):
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, on_cell: OnCell, after: Mapping[int, str], **options: Any
        ) -> Any:
            start, count = nb_man.cell_start, len(nb_man.nb.cells)
            parsed = parse(json.loads(json.dumps(nb_man.nb)), "the notebook")

            def tell(cell: Any, cell_index: int, **more: Any) -> None:
                if cell.cell_type == "code":
                    on_cell(cell_index + 1, count, heading_above(parsed, cell_index))
                start(cell, cell_index, **more)

            nb_man.cell_start = tell
            client = Client(
                nb_man,
                kernel_name=kernel_name,
                startup_timeout=_START_SECONDS,
                timeout=None,
                log=logging.getLogger("papermill"),
                extra_arguments=options["extra_arguments"],
            )
            client.after = after
            return client.execute()

    return Telling


def _failure(notebook: dict[str, Any], error: Any) -> Failure:
    cells = notebook["cells"]
    index = next((i for i, cell in enumerate(cells) if cell.get("outputs") and _has(cell, error.ename)), None)
    lines = [int(number) for number in _LINE.findall(_ANSI.sub("", "\n".join(error.traceback)))]
    source = str(error.source).splitlines()
    line = lines[0] if lines and lines[0] <= len(source) else None
    return Failure(
        error.ename,
        error.evalue,
        cell=None if index is None else str(cells[index].get("id") or f"cell-{index}"),
        heading="" if index is None else heading_above(parse(notebook, "the notebook"), index),
        line=line,
        source=source[line - 1].strip() if line else "",
    )


def _has(cell: dict[str, Any], ename: str) -> bool:
    return any(output["output_type"] == "error" and output["ename"] == ename for output in cell["outputs"])
