"""One thing under several names: views, cycles, branches, identity, the order of sets and dicts."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "names_of_list": (
        "a = b = c = [1]",
        "b.append(2)\nc = c + [3]",
        "a.append(4)\nprint(a, b, c, a is b)",
    ),
    "alias_in_dict_later": (
        "rows = []\nreport = {}",
        "report['rows'] = rows",
        "rows.append(1)\nprint(report, report['rows'] is rows)",
    ),
    "alias_starts_in_middle": (
        "base = {'n': 1}",
        "view = base\nbase['m'] = 2",
        "view['z'] = 3\nprint(base, view is base)",
    ),
    "alias_through_function": (
        "def ident(x): return x\norig = [1]\nsame = ident(orig)",
        "same.append(2)",
        "print(orig, same is orig)",
    ),
    "alias_through_default": (
        "store = []\ndef put(x, s=store): s.append(x)",
        "put(1)",
        "put(2)\nprint(store)",
    ),
    "alias_attribute": (
        "class A: pass\na = A(); a.items = []\nitems = a.items",
        "items.append(1)",
        "a.items.append(2)\nprint(items, a.items is items)",
    ),
    "alias_cycle": (
        "p = {'name': 'p'}\nq = {'name': 'q', 'parent': p}\np['child'] = q",
        "q['x'] = 1",
        "print(p['child'] is q, q['parent'] is p, p['child']['x'])",
    ),
    "alias_cycle_objects": (
        "class N:\n    def __init__(self): self.kids = []\nroot = N(); kid = N(); kid.up = root; root.kids.append(kid)",
        "kid.tag = 't'",
        "print(root.kids[0] is kid, kid.up is root, root.kids[0].tag)",
    ),
    "alias_tuple_cycle": (
        "l = []\nt = (l, 1)\nl.append(t)",
        "l.append(2)",
        "print(t[0] is l, l[0] is t, len(l))",
    ),
    "alias_nested_two_levels": (
        "inner = {'v': [0]}\nouter = [inner]\nleaf = inner['v']",
        "leaf[0] += 1",
        "outer[0]['v'].append(9)\nprint(leaf, inner)",
    ),
    "alias_np_slice": (
        "import numpy as np\na = np.zeros((2, 3))\nrow = a[1]\ncol = a[:, 0]",
        "row += 1",
        "col[:] = 7\nprint(a, row, np.shares_memory(a, row))",
    ),
    "alias_np_transpose": (
        "import numpy as np\nm = np.arange(4).reshape(2, 2)\nt = m.T\nf = m.ravel()\ng = m.flatten()",
        "t[0, 1] = 9",
        "f[0] = 8\nprint(m, t, g)",
    ),
    "alias_np_reshape_dtype": (
        "import numpy as np\na = np.zeros(2, dtype='int32')\nv = a.view('int8')\nr = a.reshape(1, 2)",
        "v[0] = 1",
        "r[0, 1] = 5\nprint(a, v[:5], r)",
    ),
    "alias_np_broadcast": (
        "import numpy as np\na = np.array([1, 2])\nb = np.broadcast_to(a, (2, 2))",
        "a[0] = 7",
        "print(b, b.flags.writeable)",
    ),
    "alias_np_structured": (
        "import numpy as np\nr = np.zeros(2, dtype=[('x', int), ('y', float)])\nx = r['x']",
        "x[:] = [1, 2]",
        "print(r, r['x'] is x)",
    ),
    "alias_np_object": (
        "import numpy as np\nl = [1]\no = np.array([l, None], dtype=object)",
        "l.append(2)",
        "print(o, o[0] is l)",
    ),
    "alias_memoryview": (
        "ba = bytearray(b'abc')\nmv = memoryview(ba)",
        "ba[0] = 122",
        "print(bytes(mv), ba)",
    ),
    "alias_bytearray": (
        "ba = bytearray(b'ab')\nbb = ba",
        "ba += b'c'",
        "print(bb, ba is bb)",
    ),
    "alias_array_module": (
        "import array\na = array.array('i', [1, 2])\nd = {'a': a}",
        "a.append(3)",
        "print(d, d['a'] is a)",
    ),
    "alias_frame": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})\nfs = [df]",
        "df['b'] = df.a * 2\ndf.loc[0, 'a'] = 100",
        "print(fs[0], fs[0] is df)",
    ),
    "alias_frame_column": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\ncol = df['a']",
        "df.iloc[0, 0] = 50",
        "print(col.tolist(), df.a.tolist())",
    ),
    "alias_frame_inplace": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [2, 1]})\ng = df",
        "df.sort_values('a', inplace=True)\ndf.rename(columns={'a': 'z'}, inplace=True)",
        "print(g, g is df)",
    ),
    "alias_frame_values": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1.0, 2.0]})\nv = df.values",
        "v[0, 0] = 9",
        "print(df, v)",
    ),
    "alias_series_index": (
        "import pandas as pd\ns = pd.Series([1, 2], index=['x', 'y'])\nt = s\nidx = s.index",
        "s.index = ['p', 'q']\ns['r'] = 3",
        "print(t, list(idx))",
    ),
    "alias_np_to_frame": (
        "import numpy as np, pandas as pd\na = np.zeros((2, 2))\ndf = pd.DataFrame(a, copy=False)",
        "a[0, 0] = 5",
        "print(df, np.shares_memory(a, df.values))",
    ),
    "alias_groupby": (
        "import pandas as pd\ndf = pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]})\ng = df.groupby('k')",
        "r = g.v.sum()",
        "print(r, g.ngroups, g.obj is df)",
    ),
    "alias_deque": (
        "from collections import deque\nd = deque([1, 2], maxlen=3)\ne = d",
        "d.append(3); d.append(4)",
        "d.rotate(1)\nprint(e, e.maxlen, e is d)",
    ),
    "alias_chainmap": (
        "from collections import ChainMap\nbase = {'a': 1}; top = {}\ncm = ChainMap(top, base)",
        "base['b'] = 2\ncm['a'] = 10",
        "print(dict(cm), top, cm.maps[1] is base)",
    ),
    "alias_counter": (
        "from collections import Counter, OrderedDict\nc = Counter('aab')\nod = OrderedDict(x=c)",
        "c.update('b'); od.move_to_end('x')",
        "print(od, c.most_common())",
    ),
    "alias_defaultdict_factory": (
        "from collections import defaultdict\nacc = []\nd = defaultdict(lambda: acc)",
        "d['x'].append(1)",
        "print(acc, d['y'] is acc)",
    ),
    "alias_dict_views": (
        "d = {'a': 1}\nks = d.keys()",
        "d['b'] = 2",
        "print(list(ks))",
    ),
    "alias_mappingproxy": (
        "import types\nd = {'a': 1}\np = types.MappingProxyType(d)",
        "d['b'] = 2",
        "print(dict(p))",
    ),
    "alias_simplenamespace": (
        "from types import SimpleNamespace as NS\nn = NS(x=[1])\nx = n.x",
        "n.x.append(2)\nn.y = n",
        "print(x, n.y is n, n.x is x)",
    ),
    "branches_separate_names": [
        ("xs = [1, 2]\nys = [3]", "step:load"),
        ("xs.append(10)\nlx = sum(xs)", "step:left after:load"),
        ("ys.append(20)\nry = sum(ys)", "step:right after:load"),
        ("print(lx, ry, xs, ys)", "step:join after:left after:right"),
    ],
    "branches_shared_list": [
        ("xs = [1, 2]", "step:load"),
        ("xs.append(10)", "step:left after:load"),
        ("n = len(xs)", "step:right after:load"),
        ("print(n, xs)", "step:join after:left after:right"),
    ],
    "branches_alias_shared": [
        ("xs = [1]\nys = xs", "step:load"),
        ("xs.append(2)", "step:left after:load"),
        ("ys.append(3)", "step:right after:load"),
        ("print(xs, ys)", "step:join after:left after:right"),
    ],
    "branches_alias_read": [
        ("xs = [1]\nbox = {'xs': xs}", "step:load"),
        ("xs.append(2)\nl = 1", "step:left after:load"),
        ("r = 2", "step:right after:load"),
        ("print(box, l + r)", "step:join after:left after:right"),
    ],
    "branches_same_binding": [
        ("x = 1", "step:load"),
        ("x = 2\nl = x", "step:left after:load"),
        ("r = 5", "step:right after:load"),
        ("print(x, l, r)", "step:join after:left after:right"),
    ],
    "branches_later_reads_first": [
        ("x = 1", "step:load"),
        ("x = 2", "step:left after:load"),
        ("y = x", "step:right after:load"),
        ("print(x, y)", "step:join after:left after:right"),
    ],
    "branches_class_attr": [
        ("class C:\n    n = 0", "step:load"),
        ("C.n += 1", "step:left after:load"),
        ("C.n += 10", "step:right after:load"),
        ("print(C.n)", "step:join after:left after:right"),
    ],
    "branches_function_global": [
        ("k = 1\ndef f(): return k", "step:load"),
        ("k = 2\nl = f()", "step:left after:load"),
        ("r = f()", "step:right after:load"),
        ("print(l, r, f())", "step:join after:left after:right"),
    ],
    "branches_random": [
        ("import random\nrandom.seed(1)", "step:load"),
        ("l = random.random()", "step:left after:load"),
        ("r = random.random()", "step:right after:load"),
        ("print(l == r)", "step:join after:left after:right"),
    ],
    "branches_view": [
        ("import numpy as np\na = np.zeros(4)\nlo, hi = a[:2], a[2:]", "step:load"),
        ("lo += 1", "step:left after:load"),
        ("hi += 2", "step:right after:load"),
        ("print(a)", "step:join after:left after:right"),
    ],
    "branches_counter": [
        ("import itertools\nc = itertools.count()", "step:load"),
        ("l = next(c)", "step:left after:load"),
        ("r = next(c)", "step:right after:load"),
        ("print(l, r)", "step:join after:left after:right"),
    ],
    "is_interned": (
        "a = 256; b = 256; s = 'hello'; t = 'hello'",
        "r = a is b, s is t",
        "print(r, a is b, s is t)",
    ),
    "is_big_int": (
        "a = 10 ** 20\nb = a\nc = 10 ** 20",
        "r = a is b",
        "print(r, a is b, a == c)",
    ),
    "is_string_built": (
        "a = ''.join(['x', 'y'] * 3)\nb = a\nl = [a]",
        "r = a is b",
        "print(r, a is b, l[0] is a)",
    ),
    "is_tuple_shared": (
        "t = (1, [2])\nu = t\nd = {'t': t}",
        "r = u is t",
        "print(r, u is t, d['t'] is t)",
    ),
    "is_tuple_atoms": (
        "t = (1, 2)\nd = [t]",
        "r = d[0] is t",
        "print(r, d[0] is t)",
    ),
    "is_none_true": (
        "x = None; y = True; z = ...; w = NotImplemented",
        "r = x is None",
        "print(r, x is None, y is True, z is ..., w is NotImplemented)",
    ),
    "is_sentinel": (
        "MISSING = object()\nd = {'a': MISSING}",
        "d['b'] = MISSING",
        "print(d['a'] is MISSING, d['b'] is MISSING)",
    ),
    "is_sentinel_default": (
        "MISSING = object()\ndef f(x=MISSING): return x is MISSING",
        "r = f()",
        "print(r, f(), f(MISSING), f(1))",
    ),
    "is_nan": (
        "nan = float('nan')\nl = [nan]",
        "r = nan in l",
        "print(r, nan in l, l[0] is nan, l.count(nan))",
    ),
    "is_np_nan": (
        "import numpy as np\nn = np.nan\nl = [np.nan, n]",
        "r = np.nan in l",
        "print(r, n is np.nan, np.nan in l, l.index(np.nan))",
    ),
    "is_float_shared": (
        "x = 1.5\ny = x\nd = {'x': x}",
        "z = x",
        "print(y is x, d['x'] is x)",
    ),
    "ordering_set_int": (
        "s = {3, 1, 2}\ns.add(10)",
        "s.discard(1); s.add(100)",
        "print(s, list(s))",
    ),
    "ordering_dict": (
        "d = {'b': 1, 'a': 2}",
        "d['c'] = d.pop('b')\nd |= {'a': 3}",
        "print(d, list(reversed(d)))",
    ),
    "ordering_set_str": (
        "s = set('hello world')\nfirst = list(s)",
        "second = list(s)",
        "print(first == second, first == list(s))",
    ),
    "ordering_set_after_removals": (
        "s = set(range(0, 64, 8))\nfor i in range(0, 56, 8): s.remove(i)\ns |= {1, 9, 17}",
        "p = list(s)",
        "print(p, list(s), p == list(s))",
    ),
    "big_ints": (
        "n = 2 ** 200\nm = -n",
        "n += 1",
        "print(n, m, n + m)",
    ),
    "decimal_fraction": (
        "from decimal import Decimal\nfrom fractions import Fraction\nd = Decimal('1.10')\nf = Fraction(1, 3)",
        "d += 1\nf *= 3",
        "print(d, f, repr(d), 1j * 2, complex('1+2j'))",
    ),
    "datetime_tz": (
        "from datetime import datetime, timezone, timedelta\nfrom zoneinfo import ZoneInfo\nt = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo('Europe/Berlin'))\nu = t.astimezone(timezone.utc)",
        "v = t + timedelta(hours=1)",
        "print(t, u, v, v.tzinfo is t.tzinfo, v.fold)",
    ),
    "special_floats": (
        "xs = [float('inf'), -0.0, float('nan')]",
        "ys = sorted(xs[:2])",
        "print(xs, ys, str(xs[1]))",
    ),
    "slice_range_values": (
        "sl = slice(1, None, 2); r = range(0, 10, 3); el = ...",
        "x = list(range(5))[sl]",
        "print(x, r[1:], sl, el, r == range(0, 12, 3))",
    ),
    "frozenset_keys": (
        "fs = frozenset([1, 2]); d = {fs: 'x', (1, fs): 'y'}",
        "d[frozenset([2, 1])] += '!'",
        "print(d[fs], (1, fs) in d)",
    ),
    "bytes_and_str": (
        "b = 'é\\x00'.encode()\ns = '\\ud800'\nr = r'\\n'",
        "c = b + b'\\xff'",
        "print(c, ascii(s), r)",
    ),
    "np_scalar_types": (
        "import numpy as np\ni = np.int8(100); f = np.float32(0.1); d = np.datetime64('2026-01-01'); b = np.bool_(True)",
        "j = i + np.int8(10)\nf += 1",
        "print(j, repr(f), d + 1, type(b).__name__, repr(i))",
    ),
    "pandas_types": (
        "import pandas as pd\nt = pd.Timestamp('2026-01-01'); na = pd.NA; nat = pd.NaT; iv = pd.Interval(0, 1)\nc = pd.Categorical(['a', 'b'], ordered=True)",
        "same = na is pd.NA, nat is pd.NaT",
        "print(same, na is pd.NA, nat is pd.NaT, t.day_name(), iv, c)",
    ),
    "masked_array": (
        "import numpy as np\nm = np.ma.array([1, 2, 3], mask=[0, 1, 0])\nd = m.data",
        "m[0] = 9",
        "print(m, d, m is np.ma.masked, m[1] is np.ma.masked)",
    ),
    "df_query_local": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5, 9], 'b': [1, 1, 2]})\nlo = 2",
        "lo = 4\nq = 'a > @lo'\nr = len(df.query(q))",
        "lo = 8\nprint(r, len(df.query('a > @lo and b == 2')))",
    ),
    "df_query_in_function": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5, 9]})\nlim = 4\ndef pick(d, k=1): return d.query('a > @lim + @k')",
        "r = len(pick(df))",
        "lim = 0\nprint(r, len(pick(df)))",
    ),
    "df_eval_assign": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nk = 3\nsame = df",
        "df.eval('b = a * @k', inplace=True)",
        "print(same, list(df.columns))",
    ),
    "df_query_fstring": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5]})\ncol, lo = 'a', 3",
        "r = df.query(f'{col} > @lo')",
        "print(len(r), lo)",
    ),
    "pd_eval_toplevel": (
        "import pandas as pd\nx = pd.Series([1, 2]); y = 10",
        "z = pd.eval('x + y')",
        "print(z.tolist())",
    ),
    "df_attrs_flags": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\ndf.attrs['src'] = 'x'",
        "df.attrs['n'] = 1",
        "print(df.attrs)",
    ),
    "df_extra_attribute": (
        "import pandas as pd, warnings\nwarnings.simplefilter('ignore')\ndf = pd.DataFrame({'a': [1]})\ndf.extra = [1]",
        "df.extra.append(2)",
        "print(df.extra)",
    ),
    "np_random_seeded": (
        "import numpy as np\nnp.random.seed(0)\na = np.random.rand()",
        "b = np.random.rand()",
        "print(a, b, np.random.rand())",
    ),
    "rng_shared": (
        "import numpy as np\nrng = np.random.default_rng(1)\nclass S:\n    def __init__(self, r): self.r = r\ns = S(rng)",
        "x = s.r.random()",
        "y = rng.random()\nprint(x, y, s.r is rng)",
    ),
    "recursive_repr": (
        "d = {}\nd['me'] = d\nl = [d]\nd['l'] = l",
        "l.append(l)",
        "print(d, l)",
    ),
    "alias_string_buffer": (
        "import io\nbuf = io.StringIO()\nprint('a', file=buf)\nout = [buf]",
        "print('b', file=buf)",
        "print(out[0].getvalue(), out[0] is buf)",
    ),
    "alias_bytesio_getbuffer": (
        "import io\nb = io.BytesIO(b'abc')\nb.seek(1)",
        "x = b.read(1)",
        "print(x, b.read(), b.getvalue())",
    ),
    "alias_partial_update": (
        "cfg = {'lr': 1}\nclass M:\n    def __init__(self, c): self.c = c\nms = [M(cfg) for _ in range(2)]",
        "ms[0].c['lr'] = 2",
        "cfg['x'] = 1\nprint(ms[1].c, ms[0].c is ms[1].c)",
    ),
    "alias_loop_variable": (
        "groups = {'a': [], 'b': []}\nfor name, g in groups.items(): g.append(1)",
        "g.append(2)",
        "print(groups, g is groups['b'], name)",
    ),
    "alias_multiplied": (
        "m = [[0] * 2] * 3",
        "m[0][0] = 1",
        "print(m, m[0] is m[2])",
    ),
    "alias_swapped": (
        "a, b = [1], [2]\nc = a",
        "a, b = b, a\na.append(9)",
        "print(a, b, c, c is b)",
    ),
    "alias_star_args": (
        "def f(*args, **kw): return args, kw\nx = [1]\nargs, kw = f(x, k=x)",
        "x.append(2)",
        "print(args, kw, args[0] is kw['k'])",
    ),
    "alias_unused_middle": (
        "a = [1]\nb = {'a': a}",
        "z = 1",
        "a.append(2)\nprint(b)",
    ),
    "alias_rebind_then_old_name": (
        "cur = [1]\nold = cur",
        "cur = [2]",
        "cur.append(3); old.append(4)\nprint(cur, old)",
    ),
    "alias_cached_property_frame": (
        "import pandas as pd\ns = pd.Series([1, 2, 3])\nhead = s.iloc[:2]",
        "s.iloc[0] = 100",
        "print(head.tolist(), s.tolist())",
    ),
    "alias_exception_value": (
        "data = [1]\ntry:\n    raise ValueError(data)\nexcept ValueError as e:\n    kept = e",
        "data.append(2)",
        "print(kept.args[0], kept.args[0] is data)",
    ),
    "nan_object_column": (
        "import pandas as pd, numpy as np\nfrom collections import Counter\ndf = pd.DataFrame({'c': ['x', np.nan, 'y', np.nan]})\ncol = df['c']",
        "n = len(set(df['c']))",
        "print(n, Counter(df['c']), df['c'][1] is np.nan, col.tolist().index(np.nan))",
    ),
    "nan_dict_key": (
        "nan = float('nan')\nd = {nan: 1}\nkeys = list(d)",
        "d[nan] += 1",
        "print(d[keys[0]], len(d), nan is keys[0])",
    ),
    "frozenset_order": (
        "fs = frozenset([75, 42, 91])\nls = list(fs)",
        "x = list(fs) == ls",
        "print(x, list(fs) == ls, fs)",
    ),
    "set_in_object": (
        "class A:\n    def __init__(self): self.s = {75, 42, 91}\na = A(); s = a.s",
        "a.s.add(283)",
        "print(s, a.s is s, list(s))",
    ),
    "dict_of_sets": (
        "g = {1: {75, 42, 91}, 2: {280, 42, 430, 294}}",
        "g[1] |= g[2]",
        "print(g, [list(v) for v in g.values()])",
    ),
    "counter_nan_tuple": (
        "nan = float('nan')\nt = (nan, nan)\nu = t",
        "c = len(set(t))",
        "print(c, len(set(u)), t is u)",
    ),
    "function_kwdefault_share": (
        "acc = []\ndef f(x, *, a=acc): a.append(x); return a\nf(1)",
        "acc.append('b')",
        "print(f(2), acc, f(3) is acc)",
    ),
    "branches_own_temp": [
        ("data = [1, 2]", "step:load"),
        ("tmp = sum(data)\nl = tmp", "step:left after:load"),
        ("tmp = max(data)\nr = tmp", "step:right after:load"),
        ("print(l, r, tmp)", "step:join after:left after:right"),
    ],
    "branches_imports": [
        ("import math\nx = 4", "step:load"),
        ("import json\nl = json.dumps(x)", "step:left after:load"),
        ("import json\nr = json.loads('[1]')", "step:right after:load"),
        ("print(l, r, math.sqrt(x))", "step:join after:left after:right"),
    ],
    "query_column_clash": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5]})\na = 100",
        "r = df.eval('a * 2').tolist()",
        "print(r, a)",
    ),
    "large_set_order": (
        "import random\nrandom.seed(1)\ns = {random.randrange(10**7) for _ in range(5000)}",
        "print(list(s)[:5], s.pop())",
    ),
}

# those that are refused, and the code that says why
REFUSED = {
    "branches_alias_shared": "WB402",
    "branches_class_attr": "WB403",
    "branches_counter": "WB402",
    "branches_random": "WB403",
    "branches_shared_list": "WB402",
    "branches_view": "WB402",
    "is_big_int": "WB410",
    "is_float_shared": "WB410",
    "is_interned": "WB410",
    "is_string_built": "WB410",
    "is_tuple_atoms": "WB410",
}
