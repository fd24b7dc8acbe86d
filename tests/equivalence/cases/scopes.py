"""Scopes of classes and comprehensions, and names that hide builtins."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "class_body_global": (
        "scale = 3\nclass A:\n    scale = scale * 2\n    vals = [i for i in range(3)]",
        "r = A.scale",
        "print(r, A.vals, scale)",
    ),
    "shadow_builtin": ("total = sum([1,2])\nsum = 5", "x = sum + 1", "print(total, sum, x)"),
    "del_builtin": ("list = [1]\nn = len(list)", "del list\nys = list('ab')", "print(n, ys)"),
    "default_of_builtin": ("values = [3, 1]\nbiggest = max(values)\nmax = 5", "print(max)", "print(max + biggest)"),
}
