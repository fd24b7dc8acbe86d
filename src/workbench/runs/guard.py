"""A process that outlives us for a moment: where `workbench run` is killed with -9, it stops the flow that is left.

Run as `python -m workbench.runs.guard`. Its stdin is a pipe that only we hold: a line with the flow's process id, then
a line when all is well. The pipe's end without that line means that we are gone.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys


class Guard:
    """A context manager; while it is entered, the flow that it was told of doesn't outlive this process."""

    def __enter__(self) -> Guard:
        # a session of its own: the terminal's Ctrl-C isn't meant for it
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        return self

    def watch(self, pid: int) -> None:
        """The flow's process is this one."""
        self._say(str(pid))

    def __exit__(self, *_: object) -> None:
        self._say("done")
        with contextlib.suppress(OSError):
            self._process.communicate()

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            print(line, file=self._process.stdin, flush=True)


def main() -> None:
    """Wait for the end of stdin."""
    lines = [line.strip() for line in sys.stdin]
    if lines and lines[-1].isdecimal():
        from workbench.runs.processes import stop

        stop(int(lines[-1]))


if __name__ == "__main__":
    main()
