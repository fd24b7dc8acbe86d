"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step, show as show_

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def load(self):
        # %% res00
        input = 1
        next = 2
        index = 3
        load = 4
        _private = 5
        max = 6
        show = 7

        self.private_ = _private
        self.index_ = index
        self.input_ = input
        self.load_ = load
        self.max = max
        self.next_ = next
        self.show = show
        self.next(self.train)

    @notebook_step
    @step(end=True)
    def train(self):
        _private = self.private_
        index = self.index_
        input = self.input_
        load = self.load_
        max = self.max
        next = self.next_
        show = self.show
        # %% res01
        print(input, next, index, load, _private, max, show)
        show_(show)


if __name__ == "__main__":
    NotebookFlow()
