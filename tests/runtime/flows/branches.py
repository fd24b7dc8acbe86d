"""Branches that get along."""

from metaflow import FlowSpec, Parameter, step
from workbench.runtime import notebook_step


class BranchesFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.5)

    @notebook_step
    @step(start=True)
    def load(self):
        """Load."""
        import random

        # %% load
        random.seed(3)
        rows = [1, 2]
        names = rows
        late = {"k": 1}

        self.rows, self.names, self.late = rows, names, late
        self.next(self.left, self.right)

    @notebook_step
    @step
    def left(self):
        """Left."""
        import random

        rows = self.rows
        # %% left
        x = sum(rows) + round(random.random(), 3)

        self.x = x
        self.next(self.more)

    @notebook_step
    @step
    def more(self):
        """More of the left."""
        x = self.x
        # %% more
        xs = [x]
        xs.append(x)

        self.xs = xs
        self.next(self.join)

    @notebook_step
    @step
    def right(self):
        """Right: changes what only it uses."""
        late = self.late
        # %% right
        late["k"] += 1
        y = late["k"]

        self.y, self.late = y, late
        self.next(self.join)

    @notebook_step
    @step
    def join(self, inputs):
        """Join."""
        xs = inputs.more.xs
        y = inputs.right.y
        self.rows = inputs.more.rows
        self.names = inputs.right.names
        self.late = inputs.right.late
        # %% join
        z = xs[0] + y

        self.z = z
        self.next(self.last)

    @notebook_step
    @step(end=True)
    def last(self):
        """Last."""
        import random

        rows, names, late, z, alpha = self.rows, self.names, self.late, self.z, self.alpha
        # %% last
        rows.append(3)
        print(names is rows, names, late, z, round(random.random(), 3), alpha)


if __name__ == "__main__":
    BranchesFlow()
