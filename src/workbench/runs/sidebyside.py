"""One local page of a verification: both sides' outputs beside each other; self-contained, without scripts."""

from __future__ import annotations

import html
from collections.abc import Iterator
from importlib import resources

from workbench.runs.comparison.judge import ArtifactCompared
from workbench.runs.comparison.verdicts import GOOD, CellVerdict, Verification
from workbench.runtime.card import Renderer, style
from workbench.runtime.sanitise import POLICY


def page(found: Verification) -> str:
    """The page's HTML: pure."""
    renderer = Renderer()
    own = resources.files(__package__).joinpath("sidebyside.css").read_text("utf-8")
    name = html.escape(found.notebook.replace("\\", "/").rpartition("/")[2])
    status = "good" if found.equal else "bad"
    failures = "".join(f'<pre class="failure">{html.escape(one)}</pre>' for one in found.failures)
    body = "".join([*(_cell(cell, renderer) for cell in found.cells), *_artifacts(found.artifacts)])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{POLICY}<title>{name} verified</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><style>{style()}{own}</style></head><body><main><header><h1>{name} '
        f'<span class="status {status}">{"equal" if found.equal else "not equal"}</span></h1>'
        f"<p>{html.escape(found.summary())}</p></header>{failures}{body}</main></body></html>\n"
    )


def _cell(cell: CellVerdict, renderer: Renderer) -> str:
    """A cell: both sides where they aren't equal, else one, folded away."""
    where = " · ".join(filter(None, [f"cell {cell.number}", cell.step, cell.heading]))
    opened = "" if cell.verdict in GOOD else " open"
    told = "".join(
        f"<p>{html.escape(one.where)}{f': {html.escape(one.note)}' if one.note else ''}</p>" for one in cell.differences
    )
    note = f"<p>{html.escape(cell.note)}</p>" if cell.note else ""
    left, right = (
        f"<div><h3>{side}</h3><div class=outputs>{renderer.outputs(shown) or '<p>nothing</p>'}</div></div>"
        for side, shown in (("the notebook", cell.left), ("the flow", cell.right))
    )
    sides = f'<div class="sides">{left}{"" if cell.verdict == "equal" else right}</div>'
    return (
        f"<details{opened}><summary>{html.escape(where)}{_verdict(cell.verdict)}"
        f"<small>{html.escape(', '.join(cell.noise))}</small></summary>"
        f'<div class="told">{note}{told}</div>{sides}</details>'
    )


def _artifacts(artifacts: tuple[ArtifactCompared, ...]) -> Iterator[str]:
    """A table of the values, with the places where they differ."""
    if not artifacts:
        return
    yield '<table class="values"><caption>Values at the end of their steps</caption><tr><th>name<th>step<th><th>'
    yield "<th>the notebook<th>the flow</tr>"
    for each in artifacts:
        more = html.escape(each.unproven or ", ".join(each.noise))
        name, step = html.escape(each.name), html.escape(each.step)
        yield f"<tr><td>{name}<td>{step}<td>{_verdict(each.verdict)}<td>{more}<td><td></tr>"
        for one in each.differences:
            sides = "".join(f"<td><code>{html.escape(side)}</code>" for side in (one.left, one.right))
            yield f"<tr><td colspan=3><code>{html.escape(one.path)}</code><td>{html.escape(one.note)}{sides}</tr>"
    yield "</table>"


def _verdict(verdict: str) -> str:
    return f'<span class="status {"good" if verdict in GOOD else "bad"}">{html.escape(verdict)}</span>'
