"""The logging configuration: levels, and the handlers, filters and factories themselves."""

from __future__ import annotations

from typing import Any

from workbench.runtime import belongings
from workbench.runtime.state.kind import MappingKind
from workbench.runtime.state.live import Held, LiveKind

_DISABLED = "<disabled below>"
_QUIETED = ("snowflake.connector", "comet_ml")
"""Loggers that workbench itself sets, in every process that uses them."""
_TOOLS = ("comet_ml", "metaflow", "workbench")
_PLAIN: tuple[Any, ...] = (0, True, False)
_LEVELS = {0: "NOTSET", 10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


class Logging(MappingKind):
    """setLevel, propagate, disable: of the loggers that were given something."""

    name, title, module = "logging", "the logging configuration", "logging"
    by_imports = True

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = {_DISABLED: self.library.root.manager.disable}
        for name, logger in _loggers().items():
            facts = (logger.level, logger.propagate, logger.disabled)
            if facts != _PLAIN:
                found[name] = facts
        return found

    def restore(self, change: dict[str, Any]) -> None:
        for name, facts in change.items():
            if name == _DISABLED:
                self.library.disable(facts)
                continue
            logger = self.library.getLogger(name or None)
            level, logger.propagate, logger.disabled = facts or _PLAIN
            logger.setLevel(level)


class LogHandlers(LiveKind):
    """logging.basicConfig, addHandler, addFilter, addLevelName, captureWarnings and the factories."""

    name = "logging"
    by_imports = True

    def look(self) -> Held:
        import logging

        found: Held = {}
        for name, logger in _loggers().items():
            handlers = [each for each in logger.handlers if not _is_tools(each)]
            if logger.filters or handlers:
                found[f"logger {name}"] = ((handlers, list(logger.filters)),)
            if belongings.reduced(logger) is not None:
                found[f"own {name}"] = (logger,)  # to load it is to have it
        names = {level: name for level, name in logging._levelToName.items() if _LEVELS.get(level) != name}
        if names:
            found["levels"] = (names,)
        if logging.getLogRecordFactory() is not logging.LogRecord:
            found["factory"] = (logging.getLogRecordFactory(),)
        if logging.getLoggerClass() is not logging.Logger:
            found["class"] = (logging.getLoggerClass(),)
        if logging._warnings_showwarning is not None:  # type: ignore[attr-defined] # no public way to ask
            found["warnings"] = (True,)
        return found

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        import logging

        if key == "levels":
            for level, name in (value[0] if value else _LEVELS).items():
                logging.addLevelName(level, name)
        elif key == "factory":
            logging.setLogRecordFactory(value[0] if value else logging.LogRecord)
        elif key == "class":
            logging.setLoggerClass(value[0] if value else logging.Logger)
        elif key == "warnings":
            logging.captureWarnings(bool(value))
        elif key.startswith("logger "):
            logger = logging.getLogger(key.removeprefix("logger ") or None)
            handlers, filters = value[0] if value else ([], [])
            logger.handlers[:] = [*handlers, *(each for each in logger.handlers if _is_tools(each))]
            logger.filters[:] = filters
        return True

    def title(self, key: str) -> str:
        kind, _, name = key.partition(" ")
        return f"the logger {name}" if kind in ("logger", "own") and name else "the logging configuration"


def _loggers() -> dict[str, Any]:
    import logging

    every = {"": logging.root, **logging.root.manager.loggerDict}
    return {
        name: logger
        for name, logger in every.items()
        if isinstance(logger, logging.Logger) and not name.startswith(_QUIETED)
    }


def _is_tools(handler: Any) -> bool:
    """Whether a handler was put there by the tools around the cells."""
    return type(handler).__module__.partition(".")[0] in _TOOLS
