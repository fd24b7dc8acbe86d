"""A notebook's tagged cells in, the text of a Metaflow flow out; or what stands in the way.

    cell_facts(Cell) → CellFacts    step_graph(Notebook) → StepGraph    flow_source(StepGraph) → FlowSource

Pure: no file, no clock, no environment. IPython is imported only for cells that its syntax needs it for.
"""

from __future__ import annotations

from workbench.compiler.emit import flow_source
from workbench.compiler.graph import step_graph
from workbench.compiler.model import Compilation
from workbench.notebook.model import Notebook


def compile_notebook(notebook: Notebook, *, steps: str = "tags", notebook_path: str | None = None) -> Compilation:
    """Compile a notebook. steps: "tags", or "headings" for a step each H2 section without any tags.

    notebook_path: where the notebook is, seen from the flow file's folder; default: the notebook's name.
    """
    graph, diagnostics = step_graph(notebook, steps)
    if graph is None:
        return Compilation(diagnostics)
    return Compilation(diagnostics, flow_source(graph, notebook, notebook_path or notebook.name), graph)
