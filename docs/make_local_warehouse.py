"""Make docs/local-warehouse.md from the contract's cases, and note what each comes to: here, and with fakesnow alone.

python docs/make_local_warehouse.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

CONTRACT = Path(__file__).parents[1] / "tests" / "contract" / "warehouse" / "contract"
sys.path.insert(0, str(CONTRACT))

from casebook import Case, all_cases  # noqa: E402  their folder comes first
from noted import FILE, Noted, text_of  # noqa: E402  as above

PAGE = Path(__file__).with_name("local-warehouse.md")
MANUAL = "https://docs.snowflake.com/en/"
KEPT, MENDED, REFUSED, OTHERWISE = "as documented", "mended", "refused", "otherwise"
HEAD = """\
# The local warehouse

What the local warehouse does of Snowflake's SQL, statement by statement. Each line below is a check of the tests: a
statement with the result that Snowflake's documentation promises (values, types, names of columns, numbers of errors).
The [cases](../tests/contract/warehouse/contract/cases) run against the local warehouse, and against a real account
where `WORKBENCH_CONTRACT_CONNECTION` names a profile. This page is made from them by `make docs`.

- **as documented**: {kept} of {total} statements give what the documentation promises.
- **mended**: so do {mended} more. The emulator beneath, fakesnow {emulator}, alone gives an error for {errors} of them,
  and another answer, without a word, for {silent}.
- **refused**: {refused} are an error (number 2, SQL state 0A000) that says what is "not in the local warehouse".
  fakesnow alone answers {wrong} of these, and wrongly.
- **otherwise**: {otherwise} give something else, and it is said what.

A statement that is no line here may well work, but nothing holds it to that. The way to find out is a new case.
"""


def outcome(case: Case, alone: str) -> str:
    """Which of the four a case comes to. alone: what fakesnow alone makes of it."""
    if case.refused or case.differs:
        return REFUSED if case.refused else OTHERWISE
    return KEPT if alone == "same" else MENDED


def page(notes: Noted, cases: Iterable[Case]) -> str:
    """The whole page."""
    found = [(case, notes.alone[str(case)], outcome(case, notes.alone[str(case)])) for case in cases]
    lines = [_head(notes.version, found), "## Areas", ""]
    areas = [(area, list(some)) for area, some in groupby(found, key=lambda one: one[0].group)]
    names = (KEPT, MENDED, REFUSED, OTHERWISE)
    rows = [(f"[{area}](#{_anchor(area)})", Counter(what for *_, what in some)) for area, some in areas]
    rows.append(("all", Counter(what for *_, what in found)))
    counts = [(area, some.total(), *(some[name] or "" for name in names)) for area, some in rows]
    lines += [*_table(("Area", "Statements", *names), counts), ""]
    refused = [(case, notes.refused[str(case)]) for case, _, what in found if what == REFUSED]
    said = [(case.group, _title(case, case.refused), _escaped(message)) for case, message in refused]
    lines += ["## What is refused", "", *_table(("Area", "Refused", "The error's message"), said), ""]
    other = [
        (case.group, _title(case, case.title), _escaped(case.differs)) for case, _, what in found if what == OTHERWISE
    ]
    lines += ["## What is otherwise", "", *_table(("Area", "Documented", "Here"), other), ""]
    for area, some in areas:
        held = [(_title(case, case.title), _here(what, alone), _code(case)) for case, alone, what in some]
        lines += [f"## {area}", "", *_table(("Documented", "Here", "Statement"), held), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(emulator: str, found: list[tuple[Case, str, str]]) -> str:
    counts = Counter(what for *_, what in found)
    alone = Counter((what, verdict) for _, verdict, what in found)
    silent, wrong = alone[MENDED, "other"], alone[REFUSED, "other"]
    return HEAD.format(
        emulator=emulator, total=len(found), errors=alone[MENDED, "error"], silent=silent, wrong=wrong,
        kept=counts[KEPT], mended=counts[MENDED], refused=counts[REFUSED], otherwise=counts[OTHERWISE],
    )  # fmt: skip


def _here(what: str, alone: str) -> str:
    """The outcome as its line has it: of what is mended, also what it is without."""
    without = {"error": "an error", "other": "another answer"}
    return f"{what} (alone: {without[alone]})" if what == MENDED else what


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(map(str, row))} |"


def _title(case: Case, text: str) -> str:
    """The text, linked to the page of the manual that promises the case."""
    folder = "" if case.page.startswith("sql-reference/") else "sql-reference/"
    if case.page.startswith("querying-"):
        folder = "user-guide/"
    return f"[{_escaped(text)}]({MANUAL}{folder}{case.page})"


def _code(case: Case) -> str:
    """The statements, each as code: those that come before, and the one."""
    before = (f"put … @{text.partition(' ')[0]}" if mark == "<" else text for mark, text in case.before)
    texts = (*before, " ".join(case.statement.split()))
    return "<br>".join("`" + text.replace("|", "\\|") + "`" for text in texts)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _refusals(cases: Iterable[Case]) -> dict[str, str]:
    """What a local warehouse of its own says to each case that it refuses, by the case's name."""
    from judging import refusal

    from workbench.project import Project
    from workbench.warehouse import connect, local

    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        try:
            found = {}
            for case in cases:
                with closing(connect("local", project=project)) as connection:
                    found[str(case)] = refusal(connection, case, Path(folder))
        finally:
            local.stop(project)
    return found


def main() -> None:
    """Run all cases with fakesnow alone, the refused ones here; note what came of them; write the page."""
    from alone import verdicts

    cases = all_cases()
    done = 0

    def said(_: str) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            print(f"\r{done} of {len(cases)} statements", end="", file=sys.stderr)

    alone = verdicts(said)
    refused = _refusals(case for case in cases if case.refused)
    notes = Noted(version("fakesnow"), {str(case): text_of(case) for case in cases}, alone, refused)
    FILE.write_text(notes.written())
    PAGE.write_text(page(notes, cases))
    if sys.stderr.isatty():
        print(f"\r{os.path.relpath(PAGE)}: {len(cases)} statements", file=sys.stderr)


if __name__ == "__main__":
    main()
