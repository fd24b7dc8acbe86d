"""What is told once in a process: a library's words at its import, a warning at each place."""

from __future__ import annotations

from cases.model import Steps

_HEARD = "import contextlib, io\ndef heard(call):\n    with contextlib.redirect_stderr(io.StringIO()) as told:\n        call()\n    return told.getvalue().count('too loud')"

CASES: dict[str, Steps] = {
    "import_says": ("import loud_things\nprint('a')", "loud_things\nprint('b')", "print('c', loud_things.__name__)"),
    "import_says_alone": (["import loud_things", "print('a')"], "import loud_things\nprint('b')", "print('c')"),
    "import_says_unused": (["import loud_things"], "print('b')", "print('c')"),
    "import_says_later": ("print('a')", ["x = 1", "import loud_things as things"], "print(things.__name__)"),
    "import_says_from": ("from loud_things import sqrt, sys\nprint(sqrt(1))", "print(sqrt(2))", "sys.byteorder"),
    "import_says_in_function": (
        "def f():\n    import loud_things\n    return 1",
        "print(f())",
        "print(f())",
    ),
    "import_says_in_try": (
        "try:\n    import loud_things\nexcept ImportError:\n    loud_things = None",
        "print(loud_things.__name__)",
        "print('c')",
    ),
    "import_says_for_branches": [
        ("import loud_things", "step:a"),
        ("print(1)", "step:b after:a"),
        ("print(loud_things.__name__)", "step:c after:a"),
        ("print(2)", "step:d after:b after:c"),
    ],
    "import_says_when_reloaded": (
        "import loud_things, importlib",
        "importlib.reload(loud_things);",
        "importlib.reload(loud_things);",
    ),
    "warns_once": (
        f"{_HEARD}\nimport loud_things\nprint(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
    ),
    "warns_once_over_a_step": (
        f"{_HEARD}\nimport loud_things\nprint(heard(loud_things.complain))",
        "x = 1",
        "print(heard(loud_things.complain))",
    ),
    "warns_again_once_filters_change": (
        f"{_HEARD}\nimport loud_things\nprint(heard(loud_things.complain))",
        "import warnings\nwarnings.simplefilter('default')\nprint(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
    ),
    "warns_anew_after_filters_changed": (
        f"{_HEARD}\nimport loud_things, warnings\nprint(heard(loud_things.complain))",
        "warnings.simplefilter('default')",
        "print(heard(loud_things.complain))",
    ),
    "warns_always": (
        f"{_HEARD}\nimport loud_things, warnings\nwarnings.simplefilter('always')\nprint(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
    ),
    "warns_once_by_module": (
        f"{_HEARD}\nimport loud_things, warnings\nwarnings.simplefilter('module')\nprint(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
        "print(heard(loud_things.complain))",
    ),
    "warns_in_each_cell": (
        [
            f"{_HEARD}\ndef call():\n    import loud_things\n    loud_things.complain(2)\nprint(heard(call))",
            "print(heard(call), heard(call))",
        ],
        ["print(heard(call))", "print(heard(call))"],
        "print(heard(call))",
    ),
}
