"""Values that share something, or that plain pickle can't do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from metaflow import FlowSpec, step
from workbench.runtime import notebook_step


@dataclass
class Config:
    rate: float = 0.1


class Registry:
    known: dict = {}
    limit = 1


def make_counter():
    count = 0

    def increase():
        nonlocal count
        count += 1
        return count

    def value():
        return count

    return increase, value


def scaled(v):
    return v * factor


class IdentityFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def make(self):
        """Make them."""
        import math

        import numpy as np
        import pandas as pd

        global factor
        # %% names Names of one list
        a = [1]
        b = a
        inside = {"a": a}
        apart = [1]
        # %% functions Functions and classes
        factor = 3
        times = lambda v: v * factor
        increase, value = make_counter()
        increase()

        def fact(n):
            return 1 if n < 2 else n * fact(n - 1)

        class Local:
            def __init__(self):
                self.v = factor

            def scaled(self):
                return scaled(self.v)

        config = Config(0.5)
        local = Local()
        kit = {"hoisted": scaled, "times": times, "partial": partial(scaled, 2), "bound": a.append}
        read_csv = pd.read_csv
        # %% arrays Arrays and frames
        base = np.arange(10.0)
        view = base[2:5]
        words = np.array(["a", "b", "c"], object)
        tail = words[1:]
        frame = pd.DataFrame({"x": [1, 2, 3], "y": [1.0, 2.0, 3.0], "w": list("abc")})
        column = frame["x"]
        copied = frame.copy()
        selected = frame[frame.x > 0]
        # %% definitions State on definitions
        scaled.calls = 7
        Registry.known["a"] = Config(2.0)
        Registry.limit = 5

        self.a, self.b, self.inside, self.apart = a, b, inside, apart
        self.factor, self.times, self.increase, self.value, self.fact = factor, times, increase, value, fact
        self.Local, self.local, self.config, self.kit, self.read_csv, self.math = Local, local, config, kit, read_csv, math
        self.base, self.view, self.words, self.tail = base, view, words, tail
        self.frame, self.column, self.copied, self.selected = frame, column, copied, selected
        self.next(self.touch)

    @notebook_step
    @step
    def touch(self):
        """Change one of them, read no other."""
        a = self.a
        # %% touch Touch
        a.append(2)

        self.a = a
        self.next(self.look)

    @notebook_step
    @step(end=True)
    def look(self):
        """Look at all of them."""
        import pandas as pd

        global factor
        a, b, inside, apart = self.a, self.b, self.inside, self.apart
        factor, times, increase, value, fact = self.factor, self.times, self.increase, self.value, self.fact
        Local, local, config, kit, read_csv = self.Local, self.local, self.config, self.kit, self.read_csv
        math = self.math
        base, view, words, tail = self.base, self.view, self.words, self.tail
        frame, column, copied, selected = self.frame, self.column, self.copied, self.selected
        # %% names
        print(a is b, inside["a"] is a, a, apart)
        # %% functions
        print(times(2), kit["times"] is times, kit["hoisted"] is scaled, read_csv is pd.read_csv, fact(4))
        factor = 10
        print(times(2), kit["partial"](), local.scaled(), math.sqrt(4))
        increase()
        print(value())
        kit["bound"](3)
        print(b)
        print(type(config) is Config, isinstance(local, Local), Local, config)
        # %% arrays
        view[0] = 99
        tail[0] = "q"
        column.iloc[0] = 7
        print(base[2], words[1], frame.x[0], copied.x[0], selected.x[0])
        # %% definitions
        print(scaled.calls, Registry.known, Registry.limit)


if __name__ == "__main__":
    IdentityFlow()
