"""Steps that run beside each other: graphs that nest and graphs that don't, and what crosses between the branches."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    # `both` and `half` share `two` alone: neither is the whole split's join
    "branch_tangled": [
        ("rows = [3, 1, 2]\nlimit = 10\nseen = {'load': 1}", "step:load"),
        ("low = min(rows)\nseen['one'] = low", "step:one after:load"),
        ("high = max(rows)\nlimit = 5", "step:two after:load"),
        ("spread = high - low\nlimit += spread\nprint(seen)", "step:both after:one after:two"),
        ("half = high / 2\nprint(half, limit)", "step:half after:two"),
        ("print(spread, half, limit, seen, rows)", "step:report"),
        ("print(rows is seen, limit, sorted(seen))", "step:last"),
    ],
    # a branch that begins with a split, and an inner join that only passes a name on
    "branch_split_in_branch": [
        ("x = 0\nnotes = []\nboth = [notes, notes]", "step:load"),
        ("p = x + 1", "step:p after:load"),
        ("x = 5\nnotes.append('t')", "step:t after:load"),
        ("q = p * 2", "step:q after:p"),
        ("r = p * 3", "step:r after:p"),
        ("s = q + r", "step:s after:q after:r"),
        ("u = 7\nif u > 9:\n    x = u", "step:u after:load"),
        ("print(x, s)", "step:v after:s after:t"),
        ("print(x, s, u, notes, both[0] is both[1] is notes)", "step:w"),
    ],
    # what a branch reads, it waits for: by binding, by item, by deletion and binding anew
    "branch_needs_across": [
        ("a = 1\nd = {}\nz = 'old'", "step:load"),
        ("a = 2\nd['one'] = a", "step:one after:load"),
        ("print(a, d)\nd['two'] = a", "step:two after:load"),
        ("del z", "step:three after:load"),
        ("z = 'new'", "step:four after:load"),
        ("print(z)\nw = z * 2", "step:five after:load"),
        ("print(a, d, z, w)", "step:last after:two after:five"),
    ],
    "branch_crossing": [
        ("n = 2", "step:root"),
        ("a = n + 1", "step:a after:root"),
        ("b = n + 2", "step:b after:root"),
        ("c = n + 3", "step:c after:root"),
        ("ab = a * b", "step:ab after:a after:b"),
        ("bc = b * c", "step:bc after:b after:c"),
        ("ac = a * c", "step:ac after:a after:c"),
        ("print(ab, bc, ac, n)", "step:sum"),
    ],
    "branch_ladder": [
        ("log = []\nx = 1", "step:s0"),
        ("x1 = x + 1", "step:s1 after:s0"),
        ("x2 = x + 2", "step:s2 after:s0"),
        ("x3 = x1 * 2", "step:s3 after:s1"),
        ("x4 = x1 + x2", "step:s4 after:s1 after:s2"),
        ("x5 = x2 * x3", "step:s5 after:s2 after:s3"),
        ("log.append(x4)\nx6 = len(log)", "step:s6 after:s4"),
        ("print(x1, x2, x3, x4, x5, x6, log)", "step:s7"),
    ],
    "branch_bound_in_one": [
        ("x = 'before'", "step:load"),
        ("y = x.upper()", "step:a after:load"),
        ("x = 'changed'", "step:b after:load"),
        ("z = y + '!'", "step:c after:a"),
        ("print(x, y, z)", "step:d"),
    ],
    "branch_changed_in_one": [
        ("xs = [1]\nalias = xs", "step:load"),
        ("n = 3", "step:a after:load"),
        ("xs.append(2)", "step:b after:load"),
        ("print(xs, alias, xs is alias, n)", "step:c"),
    ],
    "branch_changed_through_alias": [
        ("xs = [1]\nbox = {'xs': xs}", "step:load"),
        ("n = 3", "step:a after:load"),
        ("box['xs'].append(2)", "step:b after:load"),
        ("m = n + 1", "step:c after:a"),
        ("print(xs, box, xs is box['xs'], n, m)", "step:d"),
    ],
    "branch_may_bind": [
        ("x = 1\nrows = []", "step:load"),
        ("x = 2", "step:a after:load"),
        ("for row in rows:\n    x = row", "step:b after:load"),
        ("print(x)", "step:c after:b"),
        ("y = 1", "step:d after:load"),
        ("print(x, y)", "step:e"),
    ],
    "branch_same_loop_name": [
        ("n = 3", "step:load"),
        ("for i in range(n):\n    a = i", "step:a after:load"),
        ("for i in range(n + 2):\n    b = i", "step:b after:load"),
        ("print(i, a, b)", "step:c"),
    ],
    "branch_function_writes": [
        ("count = 0\ndef bump():\n    global count\n    count += 1", "step:load"),
        ("bump()", "step:a after:load"),
        ("bump()\nprint(count)", "step:b after:load"),
        ("other = 1", "step:c after:load"),
        ("bump()\nprint(count, other)", "step:d"),
    ],
    "branch_late_binding": [
        ("k = 1\ndef f(x): return x + k", "step:load"),
        ("k = 10", "step:a after:load"),
        ("print(f(1))", "step:b after:load"),
        ("m = 2", "step:c after:load"),
        ("print(f(m))", "step:d"),
    ],
    "branch_exec": [
        ("x, y = 1, 0\ntext = 'y = x + 1'", "step:load"),
        ("x = 5", "step:a after:load"),
        ("exec(text)\nprint(y)", "step:b after:load"),
        ("w = 3", "step:c after:load"),
        ("print(x, w)", "step:d"),
    ],
    "branch_random_in_one": [
        ("import random\nrandom.seed(3)\nrandom.random()", "step:load"),
        ("draw = random.random()", "step:a after:load"),
        ("n = 3", "step:b after:load"),
        ("print(draw, random.random(), n)", "step:c"),
    ],
    "branch_options_in_one": [
        ("import pandas as pd\ndf = pd.DataFrame({'a': range(30)})", "step:load"),
        ("n = len(df)", "step:a after:load"),
        ("pd.options.display.max_rows = 4", "step:b after:load"),
        ("print(df, n)", "step:c"),
    ],
    "branch_options_before_another": [
        ("import pandas as pd\ndf = pd.DataFrame({'a': range(30)})", "step:load"),
        ("pd.options.display.max_rows = 4", "step:a after:load"),
        ("print(df)", "step:b after:load"),
        ("print(df)", "step:c"),
    ],
    "branch_nested_alias": [
        ("notes = []\nboth = [notes]", "step:load"),
        ("p = 1", "step:p after:load"),
        ("q = p", "step:q after:p"),
        ("r = p", "step:r after:p"),
        ("s = q + r", "step:s after:q after:r"),
        ("notes.append(1)", "step:t after:load"),
        ("print(notes, both, both[0] is notes, s)", "step:u"),
    ],
    "branch_last_shown": [
        ("1 + 1", "step:load"),
        ("40 + 2", "step:a after:load"),
        ("print(_)", "step:b after:load"),
        ("n = 1", "step:c after:load"),
        ("print(n)", "step:d"),
    ],
    "branch_instances": [
        (
            "class Node:\n    def __init__(self, name):\n        self.name, self.next = name, None\n"
            "first, second = Node('first'), Node('second')\nfirst.next = second",
            "step:load",
        ),
        ("size = 2", "step:a after:load"),
        ("second.next = first", "step:b after:load"),
        ("names = [first.name, second.name]", "step:c after:a"),
        ("print(names, first.next is second, second.next is first, size)", "step:d"),
    ],
    "branch_parameter_by_functions": [
        ("alpha = 3", "parameters"),
        ("def f(): return alpha\ndef g(): return f() + 1", "step:load"),
        ("print(g())", "step:a after:load"),
        ("alpha = 5\nprint(g())", "step:b after:load"),
        ("print(g(), alpha)", "step:c"),
    ],
    "branch_in_setup": [
        ("import decimal\ndecimal.getcontext().prec = 5", "setup"),
        ("one = decimal.Decimal(1)", "step:load"),
        ("third = one / 3", "step:a after:load"),
        ("seventh = one / 7", "step:b after:load"),
        ("print(third, seventh)", "step:c"),
    ],
}
REFUSED = {"branch_last_shown": "WB403", "branch_options_before_another": "WB403"}
