"""The outputs of cells in nbformat's form, as a client of a Jupyter kernel would record them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]
"""One nbformat v4 output."""


@dataclass
class CellRecord:
    """What one cell that began has to show. seconds: wall time; failed: where it raised, None while it hasn't.

    displays: display id -> places in outputs; updates: new contents for the displays of an id, in any earlier task.
    imported: what modules said that were imported before it began, at the top of its step.
    cleared: what it showed before was cleared away; clears_next: so is this, by the next that it shows.
    """

    id: str
    heading: str
    setup: bool
    source: str
    number: int
    outputs: list[Output] = field(default_factory=list)
    seconds: float = 0.0
    failed: dict[str, Any] | None = None
    displays: dict[str, list[int]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    imported: list[dict[str, str]] = field(default_factory=list)
    cleared: bool = False
    clears_next: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as the run's records keep them."""
        record: dict[str, Any] = {
            "id": self.id,
            "heading": self.heading,
            "outputs": self.outputs,
            "seconds": round(self.seconds, 4),
            "setup": self.setup,
            "source": self.source,
        }
        if self.failed is not None:
            record["failed"] = self.failed
        if self.displays:
            record["displays"] = self.displays
        if self.updates:
            record["updates"] = self.updates
        if self.imported:
            record["imported"] = self.imported
        record |= {name: True for name in ("cleared", "clears_next") if getattr(self, name)}
        return record


class Recorder:
    """Puts outputs under the cell that runs: merges streams, updates by display id, clears.

    Outputs while no cell runs (the hand-over) are nobody's and are dropped here; the log has them. What an import at
    the top of the step says belongs to a cell that may stand elsewhere: the next one's record brings it along.
    """

    def __init__(self) -> None:
        self.cells: list[CellRecord] = []
        self._current: CellRecord | None = None
        self._clear_first = False
        self._displayed: dict[str, list[Output]] = {}
        self._imported: list[dict[str, str]] = []

    def begin(self, cell: CellRecord) -> None:
        """From now on outputs are this cell's."""
        self.cells.append(cell)
        cell.imported, self._imported = self._imported, []
        self._current = cell
        self._clear_first = False

    def end(self) -> None:
        """No cell runs."""
        if self._current is not None:
            self._current.clears_next = self._clear_first
        self._current = None

    @property
    def current(self) -> CellRecord | None:
        """The cell that runs."""
        return self._current

    def stream(self, name: str, text: str) -> None:
        """Text on "stdout" or "stderr"; texts in a row are one output."""
        if not text or (outputs := self._outputs()) is None:
            return
        if outputs and outputs[-1]["output_type"] == "stream" and outputs[-1]["name"] == name:
            outputs[-1]["text"] += text
        else:
            outputs.append({"output_type": "stream", "name": name, "text": text})

    def imported(self, module: str, name: str, text: str) -> None:
        """What a module wrote to a stream while it was imported, and no cell ran."""
        last = self._imported[-1] if self._imported else {}
        if (last.get("module"), last.get("name")) == (module, name):
            last["text"] += text
        else:
            self._imported.append({"module": module, "name": name, "text": text})

    def close(self) -> None:
        """The step has ended. Where all its cells are imports, a record without an id has what they said."""
        if self._imported:
            self.begin(CellRecord("", "", False, "", len(self.cells) + 1))
            self.end()

    def display(self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None, display_id: str | None) -> None:
        """A display_data; an id lets later ones update it."""
        self._rich({"output_type": "display_data", **_bundle(data, metadata)}, display_id)

    def result(self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> None:
        """A cell's last expression."""
        if self._current is not None:
            count = self._current.number
            self._rich({"output_type": "execute_result", "execution_count": count, **_bundle(data, metadata)}, None)

    def update(self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None, display_id: str) -> None:
        """New content for every display with this id, wherever it stands."""
        content = _bundle(data, metadata)
        for output in self._displayed.get(display_id, ()):
            output.update(content)
        if self._current is not None:
            self._current.updates.append({"id": display_id, **content})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """An exception that ended the cell."""
        if (outputs := self._outputs()) is not None:
            outputs.append({"output_type": "error", "ename": name, "evalue": value, "traceback": traceback})

    def clear(self, wait: bool) -> None:
        """Forget the cell's outputs, now or before the next one."""
        self._clear_first = wait
        if not wait:
            self._forget()

    def _rich(self, output: Output, display_id: str | None) -> None:
        if (outputs := self._outputs()) is None:
            return
        if display_id:
            self.update(output["data"], output["metadata"], display_id)
            self._displayed.setdefault(display_id, []).append(output)
            if self._current is not None:
                self._current.displays.setdefault(display_id, []).append(len(outputs))
        outputs.append(output)

    def _outputs(self) -> list[Output] | None:
        if self._current is None:
            return None
        if self._clear_first:
            self._clear_first = False
            self._forget()
        return self._current.outputs

    def _forget(self) -> None:
        if self._current is None:
            return
        gone = {id(output) for output in self._current.outputs}
        for key, outputs in self._displayed.items():
            self._displayed[key] = [output for output in outputs if id(output) not in gone]
        self._current.displays.clear()
        self._current.outputs.clear()
        self._current.cleared = True


def _bundle(data: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> Output:
    return {"data": {key: _encoded(value) for key, value in data.items()}, "metadata": _plain(metadata or {})}


def _encoded(value: Any) -> Any:
    """Bytes (images) as base64, everything else as JSON would have it."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else _plain(value)


def _plain(value: Any) -> Any:
    """Only what JSON and a pickle without anybody's classes can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
