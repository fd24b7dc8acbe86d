"""Whether two texts of Python say the same: a formatter's changes are nobody's edits."""

from __future__ import annotations

import ast
import io
import tokenize
from inspect import cleandoc


def says_the_same(one: str, other: str, *, cell: bool = False) -> bool:
    """Whether two texts have the same statements and the same comments, however they are laid out.

    cell: they are cells, where a first string is no docstring but a value.
    """
    if one == other:
        return True
    try:
        return _comments(one) == _comments(other) and _tree(one, cell) == _tree(other, cell)
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
        return False


def _tree(text: str, cell: bool) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if node is tree and cell:
            continue
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _clean_docstring(node)
    return ast.dump(tree)


def _clean_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Docstrings are indented anew by formatters, and their lines' ends stripped."""
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines = cleandoc(first.value.value).strip().split("\n")
        first.value.value = "\n".join(line.rstrip() for line in lines)


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string.lstrip("#").strip() for token in tokens if token.type == tokenize.COMMENT]
