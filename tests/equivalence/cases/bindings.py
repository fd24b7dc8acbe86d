"""Names: targets of every kind, walrus, with, for, match, imports, annotations."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "walrus": ("n = 0\nif (m := 10) > 5: n = m", "ys = [y := i*2 for i in range(3)]\nprint(y)", "print(n, m, ys, y)"),
    "with_as": ("import io\nwith io.StringIO('hello') as f:\n    text = f.read()", "n = len(text)", "print(n, text)"),
    "match": (
        "point = (1, 2, 3)",
        "match point:\n    case (x, *rest):\n        kind = 'seq'\n    case _:\n        kind = 'other'",
        "print(x, rest, kind)",
    ),
    "import_as": (
        "import numpy as np, math as m\nfrom collections import OrderedDict as OD",
        "d = OD(a=np.pi)",
        "print(d, m.e)",
    ),
    "submodule": (
        "import os.path\nimport xml.dom",
        "p = os.path.join('a','b')",
        "import xml.sax\nprint(p, xml.dom.__name__, xml.sax.__name__)",
    ),
    "chained": ("a = b = []", "a.append(1)", "print(b, a is b)"),
    "swap": ("a, b = [1], [2]", "a, b = b, a", "a.append(3)\nprint(a, b)"),
    "for_else": ("for i in range(3):\n    pass\nelse:\n    done = True", "print(i, done)", "print(i*2, done)"),
    "type_hints": (
        "from typing import Optional\nx: int = 3\ny: Optional[str]",
        "def f(a: int) -> int: return a + x\nz: int = f(1)",
        "print(x, z)",
    ),
    "nonascii": ("größe = 3\nμ = 'é'", "größe += 1", "print(größe, μ)"),
    "weird_names": (
        "input_ = 1\nindex = 2\nname = 'n'\nnext_step = 3\ninput = 4",
        "index += 1",
        "print(input_, index, name, next_step, input)",
    ),
    "star_order": ("from os.path import *\nfrom posixpath import *", "p = join('a', 'b')", "print(p, basename(p))"),
    "fstring_multi": (
        "name = 'x'\ntext = f'''a\n  {name}\nb'''",
        "lines = text.splitlines()",
        "print(lines)\nprint(text)",
    ),
    "raise_in_try": (
        "def risky(): raise ValueError('bad')",
        "try:\n    risky()\nexcept ValueError as e:\n    msg = str(e)\nfinally:\n    done = 1",
        "print(msg, done)",
    ),
    "builtin_after_del_in_a_handler": (
        "next = 5\ntry:\n    del next\n    raise ValueError('x')\nexcept ValueError:\n    print(next)",
        "next = 6\ntry:\n    del next\nfinally:\n    print(next)",
        "for i in [1, 2]:\n    print(filter)\n    filter = 7\n    print(filter)\n    del filter",
    ),
}
