"""The graph of what is made of what, what texts read, and what a run was made with: the pure parts of lineage."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from workbench.errors import ParameterError
from workbench.explore.trace.finding import text_of
from workbench.explore.trace.graph import DECLARED, DRAWN, Edge, Graph, Item
from workbench.explore.trace.texts import of_flow, of_notebook
from workbench.project import Project
from workbench.runs import provenance


def item(name: str, kind: str = "model") -> Item:
    return Item(kind, f"{kind} {name}", name)


@pytest.fixture
def shop() -> Graph:
    """raw → a → b, explored by a notebook whose flow reads b alone, and was run."""
    graph = Graph()
    raw, a, b = item("raw", "source"), item("a"), item("b")
    notebook, flow, run = item("n.ipynb", "notebook"), item("F", "flow"), item("F/1", "run")
    graph.link(raw, a)
    graph.link(a, b)
    graph.link(item("tried", "table"), notebook, "read", "cell-1")
    graph.link(notebook, flow, "promoted", code=True)
    graph.link(b, flow, "read", "load")
    graph.link(flow, run, "ran", code=True)
    graph.link(b, run, "read", "load")
    graph.link(run, item("scores", "table"), "written", "report")
    return graph


def names(items: list[Item]) -> list[str]:
    return sorted(one.name for one in items)


def test_a_run_comes_from_its_code_and_from_what_it_read_itself(shop: Graph) -> None:
    """What its notebook was tried on is not what it read; what the table is used by goes the same way back."""
    assert names(shop.reached(item("F/1", "run"), backwards=True)) == ["F", "a", "b", "n.ipynb", "raw"]
    assert names(shop.reached(item("n.ipynb", "notebook"), backwards=True)) == ["tried"]
    assert names(shop.reached(item("n.ipynb", "notebook"), backwards=False)) == ["F", "F/1", "scores"]
    assert names(shop.reached(item("tried", "table"), backwards=False)) == ["n.ipynb"]
    assert names(shop.reached(item("raw", "source"), backwards=False)) == ["F", "F/1", "a", "b", "scores"]
    assert next(iter(shop.around(item("F/1", "run"), down=False).items)) == "run F/1"
    assert "table scores" not in shop.around(item("F/1", "run"), down=False).items


def test_the_tree_says_each_part_once(shop: Graph) -> None:
    """A part that stands there already is named, and ends in dots."""
    assert shop.tree(item("F/1", "run")) == [
        "comes from",
        "  flow F  (ran)",
        "    notebook n.ipynb  (promoted)",
        "  model b  (read by load)",
        "    model a",
        "      source raw",
        "used by",
        "  table scores  (written by report)",
    ]
    shop.link(item("b"), item("a"))  # a circle ends
    assert [line for line in shop.tree(item("raw", "source"), up=False) if line.endswith("…")]


def test_edges_say_what_is_known_best() -> None:
    """What is seen to be read says more than what dbt declares; places are kept once, three are named."""
    graph = Graph()
    for how, place in ((DECLARED, ""), ("read", "c1"), (DECLARED, ""), ("read", "c1"), ("read", "c2")):
        graph.link(item("a"), item("n", "notebook"), how, place)
    assert graph.edges["model a", "notebook n"] == Edge("read", ("c1", "c2"))
    assert Edge("read", tuple("abcde")).label == "read by a, b, c and 2 more"
    graph.link(item("a"), item("a"))
    assert len(graph.edges) == 1


def test_a_drawing_holds_any_name() -> None:
    """No name ends its label, starts a line, or is HTML; a code edge is dotted; the thing itself is bold."""
    hostile = 'x"]\nclick n0 "javascript:1" <script>`%%{init}%%` #35; 漢'
    graph = Graph()
    focus = Item("source", "s", hostile, hostile)
    graph.link(focus, item(hostile, "notebook"), hostile, hostile)
    graph.link(item(hostile, "notebook"), item("F", "flow"), "promoted", code=True)
    drawn = graph.mermaid(focus).split("\n")
    assert drawn[0] == "flowchart LR"
    for line in drawn[1:]:
        label = "(?:[\\w ._/:,+@…·-]|#\\d+;|<br/>)*"
        node, edge = rf'n\d+\W+"{label}"\W+\w+', rf'n\d+ -\.?->(\|"{label}"\|)? n\d+'
        assert re.fullmatch(rf"  (?:{node}|{edge}|classDef \w+ stroke:#\w+|style n\d+ stroke-width:4px)", line), line
    assert any("-.->" in line for line in drawn)
    assert "漢" in graph.mermaid(focus)


def test_a_large_graph_is_drawn_in_part() -> None:
    """The nearest things; Mermaid draws no more than 500 edges. A chain longer than Python's stack is no problem."""
    graph = Graph()
    for place in range(3000):
        graph.link(item(str(place)), item(str(place + 1)))
    cut = graph.around(item("1500"))
    drawn = cut.mermaid(item("1500"))
    assert drawn.count("<br/>") == DRAWN
    assert drawn.count("-->") == DRAWN - 1
    assert len(cut.tree(item("1500"))) == 3002


CELLS = [
    ("c1", "import workbench as wb\nfrom workbench import sql as ask, write\nimport other"),
    ("c2", "%%sql rows --limit 5\nwith x as (select * from raw.events) select * from x where d = :day"),
    ("c3", "%matplotlib inline\nframe = %sql select * from one\nif True:\n    !ls\nwb.profile('two', compare='three')"),
    ("c4", 'ask("select * from four join {{ ref(\'five\') }}")\nwrite(frame, "out.six")\nwb.preview(\'"Odd name"\')'),
    ("c5", "other.sql('select * from not_ours')\nsql('select * from nor_this')\nwb.features(frame, ['model.feature'])"),
    ("c6", "ask(f'select * from {name}')\nask('not sql (')\nwb.table(frame)"),
    ("c7", "%%bash\necho select * from no"),
    ("c8", "this is no Python"),
    ("c9", "%%sql --wat\nselect 1"),
]


def resolve(text: str) -> str:
    return text.replace("{{ ref('five') }}", '"five"')


def test_what_a_notebook_reads() -> None:
    """Its queries and calls, by the names that its own imports give to workbench; what can't be read is counted."""
    uses = of_notebook(CELLS, resolve)
    assert uses.read == [
        (("RAW", "EVENTS"), "c2"),
        (("ONE",), "c3"),
        (("TWO",), "c3"),
        (("THREE",), "c3"),
        (("FOUR",), "c4"),
        (("five",), "c4"),
        (("Odd name",), "c4"),
    ]
    assert uses.written == [(("OUT", "SIX"), "c4")]
    assert uses.models == [("model", "c5")]
    assert uses.unread == 3


def test_what_a_flow_reads() -> None:
    """The place is the step, or the function that stands outside of the steps."""
    flow = """
import workbench
from metaflow import FlowSpec, step

def helper():
    return workbench.sql("select * from deep")

class F(FlowSpec):
    @step
    def load(self):
        def inner():
            self.x = workbench.sql("select * from near", limit=3)
        self.next(self.end)
"""
    assert of_flow(flow, resolve).read == [(("DEEP",), "helper"), (("NEAR",), "load")]
    assert of_flow("def (", resolve).read == []


@pytest.mark.parametrize("x", ["", "  ", 3, None, object()])
def test_what_has_no_lineage(x: object) -> None:
    """A usage error that says what has one."""
    with pytest.raises(ParameterError, match=r"no lineage|no name"):
        text_of(x)


def test_what_a_run_was_made_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit, the files that differ from it, and the dbt invocation whose results are there; none is no error."""
    for name in ("GIT_DIR", "DBT_PROJECT_DIR", "DBT_TARGET_PATH"):
        monkeypatch.delenv(name, raising=False)
    project = Project(tmp_path / "project")
    (project.root / "dbt" / "target").mkdir(parents=True)
    assert provenance.facts(project) == {"commit": None, "changed": None, "dbt": None}

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=project.root, capture_output=True, text=True, check=True
        ).stdout.strip()

    (project.root / "dbt" / "dbt_project.yml").write_text("name: shop\n")
    (project.root / "größe a.txt").write_text("1")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    results = project.root / "dbt" / "target" / "run_results.json"
    results.write_text("[")
    assert provenance.facts(project) == {"commit": git("rev-parse", "HEAD"), "changed": [], "dbt": None}
    (project.root / "größe a.txt").write_text("2")
    content = {"metadata": {"invocation_id": "i-1", "generated_at": "2026-01-01T00:00:00Z"}, "args": {"which": "build"}}
    results.write_text(json.dumps(content))
    found = provenance.facts(project)
    assert found["changed"] == ["größe a.txt"]
    assert found["dbt"] == {"invocation_id": "i-1", "command": "build", "generated_at": "2026-01-01T00:00:00Z"}
