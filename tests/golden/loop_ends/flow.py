"""Two loops.

One step, and nothing comes after it.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import fan_out, notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def both(self):
        # %% loo01 Two loops
        squares = []
        both_items = fan_out(range(4))

        self.both_items = both_items
        self.squares = squares
        self.next(self.both_each, foreach="both_items")

    @notebook_step
    @step
    def both_each(self):
        """One iteration of the loop over `range(4)`."""
        both_items = self.input
        squares = []
        # %% loo01 Two loops
        for number in both_items:
            squares.append(number ** 2)

        self.new_squares = squares
        self.next(self.both_gather)

    @notebook_step
    @step
    def both_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        squares = inputs[-1].squares
        for task in inputs:
            squares.extend(task.new_squares)

        self.squares = squares
        self.next(self.both_2)

    @notebook_step
    @step
    def both_2(self):
        squares = self.squares
        # %% loo02
        # in the order of the squares
        roots = []
        both_items_2 = fan_out(squares)

        self.both_items_2 = both_items_2
        self.roots = roots
        self.next(self.both_each_2, foreach="both_items_2")

    @notebook_step
    @step
    def both_each_2(self):
        """One iteration of the loop over `squares`."""
        both_items_2 = self.input
        roots = []
        # %% loo02
        for square in both_items_2:
            roots.append(square ** 0.5)

        self.new_roots = roots
        self.next(self.both_gather_2)

    @notebook_step
    @step
    def both_gather_2(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        roots = inputs[-1].roots
        for task in inputs:
            roots.extend(task.new_roots)

        self.roots = roots
        self.next(self.both_rest)

    @notebook_step
    @step(end=True)
    def both_rest(self):
        roots = self.roots
        # %% loo02
        show(roots)


if __name__ == "__main__":
    NotebookFlow()
