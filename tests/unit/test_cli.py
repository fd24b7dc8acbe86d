"""The command line's way in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from workbench.cli import start
from workbench.cli.group import group
from workbench.cli.promote import command as promote_command
from workbench.errors import WorkbenchError


def notebook(path: Path, *cells: tuple[str, str]) -> Path:
    """Write a notebook of (tag, source) cells."""
    made = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {"tags": [tag] if tag else []}, "source": source,
         "outputs": [], "execution_count": None}
        for at, (tag, source) in enumerate(cells)
    ]  # fmt: skip
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_the_quick_help_is_the_group_s_help() -> None:
    """`workbench --help` says the same with and without click."""
    assert CliRunner().invoke(group, ["--help"]).output == start.HELP


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.ipynb"],
        ["a.ipynb", "-o", "b.py"],
        ["--check", "a.ipynb", "b.ipynb"],
        ["--steps", "headings", "a.ipynb", "--check"],
    ],
)
def test_plain_arguments_are_read_as_click_reads_them(arguments: list[str]) -> None:
    """The quick way in and click agree on every call that both can read."""
    context = promote_command.make_context("promote", list(arguments))
    found = start.plain_promote(["promote", *arguments])
    wanted: dict[str, Any] = context.params
    assert found == (
        list(wanted["notebooks"]), wanted["output"], wanted["check"], wanted["steps"], wanted["form"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["a.ipynb", "--format", "json"], ["-o"], ["--steps", "wat", "a"], ["-x", "a"], [""]]
)
def test_everything_else_is_left_to_click(arguments: list[str]) -> None:
    """Help, JSON and usage errors are click's."""
    assert start.plain_promote(["promote", *arguments]) is None


def test_an_unknown_command_is_met_with_a_suggestion() -> None:
    """A slip in a command's name is a usage error that says what may have been meant."""
    result = CliRunner().invoke(group, ["promot", "x"])
    assert result.exit_code == 2
    assert "Did you mean 'promote'?" in result.output


def test_promote_writes_once_and_then_says_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promoting twice changes nothing; the flow goes to flows/ of the project."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks" / "My Analysis.ipynb", ("step:a", "x = 1"))
    assert start.promote(["notebooks/My Analysis.ipynb"], None, False, "tags", "text") == 0
    assert capsys.readouterr().out == "flows/my_analysis.py\n"
    flow = tmp_path / "flows" / "my_analysis.py"
    assert '__notebook__ = "../notebooks/My Analysis.ipynb"' in flow.read_text()
    stamp = flow.stat().st_mtime_ns
    assert start.promote(["notebooks/My Analysis.ipynb"], None, False, "tags", "text") == 0
    assert flow.stat().st_mtime_ns == stamp
    assert "unchanged" in capsys.readouterr().err


def test_check_finds_a_flow_that_is_not_what_its_notebook_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stale or edited flow is exit 1 and a diff; a notebook without tags and flow is nobody's concern."""
    monkeypatch.chdir(tmp_path)
    one = str(notebook(tmp_path / "one.ipynb", ("step:a", "x = 1")))
    loose = str(notebook(tmp_path / "loose.ipynb", ("", "x = 1")))
    assert start.promote([one, loose], None, True, "tags", "text") == 1
    assert start.promote([one], None, False, "tags", "text") == 0
    assert start.promote([one, loose], None, True, "tags", "text") == 0
    notebook(tmp_path / "one.ipynb", ("step:a", "x = 2"))
    capsys.readouterr()
    assert start.promote([one], None, True, "tags", "text") == 1
    assert "+        x = 2" in capsys.readouterr().out
    assert "x = 1" in (tmp_path / "flows" / "one.py").read_text()


def test_a_refusal_is_exit_1_with_the_diagnostics_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the compiler can't promise it doesn't write; the others of the same call are written."""
    monkeypatch.chdir(tmp_path)
    bad = str(notebook(tmp_path / "bad.ipynb", ("step:a", "print(nowhere)")))
    good = str(notebook(tmp_path / "good.ipynb", ("step:a", "x = 1")))
    assert start.promote([bad, good, "missing.ipynb"], None, False, "tags", "text") == 1
    error = capsys.readouterr().err
    assert "error[WB206]: no cell binds `nowhere`" in error
    assert "missing.ipynb doesn't exist" in error
    assert [path.name for path in (tmp_path / "flows").iterdir()] == ["good.py"]
    assert start.promote([bad], None, False, "tags", "json") == 1
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["status"] == "refused"
    assert "WB206" in entry["message"]


def test_a_target_that_can_t_be_written_is_a_one_line_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where a folder should be stands for every target that can't be written, also for root."""
    monkeypatch.chdir(tmp_path)
    good = str(notebook(tmp_path / "good.ipynb", ("step:a", "x = 1")))
    (tmp_path / "flows").touch()
    assert start.promote([good], None, False, "tags", "text") == 1
    assert capsys.readouterr().err.startswith("error: can't write flows/good.py: ")


def test_a_device_is_no_place_for_a_flow(tmp_path: Path) -> None:
    """What isn't a regular file is neither read without end nor replaced."""
    from workbench.errors import TargetNotWritable
    from workbench.files import write_atomic

    good = str(notebook(tmp_path / "good.ipynb", ("step:a", "x = 1")))
    assert start.promote([good], "/dev/zero", False, "tags", "text") == 1
    with pytest.raises(TargetNotWritable, match="not a regular file"):
        write_atomic(tmp_path, b"")
    assert Path("/dev/zero").is_char_device()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["run", "--resume"], 2, "Missing argument 'TARGET'"),
        (["run", "--resume", "17"], 2, "Missing argument 'TARGET'"),
        (["run", "--resume", "gone.ipynb"], 1, "gone.ipynb doesn't exist"),
        (["run", "gone.ipynb", "--resume"], 1, "gone.ipynb doesn't exist"),
        (["run", "gone.ipynb", "--resume", "17"], 1, "gone.ipynb doesn't exist"),
    ],
)
def test_the_notebook_may_stand_behind_resume(arguments: list[str], status: int, said: str) -> None:
    """The option's value is a run's name; a notebook there is the target."""
    result = CliRunner().invoke(group, arguments)
    text = result.output + (str(result.exception) if isinstance(result.exception, WorkbenchError) else "")
    assert said in text
    assert result.exit_code == status


def test_explain_writes_nothing_and_says_what_each_step_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--explain prints text, or JSON for programs; its exit status is promote's."""
    monkeypatch.chdir(tmp_path)
    notebook(Path("n.ipynb"), ("step:a", "x = 1"), ("step:b", "print(x)"))
    notebook(Path("bad.ipynb"), ("step:a", "print(x)"))
    said = CliRunner().invoke(promote_command, ["--explain", "n.ipynb"])
    assert said.exit_code == 0
    assert "takes     x  from a: bound in cell 1, line 1, read in cell 2, line 1" in said.stdout
    asked = CliRunner().invoke(promote_command, ["--explain", "n.ipynb", "bad.ipynb", "--format", "json"])
    assert asked.exit_code == 1
    assert [(one["notebook"], one["refused"]) for one in json.loads(asked.stdout)] == [
        ("n.ipynb", False), ("bad.ipynb", True),
    ]  # fmt: skip
    assert CliRunner().invoke(promote_command, ["--explain", "--check", "n.ipynb"]).exit_code == 2
    assert {path.name for path in tmp_path.iterdir()} == {"n.ipynb", "bad.ipynb"}
