"""The local warehouse's process: `python -m workbench.warehouse.local.server FOLDER READY_FD`.

It owns the DuckDB files in FOLDER, listens on loopback, writes a byte to READY_FD when it does, and ends when it was
told to or when nobody asked for anything for a while. Started by `workbench.warehouse.local.ensure`.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.warehouse.local.address import Address, Folder, owned, publish, read

if TYPE_CHECKING:
    from workbench.warehouse.local.gateway import Gateway

HOST = "127.0.0.1"
IDLE_SECONDS = 1800.0
LOG_BYTES = 5_000_000

log = logging.getLogger("workbench.warehouse")


def main(folder: Folder, ready: int) -> int:
    """Own the folder and serve it. Returns the exit status: 0 served, 3 somebody else owns the folder."""
    with owned(folder) as free:
        if not free:
            print("another process owns this warehouse", file=sys.stderr)
            return 3
        folder.address.unlink(missing_ok=True)
        try:
            _serve(folder, ready)
        finally:
            # the folder may have been removed and made again: then the address in it is another server's
            if (published := read(folder)) is not None and published.pid == os.getpid():
                folder.address.unlink(missing_ok=True)
    return 0


def _serve(folder: Folder, ready: int) -> None:
    from workbench.warehouse.local.answers import Chunks
    from workbench.warehouse.local.engine import close_engine, open_engine
    from workbench.warehouse.local.gateway import Gateway

    password = secrets.token_urlsafe(24)
    engine = open_engine(folder)
    # asyncio turns Nagle's algorithm off only where the socket names its protocol: 40 ms a statement otherwise
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        listener.listen(128)
        address = Address(HOST, listener.getsockname()[1], password, os.getpid())
        gateway = Gateway(engine, address, Chunks(folder.results))
        publish(folder, address)
        log.info("process %d listens on %s:%d", address.pid, address.host, address.port)
        os.write(ready, b"ready")
        os.close(ready)
        _run(gateway, listener, folder)
    close_engine(engine)
    log.info("process %d ends", address.pid)


def _run(gateway: Gateway, listener: socket.socket, folder: Folder) -> None:
    """Serve until SIGTERM, until there was no request for the idle time, or until the folder is gone."""
    import asyncio

    import uvicorn

    own, closed = _inode(folder), asyncio.Event()
    idle = float(os.environ.get("WORKBENCH_WAREHOUSE_IDLE") or IDLE_SECONDS)
    server = uvicorn.Server(
        uvicorn.Config(gateway.app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
    )

    async def watch() -> None:
        while not server.should_exit:
            await asyncio.sleep(min(0.2, idle / 4))
            if gateway.idle_seconds() > idle:
                log.info("nobody asked for anything for %.0f s", idle)
                server.should_exit = True
            if _inode(folder) != own:
                log.info("the folder was removed")
                server.should_exit = True
            await gateway.close_left()
        # until the last client is gone: a statement that is about to begin, or on its way, hears nothing of the first
        while gateway.interrupt() or not closed.is_set():
            await asyncio.sleep(0.1)

    async def serve() -> None:
        watcher = asyncio.create_task(watch())
        try:
            await server.serve(sockets=[listener])
        finally:
            closed.set()
        await watcher

    # uvicorn raises the signal that ended it once more: the files are to be closed first
    signal.signal(signal.SIGTERM, lambda *_: None)

    asyncio.run(serve())


def _inode(folder: Folder) -> int | None:
    """Which file the owner's lock is; None where it is gone."""
    try:
        return folder.owner_lock.stat().st_ino
    except OSError:
        return None


def _detach() -> None:
    """Leave the starter's process group, session and folder; the starter waits only for the process it started."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")


def _log_to(folder: Folder) -> None:
    if folder.log.exists() and folder.log.stat().st_size > LOG_BYTES:
        folder.log.replace(folder.log.with_suffix(".log.1"))
    handler = logging.FileHandler(folder.log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.formatter.converter = time.gmtime  # type: ignore[union-attr]
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
    warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")  # fakesnow's way, not ours to change
    for noisy in ("snowflake", "uvicorn", "sqlglot"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


if __name__ == "__main__":
    _detach()
    os.umask(0o077)
    where = Folder(Path(sys.argv[1]))
    _log_to(where)
    try:
        status = main(where, int(sys.argv[2]))
    except Exception:
        log.exception("the local warehouse ends")
        status = 1
    sys.exit(status)
