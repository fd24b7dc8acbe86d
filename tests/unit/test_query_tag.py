"""Query tags, and where progress is said."""

from __future__ import annotations

import io
import json
import sys
import time
import types

import pytest

from workbench.warehouse import progress
from workbench.warehouse.tag import query_tag


def test_a_flows_task_is_in_the_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metaflow's own `current` says the flow, run, step and task; it counts more than a notebook's name."""
    from metaflow.metaflow_current import Current

    current = Current()
    current._set_env(flow=types.SimpleNamespace(name="DemoFlow"), run_id="12", step_name="fit", task_id="3")
    monkeypatch.setattr(sys.modules["metaflow"], "current", current)
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    tag = json.loads(query_tag())
    tag.pop("user", None)
    assert tag == {"app": "workbench", "flow": "DemoFlow", "run": "12", "step": "fit", "task": "3"}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_said_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place, from the set time on, and gone at the end; a pipe, a quick query and `off` say nothing."""
    monkeypatch.setattr(progress, "AFTER_SECONDS", 0.05)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.02)
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    said = []
    for stream, seconds in ((_Terminal(), 0.15), (io.StringIO(), 0.15), (_Terminal(), 0.0)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.shown("running in local"):
            time.sleep(seconds)
        said.append(stream.getvalue())
    assert said[0].startswith("\r\x1b[Krunning in local · 0 s\r")
    assert said[0].endswith("\r\x1b[K")
    assert said[1:] == ["", ""]
    monkeypatch.setenv(progress.VARIABLE, "off")
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with progress.shown("running in local"):
        time.sleep(0.15)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
