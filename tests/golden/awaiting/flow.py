"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

import asyncio
from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show, wait

__notebook__ = "notebook.ipynb"


async def fetch(n):
    await asyncio.sleep(0)
    return n


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% awa01
        one = wait(fetch(1))
        both = wait(asyncio.gather(fetch(1), fetch(wait(fetch(2)))))
        show(wait(fetch(3)))

        self.both = both
        self.one = one
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        both, one = self.both, self.one
        # %% awa02
        print(one, both)


if __name__ == "__main__":
    NotebookFlow()
