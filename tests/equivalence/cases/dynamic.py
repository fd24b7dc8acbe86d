"""Code that is text: exec, eval, globals, queries."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "own_names_of_the_module": (
        "print(__doc__)\ndef own(): return __doc__, __package__",
        "print(__name__, __spec__, __loader__)\ndoc = __doc__\nclass Documented:\n    text = __doc__",
        "try:\n    __file__\nexcept NameError:\n    print('no file')\nprint(doc == __doc__, own(), Documented.text)",
    ),
    "exec_eval": ("x = 2", "exec('x = x * 10')\ny = eval('x + 1')", "print(x, y)"),
    "globals": ("x = 2", "globals()['x'] = 9", "print(x, globals()['x'], 'nope' in globals())"),
    "df_query": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,5,9]})\nlimit = 4",
        "r = df.query('a > @limit')",
        "print(len(r), df.eval('a * @limit').tolist())",
    ),
    "sql_over_a_frame": (
        "import duckdb, pandas as pd\ndf = pd.DataFrame({'a': [1,2]})",
        "print(duckdb.sql('select sum(a) as s from df').fetchall())",
        "q = 'select max(a) from df'\nprint(duckdb.query(q).fetchall())",
    ),
    "sql_over_a_frame_in_a_function": (
        "import duckdb, pandas as pd\ndf = pd.DataFrame({'a': [1,2]})\ndef total():\n    return duckdb.sql('select sum(a) as s from df').fetchall()\nprint(total())",
        "print(total())",
        "df = pd.DataFrame({'a': [7]})\nprint(total())",
    ),
    "sql_made_of_values_over_a_frame": (
        "import duckdb, pandas as pd\ndf = pd.DataFrame({'a': [1,2]})\nlow = 1",
        "print(duckdb.sql(f'select sum(a) as s from df where a > {low}').fetchall())",
        "print(2)",
    ),
    "sql_over_several_frames": (
        "import duckdb, pandas as pd\ndf = pd.DataFrame({'a': [1,2]})\nother = pd.DataFrame({'a': [2], 'b': [5]})",
        "print(duckdb.sql('''\n    with big as (select * from df)\n    select b from big\n    join other o on o.a = big.a\n''').fetchall())",
        "print(2)",
    ),
    "sql_of_a_connection_over_a_frame": (
        "import duckdb, pandas as pd\ndf = pd.DataFrame({'a': [1,2]})",
        "con = duckdb.connect()\nprint(con.sql('select sum(a) as s from df').fetchall())\ncon.close()",
        "print(1)",
    ),
    "sql_of_polars_over_a_frame": (
        "import polars as pl\ndf = pl.DataFrame({'a': [1,2]})",
        "print(pl.sql('select sum(a) as s from df').collect())",
        "print(1)",
    ),
    "sql_over_a_table_called_as_an_exploration": [
        ("orders = 3", ""),
        (
            "import sqlite3\nwith sqlite3.connect('t.db') as c:\n    c.execute('create table orders (x)')\n    print(c.execute('select * from orders').fetchall())",
            "step:a",
        ),
        ("print(1)", "step:b"),
    ],
}
