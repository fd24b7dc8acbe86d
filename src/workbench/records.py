"""typing.NamedTuple without typing, whose import takes a tenth of the time that `workbench promote` has."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False  # type checkers take a variable of this name to be true
if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Fields(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = list(namespace.get("__annotations__", ()))
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            base = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            return type(name, (base,), {"__slots__": (), **namespace})

    class NamedTuple(metaclass=_Fields):
        """Base of a record: its annotations are its fields, in order."""


__all__ = ["NamedTuple"]
