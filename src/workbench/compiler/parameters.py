"""The parameters cell: each assignment of a literal is a Metaflow Parameter."""

from __future__ import annotations

import ast
import json

from workbench.compiler.model import CellFacts, Diagnostic, ParameterFacts, Statement
from workbench.compiler.text import Source

# options of Metaflow's own `run` command (2.19): a parameter of that name would be one of them
RESERVED_PARAMETERS = frozenset(
    "params with tag namespace obj tags decospecs run_id_file max_num_splits max_workers max_log_size "
    "user_namespace run_id task_id runner_attribute_file split_index ubf_context clone_path clone_run_id "
    "clone_steps clone_only skip_decorators help name next input index cmd foreach_stack merge_artifacts "
    "script_name".split()
)


def parameters_of(facts: CellFacts, step_names: frozenset[str]) -> tuple[list[ParameterFacts], list[Diagnostic]]:
    """The parameters that a cell declares, and what in it isn't one."""
    source = Source(facts.source)
    found: list[ParameterFacts] = []
    problems: list[Diagnostic] = []
    for statement in facts.statements:
        node = statement.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring or a stray literal says nothing
        target = _target(node)
        value = getattr(node, "value", None)
        if target is None or value is None:
            problems.append(_not_literal(facts, statement, source, "is not an assignment to a name"))
            continue
        try:
            default = ast.literal_eval(value)
            kind = _kind(default)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            problems.append(_not_literal(facts, statement, source, "is not assigned a literal", target.id))
            continue
        if target.id in RESERVED_PARAMETERS or target.id.startswith("_") or target.id in step_names:
            why = "is also a step" if target.id in step_names else "is a name that Metaflow has for itself"
            message = f"parameter `{target.id}` {why}"
            problems.append(Diagnostic("WB203", message, facts.cell, source.span(target), "rename it"))
        text = source.segment(value)
        literal = json.dumps(default) if kind != "scalar" else repr(default) if "\n" in text else text
        found = [one for one in found if one.name != target.id]  # the last assignment counts, as in the notebook
        help_text = _comment(node, facts, source)
        found.append(ParameterFacts(target.id, default, literal, kind, help_text, facts.cell))
    return found, problems


def _target(node: ast.stmt) -> ast.Name | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target
    return None


def _kind(value: object) -> str:
    """How a default travels on a command line. Raises TypeError where it can't."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return "scalar"
    plain = list(value) if isinstance(value, tuple) else value
    if isinstance(plain, (list, dict)) and json.loads(json.dumps(plain)) == plain:
        return "tuple" if isinstance(value, tuple) else "json"
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _comment(node: ast.stmt, facts: CellFacts, source: Source) -> str:
    """The comment that ends a statement's last line, else those on the lines right above it, joined; "" without any."""
    nodes = [one.node for one in facts.statements]
    last = [one for one in nodes if one.end_lineno == node.end_lineno][-1]
    after = source.text[source.bounds(last)[1] :].partition("\n")[0].lstrip(" \t\f;")
    above: list[str] = []
    line = node.lineno - 1
    ended = max((one.end_lineno or 0 for one in nodes if (one.end_lineno or 0) < node.lineno), default=0)
    while line > ended and (text := source.lines[line - 1].strip()).startswith("#"):
        above.insert(0, text)
        line -= 1
    texts = [one.lstrip("#").strip() for one in (after if after.startswith("#") else "", *above)]
    return texts[0] or " ".join(text for text in texts[1:] if text)


def _not_literal(facts: CellFacts, statement: Statement, source: Source, what: str, name: str = "") -> Diagnostic:
    node = statement.node
    subject = f"parameter `{name}`" if name else "this"
    return Diagnostic(
        "WB201" if name else "WB202",
        f"{subject} {what}",
        facts.cell,
        source.span(node),
        "assign a number, text, True, False, None, list or dict; compute from it in a step's cell",
    )
