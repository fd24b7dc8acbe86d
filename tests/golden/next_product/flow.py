"""Which product comes next?

A first-order Markov model over sessions of the shop.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, JSONType, Parameter, resources, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


def in_range(frame):
    return frame[frame.price.between(*PRICE_RANGE)]


class NotebookFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1, help="smoothing of the transition counts")
    day = Parameter("day", default="2026-10-01")
    left_out = Parameter("left_out", type=JSONType, default="[]", help="the products to leave out, by sku")

    @notebook_step
    @step(start=True)
    def load(self):
        """Sessions of the last week, as the mart has them."""
        global PRICE_RANGE
        import workbench

        day = self.day
        # %% nex05 Load
        PRICE_RANGE = (1, 50)
        # %% nex06
        sessions = workbench.sql("""
            select *
            from session_interactions
            where day = :day  -- the day's partition
        """, day=day)
        show(workbench.table(sessions))
        # %% nex08
        sessions = in_range(sessions)
        show(sessions.head())

        self.sessions = sessions
        self.next(self.train)

    @resources(memory=16000)
    @notebook_step
    @step(end=True)
    def train(self):
        """Count transitions, smooth, rank."""
        alpha, sessions = self.alpha, self.sessions
        # %% nex10 Train
        # every pair gets a little mass, seen or not
        transitions = sessions.groupby(["sku", "next_sku"]).size() + alpha
        show(transitions.nlargest(10))

        self.transitions = transitions


if __name__ == "__main__":
    NotebookFlow()
