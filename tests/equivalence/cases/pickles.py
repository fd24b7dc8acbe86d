"""Classes with a pickle of their own, of which the notebook never hears."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "pickle_getstate_drops": (
        "class Model:\n    def __init__(self):\n        self.x, self.cache = 1, {1: 2}\n"
        "    def __getstate__(self):\n        return {'x': self.x, 'cache': None}\nmodel = Model()",
        "print(model.x, model.cache)",
    ),
    "pickle_reduce_forgets": (
        "class Point:\n    def __init__(self, x):\n        self.x, self.calls = x, 0\n"
        "    def __reduce__(self):\n        return Point, (self.x,)\npoint = Point(3)\npoint.calls = 5\n"
        "both = [point, point]",
        "print(point.x, point.calls, both[0] is point)\nboth[1].calls += 1",
        "print(point.calls)",
    ),
    "pickle_setstate_adds": (
        "class Mark:\n    def __init__(self):\n        self.x = 1\n    def __setstate__(self, state):\n"
        "        self.__dict__.update(state)\n        self.loaded = True\nmark = Mark()",
        "print(sorted(vars(mark)))",
    ),
    "pickle_slots_of_its_own": (
        "class Pair:\n    __slots__ = ('a', 'b')\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n"
        "    def __getstate__(self):\n        return (self.a,)\n    def __setstate__(self, state):\n"
        "        self.a, self.b = state[0], None\npair = Pair(1, 2)",
        "print(pair.a, pair.b)",
    ),
    "pickle_lock_made_again": (
        "import threading\nclass Safe:\n    def __init__(self):\n"
        "        self.lock, self.n = threading.Lock(), 3\n    def __getstate__(self):\n"
        "        return {'n': self.n}\n    def __setstate__(self, state):\n"
        "        self.lock, self.n = threading.Lock(), state['n']\nsafe = Safe()",
        "with safe.lock:\n    safe.n += 1\nprint(safe.n, sorted(vars(safe)))",
    ),
    "pickle_leaves_out_a_connection": (
        "import sqlite3\nclass Store:\n    def __init__(self):\n"
        "        self.connection, self.n = sqlite3.connect(':memory:'), 3\n    def __getstate__(self):\n"
        "        return {'n': self.n, 'connection': None}\nstore = Store()",
        "print(store.connection is None, store.n)",
    ),
    "pickle_cycle_of_its_own": (
        "class Node:\n    def __init__(self, up=None):\n        self.up, self.below = up, []\n"
        "    def __getstate__(self):\n        return {'below': self.below}\ntop = Node()\n"
        "top.below.append(Node(top))\nleaf = top.below[0]",
        "print(leaf.up is top, top.up, top.below[0] is leaf)",
    ),
    "pickle_getattr_to_another": (
        "class Around:\n    def __init__(self, inner):\n        self.inner = inner\n"
        "    def __getattr__(self, name):\n        return getattr(self.__dict__['inner'], name)\n"
        "    def __getstate__(self):\n        return self.__dict__\n    def __setstate__(self, state):\n"
        "        self.__dict__ = state\naround = Around([3, 1])",
        "around.sort()\nprint(around.inner)",
    ),
    "pickle_only_one": (
        "class One:\n    only = None\n    def __new__(cls):\n"
        "        cls.only = cls.only or super().__new__(cls)\n        return cls.only\n"
        "    def __reduce__(self):\n        return One, ()\none = One()\none.x = 1",
        "print(One() is one, one.x)",
    ),
    "pickle_keyed_new": (
        "class Unit:\n    known = {}\n    def __new__(cls, name):\n        if name not in cls.known:\n"
        "            cls.known[name] = super().__new__(cls)\n        return cls.known[name]\n"
        "    def __init__(self, name):\n        self.name, self.used = name, 0\n    def __getnewargs__(self):\n"
        "        return (self.name,)\n    def __getstate__(self):\n        return {'name': self.name}\n"
        "metre = Unit('m')\nmetre.used = 4",
        "print(metre.used, Unit.known['m'] is metre)\nprint(Unit('m') is metre, metre.used)",
    ),
    "figure_with_a_callback": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\ndef cb(a):\n"
        "    print('xlim', [float(x) for x in a.get_xlim()])\n"
        "cid = ax.callbacks.connect('xlim_changed', cb)\nplt.close(fig)",
        "_ = ax.set_xlim(0, 3)",
        "ax.callbacks.disconnect(cid)\n_ = ax.set_xlim(0, 5)",
    ),
    "line_with_a_callback": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nseen = []\nline, = ax.plot([1,2])\n"
        "cid = line.add_callback(seen.append)\nplt.close(fig)",
        "line.set(color='red')\nprint(len(seen), seen[0] is line)",
        "line.set(color='blue')\nprint(len(seen))",
    ),
    "figure_with_a_method_as_callback": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nclass Watch:\n    n = 0\n"
        "    def see(self, a):\n        self.n += 1\nw = Watch()\n"
        "cid = ax.callbacks.connect('ylim_changed', w.see)\nplt.close(fig)",
        "_ = ax.set_ylim(0, 3)\nprint(w.n)",
        "_ = ax.set_ylim(0, 4)\nprint(w.n)",
    ),
    "library_text_known_by_identity": (
        "import argparse\nparser = argparse.ArgumentParser(prog='x')\nparser.add_argument('--n', type=int, default=3)\n"
        "sub = argparse.ArgumentParser(prog='y', argument_default=argparse.SUPPRESS)\nsub.add_argument('--m')",
        "arguments = parser.parse_args([])\nprint(arguments, sub.parse_args([]))",
        "print(parser.parse_args(['--n', '5']), arguments.n, sub.parse_args(['--m', '1']))",
    ),
    "figure_with_a_colorbar": (
        "import matplotlib.pyplot as plt, numpy as np\nfig, ax = plt.subplots()\n"
        "image = ax.imshow(np.arange(4).reshape(2, 2))\nbar = fig.colorbar(image)\nplt.close(fig)",
        "image.set_clim(0, 10)\nprint(bar.vmax, bar.mappable is image)",
        "image.norm.vmax = 20\nprint(bar.vmax, len(fig.axes))",
    ),
}
REFUSED = {"pickle_leaves_out_a_connection": "WB401"}
