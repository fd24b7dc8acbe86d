"""The local warehouse: one server a project, started by whoever needs it first, found by everybody else."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

from workbench.errors import TargetNotWritable, WarehouseDown
from workbench.project import Project
from workbench.warehouse.local.address import Address, Folder, is_owned, living, read

START_SECONDS = 60.0
STOP_SECONDS = 15.0


def ensure(project: Project) -> Address:
    """The address of the project's local warehouse, started now if nobody did before.

    The server is detached: it outlives the caller, ignores the terminal's Ctrl-C, and stops by itself after
    WORKBENCH_WAREHOUSE_IDLE seconds (default 1800) without a request. dbt gets what its profile needs from
    `Address.environment()`, see there for the profiles.yml.
    Raises WarehouseDown where it doesn't start, TargetNotWritable where its folder can't be written.
    """
    import filelock

    folder = Folder.of(project)
    if (address := living(folder)) is not None:
        return address
    try:
        folder.make()
        with filelock.FileLock(folder.starter_lock, timeout=START_SECONDS):
            return living(folder) or _started(folder)
    except filelock.Timeout as error:
        raise WarehouseDown(
            "another process has been starting the local warehouse for a minute", hint=f"see {folder.log}"
        ) from error
    except OSError as error:
        raise TargetNotWritable(
            f"can't write {folder.path}: {error.strerror}", hint="the local warehouse keeps its data there"
        ) from error


def find(project: Project) -> Address | None:
    """The address of the project's local warehouse if it is up; starts nothing."""
    return living(Folder.of(project))


def stop(project: Project) -> bool:
    """Stop the server; False if none was up. Statements that are running are cut off, committed data is kept."""
    folder = Folder.of(project)
    if not is_owned(folder):
        return False
    address = read(folder)
    if address is None:
        raise WarehouseDown("the local warehouse is starting or stopping right now", hint="try again in a few seconds")
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(address.pid, number)
        if _freed(folder, STOP_SECONDS):
            return True
    raise WarehouseDown(f"process {address.pid} still owns the local warehouse", hint=f"see {folder.log}")


def _freed(folder: Folder, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_owned(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _started(folder: Folder) -> Address:
    """Start a server and wait until it says that it listens, or ends."""
    ready, told = os.pipe()
    try:
        with folder.log.open("ab") as log:
            subprocess.run(
                # -P: nothing in the caller's working folder stands in for a module
                [sys.executable, "-P", "-m", "workbench.warehouse.local.server", str(folder.path), str(told)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(told,),
                check=False,
            )
        os.close(told)
        told = -1
        # the pipe closes when the server ends, however it ends
        readable, _, _ = select.select([ready], [], [], START_SECONDS)
        if readable and os.read(ready, 16) and (address := living(folder)) is not None:
            return address
    finally:
        os.close(ready)
        if told >= 0:
            os.close(told)
    raise WarehouseDown(f"the local warehouse didn't start: {_last_line(folder)}", hint=f"see {folder.log}")


def _last_line(folder: Folder) -> str:
    with contextlib.suppress(OSError):
        lines = folder.log.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return "it said nothing"
