"""Tags written into a notebook: what the headings say, and every other byte as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_link import notebook_files

from workbench.app import tag as app
from workbench.cli.group import group
from workbench.compiler import compile_notebook
from workbench.errors import NotebookError, ParameterError, WorkbenchError
from workbench.notebook.ipynb import parse
from workbench.runs.celltags import tagged

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/notebook.ipynb"))


def notebook(path: Path, *cells: tuple[str, str]) -> Path:
    """Write a notebook of (tags, source) cells; the tags of a markdown cell begin with `md`."""
    made: list[dict[str, Any]] = []
    for at, (tags, source) in enumerate(cells):
        kind, *names = ("markdown", *tags.split()[1:]) if tags.split()[:1] == ["md"] else ("code", *tags.split())
        cell = {"cell_type": kind, "id": f"c{at}", "metadata": {"tags": names} if names else {}, "source": source}
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    return path


def flow(content: bytes, steps: str) -> str:
    """The flow of a notebook, or the diagnostics."""
    done = compile_notebook(parse(json.loads(content), "a.ipynb"), steps=steps)
    return done.flow.text if done.flow else str([(one.code, one.message) for one in done.diagnostics])


@given(notebook_files(), st.data())
@settings(max_examples=200, deadline=None)
def test_only_the_tags_change_in_the_file(content: bytes, data: st.DataObject) -> None:
    """The cells have the tags, all else in the JSON is as it was, and a second time changes no byte."""
    before = json.loads(content.decode("utf-8-sig"))
    indices = range(len(before["cells"]))
    chosen = data.draw(st.sets(st.sampled_from(indices)) if indices else st.just(set()))
    wanted = dict.fromkeys(chosen, ("x", "step:é"))
    after = tagged(content, wanted)
    found = json.loads(after.decode("utf-8-sig"))
    for index in chosen:
        assert found["cells"][index]["metadata"].pop("tags") == ["x", "step:é"]
        before["cells"][index]["metadata"].pop("tags", None)
    assert found == before
    assert tagged(after, wanted) == after
    if not chosen:
        assert after == content


def test_a_tag_is_added_in_the_file_s_own_way(tmp_path: Path) -> None:
    """Compact files stay compact, tags that are there keep their lines, and a missing metadata is made."""
    compact = b'{"cells":[{"cell_type":"code","metadata":{"tags":["a"],"z":1}},{"source":[]}],"nbformat":4}'
    assert tagged(compact, {0: ("a", "b"), 1: ("c",)}) == (
        b'{"cells":[{"cell_type":"code","metadata":{"tags":["a","b"],"z":1}},'
        b'{"metadata":{"tags":["c"]},"source":[]}],"nbformat":4}'
    )
    spread = b'{\n "cells": [\n  {\n   "metadata": {\n    "tags": [ "a" ]\n   }\n  }\n ],\n "nbformat": 4\n}\n'
    assert tagged(spread, {0: ("a", "b")}) == spread.replace(b'[ "a" ]', b'[ "a", "b" ]')
    with pytest.raises(NotebookError, match="nbformat 3"):
        tagged(b'{"nbformat": 3}', {})


MADE = {
    "no title": (("", "x = 1"), ("md", "## Next"), ("", "print(x)")),
    "text after the last code": (("md", "# T"), ("", "x = 1"), ("md", "so"), ("md", "## B\nwhy"), ("", "print(x)")),
    "a section without code": (("md", "## A"), ("", "x = 1"), ("md", "## B\ntext"), ("md", "## C"), ("", "print(x)")),
    "headings of one name": (("md", "## A"), ("", "x = 1"), ("md", "## A"), ("", "y = x"), ("md", "## A!"), ("", "y")),
    "names that can't be": (("md", "## 1."), ("", "x = 1"), ("md", "## Next"), ("", "x"), ("md", "## if"), ("", "x")),
    "tags of every kind": (
        ("parameters", "n = 1  # how many"),
        ("setup", "import math"),
        ("md skip", "## not this"),
        ("md", "## A"),
        ("hide @retry(times=3)", "x = n"),
        ("skip", "x = 100"),
        ("md", "## B"),
        ("", ""),
        ("", "print(x, math.pi)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*MADE, *(path.parent.name for path in GOLDEN)])
def test_tagging_by_headings_gives_the_flow_of_steps_headings(name: str, tmp_path: Path) -> None:
    """To the byte, or the same refusal; and the second time the file is left alone."""
    golden = {path.parent.name: path for path in GOLDEN}
    path = tmp_path / "a.ipynb"
    if name in golden:
        path.write_bytes(golden[name].read_bytes())
    else:
        notebook(path, *MADE[name])
    before = path.read_bytes()
    wanted = flow(before, "headings")
    app.by_headings(path, mix=True)
    assert flow(path.read_bytes(), "tags") == wanted
    assert flow(path.read_bytes(), "headings") == wanted
    stamp = path.stat().st_mtime_ns
    assert app.by_headings(path, mix=True).status == "unchanged"
    assert path.stat().st_mtime_ns == stamp


def test_steps_by_tags_and_by_headings_are_not_mixed_unless_asked(tmp_path: Path) -> None:
    """A notebook that has steps keeps its untagged cells as exploration; a dry run writes nothing either."""
    path = notebook(tmp_path / "a.ipynb", ("step:a", "x = 1"), ("md", "## B"), ("", "print(x)"))
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=r"steps by tags already \(a\), and 1 code cell has no step"):
        app.by_headings(path)
    dry = app.by_headings(path, mix=True, dry_run=True)
    assert (dry.status, dry.changes[0].after) == ("would write", ("step:b",))
    assert path.read_bytes() == before
    with pytest.raises(NotebookError, match="no code cell"):
        app.by_headings(notebook(tmp_path / "b.ipynb", ("md", "## A"), ("skip", "x")))


def test_cells_are_tagged_by_number_range_and_id(tmp_path: Path) -> None:
    """A cell has one part in the flow; decorators and other tools' tags stay with it."""
    path = notebook(tmp_path / "a.ipynb", ("hide step:a @retry", "1"), ("", "2"), ("skip", "3"), ("md", "text"))
    app.retag(path, ["1-2", "c2"], "step:train")
    assert [row.tags for row in app.cells(path)] == [("hide", "step:train", "@retry"), ("step:train",), ("step:train",)]
    app.retag(path, ["1"], None)
    assert app.cells(path)[0].tags == ("hide",)
    for chosen, tag, message in [
        (["9"], "skip", "no cell 9"),
        (["3-2"], "skip", "no cell 3-2"),
        (["1"], "step:next", "Metaflow"),
        (["1"], "step:a b", "can't name a step"),
        (["4"], "setup", "cell 4 is markdown"),
    ]:
        with pytest.raises(ParameterError, match=message):
            app.retag(path, chosen, tag)


def test_the_command_lists_and_tags(tmp_path: Path) -> None:
    """Alone it lists the code cells; options that don't go together are usage errors."""
    path = str(notebook(tmp_path / "a.ipynb", ("md", "## Load"), ("step:a", "\nx = 1\ny = 2")))
    run = CliRunner().invoke
    assert "2     step:a  Load     x = 1" in run(group, ["tag", path]).stdout
    (row,) = json.loads(run(group, ["tag", path, "--format", "json"]).stdout)
    assert row == {"number": 2, "id": "c1", "tags": ["step:a"], "heading": "Load", "line": "x = 1"}
    changed = json.loads(run(group, ["tag", path, "2", "--setup", "--format", "json"]).stdout)
    assert changed["cells"][0]["after"] == ["setup"]
    for arguments in (["2"], ["--skip"], ["2", "--step", "a", "--skip"], ["--headings", "2"], ["--mix"]):
        assert run(group, ["tag", path, *arguments]).exit_code == 2
    missing = run(group, ["tag", str(tmp_path / "none.ipynb")])
    assert isinstance(missing.exception, WorkbenchError)
