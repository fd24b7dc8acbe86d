"""What can be wrong with the world. Each error says what to do about it.

WorkbenchError
├── NotebookError            the file can't be worked with as a notebook
│   ├── NotANotebook         not JSON, not nbformat, or of a version that is not known
│   ├── ForeignLanguage      another kernel's language
│   └── ChangedOnDisk        somebody else wrote the file meanwhile
├── PromotionRefused         the compiler found what it can't promise; carries the diagnostics
├── FlowEdited               a flow was edited by hand, and promoting would lose that
├── ParameterError           a parameter that the notebook or the flow doesn't know, or of another type
├── TargetNotWritable        a folder or file that can't be written
├── WarehouseError           the warehouse refused or can't be reached
│   ├── WarehouseDown
│   ├── UnknownProfile
│   ├── MissingTable
│   ├── NotAuthorised
│   ├── UnsupportedLocally   SQL that the local warehouse would answer wrongly
│   └── ResultTooLarge       a result that wouldn't fit into its share of the memory
├── ManifestError            dbt's manifest can't be used
│   ├── NoManifest           dbt has written none
│   └── ManifestUnreadable   not JSON, or of a version that is not known
├── HandOverError            a value or a state that can't go from one step to the next (WB4xx)
└── RunFailed                a run that ended without success

What is wrong with a user's notebook is a Diagnostic (compiler/model.py). A bug is neither, and keeps its traceback.
"""

from __future__ import annotations


class WorkbenchError(Exception):
    """Something in the world is not as it must be.

    message: one sentence that says what is wrong. hint: one sentence that says what to do.
    """

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence and the hint; where in our code it came up is nobody's concern."""
        return [f"{type(self).__name__}: {self}"]


def _one_line(message: str) -> str:
    """A sentence stays one when a name or a value in it has several lines."""
    return "⏎".join(message.splitlines())


class NotebookError(WorkbenchError):
    """The file can't be worked with as a notebook."""


class NotANotebook(NotebookError):
    """Not JSON, not nbformat, or of a version that is not known."""


class ForeignLanguage(NotebookError):
    """The notebook is written for another kernel's language."""


class ChangedOnDisk(NotebookError):
    """Somebody else wrote the file between our reading and our writing."""


class PromotionRefused(WorkbenchError):
    """The compiler found what it can't promise. diagnostics: every finding; text: them, rendered."""

    def __init__(self, message: str, diagnostics: tuple[object, ...] = (), *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = diagnostics


class FlowEdited(WorkbenchError):
    """A flow was edited by hand where its notebook says something else: promoting it would lose that."""


class ParameterError(WorkbenchError):
    """A parameter that the notebook or the flow doesn't know, or a value of another type."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(_one_line(message), hint=hint)


class TargetNotWritable(WorkbenchError):
    """A folder or a file that can't be written."""


class WarehouseError(WorkbenchError):
    """The warehouse refused, or can't be reached."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(_one_line(message), hint=hint)


class WarehouseDown(WarehouseError):
    """Nobody answers at the warehouse's address."""


class UnknownProfile(WarehouseError):
    """No connection profile has this name."""


class MissingTable(WarehouseError):
    """A table, view, column or schema that doesn't exist."""


class NotAuthorised(WarehouseError):
    """The role may not read or write this."""


class UnsupportedLocally(WarehouseError):
    """SQL that the local warehouse would answer wrongly, so it is refused."""


class ResultTooLarge(WarehouseError):
    """A result that would take more than its share of the memory; it was not fetched."""


class ManifestError(WorkbenchError):
    """dbt's manifest can't be used."""


class NoManifest(ManifestError):
    """dbt has written no manifest, or there is no dbt project."""


class ManifestUnreadable(ManifestError):
    """Not JSON, or a manifest of a version that is not known."""


class HandOverError(WorkbenchError):
    """A value or a process state that can't go from one step to the next. code: WB4xx."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {message}", hint=hint)
        self.code = code


class RunFailed(WorkbenchError):
    """A run that ended without success."""
