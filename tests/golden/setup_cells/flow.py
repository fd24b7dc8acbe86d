"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, Parameter, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    digits = Parameter("digits", default=3)

    @notebook_step
    @step(start=True)
    def a(self):
        digits = self.digits
        # %% [setup] set01
        import pandas as pd
        pd.set_option("display.precision", digits)
        seen = []
        limit = 5
        # %% set02
        limit = limit + 1
        show(pd.Series([1.23456]))

        self.limit = limit
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        digits = self.digits
        # %% [setup] set01
        import pandas as pd
        pd.set_option("display.precision", digits)
        seen = []
        limit = 5
        limit = self.limit
        # %% set03
        print(limit)


if __name__ == "__main__":
    NotebookFlow()
