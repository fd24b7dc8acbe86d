"""Process state that cells change, seen by later steps."""

from metaflow import FlowSpec, step
from workbench.runtime import get_ipython, notebook_step


class StateFlow(FlowSpec):
    @notebook_step
    @step(start=True)
    def change(self):
        """Change everything."""
        import decimal
        import locale
        import logging
        import os
        import random
        import sys
        import warnings

        # %% [setup] opts Setup
        print("setup")
        # %% change Change
        import numpy as np
        import pandas as pd
        import matplotlib

        random.seed(1)
        random.random()
        np.random.seed(2)
        np.random.rand()
        pd.set_option("display.precision", 2)
        pd.set_option("display.max_rows", 7)
        np.set_printoptions(precision=3)
        np.seterr(divide="ignore")
        matplotlib.rcParams["lines.linewidth"] = 4.5
        warnings.filterwarnings("error", message="special")
        os.environ["COLOUR"] = "green"
        os.environ["MY_API_KEY"] = "hidden-value"
        os.environ.pop("TO_BE_GONE", None)
        os.makedirs("sub", exist_ok=True)
        os.chdir("sub")
        sys.path.append("/nowhere/special")
        decimal.getcontext().prec = 5
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
        logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stdout)
        logging.getLogger("noisy").setLevel(logging.ERROR)
        get_ipython().run_line_magic("precision", "3")
        get_ipython().run_line_magic("config", "InlineBackend.figure_format = 'svg'")

        self.next(self.nothing)

    @notebook_step
    @step
    def nothing(self):
        """Uses none of it."""
        # %% [setup] opts Setup
        print("setup")
        # %% nothing
        print("nothing")

        self.next(self.look)

    @notebook_step
    @step(end=True)
    def look(self):
        """See everything."""
        import decimal
        import locale
        import logging
        import os
        import random
        import sys
        import warnings

        # %% [setup] opts Setup
        print("setup", "numpy" in sys.modules, "pandas" in sys.modules)
        # %% look
        print(random.random(), os.environ.get("COLOUR"), "MY_API_KEY" in os.environ, os.environ.get("TO_BE_GONE"))
        print(os.path.basename(os.getcwd()), "/nowhere/special" in sys.path, decimal.getcontext().prec)
        print(locale.setlocale(locale.LC_CTYPE))
        try:
            warnings.warn("special")
        except UserWarning as error:
            print("raised", error)
        logging.info("told")
        logging.getLogger("noisy").warning("not told")
        # %% late Libraries that are imported late
        import numpy as np
        import pandas as pd
        import matplotlib
        import matplotlib.pyplot as plt

        print(np.random.rand(), np.array([1 / 3]), np.geterr()["divide"])
        print(pd.get_option("display.precision"), pd.get_option("display.max_rows"))
        print(matplotlib.rcParams["lines.linewidth"])
        display(1 / 3)
        # %% plot
        plt.plot([1, 2])


if __name__ == "__main__":
    StateFlow()
