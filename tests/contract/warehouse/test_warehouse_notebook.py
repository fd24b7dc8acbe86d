"""%sql and %%sql in a kernel, as `workbench lab` starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.app.lab import environment
from workbench.project import Project
from workbench.warehouse import local, sql

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


LONG = "select count(*) from table(generator(rowcount => 10000000)) a, table(generator(rowcount => 10000000)) b"
HISTORY = "select query_text, execution_status, query_tag from table(information_schema.query_history())"


@pytest.mark.slow
def test_a_long_query_says_its_time_and_is_cancelled(alone: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """After two seconds a line below the cell says the time; an interrupt ends the query in the warehouse as well, the
    line is gone, the next cell runs, and the history has the cell that asked.
    """
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("JPY_SESSION_NAME", "work/explore.ipynb")
    for name, value in environment(alone).items():
        monkeypatch.setenv(name, value)
    manager, client = start_new_kernel(kernel_name="python3", env=dict(os.environ), cwd=str(alone.root))
    try:
        client.execute_interactive("%load_ext workbench", timeout=120)
        message = client.session.msg(
            "execute_request", {"code": f"%%sql\n{LONG}", "silent": False, "store_history": True, "allow_stdin": False}
        )
        message["metadata"]["cellId"] = "cell-of-the-test"
        client.shell_channel.send(message)
        displays: list[dict[str, Any]] = []
        reply = None
        while reply is None:
            got = client.get_iopub_msg(timeout=60)
            if got["msg_type"] in ("display_data", "update_display_data"):
                displays.append(got)
                if len(displays) == 2:
                    manager.interrupt_kernel()
            if got["msg_type"] == "error":
                reply = got["content"]
        assert reply["ename"] == "KeyboardInterrupt"
        client.get_shell_msg(timeout=60)  # what is sent before that is aborted with the cell
        texts = [one["content"]["data"].get("text/plain") for one in displays]
        assert texts[0] == "running in local · 2 s"
        assert texts[1] == "running in local · 3 s"
        assert texts[-1] is None  # cleared
        assert len({one["content"]["transient"]["display_id"] for one in displays}) == 1

        monkeypatch.setenv("WORKBENCH_CONNECTION", "local")
        found = sql(HISTORY)
        found = found[found.query_text == LONG]
        assert found.execution_status.tolist() == ["FAILED_WITH_ERROR"]
        tag = json.loads(found.query_tag.iloc[0])
        assert (tag["notebook"], tag["cell"]) == ("work/explore.ipynb", "cell-of-the-test")
        outputs: list[Any] = []
        client.execute_interactive(
            "x = %sql select 5 as a\nx.a[0].item()",
            output_hook=lambda one: outputs.append(one["content"]) if one["msg_type"] == "execute_result" else None,
            timeout=60,
        )
        assert [one["data"]["text/plain"] for one in outputs] == ["5"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_a_warehouse_that_dies_under_a_cell(run: Run, alone: Project) -> None:
    """Killed under a query or a write: one sentence and a way out; the kernel and its variables go on, the next query
    starts the warehouse again, and what was committed is there, whole.
    """
    run("%load_ext workbench")
    run("import pandas as pd, workbench\nframe = pd.DataFrame({'a': range(3_000_000)})")
    run("done = %sql create table kept as select 7 as a")

    def killed(cell: str, after: float) -> dict[str, Any]:
        found = local.ensure(alone)
        threading.Timer(after, os.kill, (found.pid, signal.SIGKILL)).start()
        *_, error = run(cell)
        return error

    error = killed(f"%%sql\n{LONG}", 1.0)
    assert error["ename"] == "WarehouseDown"
    assert len(error["traceback"][0].splitlines()) == 2
    assert "hint: `workbench warehouse status`" in error["traceback"][0]
    (value,) = run("kept = %sql select a from kept\nkept.a.tolist(), len(frame)")
    assert value["data"]["text/plain"] == "([7], 3000000)"

    error = killed("workbench.write(frame, 'kept', 'replace')", 0.5)
    assert len(error["traceback"][0].splitlines()) <= 2
    (value,) = run("kept = %sql select count(*) as n, min(a) as least from kept\nkept.iloc[0].tolist()")
    assert value["data"]["text/plain"] in ("[1, 7]", "[3000000, 0]")


@pytest.mark.slow
def test_names_are_offered_while_a_query_is_typed(alone: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel completes tables, columns and binds in queries, as soon as the catalogue has been read."""
    from jupyter_client.manager import start_new_kernel

    for name, value in environment(alone).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WORKBENCH_CONNECTION", "local")
    sql('create table shopping_baskets (basket_id int, "Odd name" int)')
    manager, client = start_new_kernel(kernel_name="python3", env=dict(os.environ), cwd=str(alone.root))

    def offered(code: str) -> tuple[list[str], str]:
        client.complete(code.replace("|", ""), code.index("|"))
        while (reply := client.get_shell_msg(timeout=60))["msg_type"] != "complete_reply":
            pass
        content = reply["content"]
        return content["matches"], code[content["cursor_start"] : content["cursor_end"]]

    def soon(code: str) -> tuple[list[str], str]:
        """What is offered once the catalogue has been read, which no key waits for."""
        end = time.monotonic() + 60
        while not (found := offered(code))[0] and time.monotonic() < end:
            time.sleep(0.2)
        return found

    try:
        client.execute_interactive("%load_ext workbench\nbaskets = [1]", timeout=120)
        assert soon("%%sql\nselect * from sho|") == (["shopping_baskets"], "sho")
        assert soon("%%sql x --connection local\nselect b.b| from shopping_baskets b")[0] == ["b.basket_id"]
        assert offered("%%sql\nselect * from shopping_baskets where basket_id in (:bas|)") == (["baskets"], "bas")
        assert offered('x = %sql select "Od| from shopping_baskets')[0] == ['"Odd name"']
        assert "bin" in offered("bi|")[0]  # Python is completed as before
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


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
