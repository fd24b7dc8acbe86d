"""comet_ml, tamed: imported late, without its hooks into other libraries, telemetry and console noise."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

from workbench import quick

# What the library reads from the environment while it is imported and while an experiment is made.
_SETTINGS = {
    "COMET_DISABLE_AUTO_LOGGING": "1",  # or it hooks imports and patches scikit-learn, torch and others
    "COMET_ERROR_TRACKING_ENABLE": "false",  # or it sends its own errors home
    "COMET_DISABLE_ANNOUNCEMENT": "true",
    "COMET_LOGGING_CONSOLE": "ERROR",
}
# Where nobody answers, an archive is written: ten attempts would only keep the run waiting. The user's own values win.
_PATIENCE = {
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_TOTAL": "2",
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_CONNECT": "1",
}


@contextlib.contextmanager
def quiet() -> Iterator[list[str]]:
    """Within: the settings hold and nothing is printed. Yields the list of what the library complains about."""
    settings = {**_PATIENCE, **{name: os.environ[name] for name in _PATIENCE if name in os.environ}, **_SETTINGS}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    complaints = _Complaints()
    logger = logging.getLogger("comet_ml")
    try:
        load()
        logger.addHandler(complaints)
        yield complaints.found
    finally:
        logger.removeHandler(complaints)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def load() -> Any:
    """The module comet_ml. Its exception hook and its console handler are taken off again."""
    if "comet_ml" in sys.modules:
        return sys.modules["comet_ml"]  # the user's own import: its handlers stay
    hook = sys.excepthook
    with quick.imports():
        module = importlib.import_module("comet_ml")
    sys.excepthook = hook
    logger = logging.getLogger("comet_ml")
    for handler in [h for h in logger.handlers if isinstance(h, logging.StreamHandler)]:
        logger.removeHandler(handler)
    return module


class _Complaints(logging.Handler):
    """Collects the warnings and errors, each once, without the key."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, entry: logging.LogRecord) -> None:
        text = " ".join(entry.getMessage().split())
        if key := os.environ.get("COMET_API_KEY"):
            text = text.replace(key, "***")
        if text not in self.found:
            self.found.append(text)
