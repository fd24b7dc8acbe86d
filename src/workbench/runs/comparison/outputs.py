"""Two cells' outputs, in nbformat's form: stream by stream, display by display, format by format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.runs.comparison import images
from workbench.runs.comparison.noise import RULES, STDERR_RULES, Run, close, markup_noise, noise

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MARKUP = ("text/html", "image/svg+xml", "text/latex", "application/")
_PICTURES = ("image/png", "image/jpeg")
WITHIN = "within the tolerance"

Output = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutputDifference:
    """What differs. where: "stdout", "text/plain of output 2"; left, right: both sides' text; note: of a picture."""

    where: str
    left: str
    right: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutputsCompared:
    """noise: names of rules. Equal where there is neither, noise where there is noise alone."""

    differences: tuple[OutputDifference, ...] = ()
    noise: tuple[str, ...] = ()


def compare(
    left: Sequence[Output], right: Sequence[Output], runs: tuple[Run, Run], *, rtol: float = 0.0, atol: float = 0.0
) -> OutputsCompared:
    """Compare a cell's outputs on both sides.

    Streams are compared between the displays around them: how stdout and stderr interleave is a matter of time. Errors
    are the same by type and message; execution counts and tracebacks aren't compared.
    """
    comparing = _Comparing(runs, rtol, atol)
    one, other = _items(left), _items(right)
    comparing.kinds(one, other)
    for at, (left_item, right_item) in enumerate(zip(one, other, strict=False)):
        comparing.item(at, len(one), left_item, right_item)
    for item in filter(_is_there, one[len(other) :]):
        comparing.found.append(OutputDifference(_called(item), _text_of(item), "", "only the notebook has it"))
    for item in filter(_is_there, other[len(one) :]):
        comparing.found.append(OutputDifference(_called(item), "", _text_of(item), "only the flow has it"))
    return OutputsCompared(tuple(comparing.found), tuple(dict.fromkeys(comparing.noise)))


@dataclass(frozen=True, slots=True)
class _Item:
    """A part of a cell's outputs. kind: "streams", "display_data", "execute_result" or "error"."""

    kind: str
    content: Mapping[str, Any]


def _items(outputs: Sequence[Output]) -> list[_Item]:
    """The outputs in turn; between two that are no streams, one item of all streams, also where there are none."""
    items = [_Item("streams", {"stdout": "", "stderr": ""})]
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            before = items[-1].content
            name = output["name"]
            items[-1] = _Item("streams", {**before, name: before.get(name, "") + joined(output["text"])})
        else:
            content = {"ename": output["ename"], "evalue": output["evalue"]} if kind == "error" else output["data"]
            items += [_Item(kind, content), _Item("streams", {"stdout": "", "stderr": ""})]
    return items


def _is_there(item: _Item) -> bool:
    return item.kind != "streams" or any(item.content.values())


def joined(text: Any) -> str:
    """nbformat has a text as one, or as lines."""
    return text if isinstance(text, str) else "".join(text)


class _Comparing:
    def __init__(self, runs: tuple[Run, Run], rtol: float, atol: float) -> None:
        self._runs, self._rtol, self._atol = runs, rtol, atol
        self.found: list[OutputDifference] = []
        self.noise: list[str] = []

    def kinds(self, left: list[_Item], right: list[_Item]) -> None:
        """A result is a result on both sides, and a display a display."""
        for one, other in zip(left, right, strict=False):
            if one.kind != other.kind:
                self.found.append(OutputDifference("the kind of an output", _called(one), _called(other)))

    def item(self, at: int, count: int, left: _Item, right: _Item) -> None:
        """Compare what both sides have at a place."""
        if left.kind != right.kind:
            return
        number = f" of output {at // 2 + 1}" if count > 3 else ""
        if left.kind == "streams":
            for name in ("stdout", "stderr"):
                self._text(name, left.content[name], right.content[name])
        elif left.kind == "error":
            for part, where in (("ename", "the error's type"), ("evalue", "the error's message")):
                self._text(where, _ANSI.sub("", left.content[part]), _ANSI.sub("", right.content[part]))
        else:
            # the plain text is what is easiest to read
            for mime in sorted({*left.content, *right.content}, key=lambda kind: (kind != "text/plain", kind)):
                self._mime(mime, f"{mime}{number}", left.content, right.content)

    def _mime(self, mime: str, where: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> None:
        if mime not in left or mime not in right:
            side = "flow" if mime not in left else "notebook"
            self.found.append(
                OutputDifference(where, _shown(left.get(mime)), _shown(right.get(mime)), f"only the {side} has it")
            )
        elif mime in _PICTURES:
            if what := images.difference(joined(left[mime]).strip(), joined(right[mime]).strip()):
                self.found.append(OutputDifference(where, "", "", what))
        else:
            self._text(where, _shown(left[mime]), _shown(right[mime]), markup=mime.startswith(_MARKUP))

    def _text(self, where: str, left: str, right: str, *, markup: bool = False) -> None:
        if left == right:
            return
        if markup:
            names = markup_noise(left, right, *self._runs)
        else:
            names = noise(left, right, *self._runs, rules=STDERR_RULES if where == "stderr" else RULES)
        if names is not None:
            self.noise += names
        elif close(left, right, self._rtol, self._atol):
            self.noise.append(WITHIN)
        else:
            self.found.append(OutputDifference(where, left, right))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value)):
        return joined(value)
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


_CALLED = {"display_data": "a display", "execute_result": "the result", "error": "an error", "streams": "a text"}


def _called(item: _Item) -> str:
    return _CALLED.get(item.kind, item.kind)


def _text_of(item: _Item) -> str:
    content = item.content
    if item.kind == "streams":
        return "".join(content.values())
    if item.kind == "error":
        return f"{content['ename']}: {content['evalue']}"
    return _shown(content.get("text/plain")) or ", ".join(content)
