"""Every code that a diagnostic or a failing run can have: what it means, why it is so, and a notebook that gives it.

`docs/diagnostics.md` is made from this (`make docs`), the messages and hints by running the examples.
"""

from __future__ import annotations

from workbench.records import NamedTuple

CodeCell = tuple[str, str]  # (tags, separated by blanks; source); "markdown" stands for a markdown cell


class Rule(NamedTuple):
    """One code. title: what is wrong; why: the reason for the rule; cells: the smallest notebook that breaks it."""

    code: str
    title: str
    why: str
    cells: tuple[CodeCell, ...]


GROUPS = (
    ("WB1", "Tags and structure"),
    ("WB2", "Names and parameters"),
    ("WB3", "What a flow can't do as a notebook does"),
    ("WB4", "While the flow runs"),
)

RULES = (
    Rule(
        "WB101",
        "The cell is not Python",
        "A cell that doesn't parse fails in the notebook too.",
        (("step:load", "rows = [1, 2"),),
    ),
    Rule(
        "WB102",
        "A tag looks like a slip",
        "A misspelt tag would leave a cell behind without a word.",
        (("stpe:load", "rows = [1, 2]"), ("step:train", "model = sum([1, 2])")),
    ),
    Rule(
        "WB103",
        "A cell has two places",
        "A cell belongs to one step, to the setup, or to the parameters.",
        (("step:load", "rows = [1, 2]"), ("setup step:load", "rows.sort()")),
    ),
    Rule(
        "WB104",
        "A tag for a step is on a cell of no step",
        "`after:` and decorators say something of a step, and an untagged cell is left behind.",
        (("step:load", "rows = [1, 2]"), ("@retry(times=3)", "print(rows)")),
    ),
    Rule(
        "WB105",
        "A step can't have this name",
        "A step is a method of the flow's class, beside Metaflow's own.",
        (("step:next", "rows = [1, 2]"),),
    ),
    Rule(
        "WB106",
        "`after:` names no step that comes before",
        "A flow's steps run in the notebook's order or beside one another, never against it.",
        (("step:load", "rows = [1, 2]"), ("step:train after:laod", "print(rows)")),
    ),
    Rule(
        "WB107",
        "There is a second parameters cell",
        "papermill puts its values after one cell, so there can be only one.",
        (("parameters", "alpha = 1"), ("parameters", "beta = 2"), ("step:train", "print(alpha, beta)")),
    ),
    Rule(
        "WB108",
        "Nothing is promoted",
        "Without a step there is no flow.",
        (("", "rows = [1, 2]"),),
    ),
    Rule(
        "WB109",
        "A step goes on after another began",
        "A notebook runs cell by cell, a flow step by step: a step's cells follow one another.",
        (("step:load", "rows = [1, 2]"), ("step:train", "total = sum(rows)"), ("step:load", "rows.append(total)")),
    ),
    Rule(
        "WB110",
        "A `foreach` cell has no loop that can be cut",
        "Its one `for` loop becomes a Metaflow foreach: what comes before it, one iteration, and what comes after.",
        (("step:load foreach", "for day in [1, 2]:\n    if day > 1:\n        break\n    print(day)"),),
    ),
    Rule(
        "WB111",
        "A step waits for one that it doesn't follow",
        "A join of Metaflow's ends all the branches of one split. Where the tags ask for another graph, the order is "
        "added that leaves the most pairs of steps beside each other.",
        (
            ("step:load", "rows = [1, 2]"),
            ("step:one after:load", "a = 1"),
            ("step:two after:load", "b = 2"),
            ("step:both after:one after:two", "print(a, b)"),
            ("step:half after:two", "print(b / 2)"),
        ),
    ),
    Rule(
        "WB112",
        "Metaflow has no such decorator",
        "The decorator stands in the flow as the tag says it.",
        (("step:load @retyr(times=3)", "rows = [1, 2]"),),
    ),
    Rule(
        "WB201",
        "A parameter's default is not a literal",
        "A run is given its parameters on a command line, before anything can be computed.",
        (("parameters", "days = 7 * 4"), ("step:load", "print(days)")),
    ),
    Rule(
        "WB202",
        "The parameters cell does something else",
        "Each line of it is one parameter; nothing else of it would be run.",
        (("parameters", "days = 28\nprint(days)"), ("step:load", "rows = [days]")),
    ),
    Rule(
        "WB203",
        "A parameter can't have this name",
        "Metaflow's `run` command has options of its own, and a flow's attributes are its steps and parameters alike.",
        (("parameters", "tags = 3"), ("step:load", "print(tags)")),
    ),
    Rule(
        "WB204",
        "A name is bound only in a cell that is left behind",
        "The flow doesn't run exploration, so that the name would be missing in it.",
        (("", "limit = 10"), ("step:load", "rows = list(range(limit))")),
    ),
    Rule(
        "WB205",
        "A step waits for one whose values it reads",
        "Of two steps that run side by side, neither sees what the other binds. So a step runs after the one that "
        "binds or changes what it reads, whatever its tags say.",
        (
            ("step:load", "rows = [1, 2]"),
            ("step:one after:load", "low = min(rows)"),
            ("step:two after:load", "spread = max(rows) - low"),
        ),
    ),
    Rule(
        "WB206",
        "A name is not bound",
        "Run from the top, the notebook fails here as well.",
        (("step:load", "rows = [1, 2]"), ("step:train", "print(row)")),
    ),
    Rule(
        "WB207",
        "A setup cell needs a step's value",
        "Setup cells run at the beginning of every step, before anything of a step is there.",
        (("step:load", "width = 80"), ("setup", 'line = "-" * width'), ("step:show", "print(line)")),
    ),
    Rule(
        "WB208",
        "Exploration changes what a step reads",
        "Run All would run that cell, the flow doesn't: what the step reads is then another value. A warning.",
        (("step:load", "rows = [1, 2]"), ("", "rows.append(3)"), ("step:train", "print(sum(rows))")),
    ),
    Rule(
        "WB209",
        "A name may be deleted, and is read later",
        "What an earlier step left stays; whether it still counts can't depend on a branch that only the run decides.",
        (
            ("step:load", "import random\nrows = [1]"),
            ("step:clean", "if random.random() < 2:\n    del rows"),
            ("step:train", "print(rows)"),
        ),
    ),
    Rule(
        "WB210",
        "A `%%sql` line can't be read",
        "It has one name at most, `--polars` or `--arrow`, `--limit N`, `--cache`, `--dry-run`, `--connection NAME`.",
        (("step:load", "%%sql first second\nselect 1"),),
    ),
    Rule(
        "WB301",
        "What a magic does can't be known",
        "Some magics bind names or read them in ways that only IPython knows while they run.",
        (("step:load", "%macro again 1-2"),),
    ),
    Rule(
        "WB302",
        "Python renames names that begin with two underscores",
        "A step is a method of a class, where the language gives such names the class's; in a notebook it doesn't.",
        (("step:load", "__rows = [1, 2]"),),
    ),
    Rule(
        "WB303",
        "The cell looks at the whole namespace, or at the kernel",
        "A flow has the notebook's names one by one, and no history of cells.",
        (("step:load", "rows = [1, 2]\nprint(sorted(globals()))"),),
    ),
    Rule(
        "WB304",
        "`self` is the step's own",
        "Metaflow calls a step's method with the flow as `self`.",
        (("step:load", "self = [1, 2]"),),
    ),
    Rule(
        "WB305",
        "An asynchronous block stands at the top level",
        "A step is an ordinary function: it can wait for a value, and not hold a block open meanwhile.",
        (("step:load", "import asyncio\nasync with asyncio.Lock():\n    rows = [1]"),),
    ),
    Rule(
        "WB307",
        "A cell changes a module in a way that can't be followed",
        "Each step is a process with modules of its own. What is set by name is handed over; what "
        "the code doesn't name can't be.",
        (
            ("step:load", 'import json\nfor option in ["indent", "width"]:\n    setattr(json, option, 2)'),
            ("step:save", "print(json.indent)"),
        ),
    ),
    Rule(
        "WB309",
        "A class would be made twice",
        "Two steps would have two classes of that name, and an instance of one is none of the other.",
        (
            ("", 'class Draft:\n    made = print("made")'),
            ("step:one", "draft = Draft()"),
            ("step:two", "print(isinstance(draft, Draft))"),
        ),
    ),
    Rule(
        "WB310",
        "Cells show something else than a flow can",
        "A flow shows a cell's last expression, or, with `ast_node_interactivity` set to 'all', each one.",
        (
            (
                "step:load",
                "from IPython.core.interactiveshell import InteractiveShell\n"
                'InteractiveShell.ast_node_interactivity = "last_expr_or_assign"',
            ),
            ("step:train", "rows = [1, 2]"),
        ),
    ),
    Rule(
        "WB311",
        "A cell registers something with its process",
        "Each step is another process, and what a library keeps out of sight can't be handed over.",
        (
            ("step:load", 'import codecs\ncodecs.register_error("star", lambda error: ("*", error.end))'),
            ("step:save", 'print("é".encode("ascii", "star"))'),
        ),
    ),
    Rule(
        "WB312",
        "A cell waits for somebody at the keyboard",
        "A flow runs with nobody there to answer.",
        (("step:load", 'days = int(input("days? "))'),),
    ),
    Rule(
        "WB319",
        "A star import may bind anything",
        "Which names it binds is known only when it runs: above everything else it does no harm.",
        (
            ("step:load", "gamma = 3"),
            ("step:train", "from math import *\n\nprint(gamma)"),
        ),
    ),
    Rule(
        "WB320",
        "A future import comes after annotations",
        "It counts for the whole flow, and in the notebook only from its cell on.",
        (
            ("step:load", "def area(side: int) -> int:\n    return side * side"),
            ("step:train", "from __future__ import annotations\n\nprint(area.__annotations__)"),
        ),
    ),
    Rule(
        "WB321",
        "An address or a hash is kept for a later step",
        "Each step is a process: there, the same value has another address, and a text another hash.",
        (
            ("step:load", "rows = [1]\nseen = {id(rows)}"),
            ("step:train", "print(id(rows) in seen)"),
        ),
    ),
    Rule(
        "WB322",
        "A later step looks at an exception's traceback",
        "The frames that it leads through are of the process that raised it.",
        (
            ("step:load", "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    kept = error"),
            ("step:train", "print(kept.__traceback__.tb_lineno)"),
        ),
    ),
    Rule(
        "WB323",
        "A password stands in the notebook",
        "It would go into the flow, and with it into git, into cards and artifacts, and to everybody who reads them.",
        (
            (
                "step:load",
                "import snowflake.connector\n\n"
                'session = snowflake.connector.connect(account="acme", user="me", password="example")\nsession.close()',
            ),
        ),
    ),
    Rule(
        "WB330",
        "An iteration needs another one",
        "The iterations of a Metaflow foreach run beside one another, each in a process of its own.",
        (
            ("step:load", "rows = [1, 4, 9]\nbefore = 0"),
            ("step:differ foreach", "for row in rows:\n    print(row - before)\n    before = row"),
        ),
    ),
    Rule(
        "WB331",
        "A loop leaves a name that only some iterations bind",
        "After the loop it has the value of the last iteration that binds it, and no iteration knows of the others.",
        (
            ("step:load", "rows = [1, 4, 9]"),
            ("step:find foreach", "for row in rows:\n    if row % 2:\n        odd = row\nprint(odd)"),
        ),
    ),
    Rule(
        "WB401",
        "A value can't go to the next step",
        "Generators, connections, locks and open files live in one process, and the next step is another one.",
        (("step:load", "rows = (number for number in range(3))"), ("step:train", "print(next(rows))")),
    ),
    Rule(
        "WB402",
        "Branches change the same value",
        "In the notebook one cell after the other changes it; side by side, neither sees what the other did.",
        (
            ("step:load", "rows = [1, 2]"),
            ("step:one after:load", "rows.append(3)"),
            ("step:two after:load", "rows.append(4)"),
            ("step:report", "print(rows)"),
        ),
    ),
    Rule(
        "WB403",
        "Branches change the same state of the process",
        "Random generators, options and the like are one for the whole notebook.",
        (
            ("step:load", "import random\nrandom.seed(1)"),
            ("step:one after:load", "first = random.random()"),
            ("step:two after:load", "second = random.random()"),
            ("step:report", "print(first, second)"),
        ),
    ),
    Rule(
        "WB404",
        "A step changes what a setup cell binds",
        "The next step runs the setup cell again, and has the value from before the change.",
        (
            ("setup", "seen = []"),
            ("step:one", "seen.append(1)"),
            ("step:two", "print(seen)"),
        ),
    ),
    Rule(
        "WB405",
        "An iteration changes what the next ones would see",
        "Each iteration of a loop that is fanned out has what was there before the loop, and changes its own copy.",
        (
            ("step:load", "pair = [1, 2]"),
            (
                "step:turn foreach",
                "for turn in [1, 2]:\n    same = pair\n    if turn == 1:\n        same.reverse()\n    print(same)",
            ),
        ),
    ),
    Rule(
        "WB406",
        "What a loop gathers would be other objects",
        "Two names of one object stay two names of one object, and each iteration has its own.",
        (
            ("step:load", "settings = {}\nfound = []"),
            ("step:fit foreach", "for alpha in [1, 2]:\n    found.append((alpha, settings if alpha > 1 else None))"),
            ("step:report", "print(found)"),
        ),
    ),
    Rule(
        "WB407",
        "The items can't be told before the loop",
        "A foreach has its items first; a generator of the notebook's makes each when the iteration before has ended.",
        (
            ("step:load", "def rows():\n    print('one')\n    yield 1"),
            ("step:fit foreach", "for row in rows():\n    print(row)"),
        ),
    ),
    Rule(
        "WB408",
        "A figure is open between the parts of a loop's cell",
        "A figure is shown at the end of its cell, and the parts of a loop's cell run in processes of their own.",
        (
            ("step:load", "import matplotlib.pyplot as plt"),
            ("step:draw foreach", "for width in [1, 2]:\n    if width > 1:\n        plt.plot([0, width])"),
        ),
    ),
    Rule(
        "WB409",
        "What a step leaves in its process can't go along",
        "Threads, alarms, replaced streams and the like end with the task; in the notebook they go on.",
        (
            (
                "step:load",
                "import threading, time\nrows = []\n\ndef fill():\n    time.sleep(1)\n    rows.append(1)\n\n"
                "threading.Thread(target=fill).start()",
            ),
            ("step:train", "time.sleep(2)\nprint(rows)"),
        ),
    ),
    Rule(
        "WB410",
        "`is` compares equal numbers or texts",
        "Whether they are one object is chance in a notebook, and a task makes its values again.",
        (
            ("step:one", 'key = "".join(["a", "b"])\nkeys = [key]'),
            ("step:two", "print(keys[0] is key)"),
        ),
    ),
    Rule(
        "WB411",
        "A star import binds what is another thing elsewhere",
        "In a flow it stands at the top, and what it binds is known only there.",
        (
            ("step:one", "print(pow(2, 3))"),
            ("step:two", "from math import *\nprint(pow(2, 3))"),
        ),
    ),
)
