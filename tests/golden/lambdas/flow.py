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
        global k
        # %% lam00
        k = 2
        j = 1
        double = lambda v: v * k
        keys = {"a": lambda v: v + j}

        self.double = double
        self.j = j
        self.keys = keys
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        global k
        double, keys = self.double, self.keys
        # %% lam01
        k = 3
        print(double(1), keys["a"](1))

        self.k = k
        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        global k
        double, j, k = self.double, self.j, self.k
        # %% lam02
        print(double(2), sorted([2, 1], key=lambda v: v * j))


if __name__ == "__main__":
    NotebookFlow()
