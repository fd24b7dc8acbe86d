"""Make docs/diagnostics.md from the catalogue of codes: each example is compiled, or run, and says its message itself.

python docs/make_diagnostics.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.compiler import compile_notebook
from workbench.compiler.catalogue import GROUPS, RULES, Rule
from workbench.compiler.diagnostics import rendered
from workbench.notebook import ipynb

PAGE = Path(__file__).with_name("diagnostics.md")
HEAD = """\
# Diagnostics

What `workbench promote` and a run can say, code by code: the reason for the rule, a notebook that breaks it, and the
message, which names the way out. `error` stands in the way of a flow; `warning` and `note` don't. Made by `make docs`
from `src/workbench/compiler/catalogue.py`; the messages are what these notebooks really give.
"""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def notebook(rule: Rule) -> dict[str, Any]:
    """A rule's example as an nbformat 4.5 notebook."""
    cells = []
    for place, (tags, source) in enumerate(rule.cells, start=1):
        cell: dict[str, Any] = {"cell_type": "code", "id": f"cell-{place}", "metadata": {}, "source": source}
        if tags == "markdown":
            cell["cell_type"] = "markdown"
        else:
            cell |= {"metadata": {"tags": _tags(tags)}, "outputs": [], "execution_count": None}
        cells.append(cell)
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _tags(text: str) -> list[str]:
    """Tags are separated by blanks; a decorator's arguments may hold some."""
    return re.findall(r"@\w+\([^)]*\)|\S+", text)


def compiled(rule: Rule) -> tuple[list[str], str]:
    """The codes that compiling a rule's example gives, and the messages."""
    book = ipynb.parse(notebook(rule), "notebook.ipynb")
    found = compile_notebook(book).diagnostics
    return [one.code for one in found], rendered(found, book)


def failed(rule: Rule) -> str:
    """What a rule's example says on the terminal when its flow is run by Metaflow and fails."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "notebook.ipynb").write_text(json.dumps(notebook(rule)))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("COMET")}
        done = subprocess.run(
            [Path(sys.executable).parent / "workbench", "run", "notebook.ipynb", "--no-link"],
            cwd=folder,
            env={**environment, "WORKBENCH_ROOT": folder, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
        )
    if done.returncode != 1:
        raise SystemExit(f"the example of {rule.code} ended with {done.returncode}:\n{done.stderr}")
    text = _ANSI.sub("", done.stderr)
    return text[text.index("error:") :].strip()


def message(rule: Rule) -> str:
    """What a rule's example says: while it is compiled, or else while it runs."""
    return failed(rule) if rule.code >= "WB4" else compiled(rule)[1]


def page(messages: dict[str, str]) -> str:
    """The whole page. messages: by code."""
    lines = [HEAD]
    for prefix, title in GROUPS:
        lines += [f"## {title}", ""]
        for rule in (rule for rule in RULES if rule.code.startswith(prefix)):
            lines += [f"### {rule.code}: {rule.title}", "", rule.why, ""]
            lines += ["```python", *_example(rule), "```", "", "```text", messages[rule.code], "```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _example(rule: Rule) -> Iterator[str]:
    """The cells, each under a line with its number and tags."""
    for number, (tags, source) in enumerate(rule.cells, start=1):
        if number > 1:
            yield ""
        yield f"# cell {number}, {'tagged ' + ' '.join(f'`{tag}`' for tag in _tags(tags)) if tags else 'not tagged'}"
        yield from source.split("\n")


def messages_on(text: str) -> dict[str, str]:
    """The messages that a page shows, by code."""
    found = re.findall(r"^### (WB\d{3}):.*?^```text\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    return dict(found)


if __name__ == "__main__":
    PAGE.write_text(page({rule.code: message(rule) for rule in RULES}))
