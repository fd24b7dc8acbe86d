"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        import numpy as np

        def draft(v):
            return np.sum(v)
        # %% pla02
        v = [1, 2]
        show(draft(v))

        self.v = v
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        import numpy as np

        v = self.v
        def draft(v):
            return np.sum(v)
        # %% pla03
        print(draft(v))


if __name__ == "__main__":
    NotebookFlow()
