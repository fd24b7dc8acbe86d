"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def load(self):
        # %% ref00
        x = 1

        self.x = x
        self.next(self.a)

    @notebook_step
    @step
    def a(self):
        x = self.x
        # %% ref01
        a = x

        self.a_ = a
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        a = self.a_
        # %% ref02
        b = a

        self.b_ = b
        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        b = self.b_
        # %% ref03
        print(b)


if __name__ == "__main__":
    NotebookFlow()
