"""Modules beside the notebook, that its cells write and import."""

from __future__ import annotations

from cases.model import Steps

_ONE, _TWO = "%%writefile here.py\nX = 1\ndef f(): return 1", "%%writefile here.py\nX = 222\ndef f(): return 222"
_RELOADING = "%load_ext autoreload\n%autoreload 2"
_BY_OPEN = "with open('here.py', 'w') as file:\n    _ = file.write('def f(): return 22222')"

CASES: dict[str, Steps] = {
    "module_written_before_it_is_imported": (
        [_ONE, _TWO, "import here\nprint(here.X)"],
        "import here\nprint(here.f())",
    ),
    "module_written_after_its_import": ([_ONE, "import here\nprint(here.X)", _TWO], "import here\nprint(here.X)"),
    "module_written_in_a_later_step": ([_ONE, "import here\nprint(here.X)"], _TWO, "print(here.X)"),
    "module_written_in_a_later_step_that_has_it": (
        [_ONE, "import here\nprint(here.X)"],
        ["print(here.X)", _TWO, "print(here.X)"],
    ),
    "module_written_by_open": ([_ONE, "import here\nprint(here.X)", _BY_OPEN], "print(here.f())"),
    "module_written_by_a_command": ([_ONE, "import here\nprint(here.X)", "!echo 'X = 5' > here.py"], "print(here.X)"),
    "module_written_anew_and_its_function": ([_ONE, "from here import f\nprint(f())", _TWO], "print(f())"),
    "module_written_and_reloaded": (
        [_ONE, "import here, importlib\nprint(here.X)", _TWO, "_ = importlib.reload(here)\nprint(here.X)"],
        "import here\nprint(here.X)",
    ),
    "module_of_a_package_written_anew": (
        [
            "import os\nos.makedirs('around')\nopen('around/__init__.py', 'w').close()",
            "%%writefile around/inner.py\nX = 1",
            "import around.inner\nprint(around.inner.X)",
            "%%writefile around/inner.py\nX = 333",
        ],
        "print(around.inner.X)",
    ),
    "module_that_nobody_writes": (
        "import numbered_things\nprint(numbered_things.Thing())",
        "print(numbered_things.Thing())",
    ),
    "autoreload_with_nothing_new": ([_RELOADING, _ONE, "import here\nprint(here.f())"], "print(here.f())"),
    "autoreload_in_one_step": (
        ["x = 1"],
        [_RELOADING, _ONE, "import here\nprint(here.f())", _BY_OPEN, "print(here.f())"],
    ),
    "autoreload_in_a_later_step": (
        [_RELOADING, _ONE, "import here\nprint(here.f())"],
        ["print(here.f())", _BY_OPEN, "print(here.f())"],
    ),
    "autoreload_of_what_an_earlier_step_wrote": (
        [_RELOADING, _ONE, "import here\nprint(here.f())", _BY_OPEN],
        "print(here.f())",
    ),
    "module_imported_by_a_branch": [
        (_ONE, "step:load"),
        ("n = 1", "step:load"),
        ("import here\na = here.X + n", "step:a after:load"),
        ("b = n", "step:b after:load"),
        ("print(a, b)", "step:c"),
        ("print(here.X)", "step:d"),
    ],
    "module_imported_by_two_branches": [
        (_ONE, "step:load"),
        ("n = 1", "step:load"),
        ("import here\na = here.X + n", "step:a after:load"),
        ("import here\nb = here.X - n", "step:b after:load"),
        ("print(a, b, here.X)", "step:c"),
    ],
    "module_imported_by_a_loop": [
        (_ONE, "step:load"),
        ("found = []", "step:load"),
        ("for n in [1, 2, 3]:\n    import here\n    found.append(n + here.X)", "step:each foreach"),
        ("print(found)", "step:c"),
    ],
    "module_forgotten_and_imported_again": (
        "import numbered_things as nt\nnt.Thing()",
        "import sys\nfor name in list(sys.modules):\n    if name.startswith('numbered'):\n        del sys.modules[name]\n"
        "try:\n    import numbered_things as nt\nexcept ImportError:\n    nt = None\nprint(nt.Thing())",
    ),
    "module_popped_by_a_function": (
        "import sys\nimport numbered_things\nnumbered_things.Thing()\n"
        "def forget(name):\n    sys.modules.pop(name, None)",
        "forget('numbered_things')\nimport numbered_things\nprint(numbered_things.Thing())",
    ),
    "module_looked_for": ("import numbered_things", "import sys\nprint('numbered_things' in sys.modules)"),
    "module_looked_for_that_is_nowhere": (
        "import sys\nin_colab = 'google.colab' in sys.modules",
        "print('google.colab' in sys.modules, in_colab, sys.modules.get('nothing'))",
    ),
    "module_forgotten_in_the_only_step": (
        "import sys\nimport numbered_things\nnumbered_things.Thing()\ndel sys.modules['numbered_things']\n"
        "import numbered_things\nprint(numbered_things.Thing())",
    ),
}

REFUSED = {
    "module_written_after_its_import": "WB409",
    "module_written_in_a_later_step": "WB409",
    "module_written_by_open": "WB409",
    "module_written_by_a_command": "WB409",
    "module_written_anew_and_its_function": "WB409",
    "module_of_a_package_written_anew": "WB409",
    "autoreload_of_what_an_earlier_step_wrote": "WB409",
    "module_forgotten_and_imported_again": "WB307",
    "module_popped_by_a_function": "WB307",
    "module_looked_for": "WB307",
}
