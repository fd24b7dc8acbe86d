"""Hypothesis strategies that write whole notebooks: bindings, aliases, mutation, functions, control flow, state.

notebooks() gives notebooks (nbformat 4, as JSON) of two to four steps, in a row or with branches. They run to their end
in a kernel, but for a few that fail on purpose, and every cell prints what it can observe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from strategies import code, forms, state, values
from strategies.book import MUTABLE, PRINTED, Book, Function

Json = dict[str, Any]
Statement = Callable[[Book], None]

LETTERS = "abcdef"
# steps in their order, each with those that it runs after, where it runs beside others
BRANCHES = (
    (14, "a: b:a c:a d:"),
    (4, "a: b:a c:a d: e:"),
    (3, "a: b:a c:a d:c e:"),
    (2, "a: b:a c:a d:a e:"),
    (2, "a: b:a c:a d:c e:c f:"),
    (2, "a: b:a c:a d:b e:b+c f:"),
    (2, "a: b:a c:a d:a e:b+c f:"),
    (1, "a: b:a c:b d:a e:b+d f:c+e"),
)


@st.composite
def notebooks(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Json:
    """A notebook as JSON."""
    return _Writer(Book(draw)).notebook()


class _Writer:
    """themes: which statements this notebook is mostly made of, so that they meet."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.cells: list[tuple[str, str]] = []
        heavy = book.weighted([(7, "plain"), (1, "numpy"), (1, "pandas")])
        self._menu: list[tuple[int, Statement]] = [
            *values.STATEMENTS,
            *code.STATEMENTS,
            *forms.STATEMENTS,
            *((weight, each) for weight, each in state.STATEMENTS if each not in (state.arrays, state.frames)),
            (2, self.conditional),
            (3, self.loop),
            (1, self.guarded),
        ]
        if heavy == "numpy":
            self._menu.append((18, state.arrays))
        if heavy == "pandas":
            self._menu.append((15, state.frames))

    def notebook(self) -> Json:
        book = self.book
        if book.chance(20):
            self._parameters()
        if book.chance(12):
            self._setup()
        shape = book.weighted(
            [
                *((weight, [(name, "") for name in LETTERS[:steps]]) for weight, steps in ((20, 2), (25, 3), (10, 4))),
                *((weight, [step.split(":") for step in text.split()]) for weight, text in BRANCHES),
            ]
        )
        above: dict[str, set[str]] = {}
        for name, after in shape:
            above[name] = set().union(*({each, *above[each]} for each in after.split("+"))) if after else set(above)
        for name, after in shape:
            self._begin(name, above)
            self._step(name, *(f"after:{each}" for each in after.split("+") if each))
            if book.chance(6):
                self._aside()
        return _as_json(self.cells)

    def _begin(self, name: str, above: dict[str, set[str]]) -> None:
        """What a step may use: not what steps beside it have bound; and it mostly leaves alone what they may use."""
        book = self.book
        book.step = name
        beside = {other for other in above if other != name and other not in above[name] and name not in above[other]}
        book.parallel = bool(beside)
        book.beside = {each for each, owner in book.owners.items() if owner in beside}
        book.frozen = set()
        if beside:
            own = {
                other for other in above if all(other in above[name] and other not in above[each] for each in beside)
            }
            shared = {each for each, owner in book.owners.items() if owner not in own}
            book.frozen = {group for each, group in book.scope.groups.items() if each in shared}

    def _parameters(self) -> None:
        self.cells.append(("alpha = 3\nbeta = [1, 2]\ngamma = 'x'", "parameters"))
        for name, kind in (("alpha", "int"), ("beta", "list"), ("gamma", "str")):
            self.book.bind(name, kind)

    def _setup(self) -> None:
        """A cell that each step has: a constant, a module, and a function that reads them."""
        constant, function = self.book.target(), self.book.fresh()
        self.cells.append(
            (f"import math\n{constant} = 3\ndef {function}(x):\n    return math.floor(x) * {constant}", "setup")
        )
        self.book.bind(constant, "int")
        self.book.bind(function, "function")
        self.book.scope.functions[function] = Function({constant: "int"})

    def _aside(self) -> None:
        """A cell that only looks, and stays behind."""
        self.book.lines = []
        self.book.write("looked = 1")
        self.observe()
        self.cells.append(("\n".join(self.book.lines), self.book.pick(("", "skip"))))

    def _step(self, name: str, *tags: str) -> None:
        if not self.book.parallel and self.book.chance(8):
            self.book.lines = []
            forms.foreach(self.book)
            self.cells.append(("\n".join(self.book.lines), " ".join([f"step:{name}", *tags, "foreach"])))
            return
        for _ in range(self.book.weighted([(3, 1), (2, 2)])):
            source, more = self._dressed(self._cell())
            self.cells.append((source, " ".join([f"step:{name}", *tags, *more])))
            tags = ()

    def _dressed(self, source: str) -> tuple[str, list[str]]:
        """A cell under a magic, or one that may fail; and its further tags."""
        # under a magic an await fails, and an error ends no notebook, but every flow
        timed = 0 if "await" in source or source.endswith("raise ValueError('on purpose')") else 2
        form = self.book.weighted([(20, ""), (timed, "%%time"), (timed, "%%capture"), (2, "raises-exception")])
        if form == "raises-exception":
            return f"{source}\nprint('before')\n[][3]", [form]
        if form == "%%capture" and not source.endswith(";"):
            name = self.book.fresh()
            self.book.bind(name, "captured")
            return f"%%capture {name}\n{source}", []
        return (f"%%time\n{source}" if form == "%%time" else source), []

    def _cell(self) -> str:
        book = self.book
        book.lines = []
        for _ in range(book.number(2, 6)):
            self.statement()
        self.observe()
        return "\n".join(book.lines)

    def statement(self) -> None:
        """One that can be written here: some need a value of some kind."""
        before = len(self.book.lines)
        for _ in range(4):
            self.book.weighted(self._menu)(self.book)
            if len(self.book.lines) > before:
                return

    # control flow

    def conditional(self, book: Book) -> None:
        """if"""
        flags = [name for name in book.bound("flag") if name in book.scope.flags]
        known = book.pick(flags) if flags else None
        happens = book.scope.flags[known] if known else book.chance(50)
        book.write(f"if {known if known else ('1 > 0' if happens else '1 < 0')}:")
        book.block(happens, self.statement)
        if book.chance(40):
            book.write("else:")
            book.block(not happens, self.statement)

    def loop(self, book: Book) -> None:
        """for, while: once, or not at all"""
        counts = [name for name in book.bound("count") if name in book.scope.counts]
        name = book.target()
        if counts and book.chance(60):
            count = book.pick(counts)
            times = min(book.scope.counts[count], 1)
            source = f"range({count})" if book.scope.counts[count] == times else f"range(min({count}, 1))"
            if "min" in source and not book.has_builtin("min"):
                return
        else:
            times = book.number(0, 1)
            source = "[5]" if times else "[]"
        book.write(f"for {name} in {source}:")

        def body() -> None:
            book.bind(name, "int")
            self.statement()

        book.block(bool(times), body)

    def guarded(self, book: Book) -> None:
        """try"""
        happens = book.chance(50)
        book.write("try:")

        def body() -> None:
            self.statement()
            if happens:
                book.write("raise ValueError('on purpose')")

        book.block(True, body)
        book.write("except ValueError as error:")

        def handler() -> None:
            book.write("print(error)")
            self.statement()

        book.block(happens, handler)
        if book.chance(30):
            book.write("finally:")
            book.block(True, self.statement)

    # what is seen

    def observe(self) -> None:
        book = self.book
        names = book.bound(*sorted(PRINTED))
        unseen = list(names)
        for _ in range(book.number(1, 4)):
            if unseen:
                name = unseen.pop(book.number(0, len(unseen) - 1))
                book.write(f"print({_shown(name, book.scope.kinds[name])})")
        mutable = book.bound(*sorted(MUTABLE))
        if len(mutable) > 1 and book.chance(40):
            one, other = book.pick(mutable), book.pick(mutable)
            book.write(f"print({one} is {other})")
        held = book.some("holder")
        if held and book.chance(50):
            book.write(f"print({held}[0] is {held}[1])")
        owner, made = book.some("class"), book.some("obj")
        if owner and made and book.chance(50):
            book.write(f"print(isinstance({made}, {owner}), type({made}) is {owner})")
        if captured := book.some("captured"):
            book.write(f"print({captured}.stdout, len({captured}.outputs))")
        if names and book.chance(30):
            name = book.pick(names)
            book.write(_shown(name, book.scope.kinds[name]) + (";" if book.chance(10) else ""))
        if book.chance(1):
            book.write("print('before')\nraise ValueError('on purpose')")


def _shown(name: str, kind: str) -> str:
    """An expression that shows a value's whole content."""
    return {
        "obj": f"({name}.n, {name}.items)",
        "set": f"sorted({name})",
        "array": f"{name}.tolist()",
        "frame": f"{name}.to_dict('list')",
        "holder": f"len({name})",
    }.get(kind, name)


def _as_json(cells: list[tuple[str, str]]) -> Json:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{at}",
            "metadata": {"tags": tags.split()},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for at, (source, tags) in enumerate(cells)
    ]
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
