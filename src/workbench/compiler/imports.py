"""Import statements as text: one name's, and a block of them as a person would order it."""

from __future__ import annotations

import ast

from workbench.compiler.definitions import Binding, Definitions
from workbench.compiler.scopes import imported_name


def texts_for(name: str, last: Binding, definitions: Definitions) -> tuple[str, ...]:
    """The import lines that bind a name as it stands after `last`: `import a.b` and `import a.c` both bind a."""
    if not _is_plain(last):
        return (_text(last),)
    same = [one for one in definitions.bindings[name] if one.kind == "import" and one.place <= last.place]
    return tuple(dict.fromkeys(_text(one) for one in same if _is_plain(one)))


def _alias(binding: Binding) -> ast.alias:
    node = binding.statement.node
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    return [alias for alias in node.names if imported_name(alias) == binding.name][-1]


def _is_plain(binding: Binding) -> bool:
    """`import a` or `import a.b`: it binds the top package, and several may add up."""
    return isinstance(binding.statement.node, ast.Import) and _alias(binding).asname is None


def _text(binding: Binding) -> str:
    node, alias = binding.statement.node, _alias(binding)
    renamed = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    if isinstance(node, ast.ImportFrom):
        return f"from {'.' * node.level}{node.module or ''} import {renamed}"
    return f"import {renamed}"


def bound_names(lines: set[str]) -> set[str]:
    """The names that import lines bind."""
    return {
        line.split()[-1] if " as " in line or line.startswith("from ") else line[7:].partition(".")[0] for line in lines
    }


def block(lines: set[str]) -> list[str]:
    """Import lines, each once, sorted; the names from one module together on one line."""
    plain = sorted(line for line in lines if line.startswith("import "))
    grouped: dict[str, set[str]] = {}
    for line in lines:
        if line.startswith("from "):
            module, _, name = line[5:].partition(" import ")
            grouped.setdefault(module, set()).add(name)
    result = list(plain)
    for module, names in sorted(grouped.items()):
        joined = f"from {module} import {', '.join(sorted(names, key=str.lower))}"
        if len(joined) <= 110:
            result.append(joined)
        else:
            result += [f"from {module} import (", *(f"    {name}," for name in sorted(names, key=str.lower)), ")"]
    return result
