"""The warm process: it has imported what takes long, and runs each notebook and each task in a fork of its own.

Started as a program; with the argument `heavy` it has numpy and pandas too, and each fork costs twice as much. It reads
one request a line from stdin, a JSON object, and answers each with a line on stdout:

    {"folder", "seconds", "notebook"}              → {"cells": outputs of each code cell} | {"error"}
    {"folder", "seconds", "name"}                  → {"tasks", "error"}    (the flow is in the folder)
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
OUT_OF_TIME = -1
MEMORY = "/dev/shm"


def main() -> None:
    """Answer requests until stdin ends."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nobody = os.open(os.devnull, os.O_RDWR)
    os.dup2(nobody, 0)
    os.dup2(2, 1)
    os.close(nobody)
    sys.path[0] = str(Path(__file__).parents[1])
    warm = _Warm(heavy="heavy" in sys.argv[1:])
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in requests:
        try:
            answer = warm.answer(json.loads(line))
        except Exception:
            answer = {"error": traceback.format_exc(), "fault": True}
        print(json.dumps(answer), file=answers, flush=True)


class _Warm:
    def __init__(self, *, heavy: bool) -> None:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = "1"  # a fork keeps no threads
        if os.access(MEMORY, os.W_OK):
            os.environ["TMPDIR"] = MEMORY
        from oracle import flow, reference
        from oracle.libraries import Hidden

        self._flow, self._reference = flow, reference
        flow.warm_up()
        _try_shell()
        self._hidden = Hidden(heavy=heavy)
        self._deadline = 0.0
        self._folder = Path()
        gc.collect()
        gc.freeze()

    def answer(self, request: Json) -> Json:
        self._folder = Path(request["folder"])
        self._deadline = time.monotonic() + request["seconds"]
        if "notebook" in request:
            return self._run_notebook(request["notebook"])
        folder = self._folder
        return self._flow.run(request["name"], folder / "flows" / "case.py", folder, folder / "store", self._child)

    def _run_notebook(self, notebook: Json) -> Json:
        file = self._folder / "answer.json"

        def run() -> None:
            cells = self._reference.run(notebook, self._folder / "kernel")
            file.write_text(json.dumps(cells))

        if status := self._child(run):
            return {"error": f"the reference ended with {status}: {self._log().read_text(errors='replace')[-3000:]}"}
        return {"cells": json.loads(file.read_text())}

    def _log(self) -> Path:
        return self._folder / self._flow.LOG

    def _child(self, do: Callable[[], None]) -> int:
        """Run in a fork; what it leaves behind is killed. Gives its exit status, OUT_OF_TIME where it took too long."""
        pid = os.fork()
        if not pid:
            self._be_child(do)
        watch = os.pidfd_open(pid)
        try:
            ready, _, _ = select.select([watch], [], [], max(0.0, self._deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            if not ready:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
        finally:
            os.close(watch)
        return os.waitstatus_to_exitcode(status) if ready else OUT_OF_TIME

    def _be_child(self, do: Callable[[], None]) -> None:
        status = 1
        try:
            os.setsid()
            log = os.open(self._log(), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
            sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            del sys.path[0]
            for name in [name for name in sys.modules if name.partition(".")[0] == "oracle"]:
                del sys.modules[name]  # beside a notebook's own modules, whose data goes from task to task
            self._hidden.hide()
            _seed()
            do()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1 if end.code else 0
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)


def _try_shell() -> None:
    """Make a shell once: what it imports and compiles is there for all that follow."""
    import builtins

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    kept = sys.displayhook, sys.excepthook, sys.modules["__main__"], dict(vars(builtins)), dict(os.environ)
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.instance(config=config).run_cell("1 + 1", silent=True)
    InteractiveShell.clear_instance()
    sys.displayhook, sys.excepthook, sys.modules["__main__"], names, environment = kept
    for name in vars(builtins).keys() - names.keys():
        delattr(builtins, name)
    os.environ.clear()
    os.environ.update(environment)


def _seed() -> None:
    """A new process's generator is seeded by the system."""
    import random

    random.seed()


if __name__ == "__main__":
    main()
