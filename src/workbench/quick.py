"""Libraries that check JSON (nbformat, nbconvert, papermill, comet_ml), imported without what takes them longest."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_GRAMMAR = "rfc3987_syntax"


@contextlib.contextmanager
def imports() -> Iterator[None]:
    """Within, jsonschema finds no grammar of internationalised addresses.

    It would compile that for more than a second of CPU, to check a kind of value that none of them has.
    """
    absent = _GRAMMAR not in sys.modules
    if absent:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment] # how to say that there is no such module
    try:
        yield
    finally:
        if absent:
            del sys.modules[_GRAMMAR]
