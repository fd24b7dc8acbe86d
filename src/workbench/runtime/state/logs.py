"""Levels and handlers of loggers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from workbench.runtime.state.kind import MappingKind

_DISABLED = "<disabled below>"
_NOBODY = "nobody"  # the stream of a NullHandler
_QUIETED = ("snowflake.connector", "comet_ml")
"""Loggers that workbench itself sets, in every process that uses them."""


@dataclass(frozen=True)
class _Handler:
    """A handler that can be made again. stream: stdout, stderr, nobody, or a file's name with mode and encoding."""

    stream: str
    mode: str
    encoding: str | None
    level: int
    layout: tuple[type, str | None, str | None] | None
    formatter: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Handler) and self._facts() == other._facts()

    def _facts(self) -> tuple[Any, ...]:
        return self.stream, self.mode, self.encoding, self.level, self.layout

    __hash__ = None  # type: ignore[assignment]


class Logging(MappingKind):
    """logging.basicConfig, setLevel, disable: of the loggers that were given something."""

    name, title, module = "logging", "the logging configuration", "logging"
    by_imports = True

    def read(self) -> dict[str, Any]:
        import logging

        found: dict[str, Any] = {_DISABLED: logging.root.manager.disable}
        loggers = {"": logging.root, **logging.root.manager.loggerDict}
        for name, logger in loggers.items():
            if isinstance(logger, logging.Logger) and not name.startswith(_QUIETED):
                facts = _facts(logger)
                if facts != _PLAIN:
                    found[name] = facts
        return found

    def left_out(self, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        changed = self.change(before, after) or {}
        return [
            f"a handler of the logger {name or 'root'!r} can't be made again in later steps: "
            "configure logging in a cell tagged `setup`"
            for name, facts in changed.items()
            if name != _DISABLED and facts is not None and None in facts[3]
        ]

    def restore(self, change: dict[str, Any]) -> None:
        import logging

        for name, facts in change.items():
            if name == _DISABLED:
                logging.disable(facts)
                continue
            logger = logging.getLogger(name or None)
            level, propagate, disabled, handlers = facts or _PLAIN
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled
            if [_described(each) for each in logger.handlers] != list(handlers):
                logger.handlers[:] = [_made(each) for each in handlers if each is not None]


_PLAIN: tuple[Any, ...] = (0, True, False, ())


def _facts(logger: Any) -> tuple[Any, ...]:
    return logger.level, logger.propagate, logger.disabled, tuple(_described(each) for each in logger.handlers)


def _described(handler: Any) -> _Handler | None:
    """A handler to streams or plain files; others can't be made again, and are left out."""
    import logging

    formatter = handler.formatter
    layout = (type(formatter), formatter._fmt, formatter.datefmt) if formatter is not None else None
    if type(handler) is logging.FileHandler:
        return _Handler(handler.baseFilename, "a", handler.encoding, handler.level, layout, formatter)
    if type(handler) is logging.NullHandler:
        return _Handler(_NOBODY, "", None, handler.level, layout, formatter)
    if type(handler) is logging.StreamHandler:
        for name in ("stdout", "stderr"):
            if handler.stream in (getattr(sys, name), getattr(sys, f"__{name}__")):
                return _Handler(name, "", None, handler.level, layout, formatter)
    return None


def _made(described: _Handler) -> Any:
    import logging

    handler: logging.Handler
    if described.mode:
        handler = logging.FileHandler(described.stream, described.mode, described.encoding)
    elif described.stream == _NOBODY:
        handler = logging.NullHandler()
    else:
        handler = logging.StreamHandler(getattr(sys, described.stream))
    handler.setLevel(described.level)
    handler.setFormatter(described.formatter)
    return handler
