"""Promoting over a flow that somebody edited: what is kept, and the refusal where something would be lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from workbench.compiler.model import FlowSource
from workbench.errors import FlowEdited
from workbench.notebook.model import Notebook
from workbench.roundtrip.handedits import HandEdit, Reconciled, reconcile, shown
from workbench.roundtrip.parameters import defaults
from workbench.roundtrip.places import MARKER
from workbench.roundtrip.stamp import checksum, notebook_of, unstamped

_SHOWN = 12  # contradictions of one flow


def reconciled(
    notebook: str | Path, target: str, there: bytes, emitted: FlowSource, book: Notebook, steps: str
) -> Reconciled:
    """A flow's hand edits and what its notebook says, together. Raises FlowEdited for a file that is no such flow."""
    from workbench.app.history import emitted_before

    text = there.decode(errors="replace")
    if notebook_of(text) is None:
        raise FlowEdited(
            f"{target} was not promoted from a notebook: nothing is written over it",
            hint="name another file with -o, or write over it with --overwrite",
        )
    return reconcile(text, emitted, book, lambda stamp: emitted_before(Path(notebook), Path(target), stamp, steps))


def standing(there: bytes, emitted: FlowSource, book: Notebook) -> tuple[str, tuple[HandEdit, ...]] | None:
    """("current" or "edited", the hand edits) of a flow that was edited since its notebook was promoted as it is.

    "edited": a cell, or a parameter's default, isn't what the notebook says. None: the notebook says something else.
    """
    text = there.decode(errors="replace")
    if unstamped(text)[1] != checksum(emitted.text):
        return None
    both = reconcile(text, emitted, book, lambda _: None)
    if both.problem or both.contradictions:
        return None
    values = repr(defaults(both.text)) != repr(defaults(emitted.text))
    cells = any(one.cell or any(MARKER.match(line) for line in one.added) for one in both.edits)
    return "edited" if values or cells else "current", both.edits


def refuse(target: str, both: Reconciled) -> NoReturn:
    """Say what stands against promoting over a flow."""
    flow = os.path.relpath(target)
    if both.problem and not both.contradictions:
        raise FlowEdited(
            f"{flow} {both.problem}; nothing is written", hint="mend it, or write over it with --overwrite"
        )
    known = all(one.base is not None for one in both.contradictions)
    what = (
        "and its notebook have changed the same lines since the last promote"
        if known
        else "was edited by hand, and nobody has what promote wrote: whether it or the notebook changed can't be told"
    )
    listed = [shown(one) for one in both.contradictions[:_SHOWN]]
    more = len(both.contradictions) - len(listed)
    raise FlowEdited(
        "\n".join([f"{flow} {what}; nothing is written", *listed, *([f"  … and {more} more"] if more else [])]),
        hint=f"`workbench pull {flow} --overwrite` takes the flow's side of the cells into the notebook; "
        "`workbench promote --overwrite` the notebook's side into the flow; or make both say the same by hand",
    )
