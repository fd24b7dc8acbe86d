"""Where the strings of a text are."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from workbench.compiler.text import _lines_inside_tokens, lines_inside_strings

LIBRARY = Path(sysconfig.get_path("stdlib"))


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('x = """a\nb\n"""', {2, 3}),
        ("x = '''a # no comment\n\"\"\"\n'''", {2, 3}),
        ("x = 'a\\\nb'", {2}),
        ("x = ('a'\n'b')", set()),
        ("# it's none\nx = 'a'", set()),
        ('x = r"\\""\ny = """\\"""\n"""', {3}),
        ('x = f"""{\n1}"""', {2}),
        ("x = 1 if'a\\\nb' else 2", {2}),
    ],
)
def test_lines_inside_strings(text: str, inside: set[int]) -> None:
    """A line is inside a string where it begins in one, whatever the quotes; comments and brackets are none."""
    assert lines_inside_strings(text) == inside


@pytest.mark.parametrize("name", ["argparse", "ast", "doctest", "difflib", "inspect", "pydoc", "textwrap", "typing"])
def test_lines_inside_strings_are_the_tokenizer_s(name: str) -> None:
    """The lines of the standard library's strings are those that Python's own tokenizer finds."""
    text = (LIBRARY / f"{name}.py").read_text()
    assert lines_inside_strings(text) == _lines_inside_tokens(text)
