"""Links in the notebook: the runs are there, and every other byte is as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import ChangedOnDisk, NotebookError, TargetNotWritable
from workbench.project import Project
from workbench.runs.jsontext import Node, parse
from workbench.runs.link import KEPT, Linking, linked, write
from workbench.runs.runscell import TAG


def entry(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A run as a notebook's metadata has it."""
    return {
        "cards": {"load": "../.workbench/runs/F-1/cards/load.html"},
        "error": None,
        "experiment": {"key": "k", "url": None, "archive": "../.workbench/comet/k.zip", "upload": "comet upload k.zip"},
        "metrics": {"MRR@20": 0.12345678},
        "page": "../.workbench/runs/F-1/index.html",
        "parameters": {"n": 50},
        "run": f"F/{number}",
        "seconds": 12.3,
        "started": f"2026-11-23T06:{number % 60:02}:00+00:00",
        "status": "succeeded",
        **changes,
    }


_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_source = _text | st.lists(_text, max_size=3)


@st.composite
def _cells(draw: st.DrawFn, ids: bool) -> list[dict[str, Any]]:
    cells = []
    for index in range(draw(st.integers(0, 4))):
        cell: dict[str, Any] = {"metadata": draw(st.dictionaries(_text, _json, max_size=2)), "source": draw(_source)}
        cell["cell_type"] = draw(st.sampled_from(["markdown", "code", "raw"]))
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
        if ids:
            cell["id"] = f"c{index}"
        cells.append({name: cell[name] for name in draw(st.permutations(sorted(cell)))})
    return cells


@st.composite
def notebook_files(draw: st.DrawFn) -> bytes:
    """A notebook's bytes, in any of the ways in which programs write JSON."""
    minor = draw(st.sampled_from([4, 5]))
    metadata = draw(st.dictionaries(_text.filter(lambda name: name != "workbench"), _json, max_size=3))
    if draw(st.booleans()):
        metadata["workbench"] = draw(st.dictionaries(_text.filter(lambda name: name != "runs"), _json, max_size=2))
    notebook = {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": draw(_cells(minor >= 5))}
    notebook = {name: notebook[name] for name in draw(st.permutations(sorted(notebook)))}
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")])) if indent is None else (",", ": ")
    text = json.dumps(notebook, indent=indent, ensure_ascii=draw(st.booleans()), separators=separators)
    if draw(st.booleans()):
        text += "\n"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@settings(max_examples=300, deadline=None)
@given(notebook_files())
def test_every_other_byte_stays(before: bytes) -> None:
    """Linking adds the metadata and the cell; the texts of all other values, their order and the frame are the same."""
    after = linked(before, [entry()])
    old, new = json.loads(before.decode("utf-8-sig")), json.loads(after.decode("utf-8-sig"))
    assert new["metadata"].pop("workbench")["runs"] == [entry()]
    old["metadata"].pop("workbench", None)
    assert new["cells"].pop()["metadata"]["tags"] == [TAG]
    assert new == old
    assert _pieces(after, ours=True) == _pieces(before, ours=False)
    assert (after[:1], after[-2:]) == (before[:1], before[-2:])


@settings(max_examples=300, deadline=None)
@given(notebook_files(), st.integers(1, 8))
def test_a_second_write_changes_no_byte(before: bytes, runs: int) -> None:
    """What is there already isn't written again, and a later run replaces only what is managed."""
    entries = [entry(number) for number in range(1, runs + 1)]
    once = linked(before, entries)
    assert linked(once, entries) == once
    assert linked(once, entries[:1]) == once if runs <= KEPT else True
    twice = linked(once, [entry(9, status="failed")])
    assert linked(twice, [entry(9, status="failed")]) == twice
    assert _pieces(twice, ours=True) == _pieces(before, ours=False)


@settings(max_examples=200, deadline=None)
@given(notebook_files())
def test_the_notebooks_own_style_is_kept(before: bytes) -> None:
    """In a file that one json.dumps wrote, what is added looks as if the same call had written it."""
    text = before.decode("utf-8-sig")
    after = linked(before, [entry()]).decode("utf-8-sig")
    body = text.replace("\r\n", "\n").rstrip("\n")
    for indent, separators in [
        (None, (",", ":")),
        (None, (", ", ": ")),
        *((i, (",", ": ")) for i in (0, 1, 2, 4, "\t")),
    ]:
        for ascii_only in (True, False):
            options: dict[str, Any] = {"indent": indent, "separators": separators, "ensure_ascii": ascii_only}
            if json.dumps(json.loads(body), **options) == body:
                candidates = {json.dumps(json.loads(after), **{**options, "ensure_ascii": a}) for a in (True, False)}
                assert after.replace("\r\n", "\n").rstrip("\n") in candidates
                return


def test_the_latest_runs_are_kept(tmp_path: Path) -> None:
    """A notebook has a bounded number of runs, the latest first, whichever order they come in."""
    content = linked(_notebook(), [entry(number) for number in (3, 9, 1, 7, 5, 8, 2)])
    runs = json.loads(content)["metadata"]["workbench"]["runs"]
    assert [run["run"] for run in runs] == ["F/9", "F/8", "F/7", "F/5", "F/3"]


def test_the_cell_keeps_its_place() -> None:
    """A runs cell that was moved is updated where it is, and the file has one."""
    notebook = json.loads(linked(_notebook(), [entry(1)]))
    notebook["cells"].insert(0, notebook["cells"].pop())
    again = json.loads(linked(json.dumps(notebook).encode(), [entry(2)]))
    tagged = [TAG in cell["metadata"].get("tags", []) for cell in again["cells"]]
    assert tagged == [True, *[False] * (len(tagged) - 1)]
    assert "F/2" in "".join(again["cells"][0]["source"])


def test_an_id_that_is_taken_is_not_used_twice() -> None:
    """The runs cell's id differs from every other cell's."""
    notebook = json.loads(_notebook())
    notebook["cells"][0]["id"] = "workbench-runs"
    cells = json.loads(linked(json.dumps(notebook).encode(), [entry()]))["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_the_result_is_a_valid_notebook() -> None:
    """nbformat validates a linked notebook, of 4.5 and of 4.4."""
    import nbformat

    for minor in (4, 5):
        notebook = json.loads(_notebook())
        notebook["nbformat_minor"] = minor
        if minor == 4:
            for cell in notebook["cells"]:
                del cell["id"]
        nbformat.validate(json.loads(linked(json.dumps(notebook).encode(), [entry()])))


def test_hostile_values_stay_text() -> None:
    """What comes from a run can't break the table, nor become markup."""
    from nbconvert.filters import markdown2html

    evil = "a|b\n<script>x</script> `c` $y$ [z](javascript:1) " + "long " * 50
    source = "".join(
        json.loads(linked(_notebook(), [entry(parameters={"p|q": evil}, status="failed", error=evil)]))["cells"][-1][
            "source"
        ]
    )
    rows = [line for line in source.splitlines() if line.startswith("| ✗")]
    assert len(rows) == 1
    shown = markdown2html(source)
    assert [bad for bad in ("<script", 'href="javascript', "<code>c<") if bad in shown] == []
    assert shown.count("<tr>") == 2


def test_a_change_meanwhile_is_an_error_and_stays(tmp_path: Path) -> None:
    """A file that somebody wrote between our reading and our writing is left as they wrote it."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(_notebook())
    linking = Linking(Project(tmp_path), path)
    theirs = _notebook() + b" "
    path.write_bytes(theirs)
    with pytest.raises(ChangedOnDisk):
        linking.write(linked(linking.content, [entry()]))
    assert path.read_bytes() == theirs
    assert list(tmp_path.glob(".*.tmp")) == []


def test_runs_that_end_together_are_all_linked(tmp_path: Path) -> None:
    """Several processes that link at once leave a whole notebook with all of their runs."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(_notebook())
    code = (
        "import sys; from pathlib import Path\n"
        "from workbench.runs.link import write; from workbench.project import Project\n"
        "entry = {'run': sys.argv[2], 'status': 'failed', 'started': '2026-11-23T06:00:00+00:00'}\n"
        "write(Project(Path(sys.argv[1])), Path(sys.argv[1], 'n.ipynb'), [entry])\n"
    )
    names = ["F/1", "F/2", "F/3"]
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in names]
    assert [process.wait() for process in processes] == [0, 0, 0]
    runs = json.loads(path.read_bytes())["metadata"]["workbench"]["runs"]
    assert sorted(run["run"] for run in runs) == names


def test_a_notebook_that_vanished_is_not_made_again(tmp_path: Path) -> None:
    """A file that was deleted meanwhile is an error, and stays deleted."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(_notebook())
    linking = Linking(Project(tmp_path), path)
    path.unlink()
    with pytest.raises((ChangedOnDisk, TargetNotWritable)):
        linking.write(linked(linking.content, [entry()]))
    assert not path.exists()


def test_writing_says_whether_it_wrote(tmp_path: Path) -> None:
    """The file's time doesn't change where there is nothing new."""
    path = tmp_path / "with space.ipynb"
    path.write_bytes(_notebook())
    assert write(Project(tmp_path), path, [entry()])
    before = path.stat().st_mtime_ns
    assert not write(Project(tmp_path), path, [entry()])
    assert path.stat().st_mtime_ns == before


def test_foreign_metadata_is_refused() -> None:
    """A `workbench` in the metadata that isn't ours to extend is an error, not overwritten."""
    notebook = json.loads(_notebook())
    notebook["metadata"]["workbench"] = "mine"
    with pytest.raises(NotebookError):
        linked(json.dumps(notebook).encode(), [entry()])


def test_without_room_the_old_file_stays(tmp_path: Path) -> None:
    """Where the new file can't be written to its end (a file size limit stands for the full disk) the old one stays."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(_notebook())
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from workbench.runs.link import write; from workbench.project import Project\n"
        "entry = {'run': 'F/1', 'status': 'failed', 'started': '2026-11-23T06:00:00+00:00'}\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "write(Project(Path(sys.argv[1])), Path(sys.argv[1], 'n.ipynb'), [entry])\n"
    )
    command = [sys.executable, "-B", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "TargetNotWritable" in done.stderr
    assert path.read_bytes() == _notebook()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".workbench", "n.ipynb"]


@pytest.mark.slow
def test_kill_9_while_linking_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """Whenever the process is killed, the file is a whole notebook, and can be linked again."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(_notebook())
    code = (
        "import sys; from pathlib import Path\n"
        "from workbench.runs.link import write; from workbench.project import Project\n"
        "entry = {'run': 'F/1', 'started': '2026-11-23T06:00:00+00:00'}\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    write(Project(Path(sys.argv[1])), Path(sys.argv[1], 'n.ipynb'), [{**entry, 'status': str(number)}])\n"
        "    print(number, flush=True)\n"
    )
    for writes in range(1, 12):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _ in range(writes):
                last = int(process.stdout.readline())
            process.kill()
        run = json.loads(path.read_bytes())["metadata"]["workbench"]["runs"][0]
        assert int(run["status"]) >= last
    assert write(Project(tmp_path), path, [entry(2)])


def _notebook() -> bytes:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title"]},
        {"cell_type": "code", "execution_count": None, "id": "b", "metadata": {}, "outputs": [], "source": ["x = 1"]},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode() + b"\n"


def _pieces(content: bytes, *, ours: bool) -> list[str]:
    """The texts of the notebook's values, in the file's order; ours: without those that linking adds."""
    text = content.decode("utf-8-sig")
    root = parse(text)
    pieces = []
    for name, at in root.names:
        node = (root.members or {})[name]
        if name == "cells":
            items = node.items or []
            pieces += [_slice(text, item) for item in (items[:-1] if ours else items)]
        elif name == "metadata":
            for key, _ in node.names:
                value = (node.members or {})[key]
                if key != "workbench":
                    pieces += [key, _slice(text, value)]
                else:
                    pieces += [_slice(text, v) for k, v in (value.members or {}).items() if k != "runs"]
        else:
            pieces += [text[at : node.end]]
    return pieces


def _slice(text: str, node: Node) -> str:
    return text[node.start : node.end]
