"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, step
from workbench.runtime import get_ipython, notebook_step, show, timed

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def a(self):
        # %% she00
        get_ipython().run_line_magic('matplotlib', 'inline')
        get_ipython().system('echo one')
        names = get_ipython().getoutput('echo two')
        folder = get_ipython().run_line_magic('pwd', '')
        # %% she01
        with timed():
            total = sum(range(10))
            show(total)
        # %% she02
        with timed():
            largest = max(names)
        with timed():
            show(largest)

        self.folder = folder
        self.largest = largest
        self.names = names
        self.total = total
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        global capture_output, folder, largest, names, out, total
        from IPython.utils.capture import capture_output

        folder, largest, names, total = self.folder, self.largest, self.names, self.total
        # %% she03
        get_ipython().run_cell_magic("bash", "", 'echo three "$HOME"')
        # %% she04
        with capture_output() as out:
            print(total)
        # %% she05
        print(out.stdout); show(largest)
        # %% she06
        get_ipython().system("echo {largest} $total")


if __name__ == "__main__":
    NotebookFlow()
