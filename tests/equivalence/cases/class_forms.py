"""Classes: what they carry, what is written on them later, protocols, exceptions, instances across steps."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "instance_across": (
        "class P:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return isinstance(o, P) and self.x == o.x\n    def __repr__(self): return f'P({self.x})'\np = P([1])\np",
        "q = P([1])\np.x.append(2)\nsame = p == q",
        "print(same, p, q, isinstance(p, P), type(p) is P)",
    ),
    "class_attr_changed": (
        "class C:\n    n = 0\n    def inc(self): type(self).n += 1\nc = C()",
        "c.inc(); C.n += 10",
        "c.inc()\nprint(C.n, c.n)",
    ),
    "class_attr_container": (
        "class R:\n    items = []\nclass S(R): pass",
        "R.items.append(1)\nS.items.append(2)",
        "print(R.items, S.items is R.items)",
    ),
    "class_attr_added": (
        "class C: pass\nc = C()",
        "C.new = 5",
        "print(c.new, C.new)",
    ),
    "class_attr_deleted": (
        "class C:\n    x = 1\n    y = 2",
        "del C.x",
        "print(hasattr(C, 'x'), C.y)",
    ),
    "class_attr_setattr": (
        "class C: pass",
        "setattr(C, 'z', 1)",
        "print(C.z)",
    ),
    "class_attr_through_instance": (
        "class C:\n    log = []\nc = C()",
        "c.log.append(1)",
        "print(C.log, C().log)",
    ),
    "class_attr_in_function": (
        "class C:\n    n = 0\ndef bump(): C.n += 1",
        "bump(); bump()",
        "print(C.n)",
    ),
    "class_attr_in_method": (
        "class Node:\n    made = 0\n    def __init__(self):\n        Node.made += 1\n        self.id = Node.made",
        "xs = [Node(), Node()]",
        "print(Node.made, Node().id, [x.id for x in xs])",
    ),
    "class_attr_classmethod": (
        "class K:\n    count = 0\n    @classmethod\n    def make(cls):\n        cls.count += 1\n        return cls()\n    @staticmethod\n    def reset(): K.count = 100",
        "K.make(); K.make()",
        "print(K.count)\nK.reset()\nprint(K.count)",
    ),
    "monkeypatched_method": (
        "class A:\n    def hi(self): return 'old'\na = A()",
        "A.hi = lambda self: 'new'",
        "print(a.hi(), A().hi())",
    ),
    "monkeypatched_instance": (
        "class A:\n    def hi(self): return 'old'\na = A(); b = A()",
        "a.hi = lambda: 'mine'",
        "print(a.hi(), b.hi())",
    ),
    "redefined_class": (
        "class A:\n    v = 1\na = A()",
        "class A:\n    v = 2\nb = A()",
        "print(a.v, b.v, isinstance(a, A), isinstance(b, A))",
    ),
    "redefined_base": (
        "class Base:\n    def who(self): return 'b1'\nclass D(Base): pass\nd = D()",
        "class Base:\n    def who(self): return 'b2'",
        "print(d.who(), isinstance(d, Base), Base().who())",
    ),
    "metaclass": (
        "class Meta(type):\n    reg = []\n    def __new__(m, n, b, d):\n        c = super().__new__(m, n, b, d)\n        m.reg.append(n)\n        return c\nclass A(metaclass=Meta): pass",
        "class B(A): pass",
        "print(Meta.reg, type(B).__name__)",
    ),
    "init_subclass": (
        "class Plugin:\n    known = {}\n    def __init_subclass__(cls, key=None, **k):\n        super().__init_subclass__(**k)\n        Plugin.known[key] = cls.__name__\nclass X(Plugin, key='x'): pass",
        "class Y(Plugin, key='y'): pass",
        "print(Plugin.known)",
    ),
    "slots": (
        "class S:\n    __slots__ = ('a', 'b')\ns = S(); s.a = [1]",
        "s.b = s.a\ntry:\n    s.c = 1\nexcept AttributeError:\n    ok = True",
        "s.a.append(2)\nprint(s.b, ok, s.a is s.b)",
    ),
    "descriptor": (
        "class Pos:\n    def __set_name__(self, o, n): self.n = '_' + n\n    def __get__(self, o, t): return self if o is None else getattr(o, self.n)\n    def __set__(self, o, v): setattr(o, self.n, abs(v))\nclass P:\n    x = Pos()\np = P()",
        "p.x = -5",
        "print(p.x, vars(p))",
    ),
    "dataclass_defaults": (
        "from dataclasses import dataclass, field, asdict, replace\n@dataclass(order=True)\nclass D:\n    a: int\n    b: list = field(default_factory=list)\n    c: str = 'c'\nd = D(1)",
        "d.b.append(2)\ne = replace(d, a=0)",
        "print(d, e, asdict(d), d > e, e.b is d.b)",
    ),
    "dataclass_frozen_inherit": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    x: int = 1\n@dataclass(frozen=True)\nclass B(A):\n    y: int = 2\nb = B(3)",
        "try:\n    b.x = 1\nexcept Exception as e:\n    t = type(e).__name__\ns = {b: 'v'}",
        "print(t, s[B(3)], b, hash(b) == hash(B(3, 2)))",
    ),
    "dataclass_global_default": (
        "from dataclasses import dataclass\nDEF = 5\n@dataclass\nclass A:\n    x: int = DEF",
        "DEF = 6\na = A()",
        "print(a, A(1))",
    ),
    "dataclass_post_init": (
        "from dataclasses import dataclass, field\nrate = 2\n@dataclass\nclass A:\n    x: int\n    y: int = field(init=False)\n    def __post_init__(self): self.y = self.x * rate",
        "rate = 3\na = A(1)",
        "rate = 4\nprint(a, A(1))",
    ),
    "namedtuple_class": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: list = []\np = P(1)",
        "p.y.append(2)\nq = P(3)",
        "print(p, q, p.y is q.y, p._replace(x=2))",
    ),
    "namedtuple_func": (
        "from collections import namedtuple\nPt = namedtuple('Pt', ['x', 'y'], defaults=[0])\np = Pt(1)",
        "ps = [p, Pt(2, 3)]",
        "print(ps, isinstance(p, Pt), type(p) is Pt)",
    ),
    "typeddict": (
        "from typing import TypedDict\nclass T(TypedDict, total=False):\n    a: int\nt: T = {'a': 1}",
        "t['a'] += 1",
        "print(t, T.__annotations__, T(a=3))",
    ),
    "enum_members": (
        "import enum\nclass C(enum.Enum):\n    R = 'r'\n    G = 'g'\n    @property\n    def up(self): return self.value.upper()\nd = {C.R: 1}",
        "d[C.G] = 2\nx = C('g')",
        "print(d, x is C.G, C.R.up, list(C))",
    ),
    "enum_auto_flag": (
        "from enum import Flag, IntEnum, auto\nclass F(Flag):\n    A = auto()\n    B = auto()\nclass N(IntEnum):\n    ONE = 1\nf = F.A | F.B",
        "g = f & F.A",
        "print(f, g is F.A, N.ONE + 1, F.B in f)",
    ),
    "enum_functional": (
        "import enum\nCol = enum.Enum('Col', 'RED BLUE')\nc = Col.RED",
        "same = c is Col.RED",
        "print(same, c, Col['BLUE'] is Col(2))",
    ),
    "abc_protocol": (
        "from abc import ABC, abstractmethod\nfrom typing import Protocol, runtime_checkable\nclass Shape(ABC):\n    @abstractmethod\n    def area(self): ...\nclass Sq(Shape):\n    def area(self): return 4\n@runtime_checkable\nclass HasArea(Protocol):\n    def area(self): ...",
        "s = Sq()\ntry:\n    Shape()\nexcept TypeError:\n    ok = 1",
        "print(isinstance(s, Shape), isinstance(s, HasArea), ok)",
    ),
    "abc_register": (
        "from abc import ABC\nclass Base(ABC): pass\nclass Other: pass\nBase.register(Other)",
        "r = isinstance(Other(), Base)",
        "print(r, issubclass(Other, Base))",
    ),
    "operator_overload": (
        "class V:\n    def __init__(self, *x): self.x = list(x)\n    def __add__(self, o): return V(*[a + b for a, b in zip(self.x, o.x)])\n    def __iadd__(self, o): self.x.extend(o.x); return self\n    def __getitem__(self, i): return self.x[i]\n    def __len__(self): return len(self.x)\n    def __repr__(self): return f'V{self.x}'\nv = V(1); w = v",
        "v += V(2)\nu = v + w",
        "print(v, w, u, w is v, len(u), u[0])",
    ),
    "context_manager_class": (
        "class CM:\n    log = []\n    def __enter__(self): CM.log.append('in'); return self\n    def __exit__(self, *e): CM.log.append('out'); return True",
        "with CM() as cm:\n    x = 1\n    raise ValueError",
        "print(CM.log, x)",
    ),
    "context_manager_swallow": (
        "class Quiet:\n    def __enter__(self): return self\n    def __exit__(self, *e): return True",
        "with Quiet():\n    x = 1\n    1 / 0\n    y = 2",
        "print(x, 'y' in globals())",
    ),
    "iterator_class": (
        "class It:\n    def __init__(self, n): self.n = n\n    def __iter__(self): return self\n    def __next__(self):\n        if not self.n: raise StopIteration\n        self.n -= 1\n        return self.n\nit = It(4)\na = next(it)",
        "b = next(it)",
        "print(a, b, list(it))",
    ),
    "del_method": (
        "gone = []\nclass D:\n    def __init__(self, n): self.n = n\n    def __del__(self): gone.append(self.n)\nd = D(1)",
        "d = D(2)\nprint(gone)",
        "del d\nprint(gone)",
    ),
    "repr_html": (
        "class H:\n    def __repr__(self): return 'plain'\n    def _repr_html_(self): return '<b>h</b>'\nh = H()\nh",
        "[h]",
        "print(h)\nh",
    ),
    "getattr_dynamic": (
        "class Dyn:\n    def __init__(self): self.d = {'x': 1}\n    def __getattr__(self, n):\n        if n.startswith('__'): raise AttributeError(n)\n        return self.__dict__.get('d', {}).get(n, 'none')\no = Dyn()",
        "o.d['y'] = 2",
        "print(o.x, o.y, o.z)",
    ),
    "property_setter": (
        "class T:\n    def __init__(self): self._v = 0\n    @property\n    def v(self): return self._v\n    @v.setter\n    def v(self, x): self._v = x * 2\n    @v.deleter\n    def v(self): self._v = None\nt = T()",
        "t.v = 3",
        "print(t.v)\ndel t.v\nprint(t.v)",
    ),
    "super_chain": (
        "class A:\n    def f(self): return ['A']\nclass B(A):\n    def f(self): return super().f() + ['B']\nclass C(A):\n    def f(self): return super().f() + ['C']",
        "class D(B, C):\n    def f(self): return super().f() + ['D']\nd = D()",
        "print(d.f(), [k.__name__ for k in D.__mro__])",
    ),
    "class_uses_step_value": (
        "dim = 3\nclass M:\n    size = dim * 2\n    def get(self, k=dim): return k, dim",
        "dim = 9\nm = M()",
        "print(M.size, m.get(), isinstance(m, M))",
    ),
    "class_body_prints": (
        "class L:\n    print('making L')\n    x = 1",
        "l = L()",
        "print(l.x, isinstance(l, L))",
    ),
    "class_decorator": (
        "known = []\ndef reg(c): known.append(c); return c\n@reg\nclass A: pass",
        "a = known[0]()",
        "print(isinstance(a, A), known[0] is A)",
    ),
    "class_in_container": (
        "class A:\n    def go(self): return 'A'\nclass B(A):\n    def go(self): return 'B'\nkinds = {'a': A, 'b': B}",
        "objs = [kinds[k]() for k in 'ab']",
        "print([o.go() for o in objs], kinds['a'] is A, isinstance(objs[1], A))",
    ),
    "class_in_if": (
        "if True:\n    class Cond:\n        n = 1\nc = Cond()",
        "d = Cond()",
        "print(isinstance(c, Cond), isinstance(d, Cond), type(c) is type(d))",
    ),
    "class_made_by_function": (
        "def mk(n):\n    class Local:\n        v = n\n        def __repr__(self): return f'Local{self.v}'\n    return Local\nL1 = mk(1); L2 = mk(2)\nx = L1()",
        "y = L2()\nz = L1()",
        "print(x, y, type(x) is L1, type(z) is type(x), isinstance(y, L1))",
    ),
    "class_made_by_type": (
        "T = type('T', (), {'v': 1, 'get': lambda self: self.v})\nt = T()",
        "t.v = 2",
        "print(t.get(), T().get(), isinstance(t, T))",
    ),
    "generic_class": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Stack(Generic[T]):\n    def __init__(self): self.items = []\n    def push(self, x: T) -> 'Stack[T]': self.items.append(x); return self\ns = Stack[int]()",
        "s.push(1).push(2)",
        "print(s.items, Stack[int], isinstance(s, Stack))",
    ),
    "instances_share_state": (
        "class Borg:\n    _s = {}\n    def __init__(self): self.__dict__ = self._s\na = Borg(); a.x = 1",
        "b = Borg()\nb.x += 1",
        "print(a.x, b.x, a.__dict__ is b.__dict__)",
    ),
    "singleton": (
        "class One:\n    _i = None\n    def __new__(cls):\n        if cls._i is None: cls._i = super().__new__(cls)\n        return cls._i\no = One()",
        "p = One()",
        "print(o is p, One() is o)",
    ),
    "class_counter_repr": (
        "import itertools\nclass Job:\n    ids = itertools.count(1)\n    def __init__(self): self.id = next(Job.ids)\n    def __repr__(self): return f'Job {self.id}'\nj = Job()\nj",
        "k = Job()\nk",
        "Job()",
    ),
    "class_registry_subclasses": (
        "class Base: pass\nclass A(Base): pass",
        "class B(Base): pass",
        "print(sorted(c.__name__ for c in Base.__subclasses__()))",
    ),
    "reduce_class": (
        "class R:\n    def __init__(self, v): self.v = v\n    def __reduce__(self): return R, (self.v,)\nr = R([1]); v = r.v",
        "v.append(2)",
        "print(r.v, r.v is v)",
    ),
    "pickle_in_cell": (
        "import pickle\nclass A:\n    def __init__(self): self.x = 1\nraw = pickle.dumps(A())",
        "o = pickle.loads(raw)",
        "print(o.x, isinstance(o, A))",
    ),
    "pickle_function_in_cell": (
        "import pickle\ndef f(x): return x + 1\nraw = pickle.dumps(f)",
        "g = pickle.loads(raw)",
        "print(g(1), g is f)",
    ),
    "deepcopy": (
        "import copy\nclass A:\n    def __init__(self): self.l = [1]\na = A(); a.me = a",
        "b = copy.deepcopy(a); c = copy.copy(a)\nb.l.append(2); c.l.append(3)",
        "print(a.l, b.l, c.l, b.me is b, c.me is a)",
    ),
    "exception_class": (
        "class MyErr(Exception):\n    def __init__(self, code): super().__init__(f'code {code}'); self.code = code\nerrs = []",
        "try:\n    raise MyErr(3)\nexcept MyErr as e:\n    errs.append(e)",
        "print(errs[0].code, errs, isinstance(errs[0], MyErr))",
    ),
    "exception_traceback": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    err = e",
        "has = err.__traceback__ is not None",
        "print(has, err.__traceback__ is not None)",
    ),
    "exception_chain": (
        "try:\n    try:\n        {}['a']\n    except KeyError as k:\n        raise ValueError('v') from k\nexcept ValueError as v:\n    kept = v",
        "cause = type(kept.__cause__).__name__",
        "print(cause, repr(kept.__cause__), repr(kept.__context__))",
    ),
    "exception_args_kw": (
        "class E(Exception):\n    def __init__(self, *, code): super().__init__(code); self.code = code\ntry:\n    raise E(code=5)\nexcept E as e:\n    err = e",
        "c = err.code",
        "print(c, err.code, repr(err))",
    ),
    "class_var_annotation": (
        "from typing import ClassVar\nclass A:\n    n: ClassVar[int] = 0\n    x: int\n    y: 'A' = None",
        "A.n += 1",
        "print(A.n, sorted(A.__annotations__))",
    ),
    "class_dict_order": (
        "class A:\n    b = 1\n    a = 2\n    def c(self): pass",
        "ks = [k for k in vars(A) if not k.startswith('__')]",
        "print(ks)",
    ),
    "class_module_name": (
        "class A: pass\nprint(A, A.__module__, A.__qualname__)",
        "a = A()",
        "print(type(a).__module__, type(a))",
    ),
    "instance_default_repr": (
        "class A: pass\na = A()\na",
        "repr(a).split(' at')[0]",
        "str(A)",
    ),
    "hash_eq_in_set": (
        "class K:\n    def __init__(self, v): self.v = v\n    def __hash__(self): return hash(self.v)\n    def __eq__(self, o): return self.v == o.v\ns = {K(1), K(2)}",
        "s.add(K(1))",
        "print(len(s), K(2) in s)",
    ),
    "default_object_hash_key": (
        "class K: pass\nk = K()\nd = {k: 1}",
        "d[k] += 1",
        "print(d[k], k in d, list(d)[0] is k)",
    ),
    "set_of_default_hash": (
        "class K: pass\nk = K()\ns = {k}\nt = s",
        "s.add(K())",
        "print(k in t, len(t), t is s)",
    ),
    "classmethod_value": (
        "class A:\n    @classmethod\n    def make(cls): return cls.__name__\n    @staticmethod\n    def stat(): return 's'\nm = A.make; s = A.stat",
        "r = m()",
        "print(r, m(), s(), m.__self__ is A)",
    ),
    "method_of_builtin_type": (
        "up = str.upper\njoin = ','.join",
        "r = up('a')",
        "print(r, join(['x', 'y']), up is str.upper)",
    ),
    "class_del_global": (
        "class A:\n    n = 1\na = A()",
        "del A",
        "print(a.n, type(a).__name__, 'A' in globals())",
    ),
    "class_getitem_len": (
        "class Seq:\n    def __class_getitem__(cls, k): return f'Seq[{k}]'\n    def __bool__(self): return False\ns = Seq()",
        "t = Seq[3]",
        "print(t, bool(s), 'no' if not s else 'yes')",
    ),
    "global_in_method": (
        "total = 0\nclass Acc:\n    def add(self, n):\n        global total\n        total += n",
        "Acc().add(5)\nacc = Acc()",
        "acc.add(1)\nprint(total)",
    ),
    "method_reads_global_func": (
        "def helper(): return tag\ntag = 'a'\nclass A:\n    def go(self): return helper()\nobj = A()",
        "tag = 'b'\nr = obj.go()",
        "tag = 'c'\nprint(r, obj.go())",
    ),
    "inherit_from_library": (
        "from collections import UserDict, OrderedDict\nclass D(dict):\n    def __missing__(self, k): return k * 2\nclass U(UserDict):\n    pass\nd = D(a=1); u = U(b=2)",
        "d['c'] = u\nu['d'] = d['zz']",
        "print(d, u, d['c'] is u, d['q'])",
    ),
    "list_subclass_attr": (
        "class L(list):\n    tag = 'cls'\nl = L([1]); l.tag = 'inst'; m = l",
        "l.append(2)",
        "print(m, m.tag, type(m).__name__, m is l)",
    ),
    "thread_local": (
        "import threading\nloc = threading.local()\nloc.x = 1",
        "loc.x += 1",
        "print(loc.x)",
    ),
    "pandas_subclass": (
        "import pandas as pd\nclass F(pd.DataFrame):\n    _metadata = ['unit']\n    @property\n    def _constructor(self): return F\nf = F({'a': [1, 2]}); f.unit = 'm'",
        "g = f[f.a > 1]",
        "print(type(g).__name__, f.unit, g.unit)",
    ),
    "definitions_share": (
        "class A:\n    log = []\nclass B:\n    log = A.log",
        "A.log.append(1)",
        "B.log.append(2)\nprint(A.log, B.log, A.log is B.log)",
    ),
    "class_value_attr": (
        "xs = [1]\nclass C:\n    items = xs\nc = C()",
        "c.items.append(2)",
        "print(xs, C.items is xs)",
    ),
    "property_patched": (
        "class A:\n    def __init__(self): self.v = 1\na = A()",
        "A.dbl = property(lambda self: self.v * 2)",
        "print(a.dbl)",
    ),
    "method_wrapped_later": (
        "import functools\nclass A:\n    def f(self): return 1\na = A()",
        "old = A.f\ndef f2(self): return old(self) + 10\nA.f = f2",
        "print(a.f(), A().f())",
    ),
    "instance_of_replaced": (
        "class A: pass\na = A()",
        "class B(A):\n    def hi(self): return 'B'\na.__class__ = B",
        "print(a.hi(), type(a).__name__, isinstance(a, A))",
    ),
    "exception_in_list": (
        "errs = []\nfor v in ['1', 'x']:\n    try: int(v)\n    except ValueError as e: errs.append(e)",
        "n = len(errs)",
        "print(n, errs[0].args, [type(e).__name__ for e in errs], str(errs[0]))",
    ),
    "oserror_cause": (
        "try:\n    try: open('/nope/x')\n    except OSError as o: raise RuntimeError('w') from o\nexcept RuntimeError as r:\n    kept = r",
        "f = kept.__cause__.filename",
        "print(f, kept.__cause__.errno, kept.__cause__)",
    ),
    "exception_notes": (
        "e = ValueError('x')\ne.add_note('n1')\ne.extra = [1]\nx = e.extra",
        "e.extra.append(2)",
        "print(e.__notes__, x, e.extra is x)",
    ),
    "staticmethod_patched": (
        "class A: pass",
        "A.s = staticmethod(lambda: 5)\nA.c = classmethod(lambda cls: cls.__name__)",
        "print(A.s(), A.c(), A().s())",
    ),
    "descriptor_state": (
        "class Cnt:\n    def __init__(self): self.n = 0\n    def __get__(self, o, t): self.n += 1; return self.n\nclass H:\n    c = Cnt()\nx = H.c",
        "y = H.c",
        "print(x, y, H.c)",
    ),
    "enum_state": (
        "import enum\nclass E(enum.Enum):\n    A = []\n    B = 1",
        "E.A.value.append(1)",
        "print(E.A.value)",
    ),
    "enum_attr": (
        "import enum\nclass E(enum.Enum):\n    A = 1",
        "E.A.note = 'n'",
        "print(E.A.note)",
    ),
    "method_default": (
        "class A:\n    def add(self, x, acc=[]):\n        acc.append(x)\n        return acc\na = A().add(1)",
        "b = A().add(2)",
        "print(a, b, a is b, A().add(3))",
    ),
    "plain_instance": (
        "class A:\n    def __init__(self): self.x = [1]\na = A(); d = vars(a)",
        "d['y'] = 2",
        "print(a.y, a.x, vars(a) is d)",
    ),
    "staticmethod_default": (
        "class A:\n    @staticmethod\n    def add(x, acc=[]): acc.append(x); return acc\nA.add(1)",
        "A.add(2)",
        "print(A.add(3))",
    ),
    "nested_locals_class": (
        "k=3\nclass A:\n    locals()['z'] = k\n    w = 1",
        "k=4",
        "print(A.z, A.w, k)",
    ),
    "own_pickle_drops": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __getstate__(self):\n        d = dict(self.__dict__)\n        d['cache'] = None\n        return d\na = A()\nb = [a]",
        "print(a.cache, b[0] is a)\na.cache['z']=2",
        "print(b[0].cache)",
    ),
    "own_pickle_reduce": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __reduce__(self):\n        return A, ()\na = A()\na.n = 5",
        "print(a.n)",
    ),
    "own_pickle_setstate": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __setstate__(self, s):\n        self.__dict__.update(s)\n        self.n = 99\na = A()",
        "print(a.n)",
    ),
    "own_pickle_lock": (
        "import threading\nclass L:\n    def __init__(self):\n        self.n = 3\n        self.lock = threading.Lock()\n    def __getstate__(self):\n        return {'n': self.n}\n    def __setstate__(self, s):\n        self.n = s['n']\n        self.lock = threading.Lock()\nl = L()",
        "print(l.n, l.lock.locked())",
    ),
    "own_pickle_cycle": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __getstate__(self):\n        return {'n': self.n}\na = A()\na.me = a\na.other = A()\na.other.back = a",
        "print(a.me is a, a.other.back is a, a.other.cache)",
    ),
    "own_pickle_slots": (
        "class S:\n    __slots__ = ('x', '__y')\n    def __init__(self):\n        self.x = 1\n        self.__y = 2\n    def __getstate__(self):\n        return None\n    def y(self):\n        return self.__y\ns = S()",
        "print(s.x, s.y())",
    ),
    "own_pickle_of_a_base": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __getstate__(self):\n        return {'n': self.n}\nclass B(A):\n    pass\nb = B()",
        "print(b.cache)",
    ),
    "own_pickle_chain": (
        "class A:\n    def __init__(self):\n        self.n, self.cache = 1, {'a': 1}\n    def __getstate__(self):\n        return {'n': self.n}\nxs=[A() for _ in range(100)]\nfor i in range(99): xs[i].next=xs[i+1]",
        "print(xs[5].next is xs[6], xs[0].cache, xs[99].cache)",
    ),
    "dataclass_by_a_factory_made_under_a_condition": (
        "from dataclasses import MISSING, dataclass, field, fields\nif 1 > 0:\n    @dataclass\n    class Box:\n        items: list = field(default_factory=list)\nBox",
        "box = Box()\nprint(box.items, box)",
        "box.items.append(1)\nprint(Box(), box, fields(Box)[0].default is MISSING)",
    ),
    "sentinels_stay_what_they_are": (
        "import dataclasses, functools, inspect\nkept = {'missing': dataclasses.MISSING, 'first': functools._initial_missing}\nown = object()",
        "print(kept['missing'] is dataclasses.MISSING, kept['first'] is functools._initial_missing)\nkept['own'] = own",
        "print(kept['own'] is own, kept['missing'] is dataclasses.MISSING)",
    ),
}

# those that are refused, and the code that says why
REFUSED = {
    "exception_traceback": "WB322",
    "thread_local": "WB401",
}
