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
        self.next(self.split_a_b, self.c)

    @notebook_step
    @step
    def split_a_b(self):
        """Run a and b beside each other."""
        self.next(self.a, self.b)

    @notebook_step
    @step
    def a(self):
        x = self.x
        # %% ref01
        a = x

        self.next(self.d)

    @notebook_step
    @step
    def b(self):
        x = self.x
        # %% ref02
        b = x

        self.next(self.d)

    @notebook_step
    @step
    def c(self):
        x = self.x
        # %% ref03
        c = x

        self.next(self.join_c_d)

    @notebook_step
    @step
    def d(self, inputs):
        # %% ref04
        d = 1

        self.next(self.join_c_d)

    @notebook_step
    @step
    def join_c_d(self, inputs):
        """Join c and d."""
        self.next(self.e)

    @notebook_step
    @step(end=True)
    def e(self):
        # %% ref05
        e = 1

        self.e_ = e


if __name__ == "__main__":
    NotebookFlow()
