"""`workbench.queries()`: what a notebook, a run or the day asked of the warehouse, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.explore import drawing, look, words
from workbench.warehouse.queries import Query
from workbench.warehouse.queries import queries as asked

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
_TEXT = 90  # characters of a statement that are shown


class Queries:
    """What `queries` returns: a sequence of Query, the oldest first, of which the longest are shown.

    of: the run or the notebook that was asked about, None for all of them. frame: a row a query.
    """

    def __init__(self, of: str | None, found: tuple[Query, ...]) -> None:
        self.of = of
        self.found = found

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: int) -> Query:
        return self.found[place]

    @property
    def frame(self) -> pd.DataFrame:
        """began (UTC), seconds, rows (Int64), credits, status, error, notebook, cell, flow, run, step, user, text,
        query_id; a row a query, the oldest first.
        """
        import pandas as pd

        whose = ["notebook", "cell", "flow", "run", "step", "user"]
        facts = ["began", "seconds", "rows", "credits", "status", "error"]
        titles = [*facts, *whose, "text", "query_id"]
        rows = [
            (*(getattr(one, name) for name in facts), *map(one.tag.get, whose), one.text, one.query_id)
            for one in self.found
        ]
        frame = pd.DataFrame(rows, columns=pd.Index(titles)).astype({"rows": "Int64", "credits": float})
        return frame.assign(began=pd.to_datetime(frame["began"], utc=True))

    @property
    def caption(self) -> str:
        """`38 queries · 2.1 s in the warehouse · 12,000 rows`, the credits where they are known, and failures."""
        if not self.found:
            return "no queries"
        failed = sum(one.status.startswith("fail") for one in self.found)
        known = [one.credits for one in self.found if one.credits is not None]
        parts = [
            f"{len(self.found):,} quer{'y' if len(self.found) == 1 else 'ies'}",
            f"{sum(one.seconds for one in self.found):.2f} s in the warehouse",
            words.count(sum(one.rows or 0 for one in self.found), "row"),
            f"{sum(known):.6f} credits" if known else "",
            f"{failed:,} failed" if failed else "",
        ]
        return " · ".join(filter(None, parts))

    def _shown(self) -> list[Query]:
        return sorted(self.found, key=lambda one: -one.seconds)[:SHOWN]

    def _places(self) -> dict[str, str]:
        """Who asked, by query: the cell alone where all are of one notebook, the step where all are of one run."""
        notebooks = {_file(one) for one in self.found}
        runs = {(one.tag.get("flow"), one.tag.get("run")) for one in self.found}
        found = {}
        for one in self.found:
            if one.tag.get("flow"):
                found[one.query_id] = one.tag.get("step", "") if len(runs) == 1 else one.place
            else:
                cell = one.tag.get("cell", "")[:8]  # the rest of a long id tells nobody anything
                found[one.query_id] = cell if len(notebooks) == 1 else "/".join(filter(None, (_file(one), cell)))
        return found

    def _foot(self) -> str:
        return f"the {SHOWN} longest; `.frame` has all" if len(self.found) > SHOWN else ""

    def __repr__(self) -> str:
        places = self._places()
        rows = [
            [
                f"{one.began.astimezone():%H:%M:%S}",
                f"{one.seconds:.2f} s",
                _rows(one),
                "" if one.credits is None else f"{one.credits:.6f}",
                places[one.query_id],
                _text(one),
            ]
            for one in self._shown()
        ]
        titles = ["began", "took", "rows", "credits", "by", "query"]
        listed = [words.aligned(titles, rows, right={1, 2, 3}, wide=look.terminal_width())] if rows else []
        return "\n".join([*listed, self.caption, *filter(None, [self._foot()])])

    def _repr_html_(self) -> str:
        if not self.found:
            return look.page(look.caption(self.caption))
        places, shown = self._places(), self._shown()
        longest = max(one.seconds for one in shown) or 1.0
        rows = [
            [
                f'<span title="{one.began:%Y-%m-%d} UTC">{one.began.astimezone():%H:%M:%S}</span>',
                f"{drawing.meter(one.seconds / longest)} {one.seconds:.2f} s",
                look.esc(_rows(one)),
                "" if one.credits is None else f"{one.credits:.6f}",
                f"<code>{look.esc(places[one.query_id])}</code>" if places[one.query_id] else "",
                f'<code title="{look.esc(words.cut(one.text, 400))}">{look.esc(_text(one))}</code>',
            ]
            for one in shown
        ]
        headers = [("began", "wb-n"), ("took", "wb-r"), ("rows", "wb-r"), ("credits", "wb-r"), ("by", "wb-n")]
        title, _, facts = self.caption.partition(" · ")
        return look.page(
            look.caption(title, facts) + look.filled([*headers, ("query", "wb-n")], rows) + look.note(self._foot())
        )


def queries(of: str | None = None, /, *, connection: str | None = None, days: int = 1) -> Queries:
    """The queries that a notebook or a run asked, when, how long, how many rows, and what they cost.

    of: a run (`NextProductFlow/12`, or `12`) or a notebook (its file's name); where it isn't given, the notebook that
    asks, as far as Jupyter says which that is, and else all that were tagged by workbench. days: how far back, at most
    7. connection: a profile's name, as for `sql`.

    The warehouse is asked for its history, in which no bound value is. Credits are Snowflake's, as far as it knows them
    yet. Returns a sequence of Query, the oldest first; `.frame` has it as a DataFrame.

    Raises what `workbench.sql` raises.
    """
    from workbench.warehouse.tag import notebook

    meant = of or notebook()
    return Queries(meant, asked(meant, connection=connection, days=days))


def _file(one: Query) -> str:
    """The notebook's file: Jupyter says its path in one way, a run in another."""
    return one.tag.get("notebook", "").rpartition("/")[2]


def _rows(one: Query) -> str:
    return one.status.replace("_", " ") if one.status != "success" else "" if one.rows is None else f"{one.rows:,}"


def _text(one: Query) -> str:
    return words.cut(" ".join(one.text.split()), _TEXT)
