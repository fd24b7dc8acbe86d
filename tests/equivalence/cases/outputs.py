"""What is shown, and in which order."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "display": (
        "from IPython.display import display, HTML\nx = [1,2]",
        "display(x)\ndisplay(HTML('<b>hi</b>'))\nx",
        "display({'a': 1}, x)",
    ),
    "stderr_order": (
        "import sys\nprint('one'); print('err', file=sys.stderr); print('two')",
        "print('three', end='')\nprint(' four')",
        "for i in range(3): print(i, end=' ')",
    ),
    "semicolon": ("x = [3,2,1]", "sorted(x);", "x.sort(); x"),
    "multi_out": ("x = 1", "x\nx + 1", "'text'\nx + 2"),
    "none_last": ("xs = []", "xs.append(1)", "None\nxs"),
    "print_flush": (
        "import sys, time\nfor i in range(2):\n    print(i, flush=True)",
        "sys.stdout.write('w\\n')",
        "print('a', 'b', sep='-')",
    ),
}
