"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, raises_exception, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True, end=True)
    def a(self):
        # %% rai00
        with raises_exception():
            x = 1
            show(1 / 0)
        # %% rai01
        print(x)


if __name__ == "__main__":
    NotebookFlow()
