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
        # %% tex00
        # before
        text = """first
  second
"""  # after

        numbers = [
            1,

            2,
        ]
        name = f"""{text}
{numbers}
"""
        # last
        show((text
         + name))
        # %% tex01
        #  %% a cell in another editor
        x = 1
        #  %% another
        if x:
            # %% deeper
            pass
        # %% tex02
        show((1, 2))
        # %% tex03
        text;
        # %% tex04
        é = "ü"; show(é)
        # %% tex05
        show(lambda: text)

        self.name_ = name
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        name = self.name_
        # %% tex06
        show(name)


if __name__ == "__main__":
    NotebookFlow()
