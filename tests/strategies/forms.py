"""Statements of the language's and IPython's less common forms, and the cells of loops that are cut into a foreach."""

from __future__ import annotations

from strategies.book import Book, Function


def matched(book: Book) -> None:
    """match: its patterns bind."""
    source = book.some("list", "int", "dict")
    if source is None:
        return
    first, other = book.target(), book.target()
    if len({first, other, source}) < 3:
        return
    book.write(f"match [3, {source}]:\n    case [{first}, {other}]:\n        print({first})\n    case _:\n        pass")
    book.bind(first, "int")
    book.bind(other, book.scope.kinds[source], shares=[source])


def managed(book: Book) -> None:
    """with: what it binds stays bound, and what it gives may be known by another name."""
    source = book.some("list", "dict")
    name = book.target()
    if source is None or name == source:
        return
    book.write(f"import contextlib\nwith contextlib.nullcontext({source}) as {name}:\n    print(len({name}))")
    book.bind(name, book.scope.kinds[source], shares=[source])


def finished(book: Book) -> None:
    """try with a finally and an else, each of which changes something."""
    values = book.changeable("list")
    name = book.target()
    if values is None or name == values:
        return
    n = book.number()
    book.write(
        f"try:\n    {name} = {n}\n    if {n} > 4:\n        raise KeyError('k')\nexcept KeyError as error_:\n"
        f"    {values}.append(repr(error_))\nelse:\n    {values}.append({n})\nfinally:\n    {values}.append({name})"
    )
    book.bind(name, "int")


def starred(book: Book) -> None:
    """A function of star-args and keyword-only ones, that changes what it is given."""
    values = book.changeable("list")
    if values is None:
        return
    name = book.fresh()
    book.write(
        f"def {name}(first, *more, last=0, **named):\n    first.extend(more)\n    first.append(last)\n"
        f"    return sorted(named)\nprint({name}({values}, 1, *[2, 3], last=4, **{{'k': 1}}))"
    )
    book.bind(name, "helper")


def walrus(book: Book) -> None:
    """A comprehension that binds a name of the notebook's."""
    values, name = book.some("list"), book.target()
    if values is None or name == values:
        return
    book.write(f"print([{name} := i_ for i_ in (1, 2)], len({values}))")
    book.bind(name, "int")


def bases(book: Book) -> None:
    """A class whose base holds a list that all instances share, changed by way of one of them."""
    if book.frozen:
        return
    base, name, made = book.fresh(), book.fresh(), book.target()
    if made in (base, name):
        return
    book.write(
        f"class {base}:\n    held = []\n    def __init__(self, n=0):\n        self.n, self.items = n, self.held\n"
        f"    def add(self, x):\n        self.held.append(x)\n        return len(self.held)\n"
        f"class {name}({base}):\n    @property\n    def size(self):\n        return len(self.items)\n"
        f"{made} = {name}({book.number()})\n{made}.add(1)\nprint({made}.size, {name}.held)"
    )
    book.bind(base, "helper")
    book.bind(name, "helper")
    book.bind(made, "obj", shares=[base, name])


def paused(book: Book) -> None:
    """A list that a function keeps by its default, known by another name too, and changed by a call."""
    values = book.some("list")
    name = book.target()
    if values is None or name == values or book.frozen:
        return
    book.write(
        f"def {name}(x, kept={values}):\n    kept.append(x)\n    return len(kept)\nprint({name}({book.number()}))"
    )
    book.bind(name, "function", shares=[values])
    book.scope.functions[name] = Function({}, frozenset({values}))


def shell(book: Book) -> None:
    """IPython's forms that bind: `%time x = …`, `x = !…`."""
    if book.depth:
        return
    name = book.target()
    if book.chance(50):
        values = book.some("list")
        if values == name:
            return
        book.write(f"%time {name} = {values if values else '[7]'}")
        book.bind(name, "list", shares=[values] if values else [])
    else:
        book.write(f"{name} = !echo {book.number()}\n{name} = list({name})")
        book.bind(name, "list")


def displayed(book: Book) -> None:
    """display, of a value as it is now."""
    name = book.some("int", "str", "list", "dict", "tuple")
    if name is not None and book.has_builtin("display"):
        book.write(f"display({name})")


def last_shown(book: Book) -> None:
    """`_`: what a cell showed last."""
    if not book.beside:
        book.write("print(_)")


def foreach(book: Book) -> None:
    """A whole cell of one loop that gathers: by append, by key, by sum, into what other names share, or tied."""
    n = book.number(1, 3)
    values, number = book.changeable("list"), book.some("int")
    items = book.pick((f"range({n})", "[3, 1, 2]", "'ab'")) if not values or book.chance(60) else f"list({values})"
    form = book.weighted([(4, "append"), (4, "key"), (3, "sum"), (4, "shared"), (1, "tied"), (2, "both")])
    item, made = book.fresh(), book.fresh()
    text = f"str({item})" + (f" + str({number})" if number else "")
    if form == "shared" and values:
        made = values
        book.write(f"for {item} in {items}:\n    {made}.append({text})\n    print({item})")
        book.write(f"print({made})")
        return
    if form == "key":
        book.write(f"{made} = {{}}\nfor {item} in {items}:\n    {made}[{item}] = {text}\nprint({made})")
        book.bind(made, "dict")
    elif form == "sum":
        book.write(f"{made} = 0\nfor {item} in {items}:\n    {made} += len({text})\nprint({made})")
        book.bind(made, "int")
    elif form == "tied":
        book.write(f"{made} = 0\nfor {item} in {items}:\n    print({made})\n    {made} = len({text}) + {made} * 2")
        book.bind(made, "int")
    else:
        other = book.fresh()
        book.write(f"{made}, {other} = [], 0\nfor {item} in {items}:\n    {made}.append({text})")
        if form == "both":
            book.write(f"    {other} += 1")
        book.write(f"print({made}, {other}, {item if items.startswith(('range', '[', chr(39))) else 0})")
        book.bind(made, "list")
        book.bind(other, "int")


STATEMENTS = (
    *((2, matched), (2, managed), (2, finished), (2, starred), (2, walrus), (2, bases), (2, paused), (2, shell)),
    *((2, displayed), (1, last_shown)),
)
