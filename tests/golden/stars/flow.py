"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from math import *

from metaflow import FlowSpec, step as step_
from workbench.runtime import notebook_step

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step_(start=True)
    def step(self):
        from os.path import join

        # %% sta01
        y = sqrt(4)
        print(join("a", "b"))

        self.y = y
        self.next(self.c)

    @notebook_step
    @step_(end=True)
    def c(self):
        y = self.y
        # %% sta02
        print(floor(y))


if __name__ == "__main__":
    NotebookFlow()
