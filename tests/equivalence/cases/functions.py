"""Functions: late binding, writers of globals, defaults, decorators, closures, recursion, redefinition."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "func_default": ("base = 3\ndef f(x, b=base): return x*b", "base = 100\nr = f(2)", "print(r, f(1))"),
    "func_writes_global": (
        "count = 0\ndef bump():\n    global count\n    count += 1",
        "bump(); bump()",
        "bump()\nprint(count)",
    ),
    "func_redefined": ("def f(): return 1\na = f()", "def f(): return 2\nb = f()", "print(a, b, f())"),
    "decorator": (
        "import functools\ndef twice(g):\n    @functools.wraps(g)\n    def inner(*a):\n        return 2*g(*a)\n    return inner\n@twice\ndef f(x): return x+k\nk = 1",
        "k = 5\nr = f(1)",
        "print(r, f(2), f.__name__)",
    ),
    "closure": (
        "def make(n):\n    def add(x): return x+n\n    return add\nadd2 = make(2)",
        "r = add2(3)",
        "print(r, add2(10))",
    ),
    "recursion": (
        "def even(n): return True if n == 0 else odd(n-1)\ndef odd(n): return False if n == 0 else even(n-1)",
        "r = even(10)",
        "print(r, odd(7))",
    ),
    "generator_func": (
        "def gen(n):\n    for i in range(n): yield i*k\nk = 3",
        "xs = list(gen(3))",
        "print(xs, sum(gen(4)))",
    ),
    "star_args": ("def f(*a, k=1, **kw): return a, k, kw", "r = f(1, 2, k=3, z=4)", "print(r)"),
    "mutable_default": ("def add(x, acc=[]):\n    acc.append(x)\n    return acc", "add(1)", "print(add(2))"),
    "func_attr": ("def f():\n    f.calls += 1\n    return f.calls\nf.calls = 0", "f(); f()", "print(f(), f.calls)"),
    "cache_fn": (
        "from functools import lru_cache\ncalls = []\n@lru_cache\ndef f(x):\n    calls.append(x)\n    return x*2\nf(1)",
        "f(1); f(2)",
        "print(f(2), calls)",
    ),
}
