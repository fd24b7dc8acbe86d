"""Threads, and values that no pickle can do."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "threads": (
        "import threading\nres = []",
        "def work(i): res.append(i*i)\nts = [threading.Thread(target=work, args=(i,)) for i in range(3)]\nfor t in ts: t.start()\nfor t in ts: t.join()",
        "print(sorted(res))",
    ),
    "unpicklable_conn": (
        "import sqlite3\nconn = sqlite3.connect(':memory:')",
        "conn.execute('create table t(a)')",
        "print(conn.execute('select count(*) from t').fetchone())",
    ),
    "lock": ("import threading\nlock = threading.Lock()", "with lock:\n    x = 1", "print(x)"),
    "file_obj": (
        "f = open('data.txt','w')\nf.write('hello')",
        "f.close()\ntext = open('data.txt').read()",
        "print(text)",
    ),
}

REFUSED = {"unpicklable_conn": "WB401", "lock": "WB401", "file_obj": "WB401"}
