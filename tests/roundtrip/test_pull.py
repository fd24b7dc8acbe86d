"""Hand edits of a flow go back into the notebook's cells, and promoting gives the edited flow again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from projects import CELLS, Project

from workbench.app.pull import Outcome, pull_flow
from workbench.cli.group import group
from workbench.errors import FlowEdited, NotANotebook, PromotionRefused


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.promote()
    return made


def given(root: Path, cells: list[tuple[str, str]]) -> Project:
    """A project whose notebook has other cells."""
    made = Project(root)
    made.write(cells)
    made.promote()
    return made


def there_and_back(project: Project) -> Outcome:
    """Pull, then promote: the flow is the edited one, to the byte but for its stamp, and no more is to be pulled."""
    edited = [line for line in project.flow.read_text().splitlines() if not line.startswith("__promoted__")]
    outcome = pull_flow(project.flow)
    assert outcome.status == "written"
    assert not outcome.open
    assert project.promote().status in ("written", "unchanged")
    assert [line for line in project.flow.read_text().splitlines() if not line.startswith("__promoted__")] == edited
    assert project.check() == "current"
    assert pull_flow(project.flow).status == "unchanged"
    return outcome


@pytest.mark.parametrize(
    ("old", "new", "cell", "source"),
    [
        ("total = sum(rows)", "total = sum(rows) + 1", "c2", "rows = [1, 2, 3]\ntotal = sum(rows) + 1\nprint(total)"),
        ("    return value * 2", "    # thrice\n    return value * 3", "c1",
         "import json\n\n\ndef double(value):\n    # thrice\n    return value * 3"),
        ("def double(value):", "# a comment\ndef double(value):", "c1",
         "import json\n\n\n# a comment\ndef double(value):\n    return value * 2"),
        ("        show(model)", "        show(model + 1)", "c3",
         "first = rows[0]\nmodel = double(total) * alpha\nmodel + 1"),
        ("        show(model)", "        print(first)\n\n        show(model)", "c3",
         "first = rows[0]\nmodel = double(total) * alpha\nprint(first)\n\nmodel"),
        ("        show(model)", "        show((model, first))", "c3",
         "first = rows[0]\nmodel = double(total) * alpha\n(model, first)"),
        ("print(total)", 'print(f"""a\n  {total}\n""")', "c2",
         'rows = [1, 2, 3]\ntotal = sum(rows)\nprint(f"""a\n  {total}\n""")'),
        ("default=0.1", "default=0.25", "c0", "alpha = 0.25  # how smooth"),
        ('help="how smooth"', 'help="how very smooth"', "c0", "alpha = 0.1  # how very smooth"),
    ],
)  # fmt: skip
def test_an_edit_has_its_place_in_a_cell(project: Project, old: str, new: str, cell: str, source: str) -> None:
    """A line of a cell or of its function, what it shows, a default and its help: each goes back, and nothing else."""
    project.edit(old, new)
    there_and_back(project)
    wanted = {f"c{at}": text for at, (_, text) in enumerate(CELLS)} | {cell: source}
    assert project.sources() == wanted


SPECIAL = [
    # (cells, edit, cell's new text)
    ("%%sql out\nselect a, b\nfrom t\nwhere a > 1", ("where a > 1", "where a > 2\n              and b = 'it'"),
     "%%sql out\nselect a, b\nfrom t\nwhere a > 2\n  and b = 'it'"),
    ("%%sql out\n\n  select a\n  from t\n", ("select a\n", "select a, b\n"), "%%sql out\n\n  select a, b\n  from t\n"),
    ("%%sql\nselect 1", ("select 1", "select 2"), "%%sql\nselect 2"),
    ("%%sql a --limit 5\nselect 1", ("limit=5", 'as_="arrow", limit=50'), "%%sql a --arrow --limit 50\nselect 1"),
    ("%%sql a --arrow\nselect 1", (', as_="arrow"', ""), "%%sql a\nselect 1"),
    ("limit = 3\nrun = await work(limit)\nawait work(run)", ("show(wait(work(run)))", "show(wait(work(run + 1)))"),
     "limit = 3\nrun = await work(limit)\nawait work(run + 1)"),
    ("%%time\nx = 1\nprint(x)", ("print(x)", "y = 2\n            print(x, y)"), "%%time\nx = 1\ny = 2\nprint(x, y)"),
    ("x = 1\n%time y = work(x)\nprint(y)", ("y = work(x)", "y = work(x, 2)"), "x = 1\n%time y = work(x, 2)\nprint(y)"),
    ("%cd data\nx = 1", ('"data"', '"other"'), "%cd other\nx = 1"),
    ("!echo one\nx = 1", ('"echo one"', '"echo two"'), "!echo two\nx = 1"),
    ("%%bash\necho one\necho two", ("echo two", "echo three"), "%%bash\necho one\necho three"),
    ("import os; x = 1; print(os.sep)", ("x = 1", "x = 2"), "import os; x = 2; print(os.sep)"),
    ("import os\n\n\n# why\nx = 1\n\n\ny = os.sep", ("x = 1", "x = 2"), "import os\n\n\n# why\nx = 2\n\n\ny = os.sep"),
    ("y = 1\nexec('y = 2')\ny", ("exec('y = 2', globals())", "exec('y = 3', globals())"), "y = 1\nexec('y = 3')\ny"),
    ("x = 1\nx\n\n", ("show(x)", "show(x)  # seen"), "x = 1\nx  # seen\n\n"),
    ('x = """a\n    b"""\nprint(x)', ("    b", "    b\n  c"), 'x = """a\n    b\n  c"""\nprint(x)'),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "edit", "wanted"), SPECIAL)
def test_what_emission_changed_is_changed_back(tmp_path: Path, cell: str, edit: tuple[str, str], wanted: str) -> None:
    """Queries, magics, awaits, lifted imports and texts of several lines come back as the notebook writes them."""
    work = "async def work(n, m=0):\n    return n" if "await" in cell else "def work(n, m=0):\n    return n"
    project = given(tmp_path, [("", work), ("step:a", cell), ("step:b", "print(1)")])
    text = project.flow.read_text()
    assert edit[0] in text
    project.flow.write_text(text.replace(*edit, 1))
    there_and_back(project)
    assert project.sources()["c1"] == wanted


def test_a_cell_that_shows_nothing_any_more_ends_with_a_semicolon(project: Project) -> None:
    """An expression that the flow doesn't show isn't shown by the notebook either."""
    project.edit("        show(model)", "        model.bit_length()")
    outcome = pull_flow(project.flow)
    assert not outcome.open
    assert project.sources()["c3"].endswith("\nmodel.bit_length();")
    assert project.promote().status == "written"
    assert project.check() == "current"


def test_decorators_are_tags(project: Project) -> None:
    """A step's decorator that is added, changed or taken away is its cell's tag."""
    project.edit(
        "    @notebook_step\n    @step(end=True)", "    @retry(times=3)\n    @notebook_step\n    @step(end=True)"
    )
    project.edit("import FlowSpec, Parameter, step", "import FlowSpec, Parameter, retry, step")
    there_and_back(project)
    assert project.tags()["c3"] == ["step:train", "@retry(times=3)"]
    project.edit("@retry(times=3)", "@retry(times=4)")
    there_and_back(project)
    assert project.tags()["c3"] == ["step:train", "@retry(times=4)"]
    project.edit("    @retry(times=4)\n", "")
    project.edit("Parameter, retry, step", "Parameter, step")
    there_and_back(project)
    assert project.tags()["c3"] == ["step:train"]


def test_a_marker_of_one_s_own_begins_a_new_cell(project: Project) -> None:
    """The new cell stands behind the one above it, in its step; its step reads what it needs once promoted again."""
    project.edit("        print(total)\n", "        print(total)\n        # %% plot\n        double(alpha)\n")
    outcome = pull_flow(project.flow)
    assert [(one.id, one.new) for one in outcome.changes] == [("plot", True)]
    assert list(project.sources()) == ["c0", "c1", "c2", "plot", "c3"]
    assert project.sources()["plot"] == "double(alpha);"
    assert project.tags()["plot"] == ["step:load"]
    project.promote()
    assert "        alpha = self.alpha\n        # %% c2\n" in project.flow.read_text()
    assert project.check() == "current"


def test_imports_and_functions_beside_the_cells_come_with_the_cell_that_needs_them(project: Project) -> None:
    """A reviewer adds an import and a helper at the top, and uses both in a cell: the notebook has all three."""
    project.edit("from metaflow", "import math\n\nfrom metaflow")
    project.edit("def double(value):", "def half(value):\n    return math.floor(value / 2)\n\n\ndef double(value):")
    project.edit("print(total)", "print(half(total))")
    assert not pull_flow(project.flow).open
    assert project.sources()["c2"] == (
        "import math\ndef half(value):\n    return math.floor(value / 2)\n\nrows = [1, 2, 3]\ntotal = sum(rows)\n"
        "print(half(total))"
    )
    project.promote()
    assert project.check() == "current"
    assert project.flow.read_text().count("def half") == 1


def test_a_setup_cell_is_edited_in_all_steps_or_not_at_all(tmp_path: Path) -> None:
    """A cell that stands in several steps is one cell: an edit in one of them alone isn't taken."""
    project = given(tmp_path, [("setup", "digits = 3"), ("step:a", "x = digits"), ("step:b", "print(x, digits)")])
    text = project.flow.read_text()
    assert text.count("digits = 3") == 2
    project.flow.write_text(text.replace("digits = 3", "digits = 4", 1))
    (refusal,) = pull_flow(project.flow).refused
    assert refusal.where == "cell 1 (c0)"
    assert project.sources()["c0"] == "digits = 3"
    project.flow.write_text(text.replace("digits = 3", "digits = 4"))
    there_and_back(project)


def test_only_the_flow_s_side_is_taken(project: Project) -> None:
    """What the notebook changed alone stays; what both changed is shown, and is only taken with overwrite."""
    project.edit("print(total)", "print(total, 1)")
    project.edit("first = rows[0]", "first = rows[1]")
    project.change("first = rows[0]", "first = rows[2]")
    cells = json.loads(project.notebook.read_text())
    cells["cells"][1]["source"] = cells["cells"][1]["source"].replace("value * 2", "value * 5")
    project.notebook.write_text(json.dumps(cells))
    outcome = pull_flow(project.flow)
    assert outcome.open
    assert [one.where for one in outcome.contradictions] == ["cell 4 (c3)"]
    assert "print(total, 1)" in project.sources()["c2"]
    assert "value * 5" in project.sources()["c1"]
    assert "rows[2]" in project.sources()["c3"]
    assert not pull_flow(project.flow, overwrite=True).open
    assert "rows[1]" in project.sources()["c3"]
    assert "value * 5" in project.sources()["c1"]


def test_what_the_notebook_can_t_say_isn_t_taken(project: Project) -> None:
    """A name that no cell binds, or the runtime's own function in the midst of a cell: the reason is told."""
    before = project.notebook.read_bytes()
    project.edit("print(total)", "print(missing)")
    project.edit("        first = rows[0]", "        show(rows)\n        first = rows[0]")
    outcome = pull_flow(project.flow)
    assert [one.where for one in outcome.refused] == ["cell 4 (c3)", "cell 3 (c2)"]
    assert "`show(...)` is the flow's" in outcome.refused[0].reason
    assert "no cell binds `missing`" in outcome.refused[1].reason
    assert project.notebook.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("        total = sum(rows)", "        # %% mine\n        total = sum(rows)", "would split it"),
        ("        with timed():", "        with timed():  # slow", "the flow has and the cell hasn't"),
    ],
)
def test_what_has_no_place_in_a_cell_isn_t_taken(tmp_path: Path, old: str, new: str, why: str) -> None:
    """A marker in the midst of a cell, or a line that only the flow has, is refused with the reason."""
    project = given(tmp_path, [("step:a", "%%time\nx = 1"), ("step:b", "rows = [x]\ntotal = sum(rows)\nprint(total)")])
    before = project.notebook.read_bytes()
    project.edit(old, new)
    (refusal,) = pull_flow(project.flow).refused
    assert why in refusal.reason
    assert project.notebook.read_bytes() == before


def test_what_is_beside_the_cells_stays_in_the_flow(project: Project) -> None:
    """A docstring, an artifact more, a helper that nothing needs: told, not taken, and kept by the next promote."""
    project.edit("        self.rows = rows\n", "        self.rows = rows\n        self.copy = list(rows)\n")
    outcome = pull_flow(project.flow)
    assert (outcome.status, outcome.open) == ("unchanged", False)
    assert [(one.where, one.added) for one in outcome.left] == [("step `load`", ("        self.copy = list(rows)",))]


def test_a_deleted_cell_stays_in_the_notebook(project: Project) -> None:
    """Nothing is deleted in a notebook; the cell is told of."""
    before = project.notebook.read_bytes()
    text = project.flow.read_text()
    begin = text.index("        # %% c3")
    project.flow.write_text(text[:begin] + text[text.index("        self.first") :])
    outcome = pull_flow(project.flow)
    assert outcome.deleted == (4,)
    assert project.notebook.read_bytes() == before


def test_layout_is_not_pulled(project: Project) -> None:
    """What a formatter did to the flow is no edit: neither taken nor named."""
    project.edit('alpha = Parameter("alpha", ', 'alpha = Parameter(\n        "alpha", ')
    project.edit("rows = [1, 2, 3]", "rows = [\n            1,\n            2,\n            3,\n        ]")
    outcome = pull_flow(project.flow)
    assert (outcome.status, outcome.left) == ("unchanged", ())


def test_the_rest_of_the_notebook_s_file_stays_as_it_is(project: Project) -> None:
    """Key order, formatting, unknown metadata and outputs are kept; lists stay lists; old outputs are told of."""
    cells = json.loads(project.notebook.read_text())
    cells["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["6\n"]}]
    cells["cells"][2]["source"] = cells["cells"][2]["source"].splitlines(keepends=True)
    cells["metadata"]["mine"] = {"z": 1, "a": "é"}
    text = json.dumps(cells, indent=3, ensure_ascii=False) + "\n"
    project.notebook.write_text(text)
    project.edit("print(total)", "print(total, rows)")
    (change,) = pull_flow(project.flow).changes
    assert change.stale
    assert project.notebook.read_text() == text.replace("print(total)", "print(total, rows)")


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("print(1)\n", FlowEdited, "was not promoted from a notebook"),
        ('__notebook__ = "../notebooks/n.ipynb"\nx = (\n', FlowEdited, "is not Python"),
        ('__notebook__ = "../gone.ipynb"\n', NotANotebook, "which doesn't exist"),
    ],
)
def test_a_file_that_can_t_be_pulled_says_why(
    project: Project, content: str, error: type[Exception], message: str
) -> None:
    """No traceback for what isn't a promoted flow, doesn't parse, or has lost its notebook."""
    project.flow.write_text(content)
    with pytest.raises(error, match=message):
        pull_flow(project.flow)


def test_a_notebook_that_is_no_flow_takes_nothing(project: Project) -> None:
    """The notebook's own errors are shown as promote shows them."""
    project.change("rows = [1, 2, 3]", "rows = [1, 2, 3")
    with pytest.raises(PromotionRefused, match="WB101"):
        pull_flow(project.flow)


def test_the_command_shows_and_checks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run and a check write nothing; the check's exit status says whether there is anything to pull."""
    monkeypatch.chdir(project.root)
    before = project.notebook.read_bytes()
    run = CliRunner().invoke
    assert run(group, ["pull", "--check", "flows/n.py"]).exit_code == 0
    project.edit("print(total)", "print(total, rows)")
    shown = run(group, ["pull", "-n", "flows/n.py"])
    assert shown.exit_code == 0
    assert "+print(total, rows)" in shown.output
    assert run(group, ["pull", "--check", "flows/n.py"]).exit_code == 1
    (report,) = json.loads(run(group, ["pull", "-n", "--format", "json", "flows/n.py"]).stdout)
    assert (report["status"], report["changes"][0]["id"]) == ("would write", "c2")
    assert project.notebook.read_bytes() == before
    assert run(group, ["pull", "flows/n.py"]).exit_code == 0
    assert run(group, ["pull", "missing.py"]).exit_code == 1
    assert run(group, ["pull"]).exit_code == 2
