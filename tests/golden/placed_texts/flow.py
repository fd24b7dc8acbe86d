"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        import numpy as np

        # what stays on the left stays there
        def draft(v):
            return f"""total:
{np.sum(v)}"""
        # %% plt01
        v = [1, 2]
        print(draft(v))

        self.v = v
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        v = self.v
        # %% plt02
        def draft(v):
            return v

        print(draft(v))


if __name__ == "__main__":
    NotebookFlow()
