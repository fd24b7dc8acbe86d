"""State of the process itself: environment, folders, warnings, locale."""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from workbench.errors import HandOverError
from workbench.runtime.state.kind import Kind, ListKind, MappingKind
from workbench.runtime.state.live import Held, LiveKind

SECRET = re.compile(r"secret|passw|passphrase|token|credential|private|api_?key|access_?key|_key$|_pwd$|dsn$", re.I)


class Environment(MappingKind):
    """os.environ: the variables that cells changed, never those whose names look like credentials."""

    name, title, module = "environ", "environment variables", "os"
    by_imports = True

    def read(self) -> dict[str, Any]:
        return dict(os.environ)

    def change(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
        changed = super().change(before, after) or {}
        return {name: value for name, value in changed.items() if not SECRET.search(name)} or None

    def left_out(self, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        secret = [name for name in super().change(before, after) or {} if SECRET.search(name)]
        return [
            f"the environment variable {name} looks like a credential and is not handed to later steps: "
            "set it where the run is started, or in a cell tagged `setup`"
            for name in secret
        ]

    def restore(self, change: dict[str, Any]) -> None:
        for name, value in change.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if "TZ" in change:
            import time

            time.tzset()


class WorkingFolder(Kind):
    """os.getcwd()."""

    name, title, module = "cwd", "the working folder", "os"

    def read(self) -> str:
        try:
            return str(Path.cwd())
        except OSError:  # it was removed
            return ""

    def restore(self, change: str) -> None:
        try:
            os.chdir(change)
        except OSError as error:
            raise HandOverError(
                "WB401",
                f"the working folder that an earlier step changed to is not there: {change or 'it was removed'}",
                hint="change the folder in a cell tagged `setup`, or in each step that needs it",
            ) from error


class ModulePath(ListKind):
    """sys.path."""

    name, title, module = "sys.path", "the module search path", "sys"
    by_imports = True

    def read(self) -> list[str]:
        return list(sys.path)

    def restore(self, change: dict[str, list[str]]) -> None:
        sys.path[:] = self.applied(change, sys.path)


class WarningFilters(ListKind):
    """warnings.filterwarnings and its like."""

    name, title, module = "warnings", "the warnings filters", "warnings"
    by_imports = True

    def read(self) -> list[Any]:
        return list(self.library.filters)

    def restore(self, change: dict[str, list[Any]]) -> None:
        self.library.filters[:] = self.applied(change, self.library.filters)
        self.library._filters_mutated()  # as warnings.simplefilter does


_SHOW = warnings._showwarnmsg_impl  # type: ignore[attr-defined] # no public way to ask


class WarningRecord(LiveKind):
    """Where warnings go in place of stderr: to the list of a `catch_warnings(record=True)` that a cell left open."""

    name = "warnings"

    def look(self) -> Held:
        show = warnings._showwarnmsg_impl  # type: ignore[attr-defined] # as above
        return {} if show is _SHOW else {"record": (show,)}

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        warnings._showwarnmsg_impl = value[0] if value else _SHOW  # type: ignore[attr-defined] # as catch_warnings does
        return True

    def title(self, key: str) -> str:
        return "the record of warnings"


class Locale(MappingKind):
    """locale.setlocale."""

    name, title, module = "locale", "the locale", "locale"

    def read(self) -> dict[str, Any]:
        names = [name for name in dir(self.library) if name.startswith("LC_") and name != "LC_ALL"]
        return {name: self.library.setlocale(getattr(self.library, name)) for name in names}

    def restore(self, change: dict[str, Any]) -> None:
        for name, value in change.items():
            self.library.setlocale(getattr(self.library, name), value)


class RecursionLimit(Kind):
    """sys.setrecursionlimit."""

    name, title, module = "recursion", "the recursion limit", "sys"

    def read(self) -> int:
        return sys.getrecursionlimit()

    def restore(self, change: int) -> None:
        sys.setrecursionlimit(change)
