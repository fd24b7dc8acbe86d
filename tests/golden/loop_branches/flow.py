"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import fan_out, notebook_step, show

__notebook__ = "notebook.ipynb"


def scaled(text):
    return len(text) * level


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def load(self):
        # %% loo00
        days = ["mon", "tue"]
        level = 2

        self.days = days
        self.level = level
        self.next(self.views, self.names)

    @notebook_step
    @step
    def views(self):
        days = self.days
        # %% loo01
        lengths = {}
        views_items = fan_out(days)

        self.lengths = lengths
        self.views_items = views_items
        self.next(self.views_each, foreach="views_items")

    @notebook_step
    @step
    def views_each(self):
        """One iteration of the loop over `days`."""
        global level
        level, views_items = self.level, self.input
        lengths = {}
        # %% loo01
        for day in views_items:
            lengths[day] = scaled(day)

        self.new_lengths = lengths
        self.next(self.views_gather)

    @notebook_step
    @step
    def views_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        lengths = inputs[-1].lengths
        for task in inputs:
            lengths.update(task.new_lengths)

        self.lengths = lengths
        self.next(self.join_views_names)

    @notebook_step
    @step
    def names(self):
        days = self.days
        # %% loo02
        upper = []
        names_items = fan_out(days)

        self.names_items = names_items
        self.upper = upper
        self.next(self.names_each, foreach="names_items")

    @notebook_step
    @step
    def names_each(self):
        """One iteration of the loop over `days`."""
        names_items = self.input
        upper = []
        # %% loo02
        for day in names_items:
            upper.append(day.upper())

        self.new_upper = upper
        self.next(self.names_gather)

    @notebook_step
    @step
    def names_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        upper = inputs[-1].upper
        for task in inputs:
            upper.extend(task.new_upper)
        # %% loo02
        print(upper)

        self.upper = upper
        self.next(self.join_views_names)

    @notebook_step
    @step
    def join_views_names(self, inputs):
        """Join views_gather and names_gather."""
        self.lengths = inputs.views_gather.lengths
        self.upper = inputs.names_gather.upper
        self.next(self.join)

    @notebook_step
    @step
    def join(self):
        lengths, upper = self.lengths, self.upper
        # %% loo03
        pairs = []
        join_items = fan_out(zip(upper, lengths.values()))

        self.join_items = join_items
        self.pairs = pairs
        self.next(self.join_each, foreach="join_items")

    @notebook_step
    @step
    def join_each(self):
        """One iteration of the loop over `zip(upper, lengths.values())`."""
        join_items = self.input
        pairs = []
        # %% loo03
        for name, length in join_items:
            pairs.append((name, length))

        self.new_pairs = pairs
        self.next(self.join_gather)

    @notebook_step
    @step
    def join_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        pairs = inputs[-1].pairs
        for task in inputs:
            pairs.extend(task.new_pairs)

        self.pairs = pairs
        self.next(self.show)

    @notebook_step
    @step(end=True)
    def show(self):
        pairs = self.pairs
        # %% loo04
        show(pairs)


if __name__ == "__main__":
    NotebookFlow()
