"""Files that are whole or not there: written beside their target and renamed into place."""

from __future__ import annotations

import os

from workbench.errors import TargetNotWritable

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_atomic(
    path: str | Path,
    content: bytes | memoryview,
    *,
    unless: Callable[[], None] | None = None,
    lasting: bool = True,
    mode: int = 0o666,
) -> None:
    """Write content to path so that a reader, or a crash, finds the old file or the new one, never a part.

    A symbolic link's target is replaced, not the link, and an existing file keeps its permission bits.
    unless: called right before the rename; what it raises leaves the old file in place.
    lasting: False for a file that can be missed: a power cut may leave it empty. mode: a new file's permission bits.
    Raises TargetNotWritable where the folder can't be written or the disk is full; the old file is then as it was.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        raise TargetNotWritable(f"can't write {path}: it is not a regular file", hint="name a file")
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                if lasting:
                    os.fsync(file.fileno())
            if os.path.exists(target):
                os.chmod(temporary, os.stat(target).st_mode & 0o7777)
            if unless is not None:
                unless()
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise TargetNotWritable(
            f"can't write {path}: {reason}", hint="free some space, or choose another place that you may write"
        ) from error
