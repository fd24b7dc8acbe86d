"""HTML from cells and outputs, without what could act: scripts, handlers, frames, forms, fetches."""

from __future__ import annotations

import base64
import re
from typing import Any

POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:\">"
)
"""For pages that have all they need in themselves: whatever sanitising might miss doesn't run either."""

_TAGS = frozenset(
    "a abbr b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup "
    "table tbody td tfoot th thead time tr tt u ul var".split()
)
_ATTRIBUTES = frozenset(
    "align alt border class colspan dir halign height lang open rowspan scope span start style title "
    "valign value width".split()
)
_IMAGE = re.compile(r"data:image/(png|jpe?g|gif|webp|svg\+xml)[;,]", re.IGNORECASE)  # an image's SVG runs no scripts
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_BLOCKED_IMAGE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_STYLE_BLOCK = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(
    r"<(script|noscript|template|iframe|object|title|textarea)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_FETCHES = re.compile(r"url\s*\(|@import|expression\s*\(|image-set|\\|<", re.IGNORECASE)


def sanitised(html: str | bytes) -> str:
    """The HTML with only what shows: tags and attributes on a list, links to the web, images that are in the text.

    Style sheets, as pandas' tables bring them, stay where they fetch nothing, and reach only what they came with.
    """
    from bleach.sanitizer import Cleaner  # type: ignore[import-untyped]

    text = html.decode() if isinstance(html, bytes) else html
    styles = [css for css in _STYLE_BLOCK.findall(text) if not _FETCHES.search(css)]
    text = _UNSEEN.sub("", _STYLE_BLOCK.sub("", text))
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        strip_comments=True,
        css_sanitizer=_Css(),
    )
    sheet = f"<style>@scope {{ {' '.join(styles)} }}</style>" if styles else ""
    return sheet + _BLOCKED_IMAGE.sub("", str(cleaner.clean(text)))


def sanitised_output(data: dict[str, Any]) -> dict[str, Any]:
    """An output's data by MIME type, without what only a browser's scripts could show; SVG as an image."""
    shown = {kind: value for kind, value in data.items() if not kind.startswith(("application/", "text/javascript"))}
    if (svg := shown.pop("image/svg+xml", None)) is not None:
        shown["text/html"] = as_image(svg if isinstance(svg, str) else "".join(svg))
    return shown


def as_image(svg: str) -> str:
    """An SVG as an image element, in which nothing of it can act."""
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="">'


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and _IMAGE.match(value) is not None
    if name == "href":
        return tag == "a" and _LINK.match(value.strip()) is not None
    # a table's style sheet speaks of its cells by id
    return name in _ATTRIBUTES or (name == "id" and value.startswith("T_"))


class _Css:
    """What bleach asks about each style attribute."""

    def sanitize_css(self, style: str) -> str:
        return "" if _FETCHES.search(style) else style
