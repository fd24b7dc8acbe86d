"""Values of every kind that go from step to step: lambdas, partials, bound methods, iterators, modules."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "of_a_module_on_a_path": (
        "import os, sys\nos.makedirs('lib', exist_ok=True)\nopen('lib/things.py', 'w').write('class T:\\n    v = 1\\n')\nsys.path.insert(0, 'lib')\nimport things\nthing = things.T()\nalias = thing",
        "alias.v = 2\nprint(thing.v)",
        "print(alias is thing, thing.v)",
    ),
    "made_but_not_made_again": (
        "import ctypes, math\nftype = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)\nprint(ftype(math.sqrt)(4.0))",
        "print(ftype(math.exp)(0.0))",
    ),
    "lambda_dict": (
        "k = 2\nops = {'a': lambda v: v+k, 'b': lambda v: v*k}",
        "r = ops['a'](1)",
        "k = 10\nprint(r, ops['b'](3))",
    ),
    "partial": (
        "from functools import partial\ndef pw(b, e): return b**e\nsq = partial(pw, e=2)",
        "r = sq(3)",
        "print(r, sq(4))",
    ),
    "bound_method": (
        "class A:\n    def __init__(self): self.n = 0\n    def inc(self): self.n += 1; return self.n\na = A()\ninc = a.inc",
        "inc()",
        "inc()\nprint(a.n)",
    ),
    "default_lambda": (
        "from collections import defaultdict\nd = defaultdict(lambda: 5)",
        "d['a'] += 1",
        "print(d['a'], d['q'])",
    ),
    "default_dict": (
        "from collections import defaultdict\nd = defaultdict(list)",
        "d['a'].append(1)",
        "print(dict(d), d['z'])",
    ),
    "global_counter_class": (
        "import itertools\nids = itertools.count()\na = next(ids)",
        "b = next(ids)",
        "print(a, b, next(ids))",
    ),
    "iterator": ("it = iter([1,2,3])", "first = next(it)", "print(first, list(it))"),
    "re_compiled": ("import re\npat = re.compile(r'\\d+')", "m = pat.findall('a1b22')", "print(m, pat.pattern)"),
    "datetime": (
        "from datetime import datetime, timedelta\nd = datetime(2026,1,1)",
        "e = d + timedelta(days=1)",
        "print(e, (e-d).days)",
    ),
    "pathlib": ("from pathlib import Path\np = Path('x')/'y.txt'", "s = p.stem", "print(s, p.suffix)"),
    "set_order": ("s = {'b','a'}", "t = s | {'c'}", "print(sorted(t))"),
    "module_value": (
        "import math, json\nmods = {'m': math}\nj = json",
        "r = mods['m'].sqrt(4)",
        "print(r, j.dumps({'a':1}))",
    ),
    "masked_array_with_gaps": (
        "import numpy as np\nm = np.ma.array(np.arange(12).reshape(3,4)[:, ::2], mask=False)\n"
        "m[0,0] = np.ma.masked\nprint(m.strides, m.flags.c_contiguous)",
        "print(m.strides, m.flags.c_contiguous, m.sum(), m)",
        "print(m.data.strides, m.mask)",
    ),
}

REFUSED = {"made_but_not_made_again": "WB401"}
