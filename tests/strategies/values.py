"""Statements that bind, alias and change values."""

from __future__ import annotations

from strategies.book import MUTABLE, Book

LITERALS = {
    "int": ("1", "7", "-3"),
    "str": ("'u'", "'text'"),
    "list": ("[1]", "[2, 3]", "[i * 2 for i in range(3)]"),
    "dict": ("{'k': 1}", "dict(k=2, l=3)", "{str(i): i for i in range(2)}"),
    "tuple": ("(1, 2)",),
    "set": ("{1, 2}",),
    "real": ("0.123456789", "1 / 3"),
}


def literal(book: Book) -> None:
    """name = …"""
    kind = book.pick(tuple(LITERALS))
    text = book.pick(LITERALS[kind])
    form = book.weighted([(6, "plain"), (1, "chained"), (1, "typed"), (1, "walrus"), (1, "unpacked"), (1, "starred")])
    name = book.target()
    if form == "chained":
        other = book.target()
        book.write(f"{name} = {other} = {text}")
        book.bind(name, kind)
        if other != name:
            book.bind(other, kind, shares=[name])
    elif form == "walrus":
        book.write(f"if ({name} := {text}) is not None:\n    print({name})")
        book.bind(name, kind)
    elif form == "unpacked":
        other = book.target()
        if other != name:
            book.write(f"{name}, ({other}, *_) = {text}, (5, 6)")
            book.bind(name, kind)
            book.bind(other, "int")
            book.unbind("_")
    elif form == "starred":
        book.write(f"*{name}, _ = [1, 2, 3]")
        book.bind(name, "list")
    else:
        book.write(f"{name}: {'object' if form == 'typed' else ''} = {text}" if form == "typed" else f"{name} = {text}")
        book.bind(name, kind)


def flag(book: Book) -> None:
    """A condition for later, or how often a loop will run."""
    name = book.target()
    if book.chance(50):
        value = book.chance(50)
        book.write(f"{name} = {value}")
        book.bind(name, "flag")
        book.scope.flags[name] = value
    else:
        count = book.number(0, 2)
        book.write(f"{name} = {count}")
        book.bind(name, "count")
        book.scope.counts[name] = count


def alias(book: Book) -> None:
    """Another name, or a container, of what is there."""
    source = book.some(*sorted(MUTABLE))
    if source is None:
        return
    kind = book.scope.kinds[source]
    name = book.target()
    forms = [(4, f"{name} = {source}", kind), (2, f"{name} = [{source}, {source}]", "holder")]
    if kind == "list":
        forms += [
            (2, f"{name} = [{source}, [9]]", "nest"),
            (1, f"{name} = {{'x': {source}}}['x']", "list"),
            (1, f"{name} = ({source},)[0]", "list"),
        ]
    if kind == "nest":
        forms += [(4, f"{name} = {source}[0]", "list"), (1, f"{name}, *_ = {source}", "list")]
    if kind == "obj":
        forms += [(4, f"{name} = {source}.items", "list")]
    if kind == "array":
        forms += [(5, f"{name} = {source}[{book.pick(('::2', '1:', ':'))}]", "array")]
        forms += [(1, f"{name} = {source}.reshape(-1)", "array"), (1, f"{name} = {source}.copy()", "array")]
    if kind == "frame":
        forms += [(1, f"{name} = {source}.copy()", "frame"), (2, f"{name} = {source}['a'].to_numpy()", "array")]
    if source == name and book.chance(100):
        return
    text, made = book.weighted([(weight, (text, made)) for weight, text, made in forms])
    book.write(text)
    book.bind(name, made, shares=[source])


def hold(book: Book) -> None:
    """Something that is there becomes part of something else."""
    source = book.some("list")
    owner = book.changeable("obj", "nest", "holder")
    if source is None or owner is None:
        return
    kind = book.scope.kinds[owner]
    if kind == "obj":
        book.write(f"{owner}.items = {source}")
    elif kind == "nest":
        book.write(f"{owner}[0] = {source}")
    else:
        book.write(f"{owner}.append({source})")
    book.share(owner, source)


def change(book: Book) -> None:
    """A value is changed where it is."""
    name = book.changeable(*sorted(MUTABLE - {"holder"}))
    if name is None:
        return
    n = book.number()
    forms: dict[str, tuple[str, ...]] = {
        "list": (
            f"{name}.append({n})",
            f"{name} += [{n}]",
            f"{name}[0] = {n}",
            f"{name}[:0] = [{n}]",
            f"[{name}.append(i) for i in range(2)]",
            f"for i_ in range(2): {name}.insert(0, i_)",
            f"list.append({name}, {n})",
            f"add_ = {name}.append\nadd_({n})\ndel add_",
            f"{name}.extend(i for i in [{n}])",
            f"exec('{name}.append({n})')" if book.chance(10) else f"{name}.reverse()",
        ),
        "nest": (f"{name}[0].append({n})", f"for each_ in {name}: each_.append({n})", f"{name}[-1][0] = {n}"),
        "dict": (
            f"{name}['k'] = {n}",
            f"{name}.update(z={n})",
            f"{name} |= {{'y': {n}}}",
            f"{name}.setdefault('w', {n})",
            f"setdefault_ = dict.setdefault({name}, 'q', {n})",
        ),
        "obj": (f"{name}.n += {n}", f"{name}.items.append({n})", f"setattr({name}, 'n', {n})", f"{name}.add({n})"),
        "array": (f"{name}[0] = {n}", f"{name} += {n}", f"{name}[:] = {name}[::-1].copy()", f"{name}.fill({n})"),
        "frame": (f"{name}['b'] = {n}", f"{name}.loc[0, 'a'] = {n}", f"{name}.iloc[0, 0] = {n}", f"{name}['a'] += {n}"),
    }
    text = book.pick(forms[book.scope.kinds[name]])
    if "list.append" in text and not book.has_builtin("list"):
        return
    book.write(text)


def augment(book: Book) -> None:
    """name += …, of what can't change: the name is bound anew."""
    name = book.changeable("int", "str", "tuple")
    if name is not None:
        kind = book.scope.kinds[name]
        book.write(f"{name} += {({'int': '1', 'str': repr('s'), 'tuple': '(3,)'})[kind]}")
        book.bind(name, kind)


def combine(book: Book) -> None:
    """A new value made of others."""
    source = book.some("int", "list", "tuple", "dict", "str")
    if source is None:
        return
    kind = book.scope.kinds[source]
    texts = {
        "int": (f"{source} + 1", f"{source} if {source} > 0 else -{source}"),
        "list": (f"[i for i in {source}]", f"{source} + [4]", f"[y_ for y_ in {source} if y_]+[0]"),
        "tuple": (f"{source} + {source}",),
        "dict": (f"{{**{source}}}", f"{{k_: v_ for k_, v_ in {source}.items()}}"),
        "str": (f"{source} + 'x'", f"f'{{{source}}}!'"),
    }
    name = book.target()
    book.write(f"{name} = {book.pick(texts[kind])}")
    book.bind(name, kind)


def builtin(book: Book) -> None:
    """A builtin is used, hidden, or is there again."""
    hidden = [name for name in book.bound("int") if name in ("max", "sum", "min", "id", "abs")]
    if hidden and book.chance(40):
        name = book.pick(hidden)
        book.write(f"del {name}")
        book.unbind(name)
        return
    name = book.pick(("max", "sum", "min"))
    values = book.some("list")
    if book.has_builtin(name) and values is not None and book.chance(70):
        book.write(f"print({name}({values}))")
        return
    book.write(f"{name} = {book.number()}")
    book.bind(name, "int")


def delete(book: Book) -> None:
    """A name goes; where it is bound anew, later cells see the new one."""
    name = book.changeable("int", "list", "dict", "str", "obj")
    if name is None:
        return
    kind = book.scope.kinds[name]
    book.write(f"del {name}")
    book.unbind(name)
    if book.chance(40) and kind in LITERALS:
        book.write(f"{name} = {book.pick(LITERALS[kind])}")
        book.bind(name, kind)


def swap(book: Book) -> None:
    """Two names change places."""
    one, other = book.changeable("list", "int", "dict"), book.changeable("list", "int", "dict")
    if one is None or other is None or one == other:
        return
    book.write(f"{one}, {other} = {other}, {one}")
    kinds, groups = book.scope.kinds, book.scope.groups
    kinds[one], kinds[other] = kinds[other], kinds[one]
    groups[one], groups[other] = groups[other], groups[one]


def perhaps(book: Book) -> None:
    """A name that is bound may be bound anew, or go: a condition says so."""
    name = book.changeable("int", "list", "dict", "str", "tuple")
    if name is None:
        return
    kind = book.scope.kinds[name]
    flags = [each for each in book.bound("flag") if each in book.scope.flags]
    known = book.pick(flags) if flags else None
    happens = book.scope.flags[known] if known else book.chance(30)
    text = f"{name} = {book.pick(LITERALS[kind])}"
    condition = known if known else ("1 > 0" if happens else "1 < 0")
    book.write(
        f"for _ in [0] if {condition} else []:\n    {text}" if book.chance(30) else f"if {condition}:\n    {text}"
    )
    if happens:
        book.bind(name, kind)


def unbound(book: Book) -> None:
    """Whether a name is bound is looked at without failing."""
    gone = [name for name in book.owners if name not in book.scope.kinds and name not in book.beside]
    name = book.pick(gone) if gone and book.chance(60) else book.pick(("a", "b", "c", "xs", "m"))
    if name in book.beside:
        return
    book.write(f"try:\n    print({name})\nexcept NameError:\n    print('not bound')")


STATEMENTS = (
    *((14, literal), (6, flag), (12, alias), (4, hold), (16, change), (3, augment), (5, combine), (4, builtin)),
    *((4, delete), (2, swap), (4, unbound), (6, perhaps)),
)
