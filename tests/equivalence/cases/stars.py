"""Star imports: at the flow's top, where in the notebook they stand among the cells."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "star_and_names_of_others": (
        "import math\nfrom starry_things import *\nprint(sqrt(4), math.sqrt(4), x)",
        "print(sqrt(9), sum([1, 2]))",
        "def half(value): return sqrt(value / 2)\nprint(half(8))",
    ),
    "star_and_another_over_it": (
        "from math import *\nfrom starry_things import *\nprint(sqrt(4))",
        "print(sqrt(9), pi)",
        "print(x)",
    ),
    "stars_twice_in_their_order": (
        "from starry_things import *\nfrom math import *\nprint(sqrt(4))",
        "print(sqrt(9), pi)",
        "from starry_things import *\nfrom math import *\nprint(sqrt(16), x)",
    ),
    "stars_twice_in_another_order": (
        "from starry_things import *\nfrom math import *\nprint(sqrt(4))",
        "from math import *\nfrom starry_things import *\nprint(sqrt(16), x)",
    ),
    "star_below_what_it_leaves_alone": (
        "print(len([1]), abs(-2))",
        "from starry_things import *\nprint(sqrt(4))",
        "print(x, len([]))",
    ),
    "star_of_the_same_numbers": ("from math import *\nfrom math import pi, sqrt\nprint(pi)", "print(sqrt(4), e)"),
    "star_over_an_import": ("from math import sqrt\nfrom starry_things import *\nprint(sqrt(4))", "print(sqrt(4))"),
    "star_over_an_import_in_a_later_step": (
        "from math import sqrt\nprint(sqrt(4))",
        "from starry_things import *\nprint(sqrt(4))",
        "print(sqrt(9))",
    ),
    "star_over_another_in_a_later_step": (
        "from math import *\nprint(sqrt(4))",
        "from starry_things import *\nprint(sqrt(9), pi)",
        "print(sqrt(1))",
    ),
    "star_over_a_builtin": (
        "print(sum([1, 2]))",
        "from starry_things import *\nprint(sum([1, 2]))",
        "print(sum([3, 4]))",
    ),
    "star_over_a_function": (
        "def sqrt(v): return 'def'\nprint(sqrt(1))",
        "from starry_things import *\nprint(sqrt(9))",
        "print(sqrt(1))",
    ),
}
REFUSED = dict.fromkeys(
    (
        "star_over_an_import",
        "star_over_an_import_in_a_later_step",
        "star_over_another_in_a_later_step",
        "star_over_a_builtin",
        "star_over_a_function",
        "stars_twice_in_another_order",
    ),
    "WB411",
)
