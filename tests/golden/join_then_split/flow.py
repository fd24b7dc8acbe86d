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
        # %% joi00
        x = 1

        self.x = x
        self.next(self.a, self.b)

    @notebook_step
    @step
    def a(self):
        x = self.x
        # %% joi01
        a = x + 1

        self.a_ = a
        self.next(self.join_a_b)

    @notebook_step
    @step
    def b(self):
        x = self.x
        # %% joi02
        b = x + 2

        self.b_ = b
        self.next(self.join_a_b)

    @notebook_step
    @step
    def join_a_b(self, inputs):
        """Join a and b."""
        self.a_ = inputs.a.a_
        self.b_ = inputs.b.b_
        self.x = inputs.a.x
        self.next(self.c)

    @notebook_step
    @step
    def c(self):
        a, b = self.a_, self.b_
        # %% joi03
        c = a + b

        self.c_ = c
        self.next(self.d, self.e)

    @notebook_step
    @step
    def d(self):
        c = self.c_
        # %% joi04
        d = c

        self.d_ = d
        self.next(self.join_d_e)

    @notebook_step
    @step
    def e(self):
        c, x = self.c_, self.x
        # %% joi05
        e = c + x

        self.e_ = e
        self.next(self.join_d_e)

    @notebook_step
    @step
    def join_d_e(self, inputs):
        """Join d and e."""
        self.next(self.end)

    @notebook_step
    @step(end=True)
    def end(self):
        """The end of all branches."""
        pass


if __name__ == "__main__":
    NotebookFlow()
