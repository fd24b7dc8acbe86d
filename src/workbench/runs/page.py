"""One local page of a run, self-contained: what it was, and in frames the executed notebook and the cards."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from workbench import quick
from workbench.files import write_atomic
from workbench.project import Project
from workbench.runs.record import PAGE, RunRecord, folder_of
from workbench.runs.runscell import TAG, duration, number
from workbench.runtime.sanitise import POLICY, sanitised, sanitised_output

NOTEBOOK = "Notebook"


def write(project: Project, run: RunRecord) -> Path:
    """Make the page of a run that is recorded, in its folder; returns its path. Raises TargetNotWritable."""
    panes: list[tuple[str, str]] = []
    if run.executed and (path := project.root / run.executed).exists():
        panes.append((NOTEBOOK, _rendered(json.loads(path.read_bytes()))))
    panes += [
        (step, file.read_text("utf-8")) for step, path in run.cards.items() if (file := project.root / path).exists()
    ]
    path = folder_of(project, run) / PAGE
    write_atomic(path, page(run, panes).encode())
    return path


def page(run: RunRecord, panes: Sequence[tuple[str, str]]) -> str:
    """The page's HTML: pure. panes: (title, a whole HTML document) each; each is shown in a frame of its own."""
    style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    names = [f"pane{index}" for index in range(len(panes))]
    chosen = "\n".join(f"body:has(#{name}:checked) #{name}-frame {{ display: block; }}" for name in names)
    tabs = "".join(
        f'<input type="radio" name="pane" id="{name}"{"" if index else " checked"}>'
        f'<label for="{name}">{html.escape(title)}</label>'
        for index, (name, (title, _)) in enumerate(zip(names, panes, strict=True))
    )
    frames = "".join(_frame(name, title, document) for name, (title, document) in zip(names, panes, strict=True))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(run.name)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}{chosen}</style></head><body><header>{_heading(run)}{_facts(run)}{_error(run)}"
        f"<nav>{tabs}</nav></header><main>{frames}</main></body></html>\n"
    )


def notebook_html(notebook: Mapping[str, Any]) -> str:
    """A notebook as nbconvert renders it, sanitised, with nothing that is fetched from elsewhere."""
    with quick.imports():
        import nbformat
        from nbconvert import HTMLExporter

    shown = {**notebook, "cells": [_shown(cell) for cell in notebook["cells"] if not _managed(cell)]}
    exporter = HTMLExporter(
        sanitize_html=True, mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="", theme="light"
    )
    exporter.register_filter("clean_html", sanitised)
    body, _ = exporter.from_notebook_node(nbformat.reads(json.dumps(shown), as_version=4))
    return re.sub(r"<script\b.*?</script>", "", str(body), flags=re.DOTALL).replace("<head>", f"<head>{POLICY}", 1)


def _managed(cell: Mapping[str, Any]) -> bool:
    return TAG in cell["metadata"].get("tags", ())


def _shown(cell: Mapping[str, Any]) -> dict[str, Any]:
    outputs = [
        {**output, "data": sanitised_output(output["data"])} if "data" in output else output
        for output in cell.get("outputs", ())
    ]
    return {**cell, "outputs": outputs} if "outputs" in cell else dict(cell)


def _rendered(notebook: Mapping[str, Any]) -> str:
    """The notebook's HTML; a notebook that nbconvert stumbles over doesn't cost the rest of the page."""
    try:
        return notebook_html(notebook)
    except Exception as error:  # any of the exporter's, its filters' and its templates'
        reason = html.escape(f"{type(error).__name__}: {error}")
        return f"<!doctype html><p>nbconvert can't render this notebook: {reason}</p>"


def _frame(name: str, title: str, document: str) -> str:
    """A document in a frame of another origin: it reads neither this page nor the files beside it.

    Nothing of ours needs scripts to be seen; Metaflow's own cards do, and have them there.
    """
    rights = "allow-popups allow-scripts" if title != NOTEBOOK and "<script" in document else "allow-popups"
    return (
        f'<iframe id="{name}-frame" title="{html.escape(title)}" sandbox="{rights}" '
        f'srcdoc="{html.escape(document)}"></iframe>'
    )


def _heading(run: RunRecord) -> str:
    when = run.started[:16].replace("T", " ")
    took = "" if run.seconds is None else f", {duration(run.seconds)}"
    source = f"{html.escape(run.notebook)} · " if run.notebook else ""
    status = f'<span class="status {run.status}">{run.status}</span>'
    return f"<h1>{html.escape(run.name)} {status}<small>{source}{when}{took}</small></h1>"


def _facts(run: RunRecord) -> str:
    made = run.as_json()
    facts = [
        (name, number(value, lambda other: html.escape(str(other))))
        for name, value in {**made["parameters"], **made["metrics"]}.items()
    ]
    link = run.experiment or {}
    if str(link.get("url")).startswith(("http://", "https://")):
        url = html.escape(str(link["url"]))
        facts.append(("Comet", f'<a href="{url}" target="_blank" rel="noopener">{url}</a>'))
    elif link.get("upload"):
        facts.append(("Comet", f"<code>{html.escape(str(link['upload']))}</code>"))
    items = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f"<dl>{items}</dl>"


def _error(run: RunRecord) -> str:
    if run.failure is None:
        return ""
    return f'<p class="error">{html.escape(run.failure.text())}</p>'
