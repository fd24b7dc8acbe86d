"""Which product comes next?"""

from metaflow import FlowSpec, JSONType, Parameter, step
from workbench.runtime import notebook_step, raises_exception, show

__notebook__ = "../notebooks/next_product.ipynb"


class CardFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1, help="smoothing of the transition counts")
    n_neighbours = Parameter("n_neighbours", default=20, help="how many neighbours vote")
    days = Parameter("days", default=["2026-10-01", "2026-10-02"], type=JSONType, help="the days to read")

    @notebook_step
    @step(start=True)
    def load(self):
        """Sessions of the last week, **as the mart has them**.

        Every session is a list of products in the order they were seen; what *follows* a product is what the
        models are to learn. Details in the [definition](https://example.com/definition).

        - views, adds and purchases count alike
        - repeats within a session are kept
        """
        import workbench

        # %% [setup] 1f00 Options
        import pandas as pd

        pd.set_option("display.precision", 3)
        # %% b7e0 Load
        import numpy as np

        rng = np.random.default_rng(0)
        sessions = pd.DataFrame(
            {
                "session": [f"s{i:04d}" for i in range(1000)],
                "product": rng.choice(["shoe", "shirt", "hat", "sock"], 1000),
                "price": rng.gamma(2.0, 20.0, 1000),
                "seconds": rng.exponential(30, 1000),
            }
        )
        print(f"{len(sessions):,} sessions")
        show(sessions.head(8))
        # %% c2d9 What do people look at?
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots(figsize=(7, 3))
        sessions.groupby("product").price.mean().sort_values().plot.barh(ax=ax, color="#4878d0")
        ax.set_xlabel("mean price")
        # %% hostile Outputs from elsewhere
        from IPython.display import HTML, Javascript, Markdown, SVG

        display(HTML('<b onclick="alert(1)">bold</b><script>document.title = "hacked"</script>'))
        display(HTML('<iframe src="https://example.com"></iframe><a href="javascript:alert(1)">link</a>'))
        display(HTML('<img src="https://example.com/spy.png" onerror="alert(1)"><style>body{display:none}</style>after'))
        display(HTML('<svg onload="alert(1)"><circle r="5"/></svg><form action="https://example.com"><input></form>'))
        display(Javascript("document.title = 'hacked'"))
        display(Markdown('[click](javascript:alert(1)) <img src=x onerror=alert(1)>'))
        display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><script>alert(1)</script>'
                    '<rect width="60" height="20" fill="#4878d0" onclick="alert(1)"/></svg>'))

        self.sessions = sessions
        self.next(self.train)

    @notebook_step
    @step(end=True)
    def train(self):
        """Count transitions, smooth, rank."""
        import workbench

        # %% [setup] 1f00 Options
        import pandas as pd

        pd.set_option("display.precision", 3)
        sessions, alpha = self.sessions, self.alpha
        # %% d4 Train
        # every pair gets a little mass, seen or not
        counts = sessions.groupby("product").size() + alpha
        for step, loss in enumerate([1.0, 0.6, 0.4, 0.35, 0.33]):
            workbench.log_metric("loss", loss, step=step)
        show(counts.to_frame("count"))
        # %% e5 Evaluate
        import sys

        workbench.log_metric("MRR@20", 0.31415)
        workbench.log_metric("HR@20", 0.52)
        workbench.log_metric("popularity MRR@20", 0.1234)
        workbench.log_parameter("model", "markov")
        print("popularity is the baseline", file=sys.stderr)
        with raises_exception():
            counts["trousers"]
        show({"MRR@20": 0.314, "HR@20": 0.52})

        self.counts = counts


if __name__ == "__main__":
    CardFlow()
