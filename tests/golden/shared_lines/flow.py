"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from math import *

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% sha00
        pass; x = 1; show(x)
        # %% sha01
        pass; y = sqrt(4)
        z = 1; import json; show(json.dumps(z))

        self.y = y
        self.z = z
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        import os

        y, z = self.y, self.z
        # %% sha02
        print(y, z, os.sep, floor(2.5))


if __name__ == "__main__":
    NotebookFlow()
