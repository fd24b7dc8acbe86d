"""How our tables look in a notebook: one style for light and dark, text escaped, nothing loaded, no script.

The colours are JupyterLab's; elsewhere text and lines take the page's own colour, so that both themes work there too.
"""

from __future__ import annotations

import functools
import html
import shutil
from collections.abc import Iterable, Sequence
from importlib import resources

from workbench.explore import words


@functools.cache
def _style() -> str:
    """The style sheet, its lines joined: each output carries it."""
    text = resources.files(__package__).joinpath("look.css").read_text("utf-8")
    return "".join(line.strip() for line in text.splitlines() if not line.startswith("/*"))


def page(body: str) -> str:
    """The body with the style, as a notebook's output."""
    return f'<style>{_style()}</style>\n<div class="wb-x">\n{body}\n</div>'


def esc(text: object) -> str:
    """Text as HTML."""
    return html.escape(str(text), quote=True)


def prose(text: str) -> str:
    """A description of dbt's as HTML: its bold words and its code, and no other Markdown."""
    return words.marked_up(esc(text))


def caption(title: str, *facts: str) -> str:
    """A bold title and what is to be said beside it."""
    said = " · ".join(esc(fact) for fact in facts if fact)
    return f'<p class="wb-cap"><b>{esc(title)}</b> <span>{said}</span></p>'


def note(text: str) -> str:
    """A line below a table."""
    return f'<p class="wb-note">{prose(text)}</p>' if text else ""


def table(headers: Iterable[tuple[str, str]], rows: Iterable[Iterable[str]], *, below: Sequence[str] = ()) -> str:
    """A table. headers: each column's title and class (`wb-r` for numbers); rows: cells that are HTML already.

    below: what stands below each title, in a softer colour.
    """
    columns = list(headers)
    second = [f"<br><small>{esc(text)}</small>" for text in below] or [""] * len(columns)
    head = "".join(
        f'<th class="{kind}">{esc(title)}{more}</th>' for (title, kind), more in zip(columns, second, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(f'<td class="{kind}">{cell}</td>' for (_, kind), cell in zip(columns, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table class="wb-t"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'


def filled(headers: list[tuple[str, str]], rows: list[list[str]]) -> str:
    """A table without the columns in which nothing stands."""
    kept = [place for place in range(len(headers)) if place == 0 or any(row[place] for row in rows)]
    return table([headers[place] for place in kept], [[row[place] for place in kept] for row in rows])


def marked(text: str, searched: Iterable[str]) -> str:
    """The text as HTML, with each of the words that were searched marked in it, in any case."""
    folded, spans = text.casefold(), []
    if len(folded) == len(text):  # a few letters fold to two: then nothing is marked
        for word in filter(None, searched):
            place = folded.find(word.casefold())
            while place >= 0:
                spans.append((place, place + len(word)))
                place = folded.find(word.casefold(), place + len(word))
    parts, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [esc(text[done:start]), f"<mark>{esc(text[start:end])}</mark>"]
            done = end
    return "".join(parts) + esc(text[done:])


def terminal_width() -> int:
    """The terminal's width, between 80 and 160."""
    return min(160, max(80, shutil.get_terminal_size((120, 24)).columns))
