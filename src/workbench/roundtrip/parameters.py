"""The parameters that a flow's text declares, and what their cells say where a default or a help was edited."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping

from workbench.compiler.model import StepGraph
from workbench.compiler.text import Edit, Source, edited
from workbench.notebook.model import Notebook
from workbench.roundtrip.carry import carried_words


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


def parameter_sources(book: Notebook, graph: StepGraph | None, before: str, after: str) -> dict[str, list[str]]:
    """The texts that the parameters' cells may have to get, where a default or a help was edited."""
    was, now = declared(before), declared(after)
    made: dict[str, str] = {}
    for parameter in graph.parameters if graph else ():
        name, cell = parameter.name, parameter.cell
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            continue
        text = made.get(cell.id, cell.source)
        text = _with_default(text, name, _argument(old, "default"), _argument(new, "default"), parameter.kind)
        helps = _argument(old, "help"), _argument(new, "help")
        texts = [one.value for one in helps if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if len(texts) == 2 and texts[0] != texts[1] and text.count(f"# {texts[0]}") == 1 and "\n" not in texts[1]:
            text = text.replace(f"# {texts[0]}", f"# {texts[1]}")
        made[cell.id] = text
    return {cell.id: [made[cell.id]] for cell in book.cells if cell.id in made and made[cell.id] != cell.source}


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _with_default(text: str, name: str, old: ast.expr | None, new: ast.expr | None, kind: str) -> str:
    """The parameters' cell with another default: the literal of the name's last assignment."""
    if old is None or new is None or ast.dump(old) == ast.dump(new):
        return text
    found: ast.expr | None = None
    for node in ast.parse(text).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if [one.id for one in targets if isinstance(one, ast.Name)] == [name]:
            found = getattr(node, "value", None)
    if found is None:
        return text
    source = Source(text)
    there = source.segment(found)
    if kind == "scalar":
        wanted = ast.unparse(new)
        if wanted == ast.unparse(found):
            return text
        quote = there[:1]
        if isinstance(new, ast.Constant) and isinstance(new.value, str) and quote == '"' and "\\" not in wanted:
            wanted = f'"{wanted[1:-1]}"' if '"' not in wanted[1:-1] else wanted
    else:
        try:
            value = json.loads(ast.literal_eval(new))
            merged = carried_words(ast.literal_eval(old), ast.literal_eval(new), there)
        except (ValueError, TypeError, SyntaxError):
            return text
        value = tuple(value) if kind == "tuple" else value
        wanted = merged if merged is not None and _is_literal(merged, value) else repr(value)
    return edited(text, [Edit(*source.bounds(found), wanted)])


def _is_literal(text: str, value: object) -> bool:
    try:
        return repr(ast.literal_eval(text)) == repr(value)
    except (ValueError, SyntaxError):
        return False


def other_defaults(flow: str, text: str, book: Notebook, waiting: Mapping[str, object]) -> dict[str, str]:
    """The edited parameters' cells whose defaults don't come back as they stand in the edited flow."""
    now, wanted = defaults(flow), defaults(text)
    wrong = [name for name in wanted.keys() & now.keys() if repr(now[name]) != repr(wanted[name])]
    cells = [cell.id for cell in book.cells if "parameters" in cell.tags and cell.id in waiting]
    return {cell: f"the default of `{wrong[0]}` doesn't come back" for cell in cells if wrong}
