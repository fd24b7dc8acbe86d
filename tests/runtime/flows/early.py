"""Libraries that the flow's module imports, because its functions use them."""

import matplotlib.pyplot as plt
import pandas as pd
from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show


def draw():
    plt.plot([1, 2])


class EarlyFlow(FlowSpec):
    @notebook_step
    @step(start=True, end=True)
    def only(self):
        """Only."""
        # %% wide
        show(pd.DataFrame([range(40)]))
        # %% plot
        draw()


if __name__ == "__main__":
    EarlyFlow()
