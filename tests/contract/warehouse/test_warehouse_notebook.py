"""%sql and %%sql in a kernel, as `workbench lab` starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.app.lab import environment
from workbench.project import Project
from workbench.warehouse import local

Run = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def run(alone: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a cell in the lab's kernel; its outputs."""
    from jupyter_client.manager import start_new_kernel

    for name, value in environment(alone).items():
        monkeypatch.setenv(name, value)
    manager, client = start_new_kernel(kernel_name="python3", env=dict(os.environ), cwd=str(alone.root))

    def run(code: str) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in {"execute_result", "display_data", "stream", "error"}:
                outputs.append(message["content"])

        client.execute_interactive(code, output_hook=keep, timeout=120)
        return outputs

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_queries_in_a_notebook(run: Run) -> None:
    """The magics are known without %load_ext, bind, show a captioned table, and say errors in a line and a hint."""
    assert run("%load_ext workbench") == []
    assert run("[name for name in globals() if 'workbench' in name]")[0]["data"]["text/plain"] == "[]"

    (shown,) = run("day = '2024-01-02'\n").copy() or run("%%sql found\nselect :day as day, '<b>' as html")
    assert shown["data"]["text/plain"].splitlines()[-1].startswith("1 row · ")
    assert "&lt;b&gt;" in shown["data"]["text/html"]
    (value,) = run("type(found).__name__, found.day.tolist()")
    assert value["data"]["text/plain"] == "('DataFrame', ['2024-01-02'])"

    (value,) = run("frame = %sql select '{day}' as a, :day as b\nframe.iloc[0].tolist()")
    assert value["data"]["text/plain"] == "['{day}', '2024-01-02']"

    (error,) = run("%%sql\nselect :nothing")
    assert error["traceback"] == [
        "ParameterError: the query wants a value for :nothing\n  hint: assign nothing in a cell before this one"
    ]
    (error,) = run("%%sql\nselect * from nope")
    assert error["ename"] == "MissingTable"
    assert len(error["traceback"][0].splitlines()) == 2
    (error,) = run("%%sql a b\nselect 1")
    assert "binds one name" in error["evalue"]
    (error,) = run("%%sql --connection nope\nselect 1")
    assert error["ename"] == "UnknownProfile"


@pytest.mark.slow
def test_the_lab(alone: Project, tmp_path: Path) -> None:
    """`workbench lab` passes its arguments on, has the warehouse up, and offers a kernel that knows the magics."""
    command = [str(Path(sys.executable).with_name("workbench")), "lab", "--no-browser", "--allow-root"]
    settings = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    process = subprocess.Popen(
        [*command, "--port", "0", "--IdentityProvider.token", "let-me-in"],
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 120
        while not (found := list((tmp_path / "runtime").glob("jpserver-*.json"))):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        url = json.loads(found[0].read_text())["url"]
        with urllib.request.urlopen(f"{url}api/kernelspecs?token=let-me-in", timeout=60) as answer:
            specs = json.load(answer)["kernelspecs"]
        assert any("load_ipython_extension" in argument for argument in specs["python3"]["spec"]["argv"])
        assert local.find(alone) is not None
    finally:
        process.terminate()
        process.wait(timeout=60)
