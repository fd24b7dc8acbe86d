"""What a cell printed, as it is compared: stdout and plain texts in order, without what no two runs have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

NOISE = [
    (re.compile(r"0x[0-9a-f]+"), "0x"),
    (re.compile(r"(CPU times|Wall time):.*"), r"\1"),
    (re.compile(r"\s+"), " "),
]


def text_of(outputs: Iterable[Mapping[str, Any]]) -> str:
    """One code cell's text; an error is its type and message."""
    parts = []
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            parts.append("".join(output["text"]))
        elif "data" in output:
            parts.append("".join(output["data"].get("text/plain", "")))
        elif output["output_type"] == "error":
            parts.append(f"{output['ename']}: {output['evalue']}")
    text = "\n".join(parts)
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return text.strip()


def texts(notebook: Mapping[str, Any]) -> list[str]:
    """Each code cell's."""
    return [text_of(cell["outputs"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
