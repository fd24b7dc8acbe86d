"""Statements that use the process: random generators, options, environment, folders, imports, the shell."""

from __future__ import annotations

from strategies.book import Book


def imported(book: Book, text: str) -> None:
    """An import that stands where it is needed, unless the notebook has it already."""
    if text not in book.scope.state or book.chance(30):
        book.write(text)
        book.scope.state.add(text)


def generator(book: Book) -> None:
    """Python's own random numbers, seeded before."""
    if not book.may_change_process():
        return
    imported(book, "import random")
    if "random" not in book.scope.state or book.chance(20):
        book.write(f"random.seed({book.number()})")
        book.scope.state.add("random")
    values = book.changeable("list")
    book.write(f"random.shuffle({values})" if values and book.chance(20) else "print(random.randint(0, 1000))")


def arrays(book: Book) -> None:
    """numpy: arrays, both kinds of generators, print options."""
    imported(book, "import numpy as np")
    form = book.pick(("array", "array", "legacy", "generator", "draw", "options", "errors"))
    if form in ("legacy", "options", "errors") and not book.may_change_process():
        form = "array"
    if form == "array":
        name = book.target()
        book.write(f"{name} = {book.pick(('np.arange(4)', 'np.array([3, 1, 2, 5])', 'np.zeros(3, dtype=int)'))}")
        book.bind(name, "array")
    elif form == "legacy":
        if "np.random" not in book.scope.state or book.chance(20):
            book.write(f"np.random.seed({book.number()})")
            book.scope.state.add("np.random")
        book.write("print(np.random.randint(0, 1000, 2).tolist())")
    elif form == "options":
        book.write(f"np.set_printoptions(precision={book.number(1, 4)})\nprint(np.array([1 / 3]))")
    elif form == "errors":
        book.write("np.seterr(divide='ignore')\nprint(np.geterr()['divide'])")
    else:
        name = book.some("rng")
        if name is None:
            name = book.target()
            book.write(f"{name} = np.random.default_rng({book.number()})")
            book.bind(name, "rng")
        if book.changeable("rng") == name:
            book.write(f"print(int({name}.integers(0, 1000)))")


def frames(book: Book) -> None:
    """pandas: frames, options."""
    imported(book, "import pandas as pd")
    form = book.pick(("frame", "frame", "options", "query"))
    if form == "options" and not book.may_change_process():
        form = "frame"
    if form == "options":
        book.write(f"pd.set_option('display.precision', {book.number(1, 5)})\nprint(pd.Series([1 / 3]))")
        return
    name = book.some("frame")
    if form == "query" and name is not None and (number := book.some("int")):
        book.write(f"print(len({name}.query('a > @{number}')))" if number.isascii() else f"print(len({name}))")
        return
    name = book.target()
    book.write(f"{name} = pd.DataFrame({{'a': [1, 2, 3]}})")
    book.bind(name, "frame")


def process(book: Book) -> None:
    """What a process has one of."""
    form = book.pick(("environ", "read", "folder", "warnings", "decimal", "recursion", "path", "logging"))
    if not book.may_change_process():
        form = "read"
    n = book.number()
    if form == "environ":
        imported(book, "import os")
        book.write(f"os.environ['FLAG_{n % 2}'] = '{n}'")
    elif form == "read":
        imported(book, "import os")
        book.write("print(os.environ.get('FLAG_0'), os.environ.get('FLAG_1'))")
    elif form == "folder":
        imported(book, "import os")
        book.write(
            f"os.makedirs('sub{n % 2}', exist_ok=True)\nos.chdir('sub{n % 2}')\nprint(os.path.basename(os.getcwd()))"
        )
    elif form == "warnings":
        imported(book, "import warnings")
        book.write(f"warnings.simplefilter({book.pick(('error', 'ignore'))!r})")
        book.write("try:\n    warnings.warn('w')\n    print('quiet')\nexcept UserWarning:\n    print('raised')")
    elif form == "decimal":
        imported(book, "from decimal import Decimal, getcontext")
        if book.chance(50):
            book.write(f"getcontext().prec = {n + 2}")
        book.write("print(Decimal(1) / Decimal(7))")
    elif form == "recursion":
        imported(book, "import sys")
        book.write(f"sys.setrecursionlimit({3000 + n})" if book.chance(50) else "print(sys.getrecursionlimit())")
    elif form == "path":
        imported(book, "import sys")
        book.write(f"sys.path.append('/nowhere/{n}')" if book.chance(50) else "print('/nowhere/1' in sys.path)")
    else:
        imported(book, "import logging")
        book.write(
            f"logging.getLogger('lab').setLevel({n * 10})"
            if book.chance(50)
            else "print(logging.getLogger('lab').level)"
        )


def looked_at(book: Book) -> None:
    """What earlier cells set in the process is seen, without setting it."""
    if not book.may_change_process():  # to draw a number is to change the generator
        return
    for text, code in (
        ("import random", "print(random.randint(0, 1000))"),
        ("import pandas as pd", "print(pd.get_option('display.precision'))"),
        ("import numpy as np", "print(np.get_printoptions()['precision'])"),
        ("import os", "print(os.path.basename(os.getcwd())[:3], os.environ.get('FLAG_0'))"),
        (
            "import warnings",
            "try:\n    warnings.warn('v')\n    print('quiet')\nexcept UserWarning:\n    print('raised')",
        ),
        ("from decimal import Decimal, getcontext", "print(Decimal(2) / Decimal(3))"),
    ):
        seeded = code.startswith("print(random") and "random" not in book.scope.state
        folder = "getcwd" in code and "chdir" not in "".join(book.lines)
        if text in book.scope.state and not seeded and book.chance(50):
            book.write(code.replace("os.path.basename(os.getcwd())[:3], ", "") if folder else code)
            return


def modules(book: Book) -> None:
    """Imports of every kind."""
    text, use = book.pick(
        (
            ("import math", "print(math.floor(2.5))"),
            ("import os.path as osp", "print(osp.join('p', 'q'))"),
            ("from collections import OrderedDict as OD, defaultdict", "print(OD(z=1))"),
            (
                "try:\n    import ujson_missing as js\nexcept ImportError:\n    import json as js",
                "print(js.dumps([1]))",
            ),
            ("import xml.dom", "print(xml.dom.__name__)"),
            ("from math import *", "print(floor(2.5))"),
        )
    )
    if "*" in text and (book.scope.kinds or book.depth) and not book.chance(10):
        return  # it may bind anew what is bound before it: refused
    if text not in book.scope.state:
        book.write(text)
        if book.depth == 0:
            book.scope.state.add(text)
        else:
            book.write(use)
            return
    book.write(use)


def iterators(book: Book) -> None:
    """What is used up while it is looked at."""
    name = book.some("iterator")
    if name is None or book.chance(30):
        name = book.target()
        book.write(f"{name} = iter([{book.number()}, 2, 3, 4])")
        book.bind(name, "iterator")
    elif book.changeable("iterator") == name:
        book.write(f"print(next({name}, 'end'))")


def magics(book: Book) -> None:
    """IPython's own, where no block is around."""
    if book.depth:
        return
    name = book.fresh()
    form = book.pick(("time", "env", "shell"))
    if form == "time":
        book.write(f"%time {name} = 1 + 1")
        book.bind(name, "int")
    elif form == "env":
        book.write(f"%env FLAG_0={book.number()}" if book.may_change_process() else "!echo env")
    else:
        book.write("!echo from the shell")


STATEMENTS = (
    *(
        (5, generator),
        (9, arrays),
        (5, frames),
        (6, process),
        (4, looked_at),
        (4, modules),
        (3, iterators),
        (1, magics),
    ),
)
