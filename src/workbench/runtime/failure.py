"""How the exception of a cell leaves the task: recorded under the cell, told in the notebook's terms."""

from __future__ import annotations

import builtins
import io
import keyword
import linecache
import tokenize
import types
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.runtime.cells import HAND_OVER, StepCode
from workbench.runtime.glimpse import glimpse, is_shown
from workbench.runtime.session import Session

NAMES = 6
"""So many values are shown at most."""

_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")

Place = dict[str, Any]
"""A line of the flow's file: at (its number), source (its text, stripped), start and end (of what failed in it, in
characters), function (its name, "" for the step's own lines)."""


def explained(error: BaseException, code: StepCode, index: int, session: Session) -> BaseException:
    """The exception that the notebook's cell would have raised, recorded, with a note on cell, line and values.

    index: of the cell that ran, or HAND_OVER.
    """
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__  # the step's body became a generator, and those may not raise it: the cell did
    error.__traceback__ = _from_step_on(error.__traceback__, code)
    raised = error
    if isinstance(error, SystemExit):
        # Metaflow would take it for the end of the task
        error = RuntimeError(f"a cell ended the process: SystemExit({error.code!r})").with_traceback(
            error.__traceback__
        )
    if index == HAND_OVER or session.recorder.current is None:
        return error
    cell = code.cells[index]
    failed = _failed(raised, code, cell.line)
    session.fail_cell(raised, failed)
    error.add_note(_note(cell.title, failed))
    return error


def _failed(error: BaseException, code: StepCode, marker: int) -> dict[str, Any]:
    """Where and on what a cell failed, as its record keeps it: a Place, and

    line: within the cell, from 1, None where it isn't known; values: name -> text, of the names on the innermost line;
    inside: the Place in a function of the notebook that the cell called, None where it failed itself; library: the last
    line of code that isn't the notebook's, "" where there is none.
    """
    frames = list(_frames(error.__traceback__))
    own = [(place, frame) for place, frame in frames if frame.f_code is code.code]
    called = [(place, frame) for place, frame in frames if _is_of(frame, code) and frame.f_code is not code.code]
    if not own:
        return {"line": None, "source": "", "values": {}, "inside": None, "library": ""}
    innermost = called[-1] if called else own[0]
    place = own[0][0]
    while called and called[0][0]["function"] in _COMPREHENSIONS:
        place = called.pop(0)[0]  # a part of the line, with a frame of its own
    return {
        **place,
        "function": "",
        "line": place["at"] - marker,
        "values": dict(_values(*innermost)),
        "inside": called[-1][0] if called else None,
        "library": _library(error, frames, code),
    }


def _frames(trace: TracebackType | None) -> Iterator[tuple[Place, types.FrameType]]:
    while trace is not None:
        frame = trace.tb_frame
        yield _place(frame.f_code, trace.tb_lineno, trace.tb_lasti), frame
        trace = trace.tb_next


def _place(code: types.CodeType, number: int, instruction: int) -> Place:
    text = linecache.getline(code.co_filename, number).rstrip("\n")
    source = text.strip()
    indent = len(text) - len(text.lstrip())
    positions = list(code.co_positions())
    line, last, first_byte, last_byte = positions[instruction // 2] if instruction >= 0 else (None,) * 4
    start, end = 0, len(source)
    if line == number and first_byte is not None and last_byte is not None:
        start = max(_characters(text, first_byte) - indent, 0)
        end = _characters(text, last_byte) - indent if last == line else len(source)
    return {"at": number, "source": source, "start": start, "end": max(end, start), "function": code.co_name}


def _characters(text: str, columns: int) -> int:
    """A column that counts UTF-8's bytes, as characters."""
    return len(text.encode()[:columns].decode(errors="ignore"))


def _is_of(frame: types.FrameType, code: StepCode) -> bool:
    """Whether the frame's code was written in the notebook."""
    return frame.f_code.co_filename == code.code.co_filename


def _values(place: Place, frame: types.FrameType) -> Iterator[tuple[str, str]]:
    """The values of the names on a line, where they say anything."""
    seen = 0
    for name in _names(place["source"]):
        for scope in (frame.f_locals, frame.f_globals):
            if name in scope:
                if is_shown(scope[name]) and seen < NAMES:
                    seen += 1
                    yield name, glimpse(name, scope[name])
                break


def _names(source: str) -> list[str]:
    """The names in a line, each once, without attributes and keywords; a line may be a part of a statement."""
    found: list[str] = []
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and before != "." and not keyword.iskeyword(token.string):
                found.append(token.string)
            before = token.string
    except (tokenize.TokenError, SyntaxError):
        pass
    return [name for name in dict.fromkeys(found) if not hasattr(builtins, name) or name == "_"]


def _library(error: BaseException, frames: list[tuple[Place, types.FrameType]], code: StepCode) -> str:
    """The last line of code that somebody else wrote."""
    if isinstance(error, SyntaxError) and error.text:
        return f"{error.filename or '<string>'}, line {error.lineno}: {error.text.strip()}"
    place, frame = frames[-1]
    module = frame.f_globals.get("__name__", "")
    if _is_of(frame, code) or module.partition(".")[0] in ("metaflow", "workbench"):
        return ""
    file = module if module not in ("", "__main__") else Path(frame.f_code.co_filename).name
    source = f": {place['source']}" if place["source"] else ""
    return f"{file}, line {place['at']}, in {place['function']}{source}"


def _note(title: str, failed: dict[str, Any]) -> str:
    """What a log says below the error."""
    if not failed["source"]:
        return f"in cell {title}"
    lines = [f"in cell {title}, line {failed['line']}: {failed['source']}"]
    lines.append(" " * (len(lines[0]) - len(failed["source"]) + failed["start"]) + _caret(failed))
    if (inside := failed["inside"]) is not None:
        lines.append(f"in {inside['function']}: {inside['source']}")
        lines.append(" " * (len(lines[-1]) - len(inside["source"]) + inside["start"]) + _caret(inside))
    if failed["library"]:
        lines.append(f"in {failed['library']}")
    lines += [f"    {name} = {text}" for name, text in failed["values"].items()]
    return "\n".join(lines)


def _caret(place: Place) -> str:
    return "^" * max(place["end"] - place["start"], 1)


def _from_step_on(frames: TracebackType | None, code: StepCode) -> TracebackType | None:
    """The traceback without the runtime's own frames, from the step's on."""
    found = frames
    while found is not None and found.tb_frame.f_code is not code.code:
        found = found.tb_next
    return found or frames
