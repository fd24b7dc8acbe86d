"""Settings of the interpreter and of the standard library: each is one value that cells set and later cells see."""

from __future__ import annotations

import signal
import sys
from typing import Any

from workbench.runtime.state.kind import Kind, MappingKind


class Umask(Kind):
    """os.umask."""

    name, title, module = "umask", "the mask of new files' permissions", "os"

    def read(self) -> int:
        mask: int = self.library.umask(0o077)  # it can't be asked without being set
        self.library.umask(mask)
        return mask

    def restore(self, change: int) -> None:
        self.library.umask(change)


class Arguments(Kind):
    """sys.argv, which notebooks set for code that was written as a script."""

    name, title, module = "argv", "the command line's arguments", "sys"

    def read(self) -> list[Any]:
        return list(sys.argv)

    def restore(self, change: list[Any]) -> None:
        sys.argv[:] = change


class Interpreter(MappingKind):
    """gc.disable, sys.setswitchinterval and others: (module, what reads it, what sets it)."""

    name, title, module = "interpreter", "the interpreter's settings", "sys"

    def read(self) -> dict[str, Any]:
        return {
            f"{module}.{setter}": getattr(sys.modules[module], getter)()
            for module, getter, setter in _SETTINGS
            if hasattr(sys.modules.get(module), getter)
        }

    def restore(self, change: dict[str, Any]) -> None:
        import importlib

        for key, value in change.items():
            module, _, setter = key.rpartition(".")
            function = getattr(importlib.import_module(module), setter)
            if setter == "enable":
                function() if value else sys.modules[module].disable()
            elif value is not None:
                function(*value) if setter == "set_threshold" else function(value)


_SETTINGS = (
    ("gc", "isenabled", "enable"),
    ("gc", "get_threshold", "set_threshold"),
    ("sys", "getswitchinterval", "setswitchinterval"),
    ("sys", "get_int_max_str_digits", "set_int_max_str_digits"),
    ("threading", "stack_size", "stack_size"),
)


class Sockets(Kind):
    """socket.setdefaulttimeout. A change is (timeout,): None is a timeout too."""

    name, title, module = "socket", "the sockets' default timeout", "socket"

    def read(self) -> tuple[float | None]:
        return (self.library.getdefaulttimeout(),)

    def restore(self, change: tuple[float | None]) -> None:
        self.library.setdefaulttimeout(*change)


class Csv(MappingKind):
    """csv.register_dialect and csv.field_size_limit."""

    name, title, module = "csv", "the csv module's dialects", "csv"

    def read(self) -> dict[str, Any]:
        dialects = {name: self.library.get_dialect(name) for name in self.library.list_dialects()}
        found: dict[str, Any] = {f"dialect {name}": _dialect(each) for name, each in dialects.items()}
        return found | {"limit": self.library.field_size_limit()}

    def restore(self, change: dict[str, Any]) -> None:
        for key, value in change.items():
            name = key.removeprefix("dialect ")
            if key == "limit":
                self.library.field_size_limit(value)
            elif value is not None:
                self.library.register_dialect(name, **value)
            elif name in self.library.list_dialects():
                self.library.unregister_dialect(name)


_DIALECT = "delimiter doublequote escapechar lineterminator quotechar quoting skipinitialspace strict".split()


def _dialect(dialect: Any) -> dict[str, Any]:
    return {name: getattr(dialect, name) for name in _DIALECT}


class Limits(MappingKind):
    """resource.setrlimit."""

    name, title, module = "limits", "the process's limits", "resource"

    def read(self) -> dict[str, Any]:
        names = [name for name in dir(self.library) if name.startswith("RLIMIT_")]
        return {name: self.library.getrlimit(getattr(self.library, name)) for name in names}

    def restore(self, change: dict[str, Any]) -> None:
        for name, value in change.items():
            self.library.setrlimit(getattr(self.library, name), value)


class Processes(Kind):
    """multiprocessing.set_start_method."""

    name, title, module = "multiprocessing", "how worker processes are started", "multiprocessing"

    def read(self) -> str | None:
        method: str | None = self.library.get_start_method(allow_none=True)
        return method

    def restore(self, change: str) -> None:
        self.library.set_start_method(change, force=True)


class Signals(MappingKind):
    """signal.signal. What a cell set by hand; SIG_DFL and SIG_IGN too."""

    name, title, module = "signals", "the signal handlers", "signal"

    def read(self) -> dict[str, Any]:
        return {each.name: signal.getsignal(each) for each in signal.Signals}

    def restore(self, change: dict[str, Any]) -> None:
        for name, handler in change.items():
            if handler is not None:  # None: it was not set from Python
                signal.signal(signal.Signals[name], handler)
