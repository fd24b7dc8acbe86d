"""Streams: what is written on every way there is arrives, in order, and in the log."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

SCRIPT = """
import os, subprocess, sys, threading
from workbench.runtime.capture import Streams
got = []
streams = Streams(lambda name, text: got.append((name, text)))
streams.start()
{body}
streams.stop()
import json
print("GOT", json.dumps(got))
"""


@pytest.fixture
def captured() -> Callable[[str], tuple[list[Any], str]]:
    """Run statements under capture in a process of their own: what was recorded, and what reached the log."""

    def run(body: str) -> tuple[list[Any], str]:
        import json

        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(body=body)],
            capture_output=True,
            text=True,
            errors="replace",
            env=dict(os.environ),
            check=True,
        )
        log, _, got = done.stdout.partition("GOT ")
        return json.loads(got), log

    return run


def merged(got: list[Any], name: str) -> str:
    return "".join(text for each, text in got if each == name)


def test_descriptors_and_prints_keep_their_order(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """Between two prints what a subprocess wrote stands between them, once the streams are flushed."""
    got, log = captured(
        "print('one'); sys.stdout.flush(); subprocess.run(['echo', 'two']); sys.stdout.flush(); print('three')"
    )
    assert merged(got, "stdout") == "one\ntwo\nthree\n"
    assert log == "one\ntwo\nthree\n"


def test_much_at_once(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """Megabytes through a descriptor, with characters cut in the middle, arrive whole."""
    got, _ = captured("subprocess.run(['printf', 'é€' * 20_000])")
    assert merged(got, "stdout") == "é€" * 20_000


def test_bytes_that_are_no_text(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """What is no UTF-8 is replaced, and stops nothing."""
    got, _ = captured("os.write(1, b'a\\xff\\xfeb\\n'); print('\\ud800'.encode('utf-8', 'replace'))")
    assert merged(got, "stdout") == "a\ufffd\ufffdb\nb'?'\n"


def test_a_forked_child(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """What a child prints is recorded by its parent."""
    got, _ = captured("child = os.fork()\nif not child:\n    print('child')\n    os._exit(0)\nos.waitpid(child, 0)")
    assert merged(got, "stdout") == "child\n"


def test_threads(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """Threads that print at the same time lose nothing."""
    got, _ = captured(
        "def work():\n    for _ in range(200): print('x' * 50)\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[each.start() for each in threads]; [each.join() for each in threads]"
    )
    assert merged(got, "stdout").count("x") == 200 * 50 * 4


def test_a_process_that_stays(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """A subprocess that outlives the cells, and prints later, stops nothing and writes into no other file."""
    got, _ = captured("subprocess.Popen(['sh', '-c', 'sleep 0.2; echo late'], stderr=subprocess.DEVNULL); print('now')")
    assert merged(got, "stdout") == "now\n"


def test_streams_are_the_kernels(captured: Callable[[str], tuple[list[Any], str]]) -> None:
    """No terminal, UTF-8, only text, and a descriptor to give to subprocesses."""
    got, _ = captured(
        "print(sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable(), sys.stdout.fileno() > 2)\n"
        "try:\n    sys.stdout.write(b'x')\nexcept TypeError as error:\n    print('refused')"
    )
    assert merged(got, "stdout") == "False UTF-8 True True\nrefused\n"
