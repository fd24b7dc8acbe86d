"""Hypothesis strategies that write whole notebooks: bindings, aliases, mutation, functions, control flow, state.

notebooks() gives notebooks (nbformat 4, as JSON) of two to four steps, in a row or with branches. They run to their end
in a kernel, but for a few that fail on purpose, and every cell prints what it can observe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from strategies import code, state, values
from strategies.book import MUTABLE, PRINTED, Book

Json = dict[str, Any]
Statement = Callable[[Book], None]

LETTERS = "abcdef"


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
        shape = book.weighted([(5, "row"), (2, "branches")])
        steps = book.weighted([(4, 2), (5, 3), (2, 4)])
        if shape == "branches":
            self._step("a")
            self._branches()
            if steps > 2:
                self._step("e")
        else:
            for name in LETTERS[:steps]:
                self._step(name)
        return _as_json(self.cells)

    def _parameters(self) -> None:
        self.cells.append(("alpha = 3\nbeta = [1, 2]\ngamma = 'x'", "parameters"))
        for name, kind in (("alpha", "int"), ("beta", "list"), ("gamma", "str")):
            self.book.bind(name, kind)

    def _branches(self) -> None:
        """Two steps after the first one, beside each other, and one that joins them."""
        book = self.book
        book.frozen = set(book.scope.groups.values())
        before = dict(book.scope.groups)
        self._step("b", "after:a")
        changed = {name for name, group in book.scope.groups.items() if before.get(name) != group}
        gone = before.keys() - book.scope.groups.keys()
        book.beside = changed | gone
        book.frozen |= {group for name, group in book.scope.groups.items() if name in changed}
        self._step("c", "after:a")
        book.beside, book.frozen = set(), set()
        self._step("d")

    def _step(self, name: str, *tags: str) -> None:
        for _ in range(self.book.weighted([(3, 1), (2, 2)])):
            self.cells.append((self._cell(), " ".join([f"step:{name}", *tags])))
            tags = ()

    def _cell(self) -> str:
        book = self.book
        book.lines = []
        for _ in range(book.number(1, 5)):
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
        for _ in range(book.number(1, 3)):
            if names:
                name = book.pick(names)
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
