"""Which cells show more than their last expression: `ast_node_interactivity`, IPython's setting for that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from workbench.compiler.facts import is_shell_call
from workbench.compiler.model import CellFacts, Diagnostic
from workbench.compiler.text import Source

SETTING = "ast_node_interactivity"
_CONFIG = rf"\w+\.{SETTING}\s*=\s*['\"]?(?P<value>\w+)['\"]?\s*$"


def interactive_cells(cells: Iterable[CellFacts]) -> tuple[frozenset[str], list[Diagnostic]]:
    """The ids of the cells that show every expression; WB310 for what a flow can't show. cells: promoted, in order."""
    interactive: set[str] = set()
    problems: list[Diagnostic] = []
    shows_all = False
    for facts in cells:
        if shows_all:
            interactive.add(facts.cell.id)
        if SETTING not in facts.source:
            continue
        for node, value in _settings(facts):
            if value in ("all", "last_expr"):
                shows_all = value == "all"  # from the next cell on
            else:
                message = f"`{SETTING}` is set to something else than 'all' or 'last_expr'"
                hint = "set it to 'all', or show with `display(...)` what the cells are to show"
                problems.append(Diagnostic("WB310", message, facts.cell, Source(facts.source).span(node), hint))
    return frozenset(interactive), problems


def _settings(facts: CellFacts) -> Iterator[tuple[ast.AST, str]]:
    """What a cell sets it to, '' for what can't be known."""
    for statement in facts.statements:
        node = statement.node
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == SETTING:
            yield node, str(node.value.value) if isinstance(node.value, ast.Constant) else ""
            continue
        for inner in ast.walk(node):
            if is_shell_call(inner):
                assert isinstance(inner, ast.Call)
                texts = [str(one.value) for one in inner.args if isinstance(one, ast.Constant)]
                if len(texts) == 2 and texts[0] == "config" and SETTING in texts[1]:
                    match = re.match(_CONFIG, texts[1])
                    yield inner, match["value"] if match and inner is getattr(node, "value", None) else ""
            elif isinstance(inner, ast.Attribute) and inner.attr == SETTING and not isinstance(inner.ctx, ast.Load):
                yield inner, ""
