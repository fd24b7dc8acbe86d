"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import fan_out, notebook_step, recording, replay

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def load(self):
        # %% loo01
        rows = [("a", 0.1), ("b", 0.2), ("a", 0.7)]

        self.rows = rows
        self.next(self.count)

    @notebook_step
    @step
    def count(self):
        from collections import defaultdict

        rows = self.rows
        # %% loo02
        total = 0.0
        count = 0
        by_key = defaultdict(list)
        count_items = fan_out(enumerate(rows))

        self.by_key = by_key
        self.count_ = count
        self.count_items = count_items
        self.total = total
        self.next(self.count_each, foreach="count_items")

    @notebook_step
    @step
    def count_each(self):
        """One iteration of the loop over `enumerate(rows)`."""
        by_key = recording(self.by_key)
        count = recording(self.count_)
        count_items = self.input
        total = recording(self.total)
        # %% loo02
        for place, (key, value) in count_items:
            if not value:
                continue
            total += value
            count = count + 1
            by_key[key].append(place)

        self.new_by_key = by_key
        self.new_count = count
        self.new_total = total
        self.next(self.count_gather)

    @notebook_step
    @step
    def count_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        by_key, count, total = inputs[-1].by_key, inputs[-1].count_, inputs[-1].total
        for task in inputs:
            by_key = replay(task.new_by_key, by_key)
            count = replay(task.new_count, count)
            total = replay(task.new_total, total)

        self.by_key = by_key
        self.count_ = count
        self.total = total
        self.next(self.report)

    @notebook_step
    @step(end=True)
    def report(self):
        by_key, count, total = self.by_key, self.count_, self.total
        # %% loo03
        print(total / count, dict(by_key))


if __name__ == "__main__":
    NotebookFlow()
