"""Bindings that may not happen: branches, loops that may not run, imports that may fail."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "cond_import": (
        "try:\n    import ujson_missing as js\nexcept ImportError:\n    import json as js",
        "s = js.dumps([1])",
        "print(s, js.__name__)",
    ),
    "loop_maybe": ("xs = []\nfor v in xs:\n    last = v", "ok = 'last' in globals()", "print(ok)"),
}
