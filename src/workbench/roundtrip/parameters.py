"""The parameters that a flow's text declares."""

from __future__ import annotations

import ast


def defaults(text: str) -> dict[str, object]:
    """Each Parameter's default that is a literal, by name: its value, of a list or dict its JSON text."""
    found: dict[str, object] = {}
    for name, call in declared(text).items():
        for keyword in call.keywords:
            if keyword.arg == "default":
                try:
                    found[name] = ast.literal_eval(keyword.value)
                except ValueError:
                    continue
    return found


def declared(text: str) -> dict[str, ast.Call]:
    """The Parameter(...) calls of a flow's classes, by the parameter's name."""
    return {
        inner.targets[0].id: inner.value
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.Assign)
        and isinstance(inner.targets[0], ast.Name)
        and isinstance(inner.value, ast.Call)
        and isinstance(inner.value.func, ast.Name)
        and inner.value.func.id in ("Parameter", "Parameter_")
    }
