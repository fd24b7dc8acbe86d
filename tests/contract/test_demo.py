"""`workbench demo` in a project of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.app.demo import Done
from workbench.project import Project
from workbench.warehouse import local

ROOT = Path(__file__).parents[2]


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The demo, as its user calls it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH_", "DBT_"))}
    return subprocess.run(
        [str(Path(sys.executable).with_name("workbench")), "demo", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """What the demo needs of a checkout; its warehouse stops with the test."""
    (tmp_path / "pyproject.toml").touch()
    for name in ("notebooks", "dbt"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("target", "logs", ".*"))
    yield tmp_path
    local.stop(Project(tmp_path))


def test_a_stage_is_done_for_its_fingerprint_alone(tmp_path: Path) -> None:
    """What was done is known in the next process, unless what it depends on has changed."""
    done = Done(Project(tmp_path))
    assert done.result("load", "a") is None
    assert not done.has("load")
    done.note("load", "a", "loaded")
    again = Done(Project(tmp_path))
    assert again.result("load", "a") == "loaded"
    assert again.result("load", "b") is None
    assert again.has("load")


def test_elsewhere_it_says_where_it_runs(tmp_path: Path) -> None:
    """In a folder that is no checkout the demo says so in one line, and writes nothing."""
    (tmp_path / "pyproject.toml").touch()
    ended = run(tmp_path)
    assert ended.returncode == 1
    assert "has no notebooks/explore_sessions.ipynb" in ended.stderr
    assert "checkout" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


@pytest.mark.slow
def test_the_whole_path_and_once_more(checkout: Path) -> None:
    """The demo goes from data to a linked run; the second call does nothing again and says the same."""
    first = run(checkout)
    assert first.returncode == 0, first.stderr
    assert "done before" not in first.stderr
    assert len(first.stdout.splitlines()) == 4
    [record] = [json.loads(path.read_text()) for path in (checkout / ".workbench" / "runs").glob("Next*/run.json")]
    assert record["status"] == "succeeded"
    assert record["metrics"]["mrr_at_20"] >= 2 * record["metrics"]["mrr_at_20_popularity"]
    notebook = (checkout / "notebooks" / "next_product.ipynb").read_bytes()
    assert record["name"].encode() in notebook
    assert (checkout / "flows" / "next_product.py").exists()
    assert (checkout / "dbt" / "target" / "static_index.html").exists()

    second = run(checkout)
    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    assert second.stderr.count("done before") == 5
    assert (checkout / "notebooks" / "next_product.ipynb").read_bytes() == notebook
