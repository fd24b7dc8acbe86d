"""How much smoothing?

Each strength is tried on the same views.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, resources, step
from workbench.runtime import fan_out, notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def load(self):
        # %% loo01 How much smoothing?
        views = [3, 1, 4, 1, 5, 9, 2, 6]
        strengths = [0.1, 0.3, 1.0]

        self.strengths = strengths
        self.views = views
        self.next(self.fit)

    @notebook_step
    @step
    def fit(self):
        """One task a strength."""
        strengths = self.strengths
        # %% loo03 Fit
        scores = []
        smoothed = {}

        fit_items = fan_out(strengths)

        self.fit_items = fit_items
        self.scores = scores
        self.smoothed = smoothed
        self.next(self.fit_each, foreach="fit_items")

    @resources(memory=8000)
    @notebook_step
    @step
    def fit_each(self):
        """One iteration of the loop over `strengths`."""
        fit_items, views = self.input, self.views
        scores = []
        smoothed = {}
        # %% loo03 Fit
        # the first view stands for itself
        for strength in fit_items:
            level = views[0]
            for view in views[1:]:
                level += strength * (view - level)
            error = abs(level - views[-1])
            print(f"{strength}: {error:.3f}")
            scores.append(error)
            smoothed[strength] = level

        if "strength" in locals():
            self.strength = strength
        self.new_scores = scores
        self.new_smoothed = smoothed
        self.next(self.fit_gather)

    @notebook_step
    @step
    def fit_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        scores, smoothed, strengths = inputs[-1].scores, inputs[-1].smoothed, inputs[-1].strengths
        for task in inputs:
            scores.extend(task.new_scores)
            smoothed.update(task.new_smoothed)
        # %% loo03 Fit
        best = min(zip(scores, strengths))
        show(best)

        if hasattr(inputs[-1], "strength"):
            self.strength = inputs[-1].strength
        self.best = best
        self.smoothed = smoothed
        self.next(self.report)

    @notebook_step
    @step(end=True)
    def report(self):
        best, smoothed = self.best, self.smoothed
        if hasattr(self, "strength"):
            strength = self.strength
        # %% loo05 Report
        print(best, smoothed, strength)


if __name__ == "__main__":
    NotebookFlow()
