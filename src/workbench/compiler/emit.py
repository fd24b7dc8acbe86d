"""The flow as text: what a colleague would have written by hand, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler import imports
from workbench.compiler.body import SHELL, Names, cell_lines
from workbench.compiler.decorators import FLOW_DECORATORS, name_of
from workbench.compiler.definitions import LAST_SHOWN
from workbench.compiler.model import LAST, Fan, FlowSource, Give, ParameterFacts, Step, StepGraph, Take
from workbench.compiler.narrative import docstring
from workbench.compiler.placeholders import filled
from workbench.compiler.text import indented, quoted
from workbench.notebook.model import Notebook, headings, short_ids

Line = tuple[int, str, tuple[str, int] | None]  # (indent in levels, text, where it came from)
WIDTH = 110


def flow_source(graph: StepGraph, notebook: Notebook, notebook_path: str) -> FlowSource:
    """The text of a graph's flow. notebook_path: where the notebook is, seen from the flow file's folder."""
    names = _names(graph)
    for definition in graph.definitions:
        if SHELL in definition.source:
            names.note_shell(definition.node)
    written = [*_definitions(graph), *_flow_class(graph, notebook, names)]
    body = [(indent, filled(line, names.runtime), origin) for indent, line, origin in written]
    lines = [*_head(graph, notebook, notebook_path, names), *body, *_tail(names)]
    text = [("    " * indent + line) if line else "" for indent, line, _ in lines]
    return FlowSource("\n".join(text) + "\n", tuple(origin for _, _, origin in lines))


def _names(graph: StepGraph) -> Names:
    """What the flow calls the things that it imports: their own names, unless the notebook uses those."""
    # a step or a parameter of that name would hide it from the decorators below it in the class
    module_names = {step.name for step in graph.steps} | {parameter.name for parameter in graph.parameters}
    module_names |= {definition.name for definition in graph.definitions}
    for line in graph.imports:
        module_names |= {part.split()[-1].partition(".")[0] for part in line.partition("import ")[2].split(",")}
    if graph.stars:
        module_names |= graph.used_names
    flow = graph.name
    while flow in graph.used_names:
        flow += "_"
    return Names(graph.bound_names, graph.used_names, frozenset(module_names), flow)


def _head(graph: StepGraph, notebook: Notebook, notebook_path: str, names: Names) -> Iterator[Line]:
    title = graph.opening or f"# {notebook.name.rsplit('/', 1)[-1].removesuffix('.ipynb')}"
    shown = notebook_path.lstrip("./") or notebook_path
    provenance = f"Promoted from {shown} by `workbench promote`: edit the notebook and promote again."
    for line in docstring([title, provenance]):
        yield 0, line, None
    yield 0, "", None
    future = {line for line in graph.imports if line.startswith("from __future__ ")}
    ids = short_ids(notebook)
    stars = [f"{star.line}  # after cell {ids[star.after]}" if star.after else star.line for star in graph.stars]
    for line in [*imports.block(future), *stars]:
        yield 0, line, None
    if future or graph.stars:
        yield 0, "", None
    metaflow = names.imported("metaflow", _metaflow_names(graph))
    runtime = names.imported("workbench.runtime", names.runtime_used | {"notebook_step"})
    for line in imports.block(set(graph.imports) - future | metaflow | runtime):
        yield 0, line, None
    yield 0, "", None
    yield 0, f"__notebook__ = {quoted(notebook_path)}", None


def _metaflow_names(graph: StepGraph) -> set[str]:
    used = {"FlowSpec", "step"}
    used |= {name_of(tag) for step in graph.steps for tag in step.decorators}
    if graph.parameters:
        used.add("Parameter")
    if any(parameter.kind != "scalar" for parameter in graph.parameters):
        used.add("JSONType")
    return used


def _definitions(graph: StepGraph) -> Iterator[Line]:
    for definition in graph.definitions:
        yield from ((0, "", None), (0, "", None))
        for offset, line in enumerate(definition.source.split("\n")):
            yield 0, line, (definition.cell.id, definition.line + offset)


def _flow_class(graph: StepGraph, notebook: Notebook, names: Names) -> Iterator[Line]:
    # the bodies come first: they tell which names of the runtime the head imports
    yield from ((0, "", None), (0, "", None))
    for tag in dict.fromkeys(tag for step in graph.steps for tag in step.decorators if name_of(tag) in FLOW_DECORATORS):
        yield 0, f"@{names.of(name_of(tag))}{tag[1 + len(name_of(tag)) :]}", None
    yield 0, f"class {names.flow}({names.of('FlowSpec')}):", None
    for parameter in graph.parameters:
        for line in _parameter(parameter, names):
            yield 1, line, None
    ids = short_ids(notebook)
    markers = {cell.id: f"{ids[cell.id]}{_heading(notebook, cell.index)}" for cell in notebook.cells}
    for position, step in enumerate(graph.steps):
        if position or graph.parameters:
            yield 0, "", None
        yield from _step(step, graph, markers, names)


def _parameter(parameter: ParameterFacts, names: Names) -> list[str]:
    """A parameter's lines: one, or one an argument where it would be too long."""
    arguments = [quoted(parameter.name)]
    if parameter.kind == "scalar":
        arguments.append(f"default={parameter.literal}")
        arguments += ["type=str"] if parameter.default is None else []
    else:
        arguments += [f"type={names.of('JSONType')}", f"default={quoted(parameter.literal)}"]
    arguments += [f"help={quoted(parameter.help)}"] if parameter.help else []
    opening = f"{parameter.name} = {names.of('Parameter')}("
    line = f"{opening}{', '.join(arguments)})"
    if len(line) + 4 <= WIDTH:
        return [line]
    return [opening, *(f"    {argument}," for argument in arguments), ")"]


def _step(step: Step, graph: StepGraph, markers: dict[str, str], names: Names) -> Iterator[Line]:
    for tag in step.decorators:
        if name_of(tag) not in FLOW_DECORATORS:
            yield 1, f"@{names.of(name_of(tag))}{tag[1 + len(name_of(tag)) :]}", None
    ends = [f"{word}=True" for word, there in (("start", not step.parents), ("end", not step.children)) if there]
    yield 1, f"@{names.of('notebook_step')}", None
    yield 1, f"@{names.of('step')}" + (f"({', '.join(ends)})" if ends else ""), None
    yield 1, f"def {step.name}(self{', ' + names.inputs if step.joins else ''}):", None
    narrative = list(step.narrative) or _why(step)
    for line in docstring(narrative, step.name):
        yield 2, line, None
    body = list(_body(step, graph, markers, names))
    yield from body
    footer = list(_footer(step, names))
    if footer and body:
        yield 0, "", None
    yield from footer
    if not body and not footer:
        yield 2, "pass", None


def _why(step: Step) -> list[str]:
    """What a step without cells is for."""
    if step.fan is not None and step.fan.kind != "split":
        return [_why_fan(step.fan)]
    if step.cells:
        return []
    if len(step.parents) > 1:
        return [f"Join {' and '.join(step.parents)}."]
    return [f"Run {' and '.join(step.children)} beside each other." if step.children else "The end of all branches."]


def _why_fan(fan: Fan) -> str:
    """What a loop's own steps are for."""
    if fan.kind == "each":
        over = f" over `{fan.over}`" if len(fan.over) < 60 and "`" not in fan.over else ""
        return f"One iteration of the loop{over}."
    return "Put together what the iterations gathered, in the loop's order." if fan.gathers else "Join the iterations."


def _body(step: Step, graph: StepGraph, markers: dict[str, str], names: Names) -> Iterator[Line]:
    for line in _wrapped("global ", step.global_names):
        yield 2, line, None
    step_globals = frozenset(step.global_names)
    needed = set(step.imports) | ({"import builtins"} if any(map(_is_shown, step.takes)) else set())
    for line in imports.block(needed):
        yield 2, line, None
    if needed and (step.takes or step.cells):
        yield 0, "", None
    needed_first = {take.name for take in step.takes if take.convert or take.artifact in _parameter_names(graph)}
    setup_takes = [take for take in step.takes if step.setup and take.name in needed_first]
    yield from _takes(setup_takes, step, names)
    for facts in step.setup:
        yield from cell_lines(facts, step_globals, graph, names, f"# %% [setup] {markers[facts.cell.id]}")
    yield from _takes([take for take in step.takes if take not in setup_takes], step, names)
    if step.fan is not None and step.fan.gathers:
        yield from _gathers(step.fan, names)
    for definition in step.definitions:
        for offset, line in enumerate(indented(definition.source, "    " * 2)):
            yield 0, line, (definition.cell.id, definition.line + offset)
    for facts in step.cells:
        yield from cell_lines(facts, step_globals, graph, names, f"# %% {markers[facts.cell.id]}")


def _parameter_names(graph: StepGraph) -> frozenset[str]:
    return frozenset(parameter.name for parameter in graph.parameters)


def _gathers(fan: Fan, names: Names) -> Iterator[Line]:
    """What an iteration fills, or the join puts together."""
    if fan.kind == "each":
        for one in fan.gathers:
            if one.literal:
                yield 2, f"{one.name} = {one.literal}", None
        return
    yield 2, f"for {names.task} in {names.inputs}:", None
    for one in fan.gathers:
        part = f"{names.task}.{one.part}"
        if one.literal:
            yield 3, f"{one.name}.{'extend' if one.literal == '[]' else 'update'}({part})", None
        else:
            yield 3, f"{one.name} = {names.runtime('replay')}({part}, {one.name})", None


def _takes(takes: list[Take], step: Step, names: Names) -> Iterator[Line]:
    plain = [take for take in takes if not take.guarded and not _is_shown(take)]
    joined = f"{', '.join(take.name for take in plain)} = {', '.join(_read(take, step, names) for take in plain)}"
    if 1 < len(plain) <= 4 and len(joined) <= WIDTH - 8:
        yield 2, joined, None
    else:
        for take in plain:
            yield 2, f"{take.name} = {_read(take, step, names)}", None
    for take in takes:
        if _is_shown(take):
            # a builtin, as in IPython, so that what this step shows takes its place
            yield 2, f"builtins._ = {_read(take, step, names)}", None
        elif take.guarded:
            yield 2, f'if hasattr({_owner(take, names)}, "{take.artifact}"):', None
            yield 3, f"{take.name} = {_read(take, step, names)}", None


def _is_shown(take: Take) -> bool:
    """Whether it is IPython's `_`, not a variable of that name."""
    return take.name == LAST_SHOWN and take.artifact == "last_shown"


def _owner(take: Take, names: Names) -> str:
    """Whose attribute a value is."""
    if not take.source:
        return "self"
    return names.inputs + (take.source if take.source == LAST else f".{take.source}")


def _read(take: Take, step: Step, names: Names) -> str:
    if step.fan is not None and step.fan.kind == "each":
        if take.name == step.fan.items:
            return "self.input"
        if any(one.name == take.name for one in step.fan.gathers):
            return f"{names.runtime('recording')}(self.{take.artifact})"
    text = f"{_owner(take, names)}.{take.artifact}"
    return f"{take.convert}({text})" if take.convert else text


def _footer(step: Step, names: Names) -> Iterator[Line]:
    for take in step.passes:
        if take.guarded:
            yield 2, f'if hasattr({_owner(take, names)}, "{take.artifact}"):', None
            yield 3, f"self.{take.artifact} = {_read(take, step, names)}", None
        else:
            yield 2, f"self.{take.artifact} = {_read(take, step, names)}", None
    for give in step.gives:
        yield from _give(give, step, names)
    if step.fan is not None and step.fan.kind == "each":
        for one in step.fan.gathers:
            yield 2, f"self.{one.part} = {one.name}", None
    if step.fan is not None and step.fan.kind == "split":
        yield 2, f'self.next(self.{step.children[0]}, foreach="{step.fan.items}")', None
    elif step.children:
        targets = ", ".join(f"self.{child}" for child in step.children)
        yield 2, f"self.next({targets})", None


def _give(give: Give, step: Step, names: Names) -> Iterator[Line]:
    if give.guarded:
        where = "globals()" if give.name in step.global_names else "locals()"
        yield 2, f'if "{give.name}" in {where}:', None
        yield 3, f"self.{give.artifact} = {give.name}", None
    else:
        yield 2, f"self.{give.artifact} = {give.name}", None


def _tail(names: Names) -> Iterator[Line]:
    yield from ((0, "", None), (0, "", None))
    yield 0, 'if __name__ == "__main__":', None
    yield 1, f"{names.flow}()", None


def _heading(notebook: Notebook, index: int) -> str:
    """The heading right above a code cell, for its marker."""
    for cell in reversed(notebook.cells[:index]):
        if cell.kind == "code":
            return ""
        found = headings(cell)
        if found:
            return f" {found[-1][1]}"
    return ""


def _wrapped(word: str, names: tuple[str, ...]) -> list[str]:
    """`global a, b, …` over as many lines as it takes."""
    lines: list[str] = []
    current = ""
    for name in names:
        if current and len(word) + len(current) + len(name) > WIDTH - 10:
            lines.append(word + current)
            current = ""
        current = f"{current}, {name}" if current else name
    return [*lines, word + current] if current else lines
