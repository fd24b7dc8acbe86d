"""`workbench demo` in a project of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def metric_places(checkout: Path, record: dict[str, Any]) -> dict[str, float | None]:
    """MRR@20 as each place has it, unrounded: artifact, last card, Comet archive, the notebook's runs cell."""
    # a process of its own: Metaflow reads where its datastore is when it is imported
    program = (
        "from metaflow import Run, namespace; namespace(None)\n"
        f"print(repr(Run({record['name']!r})['evaluate'].task.data.mrr_at_20))"
    )
    environment = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(checkout)}
    client = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    folder = checkout / ".workbench" / "runs" / record["name"].replace("/", "-")
    card = (folder / "cards" / "report.html").read_text()
    [archive] = (checkout / ".workbench" / "comet").glob("*.zip")
    with zipfile.ZipFile(archive) as file:
        messages = "".join(file.read(name).decode(errors="replace") for name in file.namelist())
    book = json.loads((checkout / "notebooks" / "next_product.ipynb").read_text())
    [cell] = [cell for cell in book["cells"] if "workbench:runs" in cell["metadata"].get("tags", ())]
    source = "".join(cell["source"]).replace("\\_", "_")
    number = r"([0-9.]+)"
    return {
        "artifact": float(client.stdout),
        "card": first_number(rf'>mrr_at_20</dt><dd><data value="{number}"', card),
        "archive": first_number(rf'"metricName":\s*"mrr_at_20",\s*"metricValue":\s*{number}', messages),
        "runs cell": first_number(rf'mrr_at_20\s=\s<span title="{number}"', source),
    }


def first_number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1]) if found else None


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
    value = record["metrics"]["mrr_at_20"]
    assert {place: found for place, found in metric_places(checkout, record).items() if found != value} == {}
    assert (checkout / "flows" / "next_product.py").exists()
    assert (checkout / "dbt" / "target" / "static_index.html").exists()

    second = run(checkout)
    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    assert second.stderr.count("done before") == 5
    assert (checkout / "notebooks" / "next_product.ipynb").read_bytes() == notebook
