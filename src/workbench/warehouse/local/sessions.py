"""The sessions of the local warehouse: who has logged in, and is still there.

A client of workbench's says which process it is. When that process is gone, its session is as well: what it had open is
rolled back, its temporary tables, staged files and results go.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from pathlib import Path
from typing import Any

from workbench.warehouse.base import PROCESS, process_name
from workbench.warehouse.local import context, temporary

log = logging.getLogger("workbench.warehouse")


class Session:
    """connection: fakesnow's. lock: held while a statement of the session runs. process: see `process_name`."""

    def __init__(self, connection: Any, process: str | None) -> None:
        self.connection = connection
        self.lock = threading.Lock()
        self.process = process

    def is_left(self) -> bool:
        """Whether the process that opened it is gone; False where that can't be known."""
        pid, _, namespace = (self.process or "").partition("@")
        if not pid.isdecimal() or namespace != process_name().partition("@")[2]:
            return False
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Close it when its statement has ended; what it didn't commit is gone, and what it staged for itself."""
        import fakesnow.server
        from fakesnow.transforms import stage

        with self.lock:
            with contextlib.suppress(Exception):
                self.connection.close()
            own = context.of(self.connection)
            if own.has_temporary:
                with fakesnow.server.shared_fs.duck_conn.cursor() as other:
                    temporary.drop(other, own.session_id)
        shutil.rmtree(Path(stage.LOCAL_BUCKET_PATH, self.connection.table_stages._session), ignore_errors=True)


def opened(connection: Any, parameters: dict[str, Any], settings: dict[str, str]) -> Session:
    """The session of a login. parameters: as the client sent them; settings: those of them that are the session's."""
    process = parameters.get(PROCESS)
    context.of(connection).settings.update(settings)
    return Session(connection, None if process is None else str(process))
