"""The embedded engine: fakesnow over the DuckDB files of one folder, with our mends applied."""

from __future__ import annotations

import logging
import shutil
import threading
from typing import Any

from workbench.warehouse.base import identifier
from workbench.warehouse.local.address import DATABASE, SCHEMA, Folder

SCANNED = 200
SCANNED_BYTES = 200_000_000

log = logging.getLogger("workbench.warehouse")


class LastResults(dict[str, Any]):
    """What RESULT_SCAN finds, by query id: the last results. fakesnow would keep all of them, in memory."""

    _size = 0
    _lock = threading.Lock()  # the sessions' threads all write here

    def __setitem__(self, key: str, value: Any) -> None:
        with self._lock:
            super().__setitem__(key, value)
            self._size += value[0].nbytes
            while len(self) > 1 and (self._size > SCANNED_BYTES or len(self) > SCANNED):
                self._size -= self.pop(next(iter(self)))[0].nbytes

    def rename(self, key: str, new: str) -> None:
        """Give the result of `key` another id."""
        with self._lock:
            if (value := self.pop(key, None)) is not None:
                if (old := self.pop(new, None)) is not None:
                    self._size -= old[0].nbytes
                super().__setitem__(new, value)


def open_engine(folder: Folder) -> Any:
    """A FakeSnow over the folder's `*.db` files, each attached, and the project's own database made if need be.

    Raises duckdb.IOException where another process has the files open.
    """
    import fakesnow.server
    from fakesnow.instance import FakeSnow
    from fakesnow.transforms import stage

    from workbench.warehouse.local import mends, temporary

    logging.getLogger("fakesnow.server").setLevel(logging.WARNING)  # it sets its own level when it is imported
    mends.apply()
    # what was between PUT and COPY when the last owner ended is put again by its loader
    shutil.rmtree(folder.stages, ignore_errors=True)
    folder.stages.mkdir(parents=True)
    stage.LOCAL_BUCKET_PATH = str(folder.stages)

    engine = FakeSnow(db_path=folder.path)
    engine.results_cache = LastResults()
    for file in sorted(folder.path.glob("*.db")):
        engine.connect(database=file.stem).close()
    connection = engine.connect(database=DATABASE, schema=SCHEMA)
    # sqlglot loads a dialect at its first use, and a thread that comes meanwhile parses by the half of it that is there
    connection.cursor().execute("select 1")
    connection.close()
    temporary.drop(engine.duck_conn)  # what a server that was killed left
    fakesnow.server.shared_fs = engine
    return engine


def close_engine(engine: Any) -> None:
    """Put what was committed into the database files. Without this it is in the log beside them, and as safe."""
    import duckdb

    for (name,) in engine.duck_conn.execute("select database_name from duckdb_databases() where path <> ''").fetchall():
        try:
            engine.duck_conn.execute(f"FORCE CHECKPOINT {identifier(name)}")
        except duckdb.Error as error:
            log.info("no checkpoint of %s: %s", name, error)
    engine.duck_conn.close()
