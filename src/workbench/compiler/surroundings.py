"""What cells do to their process, or want from it, that no hand-over brings to the next one: WB307, WB311, WB312."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.compiler.definitions import Definitions
from workbench.compiler.model import CellFacts, Diagnostic
from workbench.compiler.scopes import imported_name
from workbench.compiler.text import Source
from workbench.compiler.uses import StepUse

# functions that register something with the process, where the runtime can't look
REGISTERING = frozenset(
    {
        *("codecs.register", "codecs.register_error", "codecs.unregister", "copyreg.pickle", "copyreg.constructor"),
        *("faulthandler.enable", "gc.callbacks", "gc.freeze", "mimetypes.add_type", "mimetypes.init"),
        *("os.register_at_fork", "os.putenv", "os.unsetenv", "os.nice", "os.setpriority", "os.sched_setaffinity"),
        *("sqlite3.register_adapter", "sqlite3.register_converter", "sqlite3.enable_callback_tracebacks"),
        *("sys.addaudithook", "sys.setprofile", "sys.settrace", "sys.set_asyncgen_hooks", "threading.setprofile"),
        *("threading.settrace", "tracemalloc.start", "asyncio.set_event_loop", "asyncio.set_event_loop_policy"),
        *("matplotlib.colormaps.register", "matplotlib.cm.register_cmap", "matplotlib.scale.register_scale"),
        *("matplotlib.projections.register_projection", "matplotlib.font_manager.fontManager.addfont"),
        *("matplotlib.pyplot.register_cmap", "matplotlib.colormaps.unregister", "tqdm.tqdm.pandas"),
        *("tqdm.auto.tqdm.pandas", "tqdm.notebook.tqdm.pandas", "tqdm.pandas.tqdm.pandas", "tqdm.tqdm_notebook.pandas"),
        *("shutil.register_archive_format", "shutil.register_unpack_format", "zoneinfo.reset_tzpath"),
    }
)
_ABSTRACT = ("collections.abc.", "numbers.", "os.PathLike", "io.")
# those that wait for somebody at a keyboard, whom a flow doesn't have
ASKING_BUILTINS = frozenset({"input", "breakpoint"})
ASKING = frozenset({"getpass.getpass", "pdb.set_trace", "pdb.run", "pdb.pm", "ipdb.set_trace"})
SIGNS = tuple(sorted({path.rpartition(".")[2] for path in REGISTERING | ASKING} | ASKING_BUILTINS | {"register"}))

_SETUP = "put it into a cell tagged `setup`"


def check_processes(uses: list[StepUse], definitions: Definitions) -> Iterator[Diagnostic]:
    """Every finding: a step's cells are looked at where a step follows that runs cells."""
    patched: set[str] = set()
    for use in uses:
        followed = any(other.cells and use.node.name in other.ancestors for other in uses)
        for facts in use.cells:
            if any(sign in facts.source for sign in SIGNS):
                yield from _calls(facts, followed, definitions)
            if followed and any(sign in facts.source for sign in ("setattr", "vars", "__dict__")):
                yield from _hidden_changes(facts, definitions)
            if "modules" in facts.source:
                earlier = {one for other in uses if other.node.name in use.ancestors for one in _imported(other)}
                yield from _module_table(facts, sum(bool(one.cells) for one in uses) > 1, earlier, definitions)
            if followed:
                patched |= _patched(facts, definitions)
    yield from _imported_patches(patched, definitions)


def _problem(facts: CellFacts, node: ast.AST, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, facts.cell, Source(facts.source).span(node), hint)


def _calls(facts: CellFacts, followed: bool, definitions: Definitions) -> Iterator[Diagnostic]:
    for statement in facts.statements:
        for node in ast.walk(statement.node):
            if not isinstance(node, ast.Call):
                continue
            path = path_of(node.func, definitions)
            builtin = node.func.id if isinstance(node.func, ast.Name) else ""
            if (builtin in ASKING_BUILTINS and builtin not in definitions.bindings) or path in ASKING:
                message = f"`{builtin or path}` waits for somebody at the keyboard"
                yield _problem(facts, node, "WB312", message, "make what it asks for a parameter")
            elif followed and (path in REGISTERING or (path.startswith(_ABSTRACT) and path.endswith(".register"))):
                message = f"`{path}` changes this process, and later steps run in others"
                yield _problem(facts, node, "WB311", message, _SETUP)


def _hidden_changes(facts: CellFacts, definitions: Definitions) -> Iterator[Diagnostic]:
    """WB307: what is set on a module under a name that the code doesn't say."""
    for statement in facts.statements:
        for node in ast.walk(statement.node):
            what = ""
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
                constant = isinstance(node.args[1], ast.Constant)
                if node.func.id in ("setattr", "delattr") and not constant:
                    what = path_of(node.args[0], definitions)
            elif isinstance(node, ast.Assign) and (shown := _namespace(node.value, definitions)):
                what = shown
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                what = _namespace(node.value, definitions)
            if what:
                message = f"what is set on `{what}` here can't be known: later steps, in other processes, don't see it"
                yield _problem(facts, node, "WB307", message, f"set it as `{what}.NAME = ...`, or {_SETUP}")


def _module_table(facts: CellFacts, several: bool, earlier: set[str], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB307: which modules a process has. several: whether other steps run too; earlier: what steps before import.

    To look one up that no earlier step imports, or by a name that only the run knows, is the same everywhere.
    """
    for statement in facts.statements:
        parents = {child: node for node in ast.walk(statement.node) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(statement.node):
            if not isinstance(node, (ast.Name, ast.Attribute)) or path_of(node, definitions) != "sys.modules":
                continue
            name = _looked_up(node, parents)
            if name is None and several:
                message = "which modules a process has imported differs from step to step, and `sys.modules` tells"
                hint = "run a module anew by `importlib.reload`, or put the cells that need it into one step"
                yield _problem(facts, node, "WB307", message, hint)
            elif name in earlier:
                message = f"an earlier step imports `{name}`, and this one's process needn't have it in `sys.modules`"
                yield _problem(facts, node, "WB307", message, f"import `{name}` in this step, and use it")


def _looked_up(table: ast.AST, parents: dict[ast.AST, ast.AST]) -> str | None:
    """What is looked up in sys.modules: a text, '' for what only the run knows; None where it is used otherwise."""
    parent = parents.get(table)
    key: ast.AST | None = None
    if isinstance(parent, ast.Subscript) and parent.value is table and isinstance(parent.ctx, ast.Load):
        key = parent.slice
    elif isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.In, ast.NotIn)):
        key = parent.left
    elif isinstance(parent, ast.Attribute) and parent.attr == "get":
        call = parents.get(parent)
        key = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if key is None:
        return None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _imported(use: StepUse) -> set[str]:
    """The modules that a step's own cells import, with the packages that they are in."""
    cells = [*use.setup, *use.cells]
    nodes = [node for facts in cells for statement in facts.statements for node in ast.walk(statement.node)]
    paths = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    paths += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {".".join(path.split(".")[:count]) for path in paths for count in range(1, path.count(".") + 2)}


def _namespace(node: ast.AST, definitions: Definitions) -> str:
    """The module of `vars(module)` or `module.__dict__`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars" and node.args:
        return path_of(node.args[0], definitions)
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return path_of(node.value, definitions)
    return ""


def _patched(facts: CellFacts, definitions: Definitions) -> set[str]:
    """The attributes of modules that a cell sets."""
    if not any(definitions.is_import(name) for statement in facts.statements for name in statement.mutates):
        return set()
    found = {
        path_of(node, definitions)
        for statement in facts.statements
        for node in ast.walk(statement.node)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return found - {""}


def _imported_patches(patched: set[str], definitions: Definitions) -> Iterator[Diagnostic]:
    """WB307: a name that was imported before its module was changed would be imported after it, in later steps."""
    for name, bindings in definitions.bindings.items() if patched else ():
        for one in bindings:
            node = one.statement.node
            if isinstance(node, ast.ImportFrom) and any(
                f"{node.module}.{alias.name}" in patched for alias in node.names if imported_name(alias) == name
            ):
                message = f"`{name}` is imported, and set on its module too: later steps would import another one"
                yield _problem(one.facts, node, "WB307", message, "read it from the module, or set it in a setup cell")


def path_of(node: ast.AST, definitions: Definitions) -> str:
    """The full name of `np.random.seed` as its import tells; '' for what is rooted in no import."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or not definitions.is_import(node.id):
        return ""
    statement = definitions.bindings[node.id][-1].statement.node
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    alias = next(alias for alias in statement.names if imported_name(alias) == node.id)
    if isinstance(statement, ast.ImportFrom):
        root = f"{statement.module or ''}.{alias.name}"
    else:
        root = alias.name if alias.asname else node.id
    return ".".join([root, *parts])
