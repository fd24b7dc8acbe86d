"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show, timed, wait

__notebook__ = "notebook.ipynb"


def names():
    inside = base
    exec("inside = 9")
    return sorted(locals())


def timed_sum(n):
    with timed():
        print(base)
    return n


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        global asyncio, base, fetch
        import asyncio

        # %% ins00
        base = 2

        async def fetch(n):
            await asyncio.sleep(0)
            return n + base

        show(wait(fetch(1)))
        # %% ins01
        print(names())

        self.base = base
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        global base
        base = self.base
        # %% ins02
        print(timed_sum(3))

        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        global base
        base = self.base
        # %% ins03
        print(timed_sum(4), base)


if __name__ == "__main__":
    NotebookFlow()
