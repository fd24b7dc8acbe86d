"""Statements that define functions, classes and other callables, and that use them."""

from __future__ import annotations

from strategies.book import Book, Function


def function(book: Book) -> None:
    """def name(x)"""
    name = book.target()
    form = book.pick(
        (
            "pure",
            "writes",
            "reads",
            "writes",
            "changes",
            "default",
            "kept",
            "closure",
            "recursive",
            "makes",
            "nonlocal",
            "generator",
        )
    )
    number, values = book.some("int"), book.some("list")
    made = Function()
    shares: list[str] = []
    if form == "reads" and number and number != name:
        text = f"def {name}(x):\n    return x + {number}"
        made = Function({number: "int"})
    elif form == "writes" and number and number != name and not book.frozen:
        text = f"def {name}(x):\n    global {number}\n    {number} += x\n    return {number}"
        made = Function({number: "int"}, frozenset({number}), {number: "int"})
    elif form == "changes" and values and values != name and not book.frozen:
        text = f"def {name}(x):\n    {values}.append(x)\n    return len({values})"
        made = Function({values: "list"}, frozenset({values}))
    elif form == "default" and number:
        text = f"def {name}(x, y={number}):\n    return x * y"
    elif form == "kept":
        text = f"def {name}(x, kept=[]):\n    kept.append(x)\n    return list(kept)"
    elif form == "closure" and values:
        text = (
            f"def {name}_make(given):\n    def inner(x):\n        given.append(x)\n        return list(given)\n"
            f"    return inner\n{name} = {name}_make({values})"
        )
        made = Function({}, frozenset({values}))
        shares = [values]
    elif form == "recursive":
        text = f"def {name}(x):\n    return 0 if x <= 0 else x + {name}(x - 1)"
        made = Function({name: "function"})
    elif form == "makes" and not book.frozen:
        other = book.fresh()
        text = f"def {name}(x):\n    global {other}\n    {other} = [x]\n    return x"
        made = Function({}, frozenset(), {other: "list"})
    elif form == "nonlocal":
        text = (
            f"def {name}_make():\n    count = 0\n    def inner(x):\n        nonlocal count\n        count += x\n"
            f"        return count\n    return inner\n{name} = {name}_make()"
        )
    elif form == "generator" and number and number != name:
        text = f"def {name}(x):\n    return list({name}_each(x))\ndef {name}_each(x):\n    for i in range(2):\n        yield i * {number} + x"
        made = Function({number: "int", f"{name}_each": "helper"})
        book.bind(f"{name}_each", "helper")
    else:
        text = f"def {name}(x):\n    return x * 2"
    book.write(text)
    book.bind(name, "function", shares=shares)
    book.scope.functions[name] = made


def decorated(book: Book) -> None:
    """A function behind a decorator of the notebook's own."""
    name, maker = book.target(), book.fresh()
    number = book.some("int")
    extra = f" + {number}" if number and number != name else ""
    book.write(
        f"import functools\ndef {maker}(g):\n    @functools.wraps(g)\n    def inner(x):\n        return g(x) * 2{extra}\n"
        f"    return inner\n@{maker}\ndef {name}(x):\n    return x + 1"
    )
    book.bind(maker, "helper")
    book.bind(name, "function")
    needs = {number: "int"} if number and extra else {}
    book.scope.functions[name] = Function(needs)


def lambdas(book: Book) -> None:
    """Functions as values: lambdas, partials, bound methods."""
    name = book.target()
    number, values = book.some("int"), book.some("list")
    others = [other for other in book.calls() if other != name]
    form = book.pick(("lambda", "reads", "partial", "method", "table"))
    made, shares = Function(), []
    if form == "reads" and number and number != name:
        text, made = f"{name} = lambda x: x + {number}", Function({number: "int"})
    elif form == "partial" and others:
        other = book.pick(others)
        known = book.scope.functions[other]
        text = f"import functools\n{name} = functools.partial({other})"
        made, shares = Function({**known.needs}, known.changes, known.binds), [other]
        if known.needs.get(other):
            made.needs.pop(other)
    elif form == "method" and values and values != name:
        text, made, shares = f"{name} = {values}.append", Function({}, frozenset({values})), [values]
    elif form == "table" and number and number != name:
        text, made = f"{name} = {{'f': lambda x: x * {number}}}['f']", Function({number: "int"})
    else:
        text = f"{name} = lambda x: x - 1"
    book.write(text)
    book.bind(name, "function", shares=shares)
    book.scope.functions[name] = made


def call(book: Book) -> None:
    """A function is called, and what it gives is seen."""
    names = book.calls()
    if not names:
        return
    name = book.pick(names)
    argument = book.pick(("2", "3", book.some("int") or "1"))
    form = book.weighted([(6, "printed"), (2, "bare"), (2, "bound"), (1, "mapped"), (1, "comprehension")])
    text = f"{name}({argument})"
    if form == "bound" and not book.scope.functions[name].changes:
        other = book.fresh()
        book.write(f"{other} = [{text}]")
        book.called(name)
        book.bind(other, "list", shares=[name])
        return
    texts = {
        "bare": text,
        "mapped": f"print(list(map({name}, [1, 2])))",
        "comprehension": f"print([{name}(i) for i in (1, 2)])",
    }
    book.write(texts.get(form, f"print({text})"))
    book.called(name)


def attribute(book: Book) -> None:
    """What is written onto a function stays there."""
    names = [name for name in book.bound("function") if name in book.scope.functions]
    if not names or not book.may_change_process():
        return
    name = book.pick(names)
    book.write(
        f"try:\n    {name}.seen = getattr({name}, 'seen', 0) + 1\n    print({name}.seen)\nexcept AttributeError:\n    print('no')"
    )


def cls(book: Book) -> None:
    """class Name"""
    name = book.pick(("Box", "Crate"))
    if name in book.beside or book.frozen:
        return
    number = book.some("int")
    form = book.pick(("plain", "scope", "reads", "counted", "dataclass", "inherits"))
    body = "    def __init__(self, n=0):\n        self.n, self.items = n, []\n"
    add = "    def add(self, x):\n        self.n += x\n        self.items.append(x)\n        return self.n"
    needs: dict[str, str] = {}
    if form == "scope" and number:
        text = f"class {name}:\n    {number} = start = {number} + 1\n    parts = [i for i in range(2)]\n{body}{add}\nprint({name}.start, {name}.parts)"
    elif form == "reads" and number:
        text = f"class {name}:\n{body}    def add(self, x):\n        self.n += x + {number}\n        self.items.append(x)\n        return self.n"
        needs = {number: "int"}
    elif form == "counted":
        text = f"class {name}:\n    made = 0\n    def __init__(self, n=0):\n        {name}.made += 1\n        self.n, self.items = n + {name}.made, []\n{add}"
    elif form == "dataclass":
        text = (
            f"from dataclasses import dataclass, field\n@dataclass\nclass {name}:\n    n: int = 0\n"
            f"    items: list = field(default_factory=list)\n{add}"
        )
    elif form == "inherits":
        text = f"class {name}Base:\n{body}{add}\nclass {name}({name}Base):\n    def add(self, x):\n        return super().add(x) + 1"
    else:
        text = f"class {name}:\n{body}{add}"
    book.write(text)
    for other in [other for other, kind in book.scope.kinds.items() if kind == "obj"]:
        book.scope.kinds[other] = "old"  # of the class before
    book.bind(name, "class")
    book.scope.functions.pop(name, None)
    book.scope.functions[f"{name}.add"] = Function(needs)


def instance(book: Book) -> None:
    """An object of the notebook's class, mostly used at once."""
    owner = book.some("class")
    if owner is None:
        return
    needs = book.scope.functions.get(f"{owner}.add", Function()).needs
    if any(book.scope.kinds.get(need) != kind or need in book.beside for need, kind in needs.items()):
        return
    name = book.target()
    if name == owner or name in needs:
        return
    if needs:  # its method reads a global: called only here
        book.write(f"print({owner}({book.number()}).add(1))")
        return
    book.write(f"{name} = {owner}({book.number()})")
    book.bind(name, "obj", shares=[owner])


def awaited(book: Book) -> None:
    """A top-level await."""
    name = book.fresh()
    book.write(
        f"import asyncio\nasync def {name}_co(x):\n    await asyncio.sleep(0)\n    return [x]\n{name} = await {name}_co(3)"
    )
    book.bind(f"{name}_co", "helper")
    book.bind(name, "list")


STATEMENTS = (
    *((9, function), (3, decorated), (5, lambdas), (14, call), (2, attribute), (3, cls), (5, instance), (1, awaited)),
)
