"""Where the local warehouse answers, and how any process finds out whether it still does.

The server holds `owner.lock` for its whole life; the system frees it however the server ends, SIGKILL included. It
removes the last owner's address before it listens and writes its own afterwards, so: an address whose lock is held is
the address of a living server.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workbench.files import write_atomic
from workbench.project import Project

ACCOUNT = "local"
USER = "workbench"
DATABASE = "WORKBENCH"
SCHEMA = "ANALYTICS"


@dataclass(frozen=True, slots=True)
class Folder:
    """The local warehouse's files: DuckDB databases, and what its processes tell one another."""

    path: Path

    @classmethod
    def of(cls, project: Project) -> Folder:
        return cls(project.state / "warehouse")

    @property
    def owner_lock(self) -> Path:
        """Held by the server as long as it lives."""
        return self.path / "owner.lock"

    @property
    def starter_lock(self) -> Path:
        """Held by the process that is starting a server."""
        return self.path / "starter.lock"

    @property
    def address(self) -> Path:
        return self.path / "address.json"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def stages(self) -> Path:
        """Files between PUT and COPY."""
        return self.path / "stages"

    @property
    def results(self) -> Path:
        """Large results, until they are fetched."""
        return self.path / "results"

    def make(self) -> None:
        """Make the folder, readable by its owner alone: it holds the data and the password."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a local warehouse answers. password: new for each start, kept in a file that only its owner can read."""

    host: str
    port: int
    password: str = field(repr=False)
    pid: int

    def connection(self) -> dict[str, object]:
        """What snowflake.connector.connect wants to know."""
        return {
            "host": self.host,
            "port": self.port,
            "protocol": "http",
            "account": ACCOUNT,
            "user": USER,
            "password": self.password,
            "database": DATABASE,
            "schema": SCHEMA,
        }

    def environment(self) -> dict[str, str]:
        """The same as environment variables: WORKBENCH_WAREHOUSE_HOST, _PORT, _PROTOCOL, _ACCOUNT, _USER, _PASSWORD,
        _DATABASE and _SCHEMA.

        A dbt profile reads them, so that no file holds the port or the password of one start:

            local:
              type: snowflake
              account: "{{ env_var('WORKBENCH_WAREHOUSE_ACCOUNT') }}"
              host: "{{ env_var('WORKBENCH_WAREHOUSE_HOST') }}"
              port: "{{ env_var('WORKBENCH_WAREHOUSE_PORT') | as_number }}"
              protocol: "{{ env_var('WORKBENCH_WAREHOUSE_PROTOCOL') }}"
              user: "{{ env_var('WORKBENCH_WAREHOUSE_USER') }}"
              password: "{{ env_var('WORKBENCH_WAREHOUSE_PASSWORD') }}"
              database: "{{ env_var('WORKBENCH_WAREHOUSE_DATABASE') }}"
              schema: "{{ env_var('WORKBENCH_WAREHOUSE_SCHEMA') }}"
              threads: 4
        """
        return {f"WORKBENCH_WAREHOUSE_{name.upper()}": str(value) for name, value in self.connection().items()}


def living(folder: Folder) -> Address | None:
    """The address of the server that owns the folder now, or None."""
    address = read(folder)
    return address if address is not None and is_owned(folder) else None


def read(folder: Folder) -> Address | None:
    """What the address file says, whether somebody answers there or not; None without a file that can be read."""
    try:
        return Address(**json.loads(folder.address.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def publish(folder: Folder, address: Address) -> None:
    """Tell all processes where the server is. Called by the server alone, when it listens."""
    mask = os.umask(0o077)
    try:
        write_atomic(folder.address, json.dumps(asdict(address)).encode())
    finally:
        os.umask(mask)


def is_owned(folder: Folder) -> bool:
    """Whether a living process holds the owner's lock."""
    try:
        handle = os.open(folder.owner_lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # shared, so that those who only look don't see one another; the server waits out the moment this takes
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextlib.contextmanager
def owned(folder: Folder, seconds: float = 2.0) -> Iterator[bool]:
    """Hold the owner's lock for the block; the value says whether it was free (within a moment's patience)."""
    import filelock

    lock = filelock.FileLock(folder.owner_lock)
    try:
        lock.acquire(timeout=seconds, poll_interval=0.05)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
