"""Three-step notebooks of one language feature each: what the first, the second and the third step's cells say.

What a kernel prints for each is in kernel.json, written by `pytest tests/equivalence --update-golden`.
"""

from __future__ import annotations

Sources = str | list[str]

# name → the cells of steps a, b and c
CASES: dict[str, tuple[Sources, Sources, Sources]] = {
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
    "nested_class": (
        "class Node:\n    def __init__(self, v, nxt=None): self.v, self.next = v, nxt\n    def __repr__(self): return f'Node({self.v})'\nn1 = Node(1); n2 = Node(2, n1)",
        "n1.v = 99",
        "print(n2.next, n2)",
    ),
    "classvar": (
        "class Reg:\n    items = []\n    count = 0\n    def add(self, x):\n        self.items.append(x); Reg.count += 1\nr = Reg()",
        "r.add(1); Reg().add(2)",
        "print(Reg.items, Reg.count, r.items)",
    ),
    "inherit": (
        "class A:\n    def hi(self): return 'A'\nclass B(A):\n    def hi(self): return super().hi() + 'B'\nb = B()",
        "r = b.hi()",
        "print(r, isinstance(b, A), type(b))",
    ),
    "enum": (
        "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\nc = Color.RED",
        "same = c is Color.RED",
        "print(same, c, Color(2))",
    ),
    "namedtuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\np = P(1, 2)",
        "q = p._replace(x=5)",
        "print(p, q, isinstance(q, P))",
    ),
    "alias_container": (
        "inner = [1]\nouter = {'a': inner, 'b': inner}",
        "inner.append(2)\nouter['a'].append(3)",
        "print(outer, inner, outer['a'] is inner)",
    ),
    "alias_np_view": ("import numpy as np\na = np.arange(6)\nv = a[::2]", "v[0] = 100", "a[2] = 50\nprint(a, v)"),
    "alias_df": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,2]})\nsame = df",
        "df['b'] = 3",
        "print(list(same.columns), same is df)",
    ),
    "self_ref": ("l = [1]\nl.append(l)", "l.append(2)", "print(len(l), l[1] is l)"),
    "random": (
        "import random\nrandom.seed(3)\na = random.random()",
        "b = random.random()",
        "print(round(a,6), round(b,6), round(random.random(),6))",
    ),
    "np_generator": (
        "import numpy as np\nrng = np.random.default_rng(0)\na = rng.random()",
        "b = rng.random()",
        "print(a, b, rng.random())",
    ),
    "environ": (
        "import os\nos.environ['MY_FLAG'] = 'yes'",
        "v = os.environ.get('MY_FLAG')",
        "print(v, os.getenv('MY_FLAG'))",
    ),
    "chdir": (
        "import os\nos.makedirs('sub', exist_ok=True)\nos.chdir('sub')",
        "open('f.txt','w').write('hi')",
        "print(open('f.txt').read(), os.path.basename(os.getcwd()))",
    ),
    "warnings": (
        "import warnings\nwarnings.simplefilter('error')",
        "r = 'none'\ntry:\n    warnings.warn('x')\nexcept UserWarning:\n    r = 'raised'",
        "print(r)\ntry:\n    warnings.warn('y')\n    print('quiet')\nexcept UserWarning:\n    print('again')",
    ),
    "np_printoptions": (
        "import numpy as np\nnp.set_printoptions(precision=2)",
        "a = np.array([1.23456])\nprint(a)",
        "print(a)",
    ),
    "decimal": (
        "from decimal import Decimal, getcontext\ngetcontext().prec = 5",
        "x = Decimal(1)/Decimal(7)",
        "print(x, Decimal(2)/Decimal(3))",
    ),
    "locale_logging": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=logging.INFO, format='%(message)s')\nlog = logging.getLogger('x')",
        "log.info('b')",
        "log.info('c')\nlog.debug('no')",
    ),
    "rcparams": (
        "import matplotlib\nmatplotlib.rcParams['figure.dpi'] = 55",
        "d = matplotlib.rcParams['figure.dpi']",
        "print(d, matplotlib.rcParams['figure.dpi'])",
    ),
    "last_chain": ("1 + 1", ["x = _ + 1", "x"], "print(_)"),
    "out_hist": ("5", "6", "print(Out[1])"),
    "capture": ("x = 3", ["%%capture cap\nprint('hidden', x)", "y = cap.stdout"], "print(repr(y))"),
    "bash": ("n = 2", "%%bash\necho from bash", "print(n)"),
    "shell_interp": ("name = 'world'", "!echo hello {name}\n!echo $name", "print(name)"),
    "env_magic": ("%env FOO=bar", "import os\nx = os.environ['FOO']", "print(x)"),
    "cd_magic": ("!mkdir -p sub2\n%cd -q sub2", "import os\nd = os.path.basename(os.getcwd())", "print(d)"),
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
    "threads": (
        "import threading\nres = []",
        "def work(i): res.append(i*i)\nts = [threading.Thread(target=work, args=(i,)) for i in range(3)]\nfor t in ts: t.start()\nfor t in ts: t.join()",
        "print(sorted(res))",
    ),
    "exec_eval": ("x = 2", "exec('x = x * 10')\ny = eval('x + 1')", "print(x, y)"),
    "globals": ("x = 2", "globals()['x'] = 9", "print(x, globals()['x'], 'nope' in globals())"),
    "df_query": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,5,9]})\nlimit = 4",
        "r = df.query('a > @limit')",
        "print(len(r), df.eval('a * @limit').tolist())",
    ),
    "unpicklable_conn": (
        "import sqlite3\nconn = sqlite3.connect(':memory:')",
        "conn.execute('create table t(a)')",
        "print(conn.execute('select count(*) from t').fetchone())",
    ),
    "lock": ("import threading\nlock = threading.Lock()", "with lock:\n    x = 1", "print(x)"),
    "module_value": (
        "import math, json\nmods = {'m': math}\nj = json",
        "r = mods['m'].sqrt(4)",
        "print(r, j.dumps({'a':1}))",
    ),
    "shadow_builtin": ("total = sum([1,2])\nsum = 5", "x = sum + 1", "print(total, sum, x)"),
    "del_builtin": ("list = [1]\nn = len(list)", "del list\nys = list('ab')", "print(n, ys)"),
    "cond_import": (
        "try:\n    import ujson_missing as js\nexcept ImportError:\n    import json as js",
        "s = js.dumps([1])",
        "print(s, js.__name__)",
    ),
    "for_else": ("for i in range(3):\n    pass\nelse:\n    done = True", "print(i, done)", "print(i*2, done)"),
    "loop_maybe": ("xs = []\nfor v in xs:\n    last = v", "ok = 'last' in globals()", "print(ok)"),
    "star_args": ("def f(*a, k=1, **kw): return a, k, kw", "r = f(1, 2, k=3, z=4)", "print(r)"),
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
    "class_body_global": (
        "scale = 3\nclass A:\n    scale = scale * 2\n    vals = [i for i in range(3)]",
        "r = A.scale",
        "print(r, A.vals, scale)",
    ),
    "property": (
        "class T:\n    def __init__(self, c): self._c = c\n    @property\n    def f(self): return self._c*9/5+32\n    @staticmethod\n    def make(): return T(100)\n    @classmethod\n    def zero(cls): return cls(0)",
        "t = T.make(); z = T.zero()",
        "print(t.f, z.f)",
    ),
    "dataclass_mut": (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    xs: list = field(default_factory=list)\nc = C(); d = C()",
        "c.xs.append(1)",
        "print(c, d, c == C([1]))",
    ),
    "mutable_default": ("def add(x, acc=[]):\n    acc.append(x)\n    return acc", "add(1)", "print(add(2))"),
    "func_attr": ("def f():\n    f.calls += 1\n    return f.calls\nf.calls = 0", "f(); f()", "print(f(), f.calls)"),
    "sklearnish": (
        "import numpy as np\nclass Model:\n    def fit(self, X, y):\n        self.w = np.linalg.lstsq(X, y, rcond=None)[0]\n        return self\n    def predict(self, X): return X @ self.w",
        "X = np.array([[1.,0],[0,1],[1,1]]); y = np.array([1.,2,3])\nm = Model().fit(X, y)",
        "m.predict(X).round(6)",
    ),
    "plots": (
        "import matplotlib.pyplot as plt\n%matplotlib inline\nfig, ax = plt.subplots()\nax.plot([1,2])",
        "ax.set_title('t')\nfig",
        "plt.plot([1,2,3]);",
    ),
    "pandas_display": (
        "import pandas as pd\npd.options.display.max_rows = 5\ndf = pd.DataFrame({'a': range(20)})",
        "df",
        "df.describe()",
    ),
    "iterator": ("it = iter([1,2,3])", "first = next(it)", "print(first, list(it))"),
    "set_order": ("s = {'b','a'}", "t = s | {'c'}", "print(sorted(t))"),
    "await_gather": (
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0.01)\n    return x*2",
        "rs = await asyncio.gather(f(1), f(2))",
        "r = await f(5)\nprint(rs, r)",
    ),
    "type_hints": (
        "from typing import Optional\nx: int = 3\ny: Optional[str]",
        "def f(a: int) -> int: return a + x\nz: int = f(1)",
        "print(x, z)",
    ),
    "fstring_multi": (
        "name = 'x'\ntext = f'''a\n  {name}\nb'''",
        "lines = text.splitlines()",
        "print(lines)\nprint(text)",
    ),
    "print_flush": (
        "import sys, time\nfor i in range(2):\n    print(i, flush=True)",
        "sys.stdout.write('w\\n')",
        "print('a', 'b', sep='-')",
    ),
    "time_stmt": ("x = 1", "%time z = x + 1\n%time z * 2", "print(z)"),
    "timeit": ("f = lambda: 1", "%timeit -n1 -r1 -q f()", "print(f())"),
    "global_counter_class": (
        "import itertools\nids = itertools.count()\na = next(ids)",
        "b = next(ids)",
        "print(a, b, next(ids))",
    ),
    "weird_names": (
        "input_ = 1\nindex = 2\nname = 'n'\nnext_step = 3\ninput = 4",
        "index += 1",
        "print(input_, index, name, next_step, input)",
    ),
    "nonascii": ("größe = 3\nμ = 'é'", "größe += 1", "print(größe, μ)"),
    "raise_in_try": (
        "def risky(): raise ValueError('bad')",
        "try:\n    risky()\nexcept ValueError as e:\n    msg = str(e)\nfinally:\n    done = 1",
        "print(msg, done)",
    ),
    "monkeypatch": ("import math\nmath.tau = 7", "t = math.tau", "print(t, math.tau)"),
    "cache_fn": (
        "from functools import lru_cache\ncalls = []\n@lru_cache\ndef f(x):\n    calls.append(x)\n    return x*2\nf(1)",
        "f(1); f(2)",
        "print(f(2), calls)",
    ),
    "re_compiled": ("import re\npat = re.compile(r'\\d+')", "m = pat.findall('a1b22')", "print(m, pat.pattern)"),
    "datetime": (
        "from datetime import datetime, timedelta\nd = datetime(2026,1,1)",
        "e = d + timedelta(days=1)",
        "print(e, (e-d).days)",
    ),
    "pathlib": ("from pathlib import Path\np = Path('x')/'y.txt'", "s = p.stem", "print(s, p.suffix)"),
    "chained": ("a = b = []", "a.append(1)", "print(b, a is b)"),
    "swap": ("a, b = [1], [2]", "a, b = b, a", "a.append(3)\nprint(a, b)"),
    "tuple_alias": ("x = [0]\nt = (x, x)", "x.append(1)", "print(t, t[0] is t[1])"),
    "default_dict": (
        "from collections import defaultdict\nd = defaultdict(list)",
        "d['a'].append(1)",
        "print(dict(d), d['z'])",
    ),
    "default_lambda": (
        "from collections import defaultdict\nd = defaultdict(lambda: 5)",
        "d['a'] += 1",
        "print(d['a'], d['q'])",
    ),
    "file_obj": (
        "f = open('data.txt','w')\nf.write('hello')",
        "f.close()\ntext = open('data.txt').read()",
        "print(text)",
    ),
    "counters": (
        "import numbered_things as nt\nfirst = nt.Thing()",
        "second = nt.Thing()",
        "print(first, second, nt.Thing())",
    ),
    "array_subclass": (
        "import numpy as np\nclass Signal(np.ndarray):\n    def __array_finalize__(self, other):\n        self.unit = getattr(other, 'unit', None)\nsignal = np.arange(3).view(Signal)\nsignal.unit = 'V'",
        "doubled = signal * 2",
        "print(signal.unit, doubled.unit, type(signal).__name__)",
    ),
    "time_then_value": ("n = 3", "%time n + 1", "print(n)"),
    "setattr_chain": (
        "class Box: pass\nbox = Box()\nbox.inner = Box()",
        "box.inner.value = 3",
        "print(box.inner.value)",
    ),
    "star_order": ("from os.path import *\nfrom posixpath import *", "p = join('a', 'b')", "print(p, basename(p))"),
    "default_of_builtin": ("values = [3, 1]\nbiggest = max(values)\nmax = 5", "print(max)", "print(max + biggest)"),
}

# those that are refused, and the code that says why
REFUSED = {
    "out_hist": "WB303",
    "unpicklable_conn": "WB401",
    "lock": "WB401",
    "file_obj": "WB401",
    "monkeypatch": "WB307",
    "cache_fn": "WB308",
}
