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
        import random

        # %% may00
        flag = random.random() > 2
        if flag:
            note = "seen"
        for i in range(3):
            last = i
        for item in [j for j in []]:
            never = item

        self.flag = flag
        self.i = i
        self.last = last
        if "never" in locals():
            self.never = never
        if "note" in locals():
            self.note = note
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        flag, i, last = self.flag, self.i, self.last
        if hasattr(self, "note"):
            note = self.note
        # %% may01
        print(last, i)
        if flag:
            print(note)

        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        if hasattr(self, "never"):
            never = self.never
        # %% may02
        try:
            never
        except NameError:
            print("never")


if __name__ == "__main__":
    NotebookFlow()
