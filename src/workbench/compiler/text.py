"""Text of a cell: places in it, edits to it, and its indentation, with strings left as they are."""

from __future__ import annotations

import ast
import re

from workbench.compiler.model import Span
from workbench.records import NamedTuple


class Edit(NamedTuple):
    """Replace source[start:end], in characters, by text."""

    start: int
    end: int
    text: str


class Source:
    """A source text with the offsets that ast's (line, UTF-8 column) places have in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = split_lines(text)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column_bytes: int) -> int:
        """The character offset of a place. line: 1-based; column_bytes: 0-based, as ast counts."""
        return self._starts[line - 1] + column(self.lines[line - 1], column_bytes)

    def bounds(self, node: ast.AST) -> tuple[int, int]:
        """Where a node's text begins and ends."""
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]  # every statement and expression
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def span(self, node: ast.AST) -> Span:
        """Where a node stands, for a diagnostic: its first line, in characters."""
        start, end = self.bounds(node)
        line: int = node.lineno  # type: ignore[attr-defined]  # every statement and expression has one
        begin = self._starts[line - 1]
        return Span(line, start - begin, min(end - begin, len(self.lines[line - 1])))

    def segment(self, node: ast.AST) -> str:
        """A node's text."""
        start, end = self.bounds(node)
        return self.text[start:end]


def column(line: str, column_bytes: int) -> int:
    """The character column of a place in a line. column_bytes: as ast counts."""
    return column_bytes if line.isascii() else len(line.encode()[:column_bytes].decode(errors="ignore"))


def split_lines(text: str) -> list[str]:
    r"""Lines as Python's tokenizer counts them: form feeds and Unicode separators don't end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def edited(text: str, edits: list[Edit]) -> str:
    """The text with the edits made; replaced parts must not overlap."""
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


# a comment, or a string with its prefix
_STRING = r"(?s)#[^\n]*|(?P<prefix>[A-Za-z]*)(?P<quotes>\"{3}|'{3}|[\"'])(?:\\.|[^\\])*?(?P=quotes)"


def lines_inside_strings(text: str) -> frozenset[int]:
    """The 1-based lines that begin inside a string: indenting one would change the string."""
    inside: set[int] = set()
    line, counted = 1, 0
    for match in re.finditer(_STRING, text):
        if match["prefix"] and not {"f", "F", "t", "T"}.isdisjoint(match["prefix"]):
            return _lines_inside_tokens(text)  # strings in an f-string may have the same quotes
        line += text.count("\n", counted, match.start())
        first, counted = line, match.end()
        line += text.count("\n", match.start(), counted)
        inside.update(range(first + 1, line + 1))
    return frozenset(inside)


def _lines_inside_tokens(text: str) -> frozenset[int]:
    """The same by Python's tokenizer, which takes longer to import than most flows to emit."""
    import io
    import tokenize

    inside: set[int] = set()
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            kind = tokenize.tok_name[token.type]
            if kind in ("FSTRING_START", "TSTRING_START"):
                opened.append(token.start[0])
            elif kind in ("FSTRING_END", "TSTRING_END"):
                inside.update(range(opened.pop() + 1, token.end[0] + 1))
            elif token.type == tokenize.STRING:
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, IndentationError):
        pass  # the cell has been parsed already: what the tokenizer can't finish has no further strings
    return frozenset(inside)


def indented(text: str, indent: str, indentable: frozenset[int] = frozenset()) -> list[str]:
    """The lines of a text, indented, but for those that begin inside a string (unless they are `indentable`)."""
    may_hold_strings = '"""' in text or "'''" in text or "\\\n" in text
    inside = lines_inside_strings(text) - indentable if may_hold_strings else frozenset()
    return [
        line if number in inside or not line.strip() else indent + _without_form_feed(line)
        for number, line in enumerate(split_lines(text), start=1)
    ]


def _without_form_feed(line: str) -> str:
    """A line whose indentation is only what follows the last form feed in it, which is all that counts."""
    blank = line[: len(line) - len(line.lstrip())]
    return line[blank.rfind("\f") + 1 :]


def ends_with_semicolon(source: Source, node: ast.stmt) -> bool:
    """Whether a `;` follows a statement on its line: IPython then shows no value."""
    rest = source.text[source.bounds(node)[1] :]
    return rest.lstrip(" \t").startswith(";")


def quoted(text: str) -> str:
    """A string literal with double quotes, as formatters write it."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal
