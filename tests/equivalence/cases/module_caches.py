"""What functions of the notebook, and of modules beside it, have cached."""

from __future__ import annotations

from cases.model import Steps

_WRITTEN = """%%writefile here.py
import functools, threading

@functools.lru_cache
def double(x, y=0, *, z=0):
    print('computing', x)
    return [2 * x + y + z]

@functools.lru_cache(maxsize=2)
def few(x):
    print('computing', x)
    return x

@functools.lru_cache(typed=True)
def typed(x, **named):
    print('computing', x, named)
    return x

@functools.cache
def lock(name):
    return threading.Lock()

root = functools.lru_cache(abs)

class Shop:
    @functools.lru_cache
    def price(self, name):
        print('asking for', name)
        return len(name)

def make():
    n = 7
    @functools.cache
    def inner(x):
        print('computing', x + n)
        return x + n
    return {'f': inner}

made = make()
shop = Shop()
"""


def _case(first: str, *later: str) -> Steps:
    return ([_WRITTEN, f"import here\n{first}"], *later)


CASES: dict[str, Steps] = {
    "cache_of_a_module": _case("a = here.double(1)", "b = here.double(1)\nprint(a is b, here.double(2))"),
    "cache_of_a_module_named": _case(
        "here.double(1, z=2); here.double(1, 3); here.double(1, y=3)",
        "print(here.double(1, z=2), here.double(1, 3), here.double(1, y=3), here.double(1, 3, z=0))",
    ),
    "cache_of_a_module_changed": _case("here.double(1).append(5)", "here.double(1).append(6)", "print(here.double(1))"),
    "cache_of_a_module_passed_on": _case("here.double(1)", "y = 2", "print(here.double(1), y)"),
    "cache_of_a_module_bounded": _case(
        "here.few(1); here.few(2); here.few(1)", "here.few(3); here.few(1); here.few(2)"
    ),
    "cache_of_a_module_typed": _case(
        "here.typed(1); here.typed(1.0, a=2)", "print(here.typed(1.0, a=2), here.typed(1), here.typed(True))"
    ),
    "cache_of_a_module_counted": _case(
        "here.few(1); here.few(2); here.few(3); here.few(3)",
        "print(here.few.cache_info())\nhere.few(2)\nprint(here.few.cache_info())",
    ),
    "cache_of_a_module_cleared": _case(
        "here.few(1); here.few.cache_clear()", "here.few(1)\nprint(here.few.cache_info())"
    ),
    "cache_of_a_module_cleared_later": _case(
        "here.few(1)", "here.few.cache_clear()", "here.few(1)\nprint(here.few.cache_info())"
    ),
    "cache_of_a_module_method": _case("print(here.shop.price('tea'))", "print(here.shop.price('tea'))"),
    "cache_of_a_module_in_a_dict": _case("here.made['f'](1)", "print(here.made['f'](1))"),
    "cache_of_a_module_of_an_error": _case(
        "try:\n    here.few([])\nexcept TypeError as e: print(e)\ntry:\n    here.double('x')\nexcept TypeError as e: print(e)",
        "print(here.double.cache_info())",
    ),
    "cache_of_a_module_not_called": _case("x = here.made is None", "print(here.few(1), x)"),
    "cache_of_a_module_of_locks": _case("lock = here.lock('a').locked()", "print(lock)", "print(here.double(1))"),
    "cache_of_a_module_of_locks_called": _case(
        "lock = here.lock('a').locked()", "print(here.lock('a').locked(), lock)"
    ),
    "cache_of_a_module_of_a_builtin": _case("here.root(-1)", "print(here.root(-1))"),
    "cache_of_a_module_in_branches": [
        (_WRITTEN, "step:load"),
        ("import here\nn = 1", "step:load"),
        ("a = here.double(n)", "step:a after:load"),
        ("b = here.double(n)", "step:b after:load"),
        ("print(a, b)", "step:c"),
    ],
    "cache_of_a_module_in_one_branch": [
        (_WRITTEN, "step:load"),
        ("import here\nn = 1", "step:load"),
        ("a = here.double(n)", "step:a after:load"),
        ("b = n", "step:b after:load"),
        ("print(a, b, here.double(1))", "step:c"),
    ],
    "cache_of_a_module_in_a_loop": [
        (_WRITTEN, "step:load"),
        ("import here\nitems, found = [1, 2, 1], []", "step:load"),
        ("for item in items:\n    found.append(here.few(item))", "step:each foreach"),
        ("print(found)", "step:c"),
    ],
    "cache_of_a_method": (
        "import functools\nclass Shop:\n    @functools.lru_cache\n    def price(self, name):\n        print('asking', name)\n"
        "        return [len(name)]\nshop = Shop()\na = shop.price('tea')",
        "print(shop.price('tea') is a, shop.price('milk'))",
        "a.append(0)\nprint(shop.price('tea'), shop.price.cache_info())",
    ),
    "cache_of_a_static_method": (
        "import functools\nclass Shop:\n    @staticmethod\n    @functools.cache\n    def price(name):\n"
        "        print('asking', name)\n        return len(name)\nShop.price('tea')",
        "print(Shop.price('tea'))",
    ),
    "cache_that_prints_by_another_function": (
        "import functools\ndef say(n):\n    print('computing', n)\n@functools.lru_cache\ndef double(n):\n    say(n)\n"
        "    return 2 * n\ndef twice(n):\n    return double(n)\ntwice(1)",
        "print(twice(1), double(2))",
        "print(double(2))\ndouble.cache_clear()\nprint(double(1))",
    ),
    "cache_of_a_frame": (
        "import functools, pandas as pd\n@functools.lru_cache\ndef load():\n    return pd.DataFrame({'a': [1]})\n"
        "frame = load()\nframe['b'] = 2",
        "print(list(load().columns), load() is frame)",
        "load()['c'] = 3\nprint(list(frame.columns))",
    ),
    "cache_of_what_time_gives": (
        "import functools, random\n@functools.lru_cache\ndef draw(n):\n    return random.random()\nfirst = draw(1)",
        "print(first == draw(1), first == draw(2))",
    ),
    "cache_of_a_class": (
        "import functools\n@functools.lru_cache\nclass Named:\n    def __init__(self, name):\n        print('made', name)\n"
        "tea = Named('tea')",
        "print(Named('tea') is tea)",
    ),
    "cache_in_a_loop_that_prints": [
        (
            "import functools\n@functools.lru_cache\ndef double(n):\n    print('computing', n)\n    return 2 * n\n"
            "items, found = [1, 2, 1], []",
            "step:load",
        ),
        ("for item in items:\n    found.append(double(item))", "step:each foreach"),
        ("print(found)", "step:c"),
    ],
    "cache_in_a_loop_that_computes": [
        (
            "import functools, math\n@functools.lru_cache\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
            "items, found = [5, 7, 5], []",
            "step:load",
        ),
        ("for item in items:\n    found.append(fib(item) + math.floor(1.5))", "step:each foreach"),
        ("print(found, fib(9))", "step:c"),
    ],
    "cache_in_branches_that_computes": [
        (
            "import functools\n@functools.cache\ndef name(n, pad='-'):\n    return f'{n:>3}'.replace(' ', pad)",
            "step:load",
        ),
        ("n = 1", "step:load"),
        ("a = name(n)", "step:a after:load"),
        ("b = name(n)", "step:b after:load"),
        ("print(a, b, name(2))", "step:c"),
    ],
}

REFUSED = {
    "cache_of_a_module_of_locks_called": "WB409",
    "cache_of_a_module_of_a_builtin": "WB409",
    "cache_of_a_module_in_branches": "WB403",
    "cache_of_a_module_in_one_branch": "WB403",
    "cache_of_a_module_in_a_loop": "WB403",
    "cache_of_a_class": "WB409",
    "cache_in_a_loop_that_prints": "WB403",
}
