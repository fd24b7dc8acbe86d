"""What a task records is what a client of a Jupyter kernel records for the same cells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# id, the notebook's source, and the flow's where the compiler writes another
CELLS: list[tuple[str, str, str | None]] = [
    ("prints", "import sys\nprint('a')\nprint('b', end='')\nprint('c', file=sys.stderr)\nprint('d')", None),
    ("result", "x = 3\nx + 1", "x = 3\nshow(x + 1)"),
    ("last", "y = _ + 1\nprint(y)", None),
    ("none", "None", "show(None)"),
    ("mixed", "print('before')\ndisplay({'k': 1})\nprint('after')\n'end'",
     "print('before')\ndisplay({'k': 1})\nprint('after')\nshow('end')"),
    ("shell", "import os\n!echo hi; echo there", "import os\nget_ipython().system('echo hi; echo there')"),
    ("frame", "import pandas as pd\ndf = pd.DataFrame({'a': range(3), 'b': list('xyz')})\ndf",
     "import pandas as pd\ndf = pd.DataFrame({'a': range(3), 'b': list('xyz')})\nshow(df)"),
    ("wide", "pd.DataFrame([range(40)])", "show(pd.DataFrame([range(40)]))"),
    ("plot", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')\nplt.title('t');",
     "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')\nplt.title('t')"),
    ("axes", "plt.figure(figsize=(2, 1))\nplt.bar([1], [2])", "plt.figure(figsize=(2, 1))\nshow(plt.bar([1], [2]))"),
    ("cleared", "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')", None),
    ("waiting", "print('gone')\nclear_output(wait=True)\nprint('next')", None),
    ("updated", "handle = display('one', display_id='h')\nprint('x')\nhandle.update('two')", None),
    ("later", "from IPython.display import update_display\nupdate_display('three', display_id='h')", None),
    ("classes", "class P:\n    def __init__(self): self.v = 1\nprint(P, P().v)\nP",
     "class P:\n    def __init__(self): self.v = 1\nprint(P, P().v)\nshow(P)"),
    ("function", "def f(): return 1\nprint(f.__qualname__, f.__module__)", None),
    ("await", "import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 4\nawait g()",
     "import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 4\nshow(wait(g()))"),
    ("rich", "from IPython.display import HTML\nHTML('<b>x</b>')",
     "from IPython.display import HTML\nshow(HTML('<b>x</b>'))"),
    ("precision", "%precision 3\n1 / 3", "get_ipython().run_line_magic('precision', '3')\nshow(1 / 3)"),
    ("itself", "class D:\n    def _ipython_display_(self): print('myself')\nD()",
     "class D:\n    def _ipython_display_(self): print('myself')\nshow(D())"),
    ("frontend", "print(get_ipython().__class__.__name__, sys.stdout.isatty(), __name__, os.environ['TERM'])", None),
    ("logged", "import logging\nlogging.basicConfig(stream=sys.stdout)\nlogging.warning('hello')", None),
    ("fails", "print('then')\n1 / 0", "print('then')\nwith raises_exception():\n    show(1 / 0)"),
    ("stops", "next(iter([]))", "with raises_exception():\n    show(next(iter([])))"),
]  # fmt: skip

FLOW = '''
from metaflow import FlowSpec, step
from workbench.runtime import get_ipython, notebook_step, raises_exception, show, wait


class KernelFlow(FlowSpec):
    @notebook_step
    @step(start=True, end=True)
    def cells(self):
        """All cells."""
{body}


if __name__ == "__main__":
    KernelFlow()
'''


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, run_flow: Any) -> dict[str, list[dict[str, Any]]]:
    """The outputs of the flow's task, by cell."""
    folder = tmp_path_factory.mktemp("kernel")
    lines = []
    for id, source, flow in CELLS:
        lines += [f"# %% {id}", *(flow or source).splitlines()]
    file = folder / "source" / "kernel.py"
    file.parent.mkdir()
    file.write_text(FLOW.format(body="\n".join(" " * 8 + line for line in lines)))
    run = run_flow(file, folder / "run")
    assert run.status == 0, run.log
    return {id: cell["outputs"] for id, cell in run.cells("cells").items()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The outputs of the kernel, by cell."""
    import nbclient
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for _, source, _ in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = str(tmp_path_factory.mktemp("reference"))
    nbclient.NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": folder}}
    ).execute()
    return {id: cell["outputs"] for (id, _, _), cell in zip(CELLS, notebook.cells, strict=True)}


@pytest.mark.parametrize("id", [id for id, _, _ in CELLS])
def test_outputs_are_the_kernels(
    id: str, recorded: dict[str, list[dict[str, Any]]], reference: dict[str, list[dict[str, Any]]]
) -> None:
    """The outputs of a cell are the kernel's: kinds, order, texts, MIME types and metadata."""
    assert [_comparable(each) for each in recorded[id]] == [_comparable(dict(each)) for each in reference[id]]


def _comparable(output: dict[str, Any]) -> dict[str, Any]:
    """An output without what differs from run to run: counts, addresses, and where a traceback's files are."""
    made = {key: value for key, value in output.items() if key not in ("execution_count", "traceback")}
    if "data" in made:
        made["data"] = {key: _steady(value) for key, value in made["data"].items()}
    if "text" in made:
        made["text"] = _steady(made["text"])
    return made


def _steady(value: Any) -> Any:
    return re.sub(r"0x[0-9a-f]+", "0x", value) if isinstance(value, str) else value


def test_everything_reaches_the_log(tmp_path: Path, run_flow: Any) -> None:
    """What cells, subprocesses and forked children print, and what is displayed, is in Metaflow's own log."""
    file = tmp_path / "source" / "log.py"
    file.parent.mkdir()
    body = """# %% a
import os
print('printed')
os.system('echo from-a-process')
show({'displayed': 1})
child = os.fork()
if not child:
    print('from-a-child')
    os._exit(0)
os.waitpid(child, 0)"""
    file.write_text(FLOW.format(body="\n".join(" " * 8 + line for line in body.splitlines())))
    run = run_flow(file, tmp_path / "run")
    assert run.status == 0
    assert all(text in run.log for text in ("printed", "from-a-process", "{'displayed': 1}", "from-a-child"))
    assert run.texts("cells")["a"] == "printed\nfrom-a-process\nfrom-a-child\n"
