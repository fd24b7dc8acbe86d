"""Cards: what they show, and that nothing in them acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from workbench.runtime.card import CardFacts, Summary, page
from workbench.runtime.sanitise import sanitised

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://example.com/x.js></SCRIPT>",
    '<b onclick="alert(1)">x</b>',
    '<img src="x" onerror="alert(1)">',
    '<img src="https://example.com/spy.png">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="https://example.com"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<form action="https://example.com"><input name="q"><button>send</button></form>',
    '<object data="https://example.com"></object><embed src="https://example.com">',
    '<style>@import url("https://example.com/x.css");</style>',
    "<style>b { background: url(https://example.com/x.png) }</style>",
    '<b style="background: url(https://example.com/x.png)">x</b>',
    '<meta http-equiv="refresh" content="0; url=https://example.com">',
    '<base href="https://example.com/"><link rel="stylesheet" href="https://example.com/x.css">',
    "<!--<img src=x onerror=alert(1)>-->",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)"></style></mglyph></table></mtext></math>',
    '<style></style><img src="x" onerror="alert(1)"></style>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
]
ACTS = re.compile(
    r"<(script|iframe|object|embed|form|input|meta|base|link|svg)\b|\son\w+\s*=|javascript:|https?://", re.I
)


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_does_nothing(html: str) -> None:
    """No script, handler, frame, form or fetch survives."""
    tags = "".join(re.findall(r"<[^>]*>", sanitised(html)))
    assert not ACTS.search(tags), tags
    assert "example.com" not in "".join(re.findall(r"<style>.*?</style>", sanitised(html)))


def test_harmless_html_stays() -> None:
    """Tables, their style sheets, links to the web and images in the text stay."""
    html = (
        '<style type="text/css">#T_a_row0_col0 { color: red }</style>'
        '<table id="T_a" border="1" class="dataframe"><tr><td id="T_a_row0_col0" colspan="2">1</td></tr></table>'
        '<a href="https://example.com/x">x</a><img src="data:image/png;base64,AAAA" alt="y">'
    )
    kept = sanitised(html)
    for part in ("#T_a_row0_col0 { color: red }", 'id="T_a_row0_col0"', 'colspan="2"', "https://example.com/x", "AAAA"):
        assert part in kept


def record(outputs: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    made = {
        "id": "a1",
        "heading": "Load <b>",
        "outputs": outputs,
        "seconds": 1.5,
        "setup": False,
        "source": "x = 1 < 2",
    }
    return made | facts


def display(**data: Any) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {key.replace("_", "/"): value for key, value in data.items()},
    }


def test_a_card_shows_a_step() -> None:
    """Narrative as Markdown, folded code, streams, tables, images, errors; names and headings as text."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "printed <i>\n"},
        display(text_html="<table><tr><td>cell</td></tr></table>", text_plain="plain"),
        display(image_png="iVBORw0KGgo=", text_plain="<Figure>"),
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[39m: v <x>"]},
    ]
    html = page(
        CardFacts("F/1/load/2", "Some **bold** text <script>alert(1)</script>", [record(outputs)], steps=["load"])
    )
    assert "<strong>bold</strong>" in html
    assert "Load &lt;b&gt;" in html
    assert "printed &lt;i&gt;" in html
    assert "<td>cell</td>" in html
    assert "data:image/png;base64,iVBORw0KGgo=" in html
    assert "v &lt;x&gt;" in html
    assert html.count("<details") == 1
    assert "<details open" not in html
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_javascript_outputs_are_left_out() -> None:
    """What only scripts could show is shown as its text."""
    html = page(
        CardFacts("F/1/load/2", "", [record([display(application_javascript="steal()", text_plain="<Js object>")])])
    )
    assert "steal()" not in html
    assert "&lt;Js object&gt;" in html


def test_the_last_card_sums_up() -> None:
    """Parameters, each metric's last value to the digit, a curve where there are steps, and the experiment's link."""
    link = {"key": "k", "url": "https://www.comet.com/x", "archive": None, "upload": None}
    summary = Summary({"alpha": 0.1, "<n>": "a & b"}, {"MRR@20": [0.31415926], "loss": [3.0, 2.0, 1.5]}, link)
    html = page(CardFacts("F/1/last/3", "", [], summary=summary))
    assert '<data value="0.31415926">0.3142</data>' in html
    assert html.count("<polyline") == 1
    assert "&lt;n&gt;" in html
    assert 'href="https://www.comet.com/x"' in html
    hostile = {**link, "url": "javascript:alert(1)", "upload": "comet upload x.zip"}
    html = page(CardFacts("F/1/last/3", "", [], summary=Summary({}, {}, hostile)))
    assert "javascript:" not in html
    assert "comet upload x.zip" in html


def test_a_failed_step_shows_where() -> None:
    """The cell that failed is unfolded; an error that no cell shows is shown at the end."""
    failed = page(
        CardFacts("F/1/a/1", "", [record([], failed={"line": 1, "source": "x"})], succeeded=False, error="no")
    )
    assert "<details open" in failed
    assert 'class="failure"' not in failed
    handed = page(CardFacts("F/1/a/1", "", [record([])], succeeded=False, error="WB401: <no>"))
    assert "WB401: &lt;no&gt;" in handed


@pytest.mark.slow
def test_every_step_of_a_run_has_its_card(ran: Callable[[str], Any]) -> None:
    """Metaflow's Client finds one small card a step, hostile outputs and all; the last has metrics and experiment."""
    from metaflow.cards import get_cards

    run = ran("card")
    assert run.status == 0, run.log
    (load,), (train,) = (list(get_cards(run.task(step))) for step in ("load", "train"))
    assert (load.type, train.type) == ("workbench", "workbench")
    page = load.get()
    assert len(page) < 150_000
    shown = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)  # the code itself is there as text
    assert not re.search(r"<script|onclick|onerror|javascript:|<iframe|spy\.png|<form", shown)
    assert "<strong>as the mart has them</strong>" in page
    assert '<data value="0.31415">' in train.get()
    experiment = run.task("train")["_workbench_experiment"].data
    assert experiment["upload"] in train.get()
    assert "n_neighbours" in train.get()
