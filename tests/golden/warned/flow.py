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
        # %% war00
        rows = [1, 2]
        limit = 3

        self.limit = limit
        self.rows = rows
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        limit, rows = self.limit, self.rows
        # %% war02
        print(rows, limit)


if __name__ == "__main__":
    NotebookFlow()
