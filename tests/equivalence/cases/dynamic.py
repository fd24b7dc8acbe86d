"""Code that is text: exec, eval, globals, queries."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "own_names_of_the_module": (
        "print(__doc__)\ndef own(): return __doc__, __package__",
        "print(__name__, __spec__, __loader__)\ndoc = __doc__\nclass Documented:\n    text = __doc__",
        "try:\n    __file__\nexcept NameError:\n    print('no file')\nprint(doc == __doc__, own(), Documented.text)",
    ),
    "exec_eval": ("x = 2", "exec('x = x * 10')\ny = eval('x + 1')", "print(x, y)"),
    "globals": ("x = 2", "globals()['x'] = 9", "print(x, globals()['x'], 'nope' in globals())"),
    "df_query": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,5,9]})\nlimit = 4",
        "r = df.query('a > @limit')",
        "print(len(r), df.eval('a * @limit').tolist())",
    ),
}
