"""The Markdown of the notebook's runs cell: a table of its latest runs."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

TAG = "workbench:runs"  # of the managed cell
_MARKS = {"succeeded": "✓", "failed": "✗", "interrupted": "■"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_LONGEST, _LONGEST_LINE = 48, 32
_SPECIAL = re.compile(r"([\\`*_{}\[\]|#$~])")


def markdown(runs: Sequence[dict[str, Any]]) -> str:
    """The cell's source. runs: entries of link.entry, the latest first."""
    columns = ["status", "run", "parameters", "metrics", "cards", "experiment"]
    rows = [[_status(run), _name(run), *_values(run), _cards(run), _experiment(run)] for run in runs]
    used = [index for index, name in enumerate(columns) if any(row[index] for row in rows)]
    lines = ["#### Runs of this notebook", "", _row([columns[index] for index in used])]
    lines.append(_row([":--"] * len(used)))
    lines += [_row([row[index] for index in used]) for row in rows]
    if upload := next((link["upload"] for run in runs if (link := run.get("experiment")) and link.get("upload")), None):
        lines += ["", f"<small>Send the latest experiment to Comet: <code>{html.escape(upload)}</code></small>"]
    return "\n".join(lines)


def _row(fields: Sequence[str]) -> str:
    return f"| {' | '.join(fields)} |"


def _status(run: dict[str, Any]) -> str:
    return _together(f"{_MARKS.get(run['status'], '')} {_text(run['status'])}".strip())


def _name(run: dict[str, Any]) -> str:
    """The run, when it was and how long it took, and what failed: a line each."""
    name = _text(run["run"])
    lines = [f"[{name}]({quote(run['page'])})" if run.get("page") else name, _when(run)]
    return "<br>".join([*lines, _text(run["error"])] if run.get("error") else lines)


def _when(run: dict[str, Any]) -> str:
    try:
        when = f"{datetime.fromisoformat(run['started']):%Y-%m-%d %H:%M}"
    except (TypeError, ValueError):
        when = _text(run.get("started"))
    return when if run.get("seconds") is None else f"{when}, {_together(duration(run['seconds']))}"


def _values(run: dict[str, Any]) -> tuple[str, str]:
    parameters = [_together(f"{_text(name)} = {_text(value)}") for name, value in (run.get("parameters") or {}).items()]
    metrics = [
        _together(f"{_text(name)} =") + _NO_BREAK + number(v, _text) for name, v in (run.get("metrics") or {}).items()
    ]
    return "<br>".join(parameters), "<br>".join(metrics)


def _together(text: str) -> str:
    """A short text that isn't broken into lines; a long one may be."""
    return text.replace(" ", _NO_BREAK) if len(text) <= _LONGEST_LINE else text


def _cards(run: dict[str, Any]) -> str:
    return " · ".join(f"[{_text(step)}]({quote(path)})" for step, path in (run.get("cards") or {}).items())


def _experiment(run: dict[str, Any]) -> str:
    link = run.get("experiment") or {}
    if str(link.get("url")).startswith(("http://", "https://")):
        return f"[Comet]({quote(link['url'], safe=':/?#=&%')})"
    if link.get("archive"):
        return f"[Comet{_NO_BREAK}archive]({quote(link['archive'])})"
    return ""


def number(value: Any, text: Callable[[Any], str]) -> str:
    """A float's four significant digits, the whole where the pointer rests. text: markup for anything else."""
    if isinstance(value, float) and f"{value:.4g}" != str(value):
        return f'<span title="{value}">{value:.4g}</span>'
    return text(value)


def _text(value: Any) -> str:
    text = " ".join(str(value).split())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def duration(seconds: float) -> str:
    """A time as people say it: 4.2 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
