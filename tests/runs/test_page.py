"""The page of a run: all of it in one file, and nothing in it that acts."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from workbench.runs.page import notebook_html, page
from workbench.runs.record import Failure, RunRecord
from workbench.runtime.sanitise import sanitised, sanitised_output

RUN = RunRecord(
    name="F/<1>",
    kind="flow",
    status="failed",
    started="2026-11-23T06:00:00+00:00",
    notebook="n.ipynb",
    parameters={"<b>": "<script>alert(1)</script>"},
    metrics={"MRR@20": 0.25},
    failure=Failure("E", "<img src=x onerror=alert(1)>"),
    experiment={"url": "javascript:alert(1)"},
)


class Elements(HTMLParser):
    """The elements of a document, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_frames_have_no_rights_and_the_page_no_scripts() -> None:
    """Notebook and cards are in sandboxed frames; the page around them has no script, whatever a run is called."""
    made = Elements(page(RUN, [("Notebook", "<p>n</p>"), ("load", "<p>card</p>")])).found
    frames = [attributes for tag, attributes in made if tag == "iframe"]
    assert [frame["sandbox"] for frame in frames] == ["allow-popups", "allow-popups"]
    assert [frame["srcdoc"] for frame in frames] == ["<p>n</p>", "<p>card</p>"]
    assert not [tag for tag, _ in made if tag in ("script", "img", "b", "a", "link")]


def test_a_card_with_scripts_keeps_to_its_frame() -> None:
    """Metaflow's own cards draw themselves with scripts: those run in an origin of their own."""
    (frame,) = [
        attributes for tag, attributes in Elements(page(RUN, [("load", "<script>1</script>")])).found if tag == "iframe"
    ]
    assert frame["sandbox"] == "allow-popups allow-scripts"


def test_the_values_are_there() -> None:
    """Parameters, metrics and the error are in the page as text."""
    text = html.unescape(re.sub(r"<style>.*?</style>", "", page(RUN, []), flags=re.DOTALL))
    for expected in ("MRR@20", "0.25", "<script>alert(1)</script>", "E: <img src=x onerror=alert(1)>", "failed"):
        assert expected in text


EVIL = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>1</script>'>x</a>",
    "<iframe src='https://x'></iframe>",
    "<svg onload=alert(1)><script>1</script></svg>",
    "<form action='https://x'><input></form>",
    "<style>@import 'https://x'; p{background:url(https://x)}</style>",
    "<style></style><script>1</script>",
    "<p style='background:url(https://x)'>x</p>",
    "<img src='https://x/pixel.png'>",
    "<object data='x'></object><embed src='x'>",
    "<meta http-equiv=refresh content='0;url=https://x'>",
    "<base href='https://x'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
]


@pytest.mark.parametrize("evil", EVIL)
def test_what_acts_is_taken_out(evil: str) -> None:
    """No element, attribute or style is left that runs, fetches, submits or leads away."""
    made = Elements(sanitised(f"<b>before</b>{evil}<i>after</i>")).found
    text = sanitised(f"<b>before</b>{evil}<i>after</i>").replace(" ", "").lower()
    banned = {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "meta",
        "base",
        "svg",
        "link",
        "template",
        "noscript",
    }
    assert not banned & {tag for tag, _ in made}
    for _, attributes in made:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("src") or "data:").startswith("data:")
        assert (attributes.get("href") or "http").startswith("http")
        assert "url(" not in (attributes.get("style") or "")
    assert [bad for bad in ("@import", "url(", "javascript:") if bad in re.sub("&[a-z]+;", "", text)] == []
    assert "before" in text


def test_tables_as_pandas_draws_them_stay() -> None:
    """A data frame's HTML keeps its structure, its style sheet and its classes."""
    table = (
        '<div><style scoped>.dataframe th {vertical-align: top;}</style><table border="1" class="dataframe"><thead><tr>'
        '<th></th><th>a</th></tr></thead><tbody><tr><th id="T_row0" style="color: red">0</th><td colspan="2">1'
    )
    shown = sanitised(table)
    assert ".dataframe th {vertical-align: top;}" in shown
    assert [tag for tag, _ in Elements(shown).found][2:] == [
        "table",
        "thead",
        "tr",
        "th",
        "th",
        "tbody",
        "tr",
        "th",
        "td",
    ]
    assert 'style="color: red"' in shown


def test_images_stay_and_svg_becomes_one() -> None:
    """A picture within the text is shown; an SVG is one as well, where nothing of it can act."""
    assert 'src="data:image/png;base64,AA=="' in sanitised('<img src="data:image/png;base64,AA==">')
    data = sanitised_output({"image/svg+xml": "<svg onload='x'/>", "application/javascript": "x", "text/plain": "t"})
    assert set(data) == {"text/html", "text/plain"}
    assert sanitised(data["text/html"]).startswith('<img src="data:image/svg+xml;base64,')


def test_a_notebook_is_rendered_without_anything_from_elsewhere() -> None:
    """Markdown, code and outputs are there; scripts and the managed cell are not; the policy forbids every fetch."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title <script>1</script>"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": "print(1)",
            "execution_count": 1,
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "1\n"},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": "<table><tr><td>cell</td></tr></table>"},
                },
            ],
        },
        {"cell_type": "markdown", "id": "c", "metadata": {"tags": ["workbench:runs"]}, "source": "managed"},
    ]
    made = notebook_html({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    elements = Elements(made).found
    assert not [tag for tag, _ in elements if tag in ("script", "link", "iframe")]
    assert ("meta", "Content-Security-Policy") in [(tag, attributes.get("http-equiv")) for tag, attributes in elements]
    assert "Title" in made
    assert "<td>cell</td>" in made
    assert "managed" not in made
