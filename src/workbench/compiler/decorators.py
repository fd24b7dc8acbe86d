"""Decorator tags: which of Metaflow's decorators they name, and whether they go on the step or the flow."""

from __future__ import annotations

import ast

from workbench.compiler.model import Diagnostic
from workbench.compiler.sections import Section

# Metaflow 2.19's own
STEP_DECORATORS = frozenset(
    "batch card catch conda environment kubernetes parallel pypi resources retry secrets timeout".split()
)
FLOW_DECORATORS = frozenset("conda_base exit_hook project pypi_base schedule trigger trigger_on_finish".split())


def name_of(tag: str) -> str:
    """The decorator's name: `@retry(times=3)` is retry; '' where the tag is no decorator."""
    try:
        node = ast.parse(tag[1:].strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return ""
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else ""


def decorator_problems(section: Section) -> list[Diagnostic]:
    """What is wrong with a step's decorator tags."""
    problems = []
    for tag in section.decorators:
        name = name_of(tag)
        if name in STEP_DECORATORS | FLOW_DECORATORS:
            continue
        from difflib import get_close_matches

        close = get_close_matches(name, sorted(STEP_DECORATORS | FLOW_DECORATORS), n=1)
        meant = f": did you mean `@{close[0]}`?" if close else ""
        cell = next((cell for cell in section.cells if tag in cell.tags), section.cells[0])
        hint = f"Metaflow's step decorators are {', '.join(sorted(STEP_DECORATORS))}"
        problems.append(Diagnostic("WB112", f"`{tag}` is no decorator of Metaflow{meant}", cell, hint=hint))
    return problems
