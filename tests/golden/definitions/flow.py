"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

import math
from dataclasses import dataclass, field
from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


# how much
def scale(v):
    """Doc."""
    return v * k


@dataclass
class Config:
    rate: float = 0.1
    names: list = field(default_factory=list)

    def area(self):
        return math.pi * self.rate ** 2


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% def01
        k = 2
        # %% def02
        config = Config()

        def only_here(v):
            return v + k + config.rate

        show(only_here(1))

        self.config = config
        self.k = k
        self.next(self.b)

    @notebook_step
    @step
    def b(self):
        global k
        import functools

        k = self.k
        # %% def03
        results = [scale(v) for v in range(3)]

        @functools.lru_cache
        def twice(n, base=results):
            return base[n] * 2

        show(twice(1))

        self.twice = twice
        self.next(self.c)

    @notebook_step
    @step(end=True)
    def c(self):
        global k
        import os.path

        config, twice = self.config, self.twice
        # %% def04
        k = 10
        print(scale(1), twice(2), config.area(), os.path.join("a", "b"))

        self.k = k


if __name__ == "__main__":
    NotebookFlow()
