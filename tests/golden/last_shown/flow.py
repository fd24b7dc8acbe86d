"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% las00
        p = 3
        show(p + 1)

        self.last_shown = _
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        import builtins

        builtins._ = self.last_shown
        # %% las01
        q = _ + 1
        print(q)

        self.q = q


if __name__ == "__main__":
    NotebookFlow()
