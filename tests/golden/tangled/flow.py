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
        # %% tan00
        orders = [3, 1, 2]
        limit = 10

        self.orders = orders
        self.next(self.a, self.b, self.c)

    @notebook_step
    @step
    def a(self):
        orders = self.orders
        # %% tan01
        low = min(orders)

        self.low = low
        self.next(self.join_a_b_c)

    @notebook_step
    @step
    def b(self):
        orders = self.orders
        # %% tan02
        high = max(orders)
        limit = 5

        self.high = high
        self.limit = limit
        self.next(self.join_a_b_c)

    @notebook_step
    @step
    def c(self):
        orders = self.orders
        # %% tan03
        count = len(orders)

        self.count = count
        self.next(self.join_a_b_c)

    @notebook_step
    @step
    def join_a_b_c(self, inputs):
        """Join a and b and c."""
        self.count = inputs.c.count
        self.high = inputs.b.high
        self.limit = inputs.b.limit
        self.low = inputs.a.low
        self.next(self.split_d_e)

    @notebook_step
    @step
    def split_d_e(self):
        """Run d and e beside each other."""
        self.next(self.d, self.e)

    @notebook_step
    @step
    def d(self):
        high, low = self.high, self.low
        # %% tan04
        spread = high - low

        self.spread = spread
        self.next(self.join_d_e)

    @notebook_step
    @step
    def e(self):
        count, high, limit = self.count, self.high, self.limit
        # %% tan05
        rate = high / count + limit

        self.rate = rate
        self.next(self.join_d_e)

    @notebook_step
    @step
    def join_d_e(self, inputs):
        """Join d and e."""
        self.limit = inputs.e.limit
        self.rate = inputs.e.rate
        self.spread = inputs.d.spread
        self.next(self.report)

    @notebook_step
    @step(end=True)
    def report(self):
        limit, rate, spread = self.limit, self.rate, self.spread
        # %% tan06
        print(spread, rate, limit)


if __name__ == "__main__":
    NotebookFlow()
