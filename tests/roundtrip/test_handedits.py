"""Promoting over a flow that was edited by hand: kept, merged, or shown; never lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from projects import Project

from workbench.cli import start
from workbench.errors import FlowEdited


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.promote()
    return made


def test_edits_beside_the_notebook_s_changes_are_kept(project: Project) -> None:
    """A decorator, an import and a cell's line stay where the notebook's other cells change, time and again."""
    project.edit(
        "    @notebook_step\n    @step(end=True)", "    @retry(times=3)\n    @notebook_step\n    @step(end=True)"
    )
    project.edit(
        "from metaflow import FlowSpec, Parameter, step", "from metaflow import FlowSpec, Parameter, retry, step"
    )
    project.edit("model = double(total)", "model = double(total + 1)")
    project.change("rows = [1, 2, 3]", "rows = [1, 2, 3, 4]")
    outcome = project.promote()
    assert outcome.status == "merged"
    assert {edit.where for edit in outcome.edits} == {"the module", "step `load`", "cell 4 (c3)"}
    text = project.flow.read_text()
    for kept in ("@retry(times=3)", "retry, step", "model = double(total + 1)", "rows = [1, 2, 3, 4]"):
        assert kept in text
    assert project.promote().status == "unchanged"
    project.change("rows = [1, 2, 3]", "rows = [5]")
    assert project.promote().status == "merged"
    assert project.flow.read_text() == text.replace("[1, 2, 3, 4]", "[5]").replace(
        text.splitlines()[text.splitlines().index('__notebook__ = "../notebooks/n.ipynb"') + 1],
        next(line for line in project.flow.read_text().splitlines() if line.startswith("__promoted__")),
    )


def test_what_contradicts_is_shown_and_nothing_written(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides of the cell are shown with what they began from; --overwrite is the notebook's side."""
    text = project.edit("rows = [1, 2, 3]", "rows = [7]")
    project.change("rows = [1, 2, 3]", "rows = [8]")
    assert start.promote([str(project.notebook)], None, False, "tags", "text") == 1
    error = capsys.readouterr().err
    for part in ("cell 3 (c2)", "promoted |         rows = [1, 2, 3]", "flow     |         rows = [7]",
                 "notebook |         rows = [8]", "--overwrite"):  # fmt: skip
        assert part in error
    assert project.flow.read_text() == text
    assert project.promote(overwrite=True).status == "written"
    assert "rows = [8]" in project.flow.read_text()
    assert project.check() == "current"


def test_check_tells_edits_in_cells_from_those_beside_them(project: Project) -> None:
    """CI passes with a decorator that only the flow has; not with a cell or default that the notebook doesn't have."""
    project.edit("    @notebook_step\n    @step(end=True)", "    @step(end=True)")
    assert project.check() == "current"
    project.edit("default=0.1", "default=0.2")
    assert project.check() == "edited"
    project.edit("default=0.2", "default=0.1")
    project.edit("print(total)", "print(total, rows)")
    assert project.check() == "edited"
    project.change("rows = [1, 2, 3]", "rows = [8]")
    assert project.check() == "stale"


def test_a_formatter_edits_nothing(project: Project) -> None:
    """A flow that was laid out anew is current, is left alone, and is written anew when the notebook changes."""
    text = project.edit("rows = [1, 2, 3]", "rows = [\n            1,\n            2,\n            3,\n        ]")
    assert project.check() == "current"
    assert project.promote().status == "unchanged"
    assert project.flow.read_text() == text
    project.flow.write_bytes(text.replace("\n", "\r\n").encode())
    assert project.check() == "current"
    project.change("print(total)", "print(total, rows)")
    assert project.promote().status == "written"
    assert "rows = [1, 2, 3]\n" in project.flow.read_text()


@pytest.mark.parametrize("merged_before", [False, True])
def test_a_clone_merges_from_what_git_has(project: Project, merged_before: bool) -> None:
    """Without our own copy, the base is the flow as it was committed, or what the committed notebook gave."""
    if merged_before:
        project.edit("print(total)", "print(total, rows)")
        project.change("model = double(total)", "model = double(rows[-1])")
        assert project.promote().status == "merged"
    project.commit()
    shutil.rmtree(project.root / ".workbench")
    project.edit("    return value * 2", "    return value * 3")
    project.change("first = rows[0]", "first = rows[1]")
    outcome = project.promote()
    assert outcome.status == "merged"
    text = project.flow.read_text()
    assert "value * 3" in text
    assert "rows[1]" in text
    assert ("print(total, rows)" in text) is merged_before


def test_without_a_base_nothing_is_overwritten(project: Project) -> None:
    """Where nobody knows what promote wrote, every difference is shown, and the hint says how to decide."""
    text = project.edit("rows = [1, 2, 3]", "rows = [7]")
    shutil.rmtree(project.root / ".workbench")
    project.change("first = rows[0]", "first = rows[1]")
    with pytest.raises(FlowEdited, match=r"nobody has what promote wrote(.|\n)*cell 3 \(c2\)(.|\n)*cell 4 \(c3\)"):
        project.promote()
    assert project.flow.read_text() == text


def test_an_older_flow_gets_its_stamp(project: Project) -> None:
    """A flow without the line is taken for what promote wrote where the notebook, now or in git, gives it."""
    lines = project.flow.read_text().splitlines(keepends=True)
    older = "".join(line for line in lines if not line.startswith("__promoted__"))
    project.flow.write_text(older)
    assert project.promote().status == "written"
    assert project.flow.read_text() == "".join(lines)
    project.flow.write_text(older)
    project.commit()
    project.change("rows = [1, 2, 3]", "rows = [8]")
    assert project.promote().status == "written"
    assert "rows = [8]" in project.flow.read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("print('mine')\n", "was not promoted from a notebook"),
        ('__notebook__ = "../notebooks/n.ipynb"\nx = (\n', "is not Python"),
    ],
)
def test_what_is_no_promoted_flow_is_left_alone(project: Project, content: str, message: str) -> None:
    """A file of somebody's own, or one that doesn't parse, is written over only with --overwrite."""
    project.flow.write_text(content)
    with pytest.raises(FlowEdited, match=message):
        project.promote()
    assert project.flow.read_text() == content
    assert project.promote(overwrite=True).status == "written"
