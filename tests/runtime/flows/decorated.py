"""Steps under Metaflow's own decorators."""

from metaflow import FlowSpec, catch, current, resources, retry, step, timeout
from workbench.runtime import notebook_step


class DecoratedFlow(FlowSpec):
    @resources(memory=500)
    @retry(times=1, minutes_between_retries=0)
    @notebook_step
    @step(start=True)
    def flaky(self):
        """Fails once."""
        # %% a1 Flaky
        print("attempt", current.retry_count)
        if current.retry_count == 0:
            raise RuntimeError("once")
        items = [1, 2, 3]

        self.items = items
        self.next(self.each, foreach="items")

    @notebook_step
    @step
    def each(self):
        """One item."""
        item = self.input
        # %% b2 Each
        double = item * 2

        self.double = double
        self.next(self.gather)

    @notebook_step
    @step
    def gather(self, inputs):
        """Gather."""
        self.doubles = [each.double for each in inputs]
        self.next(self.caught)

    @catch(var="problem", print_exception=False)
    @timeout(seconds=60)
    @notebook_step
    @step
    def caught(self):
        """Fails for good."""
        # %% c3 Caught
        1 / 0

        self.next(self.last)

    @notebook_step
    @step(end=True)
    def last(self):
        """Last."""
        doubles, problem = self.doubles, self.problem
        # %% d4 Last
        print(doubles, problem.type)


if __name__ == "__main__":
    DecoratedFlow()
