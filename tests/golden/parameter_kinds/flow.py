"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, JSONType, Parameter, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    count = Parameter("count", default=3)
    rate = Parameter("rate", default=0.5, help="of change")
    label = Parameter("label", default="x")
    flag = Parameter("flag", default=False)
    nothing = Parameter("nothing", default=None, type=str)
    weights = Parameter("weights", type=JSONType, default="[1, 2]")
    pair = Parameter("pair", type=JSONType, default="[1, 2]")
    table = Parameter("table", type=JSONType, default='{"a": [1]}')

    @notebook_step
    @step(start=True)
    def a(self):
        count, pair, weights = self.count, tuple(self.pair), self.weights
        # %% par01
        weights.append(count)
        count = count + 1
        show(pair)

        self.count_ = count
        self.weights_ = weights
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        count = self.count_
        flag = self.flag
        label = self.label
        nothing = self.nothing
        pair = tuple(self.pair)
        rate = self.rate
        table = self.table
        weights = self.weights_
        # %% par02
        print(weights, count, pair, rate, label, flag, nothing, table)


if __name__ == "__main__":
    NotebookFlow()
