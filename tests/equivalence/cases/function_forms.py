"""Functions: globals they read and write, decorators, closures, defaults, iterators, code as text."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "late_global_changed": (
        "rate = 1\ndef cost(x): return x * rate\nr1 = cost(2)",
        "rate = 10\nr2 = cost(2)",
        "rate = 100\nprint(r1, r2, cost(2))",
    ),
    "late_global_bound_later": (
        "def area(r): return PI * r",
        "PI = 3\nx = area(2)",
        "PI = 4\nprint(x, area(2))",
    ),
    "writer_of_globals": (
        "log = []\ncount = 0\ndef hit(tag):\n    global count, last\n    count += 1\n    last = tag\n    log.append(tag)",
        "hit('x')\nhit('y')",
        "print(count, last, log)\nhit('z')\nprint(count, last, log)",
    ),
    "writer_deletes_global": (
        "tmp = 1\ndef clean():\n    global tmp\n    del tmp",
        "clean()",
        "print('tmp' in globals())",
    ),
    "writer_via_globals": (
        "x = 1\ndef setg(v): globals()['x'] = v",
        "setg(7)",
        "print(x)",
    ),
    "decorator_registry": (
        "registry = {}\ndef register(f):\n    registry[f.__name__] = f\n    return f\n@register\ndef one(): return 1",
        "@register\ndef two(): return 2\nn = len(registry)",
        "print(n, sorted(registry), registry['two'](), registry['one'] is one)",
    ),
    "decorator_args": (
        "import functools\ndef times(n):\n    def deco(f):\n        @functools.wraps(f)\n        def inner(*a): return [f(*a)] * n\n        return inner\n    return deco\n@times(2)\n@times(1)\ndef g(x): 'doc'; return x",
        "r = g(3)",
        "print(r, g.__doc__, g.__name__, g.__wrapped__.__wrapped__(1))",
    ),
    "decorator_class": (
        "class Count:\n    def __init__(self, f): self.f, self.n = f, 0\n    def __call__(self, *a):\n        self.n += 1\n        return self.f(*a)\n@Count\ndef h(x): return x + 1",
        "h(1); h(2)",
        "print(h(5), h.n)",
    ),
    "decorator_value": (
        "factor = 3\ndef scale(f):\n    k = factor\n    def inner(x): return f(x) * k\n    return inner\n@scale\ndef ident(x): return x",
        "factor = 100\nr = ident(1)",
        "print(r, ident(2))",
    ),
    "decorator_printing": (
        "def loud(f):\n    print('decorating', f.__name__)\n    return f",
        "@loud\ndef q(): return 1",
        "print(q())",
    ),
    "closure_step_value": (
        "base = [1]\ndef make():\n    local = base\n    return lambda: (local, base)\nf = make()",
        "base = [2]",
        "print(f(), f()[0] is f()[1])",
    ),
    "closure_shared_cell": (
        "def pair():\n    v = []\n    return (lambda x: v.append(x)), (lambda: v)\nput, get = pair()",
        "put(1)\nalias = get()",
        "put(2)\nprint(get(), alias, alias is get())",
    ),
    "closure_holds_container": (
        "data = {'n': 0}\ndef mk(d):\n    def inc(): d['n'] += 1; return d['n']\n    return inc\ninc = mk(data)",
        "inc()",
        "inc()\nprint(data, inc.__closure__[0].cell_contents is data)",
    ),
    "mutual_recursion_cells": (
        "def ping(n): return 'end' if n == 0 else pong(n - 1)",
        "def pong(n): return 'END' if n == 0 else ping(n - 1)\nr = ping(3)",
        "print(r, ping(4), pong(1))",
    ),
    "mutual_with_redefinition": (
        "def ping(n): return 'end' if n == 0 else pong(n - 1)\ndef pong(n): return 'E1' if n == 0 else ping(n - 1)\nr = ping(1)",
        "def pong(n): return 'E2' if n == 0 else ping(n - 1)\ns = ping(1)",
        "print(r, s, ping(3))",
    ),
    "default_mutable_shared": (
        "seen = []\ndef add(x, acc=seen): acc.append(x); return acc",
        "add(1)\nseen.append('s')",
        "print(add(2), seen, add.__defaults__[0] is seen)",
    ),
    "default_evaluated_once": (
        "import itertools\nc = itertools.count(5)\ndef f(n=next(c)): return n",
        "m = next(c)",
        "print(f(), m, next(c), f())",
    ),
    "default_kwonly": (
        "k = 1\ndef f(*, a=k, b=lambda: k): return a, b()",
        "k = 2\nr = f()",
        "k = 3\nprint(r, f())",
    ),
    "redefinition_in_each": (
        "def v(): return 1\nkeep = v\nx = v()",
        "def v(): return 2\ny = v()",
        "def v(): return 3\nprint(x, y, v(), keep())",
    ),
    "redefinition_calls_old": (
        "def f(x): return x + 1",
        "old = f\ndef f(x): return old(x) * 10",
        "print(f(1), old(1))",
    ),
    "redefinition_helper": (
        "def helper(): return 'h1'\ndef use(): return helper()\na = use()",
        "def helper(): return 'h2'\nb = use()",
        "print(a, b, use())",
    ),
    "func_becomes_value": (
        "def f(): return 1\nr = f()",
        "f = r + 1",
        "print(f)",
    ),
    "value_becomes_func": (
        "f = 5\nr = f",
        "def f(): return r\ns = f()",
        "print(r, s, f())",
    ),
    "func_attributes": (
        "def f(): return f.n\nf.n = 1\nf.tags = []",
        "f.n += 1\nf.tags.append('b')\ng = f",
        "print(f(), g.tags, g is f)",
    ),
    "func_attr_in_container": (
        "def f(): pass\nbox = [f]\nf.x = 1",
        "box[0].x = 2",
        "print(f.x, box[0] is f)",
    ),
    "func_in_dict_identity": (
        "def f(): return 1\nd = {f: 'f'}",
        "d[f] += '!'",
        "print(d[f], f in d)",
    ),
    "func_name_qualname": (
        "def outer():\n    def inner(): pass\n    return inner\ni = outer()",
        "n = i.__qualname__, outer.__module__",
        "print(n, i.__name__, outer.__qualname__)",
    ),
    "generator_function": (
        "lim = 3\ndef gen():\n    for i in range(lim): yield i\nl1 = list(gen())",
        "lim = 2\nl2 = [*gen()]",
        "print(l1, l2, sum(gen()))",
    ),
    "generator_within": (
        "def gen():\n    x = yield 1\n    yield x * 2\ng = gen()\nr = [next(g), g.send(5)]\ndel g",
        "r.append(3)",
        "print(r)",
    ),
    "async_function": (
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(0)\n    return n * k\nk = 2",
        "k = 3\nr = await f(1)",
        "print(r, await f(2))",
    ),
    "async_gen": (
        "async def agen(n):\n    for i in range(n): yield i\nasync def collect(n): return [i async for i in agen(n)]",
        "r = await collect(2)",
        "print(r, await collect(3))",
    ),
    "lru_cache_pure": (
        "import functools\n@functools.lru_cache(maxsize=None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nr = fib(10)",
        "s = fib(12)",
        "print(r, s, fib(5))",
    ),
    "lru_cache_info": (
        "import functools\n@functools.lru_cache\ndef sq(n): return n * n\nsq(1); sq(1)",
        "sq(1); sq(2)",
        "print(sq.cache_info())",
    ),
    "lru_cache_identity": (
        "import functools\n@functools.lru_cache\ndef conf(k): return {'k': k}\na = conf('x')",
        "b = conf('x')\nb['new'] = 1",
        "print(a is b, conf('x'))",
    ),
    "cache_on_value": (
        "from functools import cache\nlog = []\ndef slow(x):\n    log.append(x)\n    return x\nfast = cache(slow)\nfast(1)",
        "fast(1); fast(2)",
        "print(log, fast(2))",
    ),
    "singledispatch": (
        "from functools import singledispatch\n@singledispatch\ndef show_it(x): return 'any'\n@show_it.register\ndef _(x: int): return 'int'",
        "@show_it.register(list)\ndef show_list(x): return 'list'\nr = show_it([])",
        "print(r, show_it(1), show_it([]), show_it('s'))",
    ),
    "cached_property": (
        "from functools import cached_property\ncalls = []\nclass A:\n    @cached_property\n    def v(self):\n        calls.append(1)\n        return [len(calls)]\na = A(); a.v",
        "a.v.append(5)",
        "print(a.v, calls, vars(a))",
    ),
    "partialmethod": (
        "from functools import partialmethod, partial\nclass A:\n    def set(self, k, v): setattr(self, k, v)\n    on = partialmethod(set, 'state', True)\na = A()",
        "a.on()\np = partial(a.set, 'x')",
        "p(3)\nprint(vars(a))",
    ),
    "partial_shares_args": (
        "from functools import partial\nacc = []\npush = partial(list.append, acc)",
        "push(1)",
        "push(2)\nprint(acc, push.args[0] is acc)",
    ),
    "bound_method_container": (
        "class A:\n    def __init__(self): self.n = 0\n    def inc(self): self.n += 1; return self.n\na = A()\nacts = {'inc': a.inc}",
        "acts['inc']()\na.inc()",
        "print(acts['inc'](), a.n, acts['inc'].__self__ is a)",
    ),
    "builtin_method_bound": (
        "xs = []\nadd = xs.append",
        "add(1)",
        "add(2)\nprint(xs)",
    ),
    "dict_get_bound": (
        "d = {'a': 1}\nget = d.get",
        "d['b'] = 2",
        "print(get('b'), get('z', 0))",
    ),
    "lambda_self_recursive": (
        "fact = lambda n: 1 if n < 2 else n * fact(n - 1)",
        "r = fact(4)",
        "print(r, fact(5), fact.__name__)",
    ),
    "lambda_in_list_globals": (
        "k = 1\nfs = [lambda: k, lambda: k + 1]",
        "k = 10\nfs.append(lambda: k + 2)",
        "k = 20\nprint([f() for f in fs])",
    ),
    "lambda_sorted_key": (
        "weights = {'a': 2, 'b': 1}\nkey = lambda s: weights[s]",
        "weights['a'] = 0\nr = sorted('ab', key=key)",
        "print(r, max('ab', key=key))",
    ),
    "function_in_function_global_read": (
        "scale = 2\ndef outer(xs):\n    def inner(x): return x * scale\n    return [inner(x) for x in xs]",
        "scale = 3\nr = outer([1])",
        "print(r, outer([2]))",
    ),
    "recursion_limit": (
        "import sys\nold = sys.getrecursionlimit()\nsys.setrecursionlimit(5000)\ndef depth(n): return 0 if n == 0 else 1 + depth(n - 1)",
        "r = depth(4000)",
        "print(r, sys.getrecursionlimit())",
    ),
    "varargs_defaults": (
        "def f(a, /, b=2, *c, d, e=[], **g):\n    e.append(a)\n    return a, b, c, d, e, g",
        "r = f(1, d=4)",
        "print(f(5, 6, 7, d=8, z=9), r)",
    ),
    "function_annotations_values": (
        "T = int\ndef f(x: T) -> 'T': return x",
        "T = str\nimport typing\nh = typing.get_type_hints(f)",
        "print(h, f.__annotations__)",
    ),
    "get_type_hints_class": (
        "from __future__ import annotations\nimport typing\nclass Node:\n    nxt: Node | None = None\n    v: int = 0",
        "h = typing.get_type_hints(Node)",
        "print(sorted(h), h['v'])",
    ),
    "inspect_getsource": (
        "import inspect\n# a comment above\ndef f(x):\n    # inside\n    return x",
        "src = inspect.getsource(f)",
        "print(src, inspect.signature(f))",
    ),
    "inspect_getsource_class": (
        "import inspect\nclass A:\n    'doc'\n    def m(self): return 1",
        "n = len(inspect.getsource(A.m).strip())",
        "print(n, inspect.getdoc(A))",
    ),
    "help_output": (
        "def f(x):\n    'Say x.'\n    return x",
        "import pydoc\nt = pydoc.plain(pydoc.render_doc(f))",
        "print(t)",
    ),
    "exec_defines": (
        "exec('def f(x): return x + 1')\nr = f(1)",
        "code = 'y = f(r)'\nexec(code)",
        "print(r, y, f(y))",
    ),
    "exec_namespace": (
        "ns = {'v': 2}\nexec('w = v * 2', ns)",
        "r = ns['w']\nexec('w += 1', ns)",
        "print(r, ns['w'])",
    ),
    "eval_locals_dict": (
        "expr = 'p + q'\np = 1",
        "r = eval(expr, {'p': 10, 'q': 1})\nq = 5",
        "print(r, eval(expr))",
    ),
    "globals_lookup": (
        "alpha = 1\nbeta = 2",
        "vals = [globals()[n] for n in ['alpha', 'beta']]",
        "print(vals, globals().get('gamma', 'none'))",
    ),
    "vars_of_object": (
        "class A: pass\na = A(); a.x = 1",
        "vars(a)['y'] = 2",
        "print(vars(a), a.y)",
    ),
    "locals_in_function": (
        "def f(a, b=2):\n    c = a + b\n    return dict(locals())",
        "r = f(1)",
        "print(r, sorted(f(2)))",
    ),
    "dir_of_value": (
        "class A:\n    def m(self): pass\na = A(); a.z = 1",
        "names = [n for n in dir(a) if not n.startswith('_')]",
        "print(names)",
    ),
    "dir_bare": (
        "x = 1",
        "n = 'x' in dir()",
        "print(n)",
    ),
    "threads_end_in_cell": (
        "import threading, queue\nq = queue.SimpleQueue()\nout = []\ndef work(i): out.append(i * mult)\nmult = 2",
        "ts = [threading.Thread(target=work, args=(i,)) for i in range(3)]\n[t.start() for t in ts]; [t.join() for t in ts]\ndel ts, q",
        "print(sorted(out))",
    ),
    "executor_map": (
        "from concurrent.futures import ThreadPoolExecutor\nk = 3\ndef f(x): return x * k",
        "with ThreadPoolExecutor(2) as ex:\n    r = list(ex.map(f, range(3)))",
        "print(r)",
    ),
    "weakref_alive": (
        "import weakref\nclass A: pass\na = A()\nw = weakref.ref(a)",
        "same = w() is a",
        "print(same, w() is a)",
    ),
    "weakkey": (
        "import weakref\nclass A: pass\na = A()\nd = weakref.WeakKeyDictionary()\nd[a] = 1",
        "d[a] += 1",
        "print(d[a], len(d))",
    ),
    "sys_modules_game": (
        "import sys, types\nm = types.ModuleType('fake_mod')\nm.v = 1\nsys.modules['fake_mod'] = m",
        "import fake_mod\nfake_mod.v += 1",
        "print(fake_mod.v)",
    ),
    "stateful_callable_default": (
        "class Acc:\n    def __init__(self): self.t = 0\n    def __call__(self, x): self.t += x; return self.t\ndef run(x, acc=Acc()): return acc(x)",
        "run(1)",
        "print(run(2))",
    ),
    "map_filter_lazy": (
        "k = 2\nm = map(lambda x: x * k, [1, 2, 3])\nfirst = next(m)",
        "k = 10",
        "print(first, list(m))",
    ),
    "zip_half": (
        "z = zip([1, 2, 3], 'abc')\na = next(z)",
        "b = next(z)",
        "print(a, b, list(z))",
    ),
    "enumerate_half": (
        "src = [10, 20, 30]\ne = enumerate(src)\nnext(e)",
        "src.append(40)",
        "print(list(e))",
    ),
    "list_iter_shares": (
        "src = [1, 2]\nit = iter(src)\nnext(it)",
        "src.append(3)",
        "print(list(it), src)",
    ),
    "dict_iter": (
        "d = {'a': 1, 'b': 2}\nit = iter(d)\nx = next(it)",
        "y = next(it)",
        "print(x, y, list(it))",
    ),
    "itertools_tee": (
        "import itertools\na, b = itertools.tee([1, 2, 3])\nnext(a)",
        "x = next(a)",
        "print(x, list(b), list(a))",
    ),
    "itertools_cycle_chain": (
        "import itertools\nc = itertools.cycle('ab')\nnext(c)\nch = itertools.chain([1], [2, 3])\nnext(ch)",
        "x = next(c), next(ch)",
        "print(x, next(c), list(ch))",
    ),
    "file_iterator": (
        "open('t.txt', 'w').write('1\\n2\\n')\nf = open('t.txt')",
        "x = f.readline()",
        "print(x, f.readline())",
    ),
    "stringio_position": (
        "import io\ns = io.StringIO('a\\nb\\nc')\ns.readline()",
        "x = s.readline()",
        "print(repr(x), repr(s.read()))",
    ),
    "csv_reader": (
        "import csv, io\nr = csv.reader(io.StringIO('1,2\\n3,4'))\nhead = next(r)",
        "print(head)",
        "print(next(r))",
    ),
    "re_match_object": (
        "import re\nm = re.match(r'(\\w)(\\d)', 'a1')",
        "g = m.group(1)",
        "print(g, m.groups())",
    ),
    "operator_getters": (
        "import operator\nkey = operator.itemgetter('n')\nmc = operator.methodcaller('upper')",
        "r = sorted([{'n': 2}, {'n': 1}], key=key)",
        "print(r, mc('x'), key({'n': 3}))",
    ),
    "contextvar": (
        "import contextvars\nv = contextvars.ContextVar('v', default=0)\nv.set(3)",
        "v.set(v.get() + 1)",
        "print(v.get())",
    ),
    "function_replaced_code": (
        "def f(): return 1\ndef g(): return 2",
        "f.__code__ = g.__code__",
        "print(f())",
    ),
    "function_doc_changed": (
        "def f(): 'old'",
        "f.__doc__ = 'new'\nf.__name__ = 'ff'",
        "print(f.__doc__, f.__name__)",
    ),
    "function_defaults_changed": (
        "def f(x=1): return x",
        "f.__defaults__ = (9,)",
        "print(f())",
    ),
    "del_function": (
        "def f(): return 1\nr = f()",
        "del f",
        "print(r, 'f' in globals())",
    ),
    "function_kept_by_closure": (
        "def wrap(fn):\n    def inner(*a): return fn(*a) + 1\n    return inner\ndef base(x): return x\nwrapped = wrap(base)",
        "def base(x): return x * 100\nr = wrapped(1)",
        "print(r, base(1), wrapped(2))",
    ),
    "conditional_function_use": (
        "mode = 'x'\nif mode == 'x':\n    def act(): return mode\nelse:\n    act = None",
        "mode = 'y'",
        "print(act())",
    ),
    "try_define": (
        "try:\n    import nope_mod\n    def f(): return nope_mod\nexcept ImportError:\n    def f(): return 'fallback'",
        "r = f()",
        "print(r, f())",
    ),
    "writer_redefined": (
        "count = 0\ndef bump():\n    global count\n    count += 1\nbump()",
        "bump()",
        "print(count)\ndef bump(): return 'x'\nprint(bump())",
    ),
    "value_func_calls_hoisted": (
        "k = 1\ndef h(): return k\ndef f(): return h()\nx = f()",
        "def f(): return -h()\ny = f()",
        "k = 5\nprint(x, y, f())",
    ),
    "lambda_globals": (
        "x = 1\npeek = lambda n: globals()[n]",
        "r = peek('x')",
        "x = 2\nprint(r, peek('x'))",
    ),
    "eval_in_function": (
        "x = 1\ndef ev(t): return eval(t)",
        "r = ev('x + 1')",
        "x = 10\nprint(r, ev('x'))",
    ),
    "query_computed_in_function": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5]})\nlim = 3\ndef q(d, t): return len(d.query(t))",
        "r = q(df, 'a > @lim')",
        "lim = 0\nprint(r, q(df, 'a > @lim'))",
    ),
    "mutable_default_alias": (
        "def add(x, acc=[]):\n    acc.append(x)\n    return acc\nfirst = add(1)",
        "second = add(2)",
        "print(first, second, first is second, add(3))",
    ),
    "annotation_string_value": (
        "Vector = list\ndef f(v: 'Vector') -> 'Vector': return v",
        "import typing\nh = typing.get_type_hints(f)",
        "print(h)",
    ),
    "closure_locals": (
        "base = 2\ndef f():\n    y = base\n    return sorted(locals())\nprint(f())",
        "x = 1",
        "print(base)",
    ),
    "generic_registered_by_a_call": (
        "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'",
        "kind.register(int, lambda x: 'int')\nprint(kind(1))",
        "print(kind(1), kind('a'), sorted(each.__name__ for each in kind.registry))",
    ),
    "generic_registered_in_its_cell": (
        "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'"
        "\n@kind.register\ndef _(x: int):\n    return 'int'\n@kind.register\ndef _(x: str):\n    return 'text'",
        "print(kind(1), kind('a'), kind([]))",
        "print(kind(2), kind('b'), kind([]))",
    ),
    "generic_used_before_it_is_registered_with": (
        "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'\nprint(kind(1))",
        "n = 3\n@kind.register\ndef of_int(x: int):\n    return f'int {n}'\nprint(kind(1))",
        "print(kind(1), of_int(2))",
    ),
    "generic_used_by_a_function_before": (
        "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'"
        "\ndef all_kinds(xs):\n    return [kind(x) for x in xs]\nprint(all_kinds([1, 'a']))",
        "@kind.register\ndef of_int(x: int):\n    return 'int'\nprint(all_kinds([1, 'a']))",
        "print(all_kinds([1, 'a']))",
    ),
    "generic_in_exploration": [
        (
            "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'"
            "\n@kind.register\ndef of_int(x: int):\n    return 'int'\n@kind.register(str)\ndef of_text(x):\n    return 'text'",
            "",
        ),
        ("print(kind(1), kind('a'))", "step:a"),
        ("print(kind('b'), kind(2.5))", "step:b"),
    ],
    "generic_in_exploration_under_one_name": [
        (
            "from functools import singledispatch\n@singledispatch\ndef kind(x):\n    return 'any'"
            "\n@kind.register\ndef _(x: int):\n    return 'int'\n@kind.register\ndef _(x: str):\n    return 'text'",
            "",
        ),
        ("print(kind(1), kind('a'))", "step:a"),
    ],
    "registry_class_looked_at_before": (
        "class Registry:\n    items = {}\n    @classmethod\n    def add(cls, function):\n"
        "        cls.items[function.__name__] = function\n        return function\nprint(len(Registry.items))",
        "@Registry.add\ndef one():\n    return 1\nprint(len(Registry.items))",
        "print(Registry.items['one'] is one, one())",
    ),
    "registry_class_all_at_once": (
        "class Registry:\n    items = {}\n    @classmethod\n    def add(cls, function):\n"
        "        cls.items[function.__name__] = function\n        return function\n"
        "@Registry.add\ndef one():\n    return 1\n@Registry.add\ndef two():\n    return 2",
        "print(list(Registry.items))",
        "print(sum(each() for each in Registry.items.values()))",
    ),
    "commands_added_after_a_look": (
        "import click\n@click.group()\ndef cli():\n    pass\nprint(sorted(cli.commands))",
        "@cli.command()\n@click.option('--n', default=1)\ndef go(n):\n    print('n', n)\nprint(sorted(cli.commands))",
        "cli(['go', '--n', '3'], standalone_mode=False)",
    ),
    "commands_of_one_cell": (
        "import click\n@click.group()\ndef cli():\n    pass\n@cli.command()\ndef go():\n    print('go')",
        "cli(['go'], standalone_mode=False)",
        "print(sorted(cli.commands))",
    ),
}

# those that are refused, and the code that says why
REFUSED = {
    "generic_in_exploration_under_one_name": "WB204",
    "cache_on_value": "WB401",
    "contextvar": "WB401",
    "csv_reader": "WB401",
    "dir_bare": "WB303",
    "exec_defines": "WB206",
    "file_iterator": "WB401",
    "re_match_object": "WB401",
    "sys_modules_game": "WB307",
    "threads_end_in_cell": "WB401",
    "weakkey": "WB401",
    "weakref_alive": "WB401",
    "writer_deletes_global": "WB209",
}
