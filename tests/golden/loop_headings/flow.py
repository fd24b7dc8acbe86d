"""By headings.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import fan_out, notebook_step

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def read(self):
        # %% loo02 Read
        names = ["a.csv", "b.csv"]
        # %% loo03
        sizes = []
        read_items = fan_out(names)

        self.read_items = read_items
        self.sizes = sizes
        self.next(self.read_each, foreach="read_items")

    @notebook_step
    @step
    def read_each(self):
        """One iteration of the loop over `names`."""
        read_items = self.input
        sizes = []
        # %% loo03
        for name in read_items:
            import os
            size = len(os.path.splitext(name)[1])
            sizes.append(size)

        if "name" in locals():
            self.name_ = name
        if "size" in locals():
            self.size = size
        self.new_sizes = sizes
        self.next(self.read_gather)

    @notebook_step
    @step
    def read_gather(self, inputs):
        """Put together what the iterations gathered, in the loop's order."""
        sizes = inputs[-1].sizes
        for task in inputs:
            sizes.extend(task.new_sizes)

        if hasattr(inputs[-1], "name_"):
            self.name_ = inputs[-1].name_
        if hasattr(inputs[-1], "size"):
            self.size = inputs[-1].size
        self.sizes = sizes
        self.next(self.tell)

    @notebook_step
    @step(end=True)
    def tell(self):
        sizes = self.sizes
        if hasattr(self, "name_"):
            name = self.name_
        if hasattr(self, "size"):
            size = self.size
        # %% loo05 Tell
        print(sizes, size, name)


if __name__ == "__main__":
    NotebookFlow()
