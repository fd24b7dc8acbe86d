"""Files that are whole or not there: written beside their target and renamed into place."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from workbench.errors import TargetNotWritable


def write_atomic(path: Path, content: bytes, *, unless: Callable[[], None] | None = None) -> None:
    """Write content to path so that a reader, or a crash, finds the old file or the new one, never a part.

    A symbolic link's target is replaced, not the link, and an existing file keeps its permission bits.
    unless: called right before the rename; what it raises leaves the old file in place.
    Raises TargetNotWritable where the folder can't be written or the disk is full; the old file is then as it was.
    """
    path = Path(os.path.realpath(path))
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        if unless is not None:
            unless()
        Path(temporary).replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TargetNotWritable(
            f"can't write {path}: {reason}", hint="free some space, or choose another place that you may write"
        ) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    """The process's umask; POSIX has no way to read it but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
