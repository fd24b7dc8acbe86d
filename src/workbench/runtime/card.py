"""The card of a step: its narrative, its cells' code and outputs, and for the last one what the run came to. Pure HTML.

nbconvert renders the outputs; everything is sanitised; the page has all it needs in itself and runs no scripts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from workbench import quick
from workbench.runtime.sanitise import POLICY, sanitised, sanitised_output


@dataclass(frozen=True)
class Summary:
    """What a run came to. metrics: every value of each, in order; experiment: tracking.comet.ExperimentLink or None."""

    parameters: Mapping[str, Any]
    metrics: Mapping[str, Sequence[float]]
    experiment: Mapping[str, Any] | None


@dataclass(frozen=True)
class CardFacts:
    """What a card shows. pathspec: the task's; narrative: Markdown; cells: as `_workbench_cells` has them."""

    pathspec: str
    narrative: str
    cells: Sequence[Mapping[str, Any]]
    succeeded: bool = True
    error: str = ""
    summary: Summary | None = None
    steps: Sequence[str] = field(default=())


def style() -> str:
    """How outputs look, in cards and wherever else they are shown."""
    return resources.files(__package__).joinpath("card.css").read_text("utf-8")


def page(facts: CardFacts) -> str:
    """The card as a whole HTML document."""
    renderer = Renderer()
    flow, run, step, *_ = facts.pathspec.split("/")
    shown = [cell for cell in facts.cells if cell["id"]]  # one without has what imports say
    setup = [cell for cell in shown if cell["setup"]]
    cells = [cell for cell in shown if not cell["setup"]]
    parts = [
        _header(facts, flow, run, step),
        f'<section class="narrative">{renderer.markdown(facts.narrative)}</section>' if facts.narrative else "",
        _summary(facts.summary) if facts.summary else "",
        _setup(setup, renderer) if setup else "",
        *(_cell(cell, renderer) for cell in cells),
        _failure(facts) if not facts.succeeded else "",
    ]
    styles = style() + renderer.code_style()
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{POLICY}<title>{html.escape(step)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><style>{styles}</style></head><body><main>{"".join(parts)}</main></body></html>\n'
    )


class Renderer:
    """nbconvert's parts. They are made once for many cells: the first takes a quarter of a second."""

    _exporter: Any = None

    def __init__(self) -> None:
        if Renderer._exporter is None:
            Renderer._exporter = _exporter()

    def outputs(self, outputs: Iterable[Mapping[str, Any]]) -> str:
        """The outputs of a cell as the notebook shows them."""
        import nbformat

        shown = [_shown(output) for output in outputs]
        if not shown:
            return ""
        cell = nbformat.v4.new_code_cell("", outputs=nbformat.from_dict(shown))
        body, _ = self._exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
        return str(body)

    def markdown(self, text: str) -> str:
        from nbconvert.filters import markdown2html

        return sanitised(markdown2html(text))

    def code(self, source: str) -> str:
        from pygments import highlight  # type: ignore[import-untyped]
        from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
        from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

        return str(highlight(source, PythonLexer(), HtmlFormatter(cssclass="code")))

    def code_style(self) -> str:
        """Pygments' colours for light and for dark pages."""
        from pygments.formatters import HtmlFormatter

        light = HtmlFormatter(style="default", nobackground=True).get_style_defs(".code")
        dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".code")
        return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def _exporter() -> Any:
    with quick.imports():
        from nbconvert import HTMLExporter
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_output_prompt=True,
        exclude_input_prompt=True,
        sanitize_html=True,
    )
    exporter.register_filter("clean_html", sanitised)
    return exporter


def _shown(output: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(output)
    if "data" in made:
        data = sanitised_output(made["data"])
        if "text/html" in data:
            data["text/html"] = sanitised(data["text/html"])
        made["data"] = data
    return made


def _header(facts: CardFacts, flow: str, run: str, step: str) -> str:
    seconds = sum(cell["seconds"] for cell in facts.cells)
    status = (
        '<span class="status good">succeeded</span>' if facts.succeeded else '<span class="status bad">failed</span>'
    )
    trail = "".join(
        f"<li{' class=here' if name == step else ''}>{html.escape(name)}</li>" for name in facts.steps if facts.steps
    )
    return (
        f'<header><p class="flow">{html.escape(flow)} <span>run {html.escape(run)}</span></p>'
        f"<h1>{html.escape(step)} {status}</h1>"
        f'<p class="facts">{_count(len(facts.cells), "cell")} · {_span(seconds)}</p>'
        f"{f'<ol class=trail>{trail}</ol>' if trail else ''}</header>"
    )


def _cell(cell: Mapping[str, Any], renderer: Renderer) -> str:
    heading = f"<h2>{html.escape(cell['heading'])}</h2>" if cell["heading"] else ""
    return (
        f'<section class="cell">{heading}{_code(cell, renderer)}'
        f'<div class="outputs">{renderer.outputs(cell["outputs"])}</div></section>'
    )


def _code(cell: Mapping[str, Any], renderer: Renderer) -> str:
    source = cell.get("source", "")
    if not source:
        return ""
    opened = " open" if cell.get("failed") else ""
    lines = _count(source.count("\n") + 1, "line")
    return (
        f"<details{opened}><summary>Code <small>{lines} · {_span(cell['seconds'])}</small></summary>"
        f"{renderer.code(source)}</details>"
    )


def _setup(cells: Sequence[Mapping[str, Any]], renderer: Renderer) -> str:
    inside = "".join(_cell(cell, renderer) for cell in cells)
    return (
        f'<details class="setup"><summary>Setup <small>{_count(len(cells), "cell")}</small></summary>{inside}</details>'
    )


def _summary(summary: Summary) -> str:
    tiles = "".join(_tile(name, values) for name, values in summary.metrics.items())
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(_value(value))}</td></tr>"
        for name, value in summary.parameters.items()
    )
    parts = [
        f'<div class="tiles">{tiles}</div>' if tiles else "",
        f'<table class="parameters"><caption>Parameters</caption>{rows}</table>' if rows else "",
        _experiment(summary.experiment) if summary.experiment else "",
    ]
    inside = "".join(parts)
    return f'<section class="summary">{inside}</section>' if inside else ""


def _tile(name: str, values: Sequence[float]) -> str:
    curve = _curve(values) if len(values) > 2 else ""
    return f'<div class="tile"><dt>{html.escape(name)}</dt><dd>{_number(values[-1])}</dd>{curve}</div>'


def _curve(values: Sequence[float]) -> str:
    """A metric's values over its steps, as a small line."""
    low, high = min(values), max(values)
    reach = (high - low) or 1.0
    points = " ".join(
        f"{100 * index / (len(values) - 1):.1f},{26 - 24 * (value - low) / reach:.1f}"
        for index, value in enumerate(values)
    )
    return (
        f'<svg viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true"><polyline points="{points}"/></svg>'
    )


def _experiment(link: Mapping[str, Any]) -> str:
    url = str(link.get("url") or "")
    if re.match(r"https?://", url):
        shown = f'<a href="{html.escape(url)}" target="_blank" rel="noopener">{html.escape(url)}</a>'
    elif link.get("upload"):
        shown = f"kept offline; send it with <code>{html.escape(str(link['upload']))}</code>"
    else:
        return ""
    return f'<p class="experiment"><b>Comet</b> {shown}</p>'


def _failure(facts: CardFacts) -> str:
    if any(cell.get("failed") for cell in facts.cells) or not facts.error:
        return ""  # the cell that failed shows it
    return f'<pre class="failure">{html.escape(facts.error)}</pre>'


def _number(value: float) -> str:
    return f'<data value="{html.escape(repr(value))}">{html.escape(_value(value))}</data>'


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _span(seconds: float) -> str:
    if seconds < 0.01:
        return "under 10 ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
