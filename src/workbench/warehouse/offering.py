"""Completion in a kernel: what is typed never waits for the warehouse, which is asked beside it.

The names are kept for each connection and read again after a minute; until then, and while that lasts, the old ones
are offered.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import types
from typing import Any

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.sqltext import parse_cell
from workbench.warehouse.completion import Names, completions, query_before

WAIT_SECONDS = 0.25  # for names that are not known yet; the next key finds them
FRESH_SECONDS = 60.0
AGAIN_SECONDS = 10.0  # after a failure

_Key = tuple[str | None, str]


class Offering:
    """The names of the tables, columns and models, by connection and project."""

    def __init__(self) -> None:
        self._known: dict[_Key, Names] = {}
        self._until: dict[_Key, float] = {}
        self._wanted: queue.SimpleQueue[tuple[_Key, threading.Event]] = queue.SimpleQueue()
        self._pending: dict[_Key, threading.Event] = {}
        self._worker: threading.Thread | None = None

    def names(self, connection: str | None, project: Project) -> Names:
        """What is known now, after a quarter of a second at most."""
        key = (connection, str(project.root))
        if time.monotonic() > self._until.get(key, 0.0):
            self._ask(key).wait(WAIT_SECONDS)
        return self._known.get(key, Names())

    def _ask(self, key: _Key) -> threading.Event:
        if key not in self._pending:
            self._pending[key] = threading.Event()
            self._wanted.put((key, self._pending[key]))
        pending = self._pending[key]
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._work, name="workbench-completion", daemon=True)
            self._worker.start()
        return pending

    def _work(self) -> None:
        """In a thread of its own, with a session of its own."""
        from workbench.warehouse import progress

        progress.quiet.set(True)
        while True:
            key, done = self._wanted.get()
            seconds = AGAIN_SECONDS
            # whatever is wrong with the connection, typing goes on; a query will say it
            with contextlib.suppress(Exception):
                self._known[key] = _read(*key)
                seconds = FRESH_SECONDS
            self._until[key] = time.monotonic() + seconds
            self._pending.pop(key, None)
            done.set()


def _read(connection: str | None, root: str) -> Names:
    from pathlib import Path

    from workbench.manifest import Manifest
    from workbench.warehouse.catalog import catalogue

    found = catalogue(connection, fresh=True)
    columns = {key: tuple(column.name for column in columns) for key, columns in found.columns.items()}
    models: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    with contextlib.suppress(WorkbenchError):
        nodes = Manifest.of(Project(Path(root))).nodes.values()
        models = tuple(sorted({one.name for one in nodes if one.kind in ("model", "seed", "snapshot")}))
        sources = tuple(sorted((one.source or "", one.name) for one in nodes if one.kind == "source"))
    return Names(columns, (found.database or "", found.schema or ""), models, sources)


def register(shell: Any) -> None:
    """Offer names in the shell's `%%sql` cells and `%sql` lines, and nothing else there."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    offering = Offering()

    @context_matcher(identifier="workbench.sql", priority=1000)  # before those that would read the query as Python
    def matcher(context: Any) -> Any:
        lines = context.full_text.split("\n")
        offset = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
        found = query_before(context.full_text, offset)
        if found is None:
            return {"completions": []}
        fragment, texts = completions(*found, _here(offering, context.full_text, shell.user_ns))
        return {
            "completions": [SimpleCompletion(text=text, type="sql") for text in texts[: context.limit or None]],
            "matched_fragment": fragment,
            "ordered": True,
            "suppress": True,
        }

    others = [
        one for one in shell.Completer.custom_matchers if getattr(one, "matcher_identifier", "") != "workbench.sql"
    ]
    shell.Completer.custom_matchers = [*others, matcher]


def _here(offering: Offering, text: str, namespace: dict[str, Any]) -> Names:
    """The names for the cell's connection, with the notebook's variables, and the schema that its session is in."""
    from dataclasses import replace

    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.sessions import place

    connection = None
    head = text.lstrip().partition("\n")[0]
    if head.startswith("%%sql"):
        with contextlib.suppress(ValueError):  # a line that is wrong is said when the cell runs
            connection = parse_cell(head[5:], "").connection
    project = Project.around()
    names = offering.names(connection, project)
    with contextlib.suppress(WorkbenchError):
        names = replace(names, here=place(profile_name(connection), project) or names.here)
    kinds = (types.ModuleType, types.FunctionType, type)
    binds = (name for name, value in namespace.items() if name[:1] != "_" and not isinstance(value, kinds))
    return replace(names, binds=tuple(sorted(binds)))
