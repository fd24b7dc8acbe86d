"""Every form that binds, unbinds or names: the language reference's, one by one."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "starred_nested": (
        "(first, *middle), [last, (deep,)] = [1, 2, 3], [4, (5,)]",
        "middle.append(first)\ndeep += 1",
        "print(first, middle, last, deep)",
    ),
    "attribute_targets": (
        "class Box: pass\nbox = Box()\nbox.a, box.b = 1, [2]",
        "box.c = box.b\nbox.a, box.b[0] = box.b[0], box.a",
        "print(box.a, box.b, box.c is box.b)",
    ),
    "subscript_chain": (
        "grid = [[0] * 2 for _ in range(2)]\nrow = grid[0]",
        "i = 0\ni, grid[i][i] = 1, 7",
        "print(grid, row, i)",
    ),
    "slice_target": (
        "xs = list(range(6))\nys = xs",
        "xs[1:5:2] = ['a', 'b']\nxs[:0] = [9]",
        "print(xs, ys is xs)",
    ),
    "chained_same": (
        "b = {}\na = b['k'] = c = [1]",
        "a.append(2)",
        "print(b, c, b['k'] is a)",
    ),
    "augmented_every": (
        "x = 7\nm = [1]\nn = m\ns = 'a'\nf = {1}",
        "x **= 2; x //= 3; x %= 10; x <<= 2; x |= 1; x ^= 3\nm += [2]\nm *= 2\ns += 'b'\nf |= {2}",
        "print(x, m, n, s, f)",
    ),
    "augmented_tuple_in_list": (
        "t = ([1],)\nalias = t[0]",
        "try:\n    t[0] += [2]\nexcept TypeError as e:\n    caught = type(e).__name__",
        "print(t, alias, caught)",
    ),
    "augmented_unbinds_alias": (
        "t = (1,)\nu = t\nl = [1]\nm = l",
        "t += (2,)\nl = l + [2]",
        "print(t, u, l, m)",
    ),
    "walrus_nested": (
        "vals = [3, 1, 2]\nif any((big := v) > 2 for v in vals): pass",
        "total = 0\npartial = [total := total + v for v in vals]\nwhile (n := len(vals)) > 1: vals.pop()",
        "print(big, total, partial, n, vals)",
    ),
    "walrus_in_condition_short": (
        "flag = False\nz = 'old'",
        "ok = flag and (z := 'new')\nw = 1 if flag else (q := 2)",
        "print(ok, z, w, q)",
    ),
    "walrus_in_lambda_default": (
        "f = lambda a=(d := 5): a + d",
        "d = 10",
        "print(f(), d)",
    ),
    "for_attribute_target": (
        "class C: pass\nc = C()\nd = {}",
        "for c.i in range(3): pass\nfor d['k'], c.j in [(1, 2), (3, 4)]: pass",
        "print(c.i, c.j, d)",
    ),
    "for_tuple_starred": (
        "for a, (b, *c) in [(1, (2, 3, 4)), (5, (6,))]:\n    pass",
        "b += 1",
        "print(a, b, c)",
    ),
    "for_else_break": (
        "for i in range(5):\n    if i == 2:\n        break\nelse:\n    missed = True",
        "state = 'i' in globals(), 'missed' in globals()",
        "print(i, state)",
    ),
    "for_rebinds_iterable": (
        "x = [1, 2]\nfor x in x: pass",
        "x += 1",
        "print(x)",
    ),
    "for_maybe_empty_kept": (
        "last = None\nitems = []",
        "for last in items: pass",
        "print(last)",
    ),
    "while_else": (
        "n = 3\nwhile n:\n    n -= 1\nelse:\n    ended = 'yes'",
        "ended += '!'",
        "print(n, ended)",
    ),
    "with_several": (
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as out, io.StringIO('x') as src:\n    print('hidden', src.read())",
        "t = out.getvalue()",
        "print(repr(t))",
    ),
    "with_parenthesised": (
        "from contextlib import contextmanager\n@contextmanager\ndef cm(v):\n    yield v\nwith (cm((1, 2)) as (a, b), cm([3]) as c):\n    d = a + b",
        "c.append(d)",
        "print(a, b, c, d)",
    ),
    "with_attribute_target": (
        "from contextlib import nullcontext\nclass H: pass\nh = H()\nwith nullcontext(5) as h.v: pass",
        "h.v += 1",
        "print(h.v)",
    ),
    "with_suppress_partial": (
        "from contextlib import suppress\nx = 1\nwith suppress(ZeroDivisionError):\n    x = 2\n    y = 1 / 0\n    z = 3",
        "known = 'y' in globals(), 'z' in globals()",
        "print(x, known)",
    ),
    "except_unbinds": (
        "e = 'before'\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    msg = str(e)",
        "there = 'e' in globals()",
        "print(msg, there)",
    ),
    "except_unbinds_not_taken": (
        "e = 'before'\ntry:\n    pass\nexcept ValueError as e:\n    pass",
        "x = 1",
        "print(e, x)",
    ),
    "except_kept_reference": (
        "try:\n    {}['k']\nexcept KeyError as err:\n    kept = err",
        "kind = type(kept).__name__, kept.args",
        "print(kind, repr(kept))",
    ),
    "except_star": (
        "got = []\ntry:\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\nexcept* ValueError as eg:\n    got.append(len(eg.exceptions))\nexcept* TypeError as eg:\n    got.append('t')",
        "got.append(3)",
        "print(got)",
    ),
    "finally_binds": (
        "def f():\n    try:\n        return 'try'\n    finally:\n        log.append('f')\nlog = []\nr = f()",
        "try:\n    v = int('x')\nexcept ValueError:\n    v = -1\nelse:\n    v = 0\nfinally:\n    log.append(v)",
        "print(r, log, v)",
    ),
    "try_half_way": (
        "x = y = 0\ntry:\n    x = 1\n    raise KeyError\n    y = 2\nexcept KeyError:\n    pass",
        "try:\n    x += 1; u = int('no'); y = 9\nexcept ValueError: pass",
        "print(x, y)",
    ),
    "try_import_fallback": (
        "try:\n    import no_such_module_xyz as fast\n    HAVE = True\nexcept ImportError:\n    fast = None\n    HAVE = False",
        "mode = 'fast' if HAVE else 'slow'",
        "print(fast, HAVE, mode)",
    ),
    "match_patterns": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int\ndata = {'kind': 'p', 'at': P(1, 2), 'more': [1, 2, 3]}",
        "match data:\n    case {'kind': 'p' | 'q' as kind, 'at': P(x=0) | P(y=2) as where, **rest} if rest:\n        hit = 1\n    case _:\n        hit = 0",
        "print(kind, where, rest, hit)",
    ),
    "match_no_case": (
        "v = 5\nname = 'unset'",
        "match v:\n    case str() as name: pass\n    case [*_, name]: pass",
        "print(name)",
    ),
    "match_value_dotted": (
        "import enum\nclass E(enum.Enum):\n    A = 1\n    B = 2\nv = E.B",
        "match v:\n    case E.A: r = 'a'\n    case E.B: r = 'b'",
        "print(r, v)",
    ),
    "match_partial_capture": (
        "pair = (1, 'x')\nn = 'n0'",
        "match pair:\n    case (n, int()): r = 1\n    case _: r = 2",
        "print(n, r)",
    ),
    "import_in_function": (
        "def root(x):\n    import math as m\n    return m.sqrt(x)",
        "r = root(16)",
        "print(r, 'm' in globals())",
    ),
    "import_global_in_function": (
        "def load():\n    global js\n    import json as js\nload()",
        "t = js.dumps([1])",
        "print(t, js.__name__)",
    ),
    "import_conditional": (
        "import sys\nif sys.version_info > (3, 0):\n    from itertools import chain as link\nelse:\n    link = None",
        "r = list(link([1], [2]))",
        "print(r, link.__name__)",
    ),
    "import_rebound_value": (
        "import math\nmath = math.pi",
        "math = round(math, 2)",
        "print(math)",
    ),
    "import_rebound_module": (
        "import json as codec\na = codec.dumps({'a': 1})",
        "import pickle as codec\nb = codec.loads(codec.dumps(2))",
        "print(a, b, codec.__name__)",
    ),
    "import_dotted_as": (
        "import os.path as p, xml.etree.ElementTree as ET",
        "x = ET.fromstring('<a b=\"1\"/>')\nn = p.basename('/q/r')",
        "print(x.attrib, n, p.__name__)",
    ),
    "import_submodule_later": (
        "import importlib\nimport concurrent",
        "import concurrent.futures\nn = concurrent.futures.__name__",
        "print(n, hasattr(concurrent, 'futures'))",
    ),
    "import_submodule_hasattr": (
        "import xml\nbefore = 'dom' in dir(xml)",
        "import xml.dom.minidom",
        "print(xml.dom.minidom.__name__)",
    ),
    "import_in_loop": (
        "import importlib\nmods = {}\nfor n in ['json', 'math']:\n    mods[n] = importlib.import_module(n)",
        "r = mods['math'].floor(2.5)",
        "print(r, mods['json'].dumps(None), sorted(mods))",
    ),
    "future_annotations": (
        "from __future__ import annotations\ndef f(x: Undefined) -> Missing: return x",
        "r = f(3)",
        "print(r, f.__annotations__)",
    ),
    "future_annotations_later": (
        "def f(x: int): return x",
        "from __future__ import annotations\ndef g(x: int): return x",
        "print(f.__annotations__, g.__annotations__)",
    ),
    "star_shadows_builtin": (
        "r = pow(2, 3)",
        "from math import *\ns = pow(2, 3)",
        "print(r, s, pow(2, 2))",
    ),
    "star_then_own": (
        "from math import *\npi = 3",
        "x = pi + floor(e)",
        "print(x, pi)",
    ),
    "own_then_star": (
        "e = 100\nx = e",
        "from math import *\ny = round(e, 3)",
        "print(x, y, round(e, 2))",
    ),
    "type_comment": (
        "x = [] # type: list[int]",
        "x.append(1)",
        "print(x)",
    ),
    "annotation_no_value": (
        "x: int\ny: 'str' = 'a'",
        "z = 'x' in globals()",
        "print(z, y)",
    ),
    "annotation_attr": (
        "class A: pass\na = A()\na.x: int = 3\nd = {}\nd['k']: str = 'v'",
        "a.x += 1",
        "print(a.x, d)",
    ),
    "annotation_then_bind": (
        "n: int\nn = 4",
        "n: float = n / 2",
        "print(n)",
    ),
    "annotations_dunder": (
        "x: int = 1",
        "y = 2",
        "print(__annotations__)",
    ),
    "global_stmt_top": (
        "x = 1",
        "global x\nx = 2",
        "print(x)",
    ),
    "nonlocal_counter": (
        "def counter():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n        return n\n    def get(): return n\n    return inc, get\ninc, get = counter()",
        "inc(); inc()",
        "inc()\nprint(get(), inc(), get())",
    ),
    "del_rebind": (
        "x = 1\ny = [1, 2, 3]",
        "del x\ndel y[0], y[-1:]",
        "x = 'again'\nprint(x, y)",
    ),
    "del_attr": (
        "class A: pass\na = A(); a.p = 1; a.q = 2\nb = a",
        "del a.p",
        "print(vars(b))",
    ),
    "del_item_alias": (
        "d = {'a': 1, 'b': 2}\nv = d.items()\nk = list(d)",
        "del d['a']",
        "print(d, k)",
    ),
    "del_in_if": (
        "flag = True\nx = 5",
        "if flag:\n    del x",
        "print('x' in globals())",
    ),
    "del_nested_tuple": (
        "a, b, c = 1, 2, 3",
        "del (a, [b])\na = 10",
        "print(a, c, 'b' in globals())",
    ),
    "del_then_builtin": (
        "len = lambda x: 99\np = len([])",
        "del len\nq = len([1])",
        "print(p, q, len('abc'))",
    ),
    "cond_binding_both": (
        "flag = 0\nif flag:\n    x = 'yes'\nelif not flag:\n    x = 'no'",
        "if flag: y = 1",
        "print(x, 'y' in globals())",
    ),
    "cond_binding_old_value": (
        "x = 'old'\nflag = []",
        "if flag: x = 'new'",
        "print(x)",
    ),
    "cond_def": (
        "if True:\n    def f(): return 'a'\nelse:\n    def f(): return 'b'",
        "r = f()",
        "print(r, f())",
    ),
    "loop_def": (
        "fs = []\nfor i in range(3):\n    def g(): return i\n    fs.append(g)",
        "i = 10",
        "print([f() for f in fs], g())",
    ),
    "loop_def_default": (
        "fs = {}\nfor i in range(3):\n    def h(x, i=i): return x + i\n    fs[i] = h",
        "i = 100\nr = fs[1](1)",
        "print(r, [fs[k](0) for k in fs], h(0))",
    ),
    "comp_scope": (
        "x = 'outer'\nys = [x for x in range(3)]",
        "zs = {x: [x for x in 'ab'] for x in ys}",
        "print(x, ys, zs)",
    ),
    "comp_nested_late": (
        "k = 2\nmul = [(lambda v: v * k * j) for j in range(3)]",
        "k = 5",
        "print([m(1) for m in mul])",
    ),
    "genexp_late": (
        "k = 2\ng = [1, 2, 3]\ns = sum(v * k for v in g)",
        "k = 3\nt = sum(v * k for v in g)",
        "print(s, t)",
    ),
    "genexp_crossing": (
        "gen = (i * i for i in range(3))",
        "first = next(gen)",
        "print(first, list(gen))",
    ),
    "class_scope_comp": (
        "n = 3\nclass A:\n    n = 5\n    xs = [n for _ in range(n)]",
        "ys = A.xs",
        "print(ys, A.n, n)",
    ),
    "class_body_loop": (
        "class A:\n    for i in range(3):\n        locals()[f'm{i}'] = i\n    del i",
        "r = A.m2",
        "print(r, hasattr(A, 'i'))",
    ),
    "class_reads_global_binding": (
        "x = 1\nclass A:\n    y = x\n    x = x + 1\n    def get(self): return x",
        "x = 50\na = A()",
        "print(A.x, A.y, a.get())",
    ),
    "class_nested": (
        "class Outer:\n    k = 1\n    class Inner:\n        def who(self): return type(self).__qualname__\n    inner = Inner()",
        "w = Outer.inner.who()\no = Outer.Inner()",
        "print(w, o.who(), isinstance(o, Outer.Inner), Outer.inner.__class__ is Outer.Inner)",
    ),
    "underscore_throwaway": (
        "_, x = 1, 2\nfor _ in range(3): pass",
        "y = _ + x",
        "print(_, y)",
    ),
    "names_metaflow": (
        "step = 1; next = 2; name = 'n'; inputs = [3]; index = 4; flow = 5; show = 6; Parameter = 7; FlowSpec = 8; run = 9; data = 10; task = 11; current = 12",
        "inputs.append(step + show)\nflow += next",
        "print(step, next, name, inputs, index, flow, show, Parameter, FlowSpec, run, data, task, current)\nshow",
    ),
    "names_of_steps": [
        ("train = [1]\nload = 'l'", "step:load"),
        ("train.append(load)\nend = 3\nstart = 2", "step:train"),
        ("print(train, load, start, end)", "step:fin"),
    ],
    "names_dunder": (
        "__version__ = '1.0'\n__all__ = ['x']\n__author__ = 'me'",
        "v = __version__ + '!'",
        "print(__version__, v, __all__, __author__)",
    ),
    "names_private": (
        "_x = [1]\n_y = _x",
        "_x.append(2)",
        "print(_y, _y is _x)",
    ),
    "names_private_class": (
        "class A:\n    __secret = 1\n    def get(self): return self.__secret\n    def set(self, v): self.__secret = v",
        "a = A()\na.set(5)",
        "print(a.get(), a._A__secret, vars(a))",
    ),
    "names_nfkc": (
        "ﬁx = [1]\nK = 2",
        "fix.append(𝐊)",
        "print(ﬁx, K)",
    ),
    "names_nfkc_del": (
        "ſum = 3\nµ = 4",
        "t = sum + μ",
        "print(t, sum)",
    ),
    "name_self": (
        "self = 5",
        "self += 1",
        "print(self)",
    ),
    "name_workbench": (
        "workbench = 3\nwait = 4\ntimed = 5\nnotebook_step = 6",
        "r = workbench + wait\nr",
        "timed + notebook_step",
    ),
    "name_main_guard": (
        "def main():\n    return 'ran'\nout = None",
        "if __name__ == '__main__':\n    out = main()",
        "print(out, __name__)",
    ),
    "name_file": (
        "x = 1",
        "y = __file__ if '__file__' in globals() else 'none'",
        "print(y)",
    ),
    "name_doc": (
        "d = __doc__",
        "e = 1",
        "print(d)",
    ),
    "builtin_print_redefined": (
        "real = print\ndef print(*a): real('>>', *a)\nprint('a')",
        "print('b')",
        "del print\nprint('c')",
    ),
    "builtin_param": (
        "def f(sum, list=None, id=3): return sum, list, id",
        "r = f(1, list=[2])",
        "print(r, sum([1, 2]), list('a'))",
    ),
    "builtin_list_shadow": (
        "list = [3, 1]\nn = sorted(list)",
        "list.append(n)",
        "print(list)\ndel list\nprint(list((1,)))",
    ),
    "builtin_in_function_late": (
        "def size(x): return len(x)\na = size('ab')",
        "def len(x): return -1\nb = size('ab')",
        "del len\nprint(a, b, size('abc'))",
    ),
    "builtin_id_type": (
        "id = 'row7'; type = 'A'; input = 'x'; dir = '/tmp'; vars = [1]; hash = {}",
        "hash[id] = type + input\nvars.append(dir)",
        "print(hash, vars)",
    ),
    "builtin_true_div": (
        "abs_ = abs\ndef abs(x): return 'mine'",
        "r = abs(-1), abs_(-1)",
        "print(r, abs(0))",
    ),
    "builtins_module": (
        "import builtins\nbuiltins.answer = 42",
        "r = 'ok'",
        "print(answer)",
    ),
    "name_error_idiom": (
        "try:\n    cache\nexcept NameError:\n    cache = {'new': 1}",
        "cache['b'] = 2",
        "print(cache)",
    ),
    "func_name_error_idiom": (
        "try:\n    helper\nexcept NameError:\n    found = False\nelse:\n    found = True\ndef helper(): return 1",
        "x = helper()",
        "print(found, x)",
    ),
    "import_rebound_in_function": (
        "import json as codec\ndef f(): return codec.dumps([1])\nx = f()",
        "import pickle as codec\ny = type(f()).__name__",
        "print(x, y)",
    ),
    "import_rebound_from": (
        "from math import floor as r\ndef f(v): return r(v)\nx = f(2.5)",
        "from math import ceil as r\ny = f(2.5)",
        "print(x, y, f(2.1))",
    ),
    "future_untagged": [
        ("from __future__ import annotations", "skip"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass Node:\n    next: Node | None = None\n    other: Later = 1",
            "step:a",
        ),
        ("n = Node(Node())", "step:b"),
        ("print(n, Node.__annotations__)", "step:c"),
    ],
    "swallow_generator": (
        "from contextlib import contextmanager\n@contextmanager\ndef q():\n    try:\n        yield\n    except ValueError:\n        pass",
        "with q():\n    x = 1\n    raise ValueError\n    y = 2",
        "print(x, 'y' in globals())",
    ),
    "del_in_function_then_read": (
        "tmp = 1\nkeep = 2\ndef clean():\n    global tmp\n    del tmp\nclean()",
        "y = keep",
        "print('tmp' in globals(), y)",
    ),
}

# those that are refused, and the code that says why
REFUSED = {
    "annotations_dunder": "WB303",
    "builtins_module": "WB206",
    "del_in_if": "WB209",
    "future_annotations_later": "WB320",
    "genexp_crossing": "WB401",
    "name_self": "WB304",
    "own_then_star": "WB319",
    "star_shadows_builtin": "WB319",
}
