"""Classes of the notebook, and their instances in other steps."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
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
    "sklearnish": (
        "import numpy as np\nclass Model:\n    def fit(self, X, y):\n        self.w = np.linalg.lstsq(X, y, rcond=None)[0]\n        return self\n    def predict(self, X): return X @ self.w",
        "X = np.array([[1.,0],[0,1],[1,1]]); y = np.array([1.,2,3])\nm = Model().fit(X, y)",
        "m.predict(X).round(6)",
    ),
    "array_subclass": (
        "import numpy as np\nclass Signal(np.ndarray):\n    def __array_finalize__(self, other):\n        self.unit = getattr(other, 'unit', None)\nsignal = np.arange(3).view(Signal)\nsignal.unit = 'V'",
        "doubled = signal * 2",
        "print(signal.unit, doubled.unit, type(signal).__name__)",
    ),
}
