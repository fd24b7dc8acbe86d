"""Études.

Some words.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def etudes(self):
        # %% hea02
        start = 1

        self.start = start
        self.next(self.load_the_data)

    @notebook_step
    @step
    def load_the_data(self):
        r"""What is there, with $\alpha$.

        Inside.
        """
        start = self.start
        # %% hea04 1. Load the data
        data = [start, 2]
        show(data)
        # %% hea06 Inside
        total = sum(data)

        self.total = total
        self.next(self.import_step)

    @notebook_step
    @step(end=True)
    def import_step(self):
        """Import."""
        import math

        total = self.total
        # %% hea09
        print(total, math.pi)


if __name__ == "__main__":
    NotebookFlow()
