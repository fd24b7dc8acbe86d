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
        import numpy as np

        # %% bra00
        rng = np.random.default_rng(7)
        xs = rng.normal(size=100)
        labels = {}

        self.labels = labels
        self.xs = xs
        self.next(self.mean, self.spread)

    @notebook_step
    @step
    def mean(self):
        xs = self.xs
        # %% bra01
        mean = xs.mean()

        self.mean_ = mean
        self.next(self.report)

    @notebook_step
    @step
    def spread(self):
        labels, xs = self.labels, self.xs
        # %% bra02
        spread = xs.std()
        labels["spread"] = "σ"

        self.labels = labels
        self.spread_ = spread
        self.next(self.report)

    @notebook_step
    @step
    def report(self, inputs):
        labels, mean, spread = inputs.spread.labels, inputs.mean.mean_, inputs.spread.spread_
        # %% bra03
        print(f"{mean:.2f} ± {spread:.2f}", labels)

        self.xs = inputs.spread.xs
        self.next(self.archive)

    @notebook_step
    @step(end=True)
    def archive(self):
        xs = self.xs
        # %% bra04
        print(len(xs))


if __name__ == "__main__":
    NotebookFlow()
