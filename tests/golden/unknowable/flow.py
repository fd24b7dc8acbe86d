"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

import math
from metaflow import FlowSpec, step
from workbench.runtime import notebook_step

__notebook__ = "notebook.ipynb"


def area(r):
    return math.pi * r ** 2


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% unk01
        x = 3
        y = 4

        self.x = x
        self.y = y
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        global x, y
        x, y = self.x, self.y
        # %% unk02
        print(eval("area(x) + y", globals()))
        exec("x = 5", globals())

        self.x = x
        self.y = y
        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        global x, y
        x, y = self.x, self.y
        # %% unk03
        print(x, "y" in globals(), 'z' in globals())


if __name__ == "__main__":
    NotebookFlow()
