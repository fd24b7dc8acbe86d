"""What arrives at Comet: the real library against a server of the test's own, and the archive it writes offline."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SECRET = "not-to-be-seen-0123456789abcdef"

PUBLISH = """
import json, sys
from pathlib import Path
from workbench.project import Project
from workbench.tracking import record
from workbench.tracking.comet import publish

png = bytes.fromhex(sys.argv[2])
records = [
    record.metric("loss", 0.5, 1), record.metric("loss", 0.1 + 0.2, 2), record.metric("MRR@20", 0.1234567890123456),
    record.parameter("rows", 4000), record.figure("curve", png),
]
parameters = {"alpha": 0.1, "bands": [1, 5]}
project = Project(Path(sys.argv[1]))
link = publish("NextFlow/17", "NextFlow", records, parameters, notebook="n.ipynb", project=project)
print(json.dumps(link))
"""


class Comet:
    """A server that says yes to everything, and keeps what it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                outer.requests.append((self.path, body))
                content = json.dumps(outer.reply(self.path.split("?")[0])).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reply(self, path: str) -> dict[str, Any]:
        """What the library wants to read in the answers, and no more."""
        if path.endswith("/logger/add/run"):
            names = {"project_name": "NextFlow", "projectName": "NextFlow", "workspaceName": "ws"}
            return {"runId": "r", "projectId": "p", "focusUrl": f"{self.url}/ws/p/", "msgs": [], **names}
        if path.endswith("/status-report/update"):
            return {"is_alive_beat_duration_millis": 10000, "gpu_monitor_interval_millis": 10000}
        return {"result": "ok", "status": "ok", "version": "9.9.9", "msg": ""}

    def everything(self) -> bytes:
        return b"\n".join(path.encode() + b"\n" + body for path, body in self.requests)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def comet() -> Iterator[Comet]:
    server = Comet()
    yield server
    server.close()


def python(code: str, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, without any Comet configuration but the given one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMET_")}
    clean |= {"HOME": str(folder), "WORKBENCH_ROOT": str(folder), **environment}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=clean,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def archive(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, bytes]]:
    """An offline archive's messages, its description and its files."""
    (path,) = (folder / ".workbench" / "comet").iterdir()
    with zipfile.ZipFile(path) as content:
        files = {name: content.read(name) for name in content.namelist()}
    messages = [json.loads(line) for line in files.pop("messages.json").splitlines()]
    return messages, json.loads(files.pop("experiment.json")), files


@pytest.mark.slow
def test_everything_arrives_online(tmp_path: Path, comet: Comet) -> None:
    """With an API key, metrics, parameters, the pathspec and the figure arrive, and no secret of the environment."""
    done = python(
        PUBLISH,
        tmp_path,
        str(tmp_path),
        PNG.hex(),
        COMET_API_KEY="k" * 25,
        COMET_URL_OVERRIDE=f"{comet.url}/clientlib/",
        SNOWFLAKE_PASSWORD=SECRET,
    )
    link = json.loads(done.stdout)
    assert link["url"].startswith(comet.url)
    assert (link["archive"], link["upload"]) == (None, None)
    sent = comet.everything().decode("utf-8", "replace")
    for expected in ("0.1234567890123456", "0.30000000000000004", "NextFlow/17", "n.ipynb", "alpha", "bands", "4000"):
        assert expected in sent, expected
    assert PNG in comet.everything()
    assert link["key"] in sent
    assert SECRET not in sent
    assert done.stderr == ""


@pytest.mark.slow
def test_without_a_key_an_archive_has_everything(tmp_path: Path) -> None:
    """Without an API key the archive holds the same, and the upload command names it; the network isn't touched."""
    done = python(PUBLISH, tmp_path, str(tmp_path), PNG.hex(), SNOWFLAKE_PASSWORD=SECRET)
    link = json.loads(done.stdout)
    assert link["url"] is None
    assert link["archive"] == f".workbench/comet/{link['key']}.zip"
    assert link["upload"] == f"comet upload {link['archive']}"
    messages, described, files = archive(tmp_path)
    payloads = [message["payload"] for message in messages]
    metrics = [
        (m["metric"]["metricName"], m["metric"]["metricValue"], m["metric"]["step"]) for m in payloads if "metric" in m
    ]
    assert metrics[:3] == [("MRR@20", 0.1234567890123456, None), ("loss", 0.5, 1), ("loss", 0.1 + 0.2, 2)]
    named = [entry for m in payloads for entry in (m.get("param") or m.get("params"),) if entry]
    values = {entry["paramName"]: entry["paramValue"] for entry in named}
    assert {name: values[name] for name in ("alpha", "bands", "rows")} == {"alpha": 0.1, "bands": [1, 5], "rows": 4000}
    others = {m["key"]: m["value"] for m in payloads if "key" in m}
    assert others["metaflow_pathspec"] == "NextFlow/17"
    assert described["offline_id"] == link["key"]
    assert PNG in files.values()
    assert SECRET not in json.dumps(messages) + json.dumps(described)
    assert done.stderr == ""


@pytest.mark.slow
def test_the_key_follows_from_the_run(tmp_path: Path) -> None:
    """Publishing a run again, as a retried step does, replaces its one experiment."""
    first, second = (json.loads(python(PUBLISH, tmp_path, str(tmp_path), PNG.hex()).stdout) for _ in range(2))
    assert first == second
    assert re.fullmatch(r"[0-9a-f]{32}", first["key"])
    assert len(list((tmp_path / ".workbench" / "comet").iterdir())) == 1


@pytest.mark.slow
def test_an_unreachable_comet_is_a_warning(tmp_path: Path) -> None:
    """Where nobody answers, a warning says so, without the key, and the archive is there."""
    done = python(
        PUBLISH,
        tmp_path,
        str(tmp_path),
        PNG.hex(),
        COMET_API_KEY=SECRET,
        COMET_URL_OVERRIDE="http://127.0.0.1:9/clientlib/",
    )
    link = json.loads(done.stdout)
    assert (link["url"], link["archive"]) == (None, f".workbench/comet/{link['key']}.zip")
    assert "workbench: warning: " in done.stderr
    assert SECRET not in done.stderr
    assert any("metric" in message["payload"] for message in archive(tmp_path)[0])


@pytest.mark.slow
def test_a_session_has_one_experiment(tmp_path: Path) -> None:
    """In plain Python the first call begins an experiment, one line says where it is, and exit ends it."""
    code = (
        "import workbench; [workbench.log_metric('loss', 1 / n, n) for n in (1, 2)]; workbench.log_parameter('p', 'x')"
    )
    done = python(code, tmp_path)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    messages, _, _ = archive(tmp_path)
    assert sum(m["payload"].get("metric", {}).get("metricName") == "loss" for m in messages) == 2


def test_nonsense_is_a_warning(tmp_path: Path) -> None:
    """What can't be logged is said on stderr and fails nothing, even where warnings are errors."""
    code = (
        "import warnings, workbench; warnings.simplefilter('error')\n"
        "workbench.log_metric('loss', 'high'); workbench.log_figure('none'); workbench.log_figure('text', 'x')"
    )
    done = python(code, tmp_path)
    assert [line.split(" was not logged")[0] for line in done.stderr.splitlines()] == [
        f"workbench: warning: {name!r}" for name in ("loss", "none", "text")
    ]
    assert not (tmp_path / ".workbench").exists()
