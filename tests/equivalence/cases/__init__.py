"""Small notebooks of one language feature each, a module for each class of features.

A module has CASES (name → cells) and may have REFUSED (name → the codes that say why). Beside it, in a JSON file of its
name, stands what a kernel prints for each case: `pytest tests/equivalence --update-golden -n 0 -k NAME` asks one.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from cases.model import FILES, Steps, notebook

__all__ = ["CASES", "CLASS_OF", "FILES", "REFUSED", "keep_kernel_texts", "kernel_texts", "notebook"]

FOLDER = Path(__file__).parent
CASES: dict[str, Steps] = {}
REFUSED: dict[str, str] = {}
CLASS_OF: dict[str, str] = {}

for _name in sorted(file.stem for file in FOLDER.glob("*.py") if file.stem not in ("__init__", "model")):
    _module = importlib.import_module(f"cases.{_name}")
    if _twice := CASES.keys() & _module.CASES.keys():
        raise ValueError(f"cases/{_name}.py: the names {sorted(_twice)} are taken")
    if _unknown := getattr(_module, "REFUSED", {}).keys() - _module.CASES.keys():
        raise ValueError(f"cases/{_name}.py: no cases of the names {sorted(_unknown)}")
    CASES |= _module.CASES
    REFUSED |= getattr(_module, "REFUSED", {})
    CLASS_OF |= dict.fromkeys(_module.CASES, _name)


def kernel_texts(name: str) -> list[str]:
    """What a kernel printed for a case, a text for each code cell."""
    texts: list[str] = _kept(CLASS_OF[name])[name]
    return texts


def keep_kernel_texts(name: str, texts: list[str]) -> None:
    """Write down what a kernel prints."""
    kept = {key: value for key, value in _kept(CLASS_OF[name]).items() if CLASS_OF.get(key) == CLASS_OF[name]}
    content = json.dumps(dict(sorted({**kept, name: texts}.items())), indent=1, ensure_ascii=False)
    (FOLDER / f"{CLASS_OF[name]}.json").write_text(content + "\n")


def _kept(of_class: str) -> dict[str, list[str]]:
    file = FOLDER / f"{of_class}.json"
    kept: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    return kept
