"""notebook.

Promoted from notebook.ipynb by `workbench promote`: edit the notebook and promote again.
"""

from metaflow import FlowSpec, Parameter, step
from workbench.runtime import notebook_step, show

__notebook__ = "notebook.ipynb"


class NotebookFlow(FlowSpec):
    day = Parameter("day", default="2026-10-01")

    @notebook_step
    @step(start=True)
    def a(self):
        import workbench

        day = self.day
        # %% [setup] sql02
        n = 3
        # %% sql01
        show(workbench.table(workbench.sql("select v:a.b::text, ':no' from t where day = :day and n > :n", day=day, n=n)))
        # %% sql03
        one = workbench.sql("""select 'it''s
   two lines' as x""", connection="prod", as_="arrow", limit=1000)
        show(workbench.table(one))

        self.one = one
        self.next(self.b)

    @notebook_step
    @step(end=True)
    def b(self):
        import workbench

        day = self.day
        # %% [setup] sql02
        n = 3
        one = self.one
        # %% sql04
        count = workbench.sql("select count(*) from t where day = :day", day=day)
        show(one.shape)

        self.count = count


if __name__ == "__main__":
    NotebookFlow()
