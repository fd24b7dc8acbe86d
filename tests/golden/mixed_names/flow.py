"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step

__notebook__ = "notebook.ipynb"


def cut(v):
    return floor(v)


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        global floor
        from math import floor

        # %% mix01
        print(cut(1.5))

        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        global floor
        # %% mix02
        floor = round
        print(cut(1.5))

        self.floor = floor


if __name__ == "__main__":
    NotebookFlow()
