"""IPython's less common forms: values of magics, semicolons, extensions, where `%cd` has been."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "lines_of_a_command": ("!!echo hi", "a = 3\n!!echo {a} there", "!!echo silent;"),
    "command_as_value": ("x = !echo hi; echo ho\nprint(x)", "x", "y = !!echo no such form\nprint(len(y))"),
    "precision_is_shown": ("%precision 3", "3.14159", "%precision 2\n1.2345"),
    "magic_named_with_a_semicolon": ("x = 1", "%pwd;", "print(x)"),
    "time_with_a_semicolon": ("x = 1\n%time x;", "%time x  # a comment;", "%time y = 2;\nprint(y)"),
    "time_cell_with_a_semicolon": ("%%time\nx = 1\nx;", "%%time\nx  # ;", "%%time\nx ;  # comment\n# another"),
    "capture_with_a_semicolon": (["c = 1", "%%capture c\nprint('x')\n3;"], "print(c)"),
    "capture_unnamed_with_a_semicolon": ("%%capture\nx = 3\nx;", "print(x)"),
    "extension_in_another_step": ("%load_ext autoreload\nx = 1", "%autoreload 0", "%autoreload 0\nprint(x)"),
    "cd_back": (
        "import os\nos.makedirs('sub', exist_ok=True)\n%cd -q sub",
        "%cd -q -\nprint(os.path.exists('sub'))",
        "%cd -q -\nprint(os.path.exists('sub'))",
    ),
}

REFUSED = {"magic_named_with_a_semicolon": "WB301", "capture_with_a_semicolon": "WB301"}
