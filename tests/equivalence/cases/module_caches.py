"""What functions of modules beside the notebook have cached."""

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
}

REFUSED = {
    "cache_of_a_module_of_locks_called": "WB409",
    "cache_of_a_module_of_a_builtin": "WB409",
    "cache_of_a_module_in_branches": "WB403",
    "cache_of_a_module_in_one_branch": "WB403",
}
