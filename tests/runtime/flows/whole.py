"""A flow of one step, as plain as can be."""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step


class WholeFlow(FlowSpec):
    @notebook_step
    @step(start=True, end=True)
    def only(self):
        """Only."""
        # %% a1
        x = [1, 2]

        self.x = x


if __name__ == "__main__":
    WholeFlow()
