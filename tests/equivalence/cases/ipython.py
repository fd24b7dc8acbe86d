"""What is IPython's: history, magics, shell commands, top-level await."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "last_chain": ("1 + 1", ["x = _ + 1", "x"], "print(_)"),
    "out_hist": ("5", "6", "print(Out[1])"),
    "capture": ("x = 3", ["%%capture cap\nprint('hidden', x)", "y = cap.stdout"], "print(repr(y))"),
    "bash": ("n = 2", "%%bash\necho from bash", "print(n)"),
    "shell_interp": ("name = 'world'", "!echo hello {name}\n!echo $name", "print(name)"),
    "env_magic": ("%env FOO=bar", "import os\nx = os.environ['FOO']", "print(x)"),
    "cd_magic": ("!mkdir -p sub2\n%cd -q sub2", "import os\nd = os.path.basename(os.getcwd())", "print(d)"),
    "await_gather": (
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0.01)\n    return x*2",
        "rs = await asyncio.gather(f(1), f(2))",
        "r = await f(5)\nprint(rs, r)",
    ),
    "time_stmt": ("x = 1", "%time z = x + 1\n%time z * 2", "print(z)"),
    "timeit": ("f = lambda: 1", "%timeit -n1 -r1 -q f()", "print(f())"),
    "time_then_value": ("n = 3", "%time n + 1", "print(n)"),
    "shown_then_bound": ("1 + 1", "print(_)\n_ = 3", "print(_)"),
    "shown_or_bound": ("1 + 1", "for _ in []:\n    pass\nprint(_)", "print(_)"),
    "shown_by_a_function_then_bound": (
        "1 + 1",
        "def f():\n    return _\nprint(f())",
        "for _ in [7]:\n    pass\nprint(f())",
    ),
    "bound_in_a_loop_that_runs": ("1 + 1", "for _ in range(2):\n    pass\n4", "print(_)"),
    "await_in_a_time": ("async def f():\n    return 3", "%time x = await f()", "print(x)"),
    "await_under_time": ("async def f():\n    return 3", "%%time\nx = await f()", "print(x)"),
    "await_under_capture": ("async def f():\n    return 3", "%%capture\nx = [i async for i in f()]", "print(x)"),
    # names that the flow would have used itself
    "own_timed": ("timed = 5\n%time x = [1]\nprint(timed, x)", ["%%time\ntimed += 1\ntimed", "x"], "print(x, timed)"),
    "own_show": ("show = 5\nx = 2\n%time x + 1", ["print(x, show)", "x"]),
    "no_show": (["x = [1]", "x"], "try:\n    show(x)\nexcept NameError as e:\n    print(e)\nx"),
    "time_below_a_star": ("from math import *\n%time x = [floor(1.5)]\nprint(x)", "%time x\n%time print(ceil(1.5))"),
    "time_of_a_star": ("%%time\nfrom math import *\nx = 1", "%%time\nprint(floor(2.5))\nx + 1", "display(x)\nx"),
    "shell_below_a_star": (
        "from math import *\nx = %pwd\nprint(len(x) > 2, floor(2.5))",
        "%cd -q .\nprint(len(x) > 1)",
    ),
    "time_in_a_function": ("def f(n):\n    %time print(n + 1)\n    return 3\nprint(f(2))", "x = f(3)\nprint(x)"),
    "time_binds_in_a_function": ("def f(n):\n    %time y = n + 1\n    return y\nprint(f(2))", "print(f(3))"),
}

REFUSED = {
    "out_hist": "WB303",
    "time_binds_in_a_function": "WB301",
    "shown_then_bound": "WB303",
    "shown_or_bound": "WB303",
    "shown_by_a_function_then_bound": "WB303",
    "await_in_a_time": "WB301",
    "await_under_time": "WB301",
    "await_under_capture": "WB301",
}
