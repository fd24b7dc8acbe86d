"""Runs in the kernel of a reference run: the values that a step gives, into files, as they are at that moment.

A folder a step: `index.json` says of each name which file has it, or why none does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

INDEX = "index.json"
ABSENT = "absent"


def keep(namespace: Mapping[str, Any], names: Sequence[str], folder: str) -> None:
    """Pickle names of a namespace into a folder. What can't be pickled is said so in the index, never raised."""
    import cloudpickle

    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    index: dict[str, dict[str, str]] = {}
    for number, name in enumerate(names):
        if name not in namespace:
            index[name] = {ABSENT: "the notebook has no value of this name there"}
            continue
        try:
            content = cloudpickle.dumps(namespace[name])
        except Exception as error:  # whatever the value's own code raises
            index[name] = {"reason": f"{type(error).__name__}: {error}"}
            continue
        (place / f"{number}.pickle").write_bytes(content)
        index[name] = {"file": f"{number}.pickle"}
    (place / INDEX).write_text(json.dumps(index), "utf-8")


def call(names: Sequence[str], folder: str) -> str:
    """The expression that a kernel is given: it binds nothing in the notebook's namespace."""
    module = f"__import__('importlib').import_module({__name__!r})"
    return f"{module}.keep(__import__('IPython').get_ipython().user_ns, {list(names)!r}, {folder!r})"
