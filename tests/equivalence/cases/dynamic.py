"""Code that is text: exec, eval, globals, queries."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "exec_eval": ("x = 2", "exec('x = x * 10')\ny = eval('x + 1')", "print(x, y)"),
    "globals": ("x = 2", "globals()['x'] = 9", "print(x, globals()['x'], 'nope' in globals())"),
    "df_query": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,5,9]})\nlimit = 4",
        "r = df.query('a > @limit')",
        "print(len(r), df.eval('a * @limit').tolist())",
    ),
}
