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
}

REFUSED = {"out_hist": "WB303"}
