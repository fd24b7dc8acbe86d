"""The tags that a step's cells get where its decorators were edited in the flow."""

from __future__ import annotations

import ast

from workbench.compiler.decorators import FLOW_DECORATORS, STEP_DECORATORS, name_of
from workbench.notebook.model import Notebook
from workbench.notebook.tags import read


def tags(book: Notebook, before: str, after: str) -> dict[str, tuple[str, ...]]:
    """The tags of the cells whose step's decorators, or whose flow's, were edited."""
    made: dict[str, tuple[str, ...]] = {}
    was, now = _decorators(before), _decorators(after)
    for owner in was.keys() & now.keys():
        cells = [cell for cell in book.cells if cell.kind == "code" and (owner in ("", read(cell.tags).step))]
        cells = [cell for cell in cells if read(cell.tags).step]
        added = [text for text in now[owner] if text not in was[owner]]
        gone = [text for text in was[owner] if text not in now[owner]]
        if not cells or not (added or gone):
            continue
        for cell in cells:
            kept = made.get(cell.id, cell.tags)
            made[cell.id] = tuple(tag for tag in kept if not (tag.startswith("@") and _plain(tag[1:]) in gone))
        first = next((cell for cell in cells if made[cell.id] != cell.tags), cells[0])
        made[first.id] = (*made[first.id], *(f"@{text}" for text in added))
    return {cell.id: made[cell.id] for cell in book.cells if cell.id in made and made[cell.id] != cell.tags}


def _plain(text: str) -> str:
    """A decorator's text however it was written, or as it stands where it is none."""
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except SyntaxError:
        return text


def _decorators(text: str) -> dict[str, list[str]]:
    """Metaflow's decorators of each step, by its name, and of the flow, by ''."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef) or not any("FlowSpec" in ast.unparse(base) for base in node.bases):
            continue
        found[""] = [ast.unparse(one) for one in node.decorator_list if _is_of(one, FLOW_DECORATORS)]
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef):
                texts = [ast.unparse(one) for one in inner.decorator_list if _is_of(one, STEP_DECORATORS)]
                found[inner.name] = texts
    return found


def _is_of(node: ast.expr, known: frozenset[str]) -> bool:
    return name_of(f"@{ast.unparse(node)}") in known
