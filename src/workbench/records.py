"""typing.NamedTuple without what makes it slow to import.

typing takes a tenth of the time that `workbench promote` has, and namedtuple as much again to compile a constructor for
each record: here one is compiled when it is first called.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take a variable of this name to be true
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from _collections import _tuplegetter

    class _Record(tuple):
        """What all records can do: namedtuple's methods."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            """Make the first record of a class; the constructor compiled for it takes this one's place."""
            names = ", ".join(cls._fields)
            text = f"lambda cls, {names}: new(cls, ({names},))"
            constructor = eval(text, {"new": tuple.__new__})  # noqa: S307  as namedtuple does
            constructor.__qualname__ = cls.__name__  # as errors call it
            constructor.__defaults__ = tuple(cls._field_defaults.values())
            cls.__new__ = staticmethod(constructor)
            return constructor(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **named):
            values = map(named.pop, self._fields, self)
            replaced = tuple.__new__(type(self), values)
            if named:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(named)}")
            return replaced

        def _asdict(self):
            return dict(zip(self._fields, self))  # noqa: B905  they are equally long

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            values = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({values})"

    class _Fields(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace.pop(field) for field in fields if field in namespace}
            own = {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
            getters = {field: _tuplegetter(place, "") for place, field in enumerate(fields)}
            return type(name, (_Record,), {**own, **getters, **namespace})

    class NamedTuple(metaclass=_Fields):
        """Base of a record: its annotations are its fields, in order."""


__all__ = ["NamedTuple"]
