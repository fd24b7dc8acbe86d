"""What generated notebooks have found."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "recursive_then_rebound": (
        "def count(x):\n    return 0 if x <= 0 else x + count(x - 1)\nprint(count(3))",
        "import functools\nheld = functools.partial(count)\ncount = 2",
        "print(held.func.__name__, count)",
    ),
    "two_names_of_a_step_function": (
        "def f(x):\n    return 0 if x <= 0 else x + f(x - 1)\ng = f",
        "g.k = 1\nprint(f.k, f is g)\nh = f",
        "print(h.k, h is g, g(3))\nf = 3\nprint(g.k, h is g)",
    ),
    "class_of_a_step": (
        "n = 1\nclass Box:\n    start = n\n    items = []\n    def add(self, x): self.items.append(x)\nbox = Box()",
        "print(isinstance(box, Box), type(box) is Box)\nbox.add(1)\nn = 5",
        "print(Box.items, box.items, isinstance(box, Box), Box.start)",
    ),
    "read_before_definition": (
        "try:\n    print(f)\nexcept NameError:\n    print('not bound')",
        "def f(x):\n    return x",
        "print(f(1))",
    ),
    "builtin_before_definition": (
        "print(max([1, 2]))\ndef least(): return min([1, 2])\nprint(least())",
        "def max(x): return 'mine'\ndef min(x): return 'mine'",
        "print(max([1]), least())",
    ),
    "star_in_a_block": ("try:\n    from math import *\nexcept ImportError:\n    pass", "n = 2", "print(n)"),
    "star_over_a_parameter": [
        ("gamma = 'x'", "parameters"),
        ("from math import *\nprint(floor(2.5))", "step:a"),
        ("print(gamma)", "step:b"),
    ],
    "star_over_a_value": ("gamma = 'x'", "from math import *\nprint(floor(2.5))", "print(gamma)"),
    "builtin_maybe_hidden": (
        "flag = False\nif flag: max = 3\nprint(max([1]))",
        "print(max([1, 2]))",
        "max = 2\nprint(max)",
    ),
    "builtin_of_a_loop_that_did_not_run": (
        "for next in []:\n    pass",
        "items = iter([1])\nprint(next(items, 'end'))",
        "print(next(items, 'end'))",
    ),
    "write_of_a_later_call": (
        "if True:\n    def later(x):\n        global made\n        made = [x]\nkeep = later",
        "later(2)\nprint(made)",
        "print(made)",
    ),
    "writer_in_a_list": (
        "n = 0\ndef bump():\n    global n\n    n += 1\n    return n\nheld = [bump]",
        "print(held[0]())",
        "print(n)\nheld[0]()\nprint(n)",
    ),
    "writer_in_a_partial": (
        "import functools\nn = 0\ndef bump():\n    global n\n    n += 1\n    return n\nheld = functools.partial(bump)",
        "n = 5\nprint(held(), n)",
        "print(n)",
    ),
    "function_of_a_parameter": [
        ("alpha = 3", "parameters"),
        ("def f(x):\n    return x + alpha\nprint(f(1))", "step:a"),
        ("print(f(2))", "step:b"),
        ("alpha = 10\nprint(f(2))", "step:c"),
        ("print(f(3), alpha)", "step:d"),
    ],
    "decorator_of_a_parameter": [
        ("alpha = 3", "parameters"),
        ("def twice(g):\n    def inner(x):\n        return g(x) * 2 + alpha\n    return inner", "step:a"),
        ("@twice\ndef f(x):\n    return x + 1\nprint(f(1))", "step:a"),
        ("print(f(2))", "step:b"),
    ],
    "writer_of_a_parameter": [
        ("alpha = 3", "parameters"),
        ("def f(x):\n    global alpha\n    alpha += x\nf(1)\nprint(alpha)", "step:a"),
        ("f(1)\nprint(alpha)", "step:b"),
    ],
    "definition_over_a_parameter": [
        ("alpha = 3", "parameters"),
        ("print(alpha)\ndef alpha(): return 5", "step:a"),
        ("print(alpha())", "step:b"),
    ],
    "decorator_with_an_import_in_a_block": (
        "try:\n    raise ValueError\nexcept ValueError:\n    import functools\nprint(1)",
        "import functools\ndef twice(g):\n    @functools.wraps(g)\n    def inner(x):\n        return g(x) * 2\n"
        "    return inner\n@twice\ndef f(x):\n    return x + 1\nprint(f(2))",
        "print(f(3))",
    ),
    "decorator_with_a_default": (
        "k = 2\ndef times(g):\n    def inner(x, y=k):\n        return g(x) * y\n    return inner\n"
        "@times\ndef f(x):\n    return x + 1\nprint(f(2))",
        "k = 5\nprint(f(3))",
        "print(f(4))",
    ),
    "alias_made_in_a_branch": [
        ("v = [3]\na = v\nxs = [v, v]\nprint(v)", "step:a"),
        ("print(v, a, xs)", "step:b after:a"),
        ("n = {'x': a}['x']\nprint(n)", "step:c after:a"),
        ("v.append(0)\nprint(n, v, xs, n is v)", "step:d"),
    ],
    "aliases_made_in_two_branches": [
        ("v = [3]\na = v\nprint(v)", "step:a"),
        ("w = a\nprint(v, a)", "step:b after:a"),
        ("n = a\nprint(n)", "step:c after:a"),
        ("v.append(0)\nprint(n, v, w, n is v)", "step:d"),
    ],
    "parameter_maybe_bound_anew": [
        ("beta = [1, 2]", "parameters"),
        ("if 1 < 0:\n    beta = [1]\nprint(1)", "step:a"),
        ("beta.append(5)\nprint(beta)", "step:b"),
        ("print(beta)", "step:c"),
    ],
    # a step has a name `global`, so what is made there reads it from the module in later steps too
    "lambda_beside_a_class_that_reads": (
        "x = 1\nf = {'f': lambda: x}['f']\nclass Box:\n    x = x + 1\nprint(Box.x)",
        "print(f())",
    ),
    "lambda_beside_exec": ("import math\nx = 1\nf = {'f': lambda: (x, math.e)}['f']\nexec('pass')", "print(f())"),
    "lambda_beside_a_hoisted_function": (
        "def g():\n    return x\nx = 1\nf = {'f': lambda: x}['f']\nprint(g())",
        "print(f(), g())",
        "print(f())",
    ),
    "lambda_of_a_deleted_builtin": (
        "max = 1\nf = {'f': lambda: max}['f']\nprint(f())\ndel max\nprint(f()(1, 2))\nmax = 3",
        "print(f())",
    ),
    # what a class or function carries that a step made under `global` goes with it, not with the flow's module
    "class_with_data_beside_exec": (
        "x = 1\nclass C:\n    y = [x]\n    def m(self):\n        return x\nc = C()\nexec('pass')",
        "print(c.m(), c.y)\nc.y.append(3)",
        "print(c.y, type(c).y)",
    ),
    "function_with_data_beside_exec": (
        "x = 1\ndef f(a, kept=[x]):\n    kept.append(a)\n    return list(kept)\nf.seen = 1\nprint(f(1))\nexec('pass')",
        "print(f(2), f.seen)\nf.seen = 2",
        "print(f(3), f.seen)",
    ),
    # what a function calls may have been made after it, and reads what it reads where it is called
    "function_calls_one_below": (
        "sum = 8\nf = 1 / 3",
        "def f(x):\n    return list(each(x))\ndef each(x):\n    for i in range(2):\n        yield i * sum + x",
        "print(f(3))",
    ),
    "function_calls_one_of_a_later_step": (
        "f = {'f': lambda: h()}['f']",
        "x = 1\nh = {'h': lambda: x}['h']\nexec('pass')",
        "print(f())",
    ),
    "functions_call_one_another": (
        "x = 1\ny = 0\nf = {'f': lambda n: g(n - 1) if n else x}['f']\ng = {'f': lambda n: f(n - 1) if n else y}['f']",
        "print(f(3))\nx = 2",
        "y = 5\nprint(f(2), f(3))",
    ),
    "deleted_and_bound_in_a_try": (
        "d = [1]",
        "print(d)\ndel d",
        "try:\n    a, (d, *_) = 'u', (5, 6)\nexcept ValueError:\n    pass\nprint(d)",
    ),
    "deleted_and_not_bound_in_a_try": (
        "d = [1]",
        "print(d)\ndel d",
        "try:\n    raise ValueError\n    d = 1\nexcept ValueError:\n    pass\n"
        "try:\n    print(d)\nexcept NameError:\n    print('not bound')",
    ),
    "deleted_after_setup": [
        ("xs = [9]", "setup"),
        ("del xs", "step:a"),
        ("if 0:\n    xs = 1\ntry:\n    print(xs)\nexcept NameError:\n    print('not bound')", "step:b"),
    ],
    "deleted_by_a_function_after_setup": [
        ("xs = [9]", "setup"),
        ("def f():\n    global xs\n    del xs\nf()", "step:a"),
        ("try:\n    print(xs)\nexcept NameError:\n    print('not bound')", "step:b"),
    ],
    "lambda_of_a_parameter_beside_exec": [
        ("alpha = 3\nbeta = [1]", "parameters"),
        ("exec('beta.append(8)')\nxs = lambda x: x + alpha", "step:a"),
        ("print(xs(1))", "step:b"),
    ],
    "alias_of_what_setup_binds": [
        ("KS = [7]", "setup"),
        ("c = {'x': KS}['x']", "step:a"),
        ("KS.append(8)", "step:b"),
        ("print(c)", "step:c"),
    ],
    "alias_of_what_setup_binds_unused": [
        ("KS = [7]", "setup"),
        ("c = {'x': KS}['x']\nk = KS[0]", "step:a"),
        ("c.append(8)\nprint(c, k)", "step:b"),
        ("print(c)", "step:c"),
    ],
}

REFUSED = {
    "alias_of_what_setup_binds": "WB404",
    "deleted_after_setup": "WB209",
    "deleted_by_a_function_after_setup": "WB209",
    "star_in_a_block": "WB319",
    "star_over_a_parameter": "WB319",
    "star_over_a_value": "WB319",
}
