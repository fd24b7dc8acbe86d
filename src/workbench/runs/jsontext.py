"""Editing JSON as text: a value is replaced or added, and every other byte stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")

DEPTH = 3  # of the containers that are looked into: document, cells, cell; or document, metadata, a member of it
TAGS_DEPTH = 5  # document, cells, cell, metadata, tags


@dataclass(frozen=True, slots=True)
class Node:
    """A value's place in the text: text[start:end]. members: an object's (the last of equal names) or None; items: an
    array's or None."""

    start: int
    end: int
    members: dict[str, Node] | None = None
    items: list[Node] | None = None
    first: int = -1  # where the first member's name, or the first item, begins; -1 where it is empty
    names: tuple[tuple[str, int], ...] = ()  # an object's names with where they begin, in order


@dataclass(frozen=True, slots=True)
class Style:
    """How a text writes JSON. unit: of the indentation, or None where all is in one line."""

    unit: str | None
    comma: str
    colon: str
    newline: str
    ascii: bool

    def write(self, value: Any, base: str) -> str:
        """A value in this style. base: the indentation of the line it begins in."""
        if self.unit is None:
            return json.dumps(value, ensure_ascii=self.ascii, separators=(self.comma, self.colon))
        text = json.dumps(value, ensure_ascii=self.ascii, separators=(",", self.colon), indent=self.unit)
        return text.replace("\n", self.newline + base)


def parse(text: str, depth: int = DEPTH) -> Node:
    """The places of the values of a JSON text, which is known to be valid. depth: of the containers looked into."""
    node, _ = _value(text, _skip(text, 0), depth)
    return node


def style_of(text: str, root: Node) -> Style:
    """How the text is written, seen from its outermost object."""
    before = text[root.start + 1 : root.first] if root.first >= 0 else ""
    newline = "\r\n" if "\r\n" in before else "\n"
    unit = before.rpartition("\n")[2] if "\n" in before else None
    colon = re.match(r'"(?:[^"\\]|\\.)*"(\s*:[ ]*)', text[root.first : root.end], re.DOTALL)
    after = text[root.members[root.names[0][0]].end :][:2] if root.members else ""
    comma = "," if unit is None and after[:1] == "," and after != ", " else ", "
    raw = any(character > "\x7f" for character in text)
    escaped = re.search(r"\\u(?!00[0-7])[0-9a-fA-F]{4}", text) is not None
    return Style(unit, comma, colon[1] if colon else ": ", newline, escaped and not raw)


class Edits:
    """Replacements that are collected against one text, and then made together."""

    def __init__(self, text: str, depth: int = DEPTH) -> None:
        self.text = text
        self.root = parse(text, depth)
        self.style = style_of(text, self.root)
        self._made: list[tuple[int, int, str]] = []

    def replace(self, node: Node, value: Any) -> None:
        """Write another value in a node's place."""
        self._made.append((node.start, node.end, self.style.write(value, self._indentation(node.start))))

    def add_member(self, parent: Node, name: str, value: Any) -> None:
        """Add a member to an object: at its place where the names are sorted, else at the end."""
        names = [known for known, _ in parent.names]
        later = next((known for known in names if known > name), None) if names == sorted(names) else None
        key = json.dumps(name, ensure_ascii=self.style.ascii) + self.style.colon
        if later is None:
            self._append(parent, lambda base: key + self.style.write(value, base))
            return
        at = dict(parent.names)[later]
        base, separator = self._indentation(at), self._separator(parent)
        self._made.append((at, at, f"{key}{self.style.write(value, base)},{separator}"))

    def add_item(self, parent: Node, value: Any) -> None:
        """Add an item at the end of an array."""
        self._append(parent, lambda base: self.style.write(value, base))

    def insert_items(self, parent: Node, after: int, values: list[Any]) -> None:
        """Add items to an array, behind the one at a place."""
        end = (parent.items or [])[after].end
        separator = self._separator(parent)
        base = separator.rpartition("\n")[2] if "\n" in separator else self._indentation(end)
        self._made.append((end, end, "".join(f",{separator}{self.style.write(value, base)}" for value in values)))

    def done(self) -> str:
        """The text with the edits made."""
        text = self.text
        for start, end, new in sorted(self._made, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _append(self, parent: Node, written: Callable[[str], str]) -> None:
        if parent.first >= 0:
            last = max(
                [*(node.end for node in (parent.items or [])), *(n.end for n in (parent.members or {}).values())]
            )
            separator = self._separator(parent)
            _, newline, base = separator.rpartition("\n")
            self._made.append((last, last, f",{separator}{written(base if newline else self._indentation(last))}"))
            return
        outer, style = self._indentation(parent.start), self.style
        opening, closing = self.text[parent.start], self.text[parent.end - 1]
        if style.unit is None:
            new = written("")
        else:
            inner = outer + style.unit
            new = f"{style.newline}{inner}{written(inner)}{style.newline}{outer}"
        self._made.append((parent.start, parent.end, f"{opening}{new}{closing}"))

    def _separator(self, parent: Node) -> str:
        """What stands between a comma and the next member: as before the first, where that is a line of its own."""
        before = self.text[parent.start + 1 : parent.first]
        return before if "\n" in before else self.style.comma[1:]

    def _indentation(self, at: int) -> str:
        """The white space at the beginning of the line."""
        line = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return line[: len(line) - len(line.lstrip(" \t"))]


def _value(text: str, at: int, depth: int) -> tuple[Node, int]:
    if depth and text[at] == "{":
        return _object(text, at, depth)
    if depth and text[at] == "[":
        return _array(text, at, depth)
    _, end = _DECODER.raw_decode(text, at)  # outputs can be many megabytes: read at C's speed
    return Node(at, end), end


def _object(text: str, start: int, depth: int) -> tuple[Node, int]:
    members: dict[str, Node] = {}
    names: list[tuple[str, int]] = []
    at = first = _skip(text, start + 1)
    while text[at] != "}":
        key = _STRING.match(text, at)
        if key is None:
            raise ValueError(f"no name at {at}")
        name = json.loads(key[0])
        names.append((name, at))
        at = _skip(text, _skip(text, key.end()) + 1)  # past the colon
        members[name], at = _value(text, at, depth - 1)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return Node(start, at + 1, members=members, first=first if names else -1, names=tuple(names)), at + 1


def _array(text: str, start: int, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    at = first = _skip(text, start + 1)
    while text[at] != "]":
        node, at = _value(text, at, depth - 1)
        items.append(node)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return Node(start, at + 1, items=items, first=first if items else -1), at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
