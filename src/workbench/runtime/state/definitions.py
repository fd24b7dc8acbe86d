"""What steps write onto the functions and classes of the flow's module: attributes, defaults, class attributes."""

from __future__ import annotations

import enum
import importlib
import types
from collections.abc import Iterator
from typing import Any

from workbench.runtime.pickling import defined_at_top, dumps, loads
from workbench.runtime.source import file_of
from workbench.runtime.state.kind import MappingKind


class Definitions(MappingKind):
    """A definition is made anew in every task, so what was written onto it has to be written again."""

    name, title, module = "definitions", "attributes of the notebook's functions and classes", "sys"

    def __init__(self, flow_module: types.ModuleType) -> None:
        self._flow_module = flow_module
        functions = [each for each in vars(flow_module).values() if isinstance(each, types.FunctionType)]
        self._as_written = {id(each): {name: getattr(each, name) for name in _REPLACED} for each in functions}

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, definition in _definitions(self._flow_module):
            for attribute, value in self._attributes(definition).items():
                try:
                    found[f"{name}.{attribute}"] = dumps(value, self._flow_module)
                except Exception:  # noqa: S112 - what can't be pickled can't be compared: as with any value on a class
                    continue
        return found

    def restore(self, change: dict[str, Any]) -> None:
        for key, content in change.items():
            name, _, attribute = key.partition(".")
            definition = vars(self._flow_module).get(name)
            if definition is None:
                continue
            if attribute == _REGISTERED:
                for each in loads(content or dumps([], self._flow_module)):
                    definition.register(each)
            elif content is not None:
                put(definition, attribute, loads(content))
            elif attribute in vars(definition):
                delattr(definition, attribute)

    def _attributes(self, definition: Any) -> dict[str, Any]:
        """What it carries that is data, and the code that isn't what the flow's file says."""
        if not isinstance(definition, types.FunctionType):
            return _of_class(definition)
        written = self._as_written.get(id(definition), {})
        replaced = {name: getattr(definition, name) for name in written if getattr(definition, name) != written[name]}
        own = {name: getattr(definition, name) for name in _FUNCTION if getattr(definition, name) is not None}
        return own | replaced | _written(definition)


def put(definition: Any, path: str, value: Any) -> None:
    """Set an attribute of a function or class, or of one of its methods (`add.__defaults__`)."""
    *methods, attribute = path.split(".")
    for name in methods:
        definition = getattr(definition, name)
        definition = getattr(definition, "__func__", definition)
    setattr(definition, attribute, value)


def definition_data(module: types.ModuleType) -> dict[str, Any]:
    """What the flow's functions and classes carry that a value may share: `f.__defaults__`, `C.items` -> the value."""
    found: dict[str, Any] = {}
    for name, definition in _definitions(module):
        own = attributes(definition)
        found |= {f"{name}.{each}": value for each, value in own.items() if value is not None and each != _REGISTERED}
    return found


def attributes(definition: Any) -> dict[str, Any]:
    """What a function or class carries that is no part of its own text."""
    if isinstance(definition, types.FunctionType):
        return {each: getattr(definition, each) for each in _FUNCTION} | _written(definition)
    return _of_class(definition)


def _written(function: types.FunctionType) -> dict[str, Any]:
    """A function's attributes; of a generic one only those that singledispatch didn't set."""
    made = _GENERIC if is_generic(function) else frozenset()
    return {name: value for name, value in function.__dict__.items() if name not in made}


def is_generic(value: Any) -> bool:
    """Whether a value is what `functools.singledispatch` makes of a function."""
    return isinstance(value, types.FunctionType) and value.__dict__.keys() >= _GENERIC


def _definitions(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    known = defined_at_top(file_of(module))
    for name, definition in list(vars(module).items()):
        if not isinstance(definition, (type, types.FunctionType)) or hasattr(definition, "_flow_state"):
            continue
        if known is not None and name not in known:
            continue  # a step made it, and put it there under `global`: it is a value
        if definition.__module__ == module.__name__ and definition.__qualname__ == name:
            yield name, definition


_FUNCTION = ("__defaults__", "__kwdefaults__")
_GENERIC = frozenset({"registry", "dispatch", "register", "_clear_cache"})
_REPLACED = ("__code__", "__doc__", "__name__")
_REGISTERED = "__registered__"
"""Stands for the virtual subclasses of an abstract base class, which are no attribute of it."""
_OF_MEMBERS = ("_name_", "__objclass__", "_sort_order_")
_NO_STATE = (types.MemberDescriptorType,)
_GENERATED = ("__dict__", "__weakref__", "__module__", "__doc__", "__qualname__")


def _of_class(cls: type) -> dict[str, Any]:
    """The attributes of a class that are no part of its own text: data, and functions that were put there later."""
    if isinstance(cls, enum.EnumMeta):
        members: list[tuple[str, Any]] = list(cls.__members__.items())
        return {
            f"{member}.{name}": value
            for member, each in members
            for name, value in vars(each).items()
            if name not in _OF_MEMBERS
        }
    own = {
        name: value
        for name, value in vars(cls).items()
        if name not in _GENERATED
        and not isinstance(value, _NO_STATE)
        and not (name[:2] == "__" and name[-2:] == "__" and not isinstance(value, types.FunctionType))
        and not name.startswith("_abc_")
        and not _is_of_the_body(cls, name, value)
    }
    for name, value in vars(cls).items():
        function = getattr(value, "__func__", value)
        if isinstance(function, types.FunctionType):
            for each in _FUNCTION:
                if not _is_constant(defaults := getattr(function, each)):
                    own[f"{name}.{each}"] = defaults
    if "_abc_impl" in vars(cls) and (registered := _registered(cls)):
        own[_REGISTERED] = registered
    return own


def _is_of_the_body(cls: type, name: str, value: Any) -> bool:
    """Whether a function, or what wraps one, is the one that the class's body defines under that name."""
    if isinstance(value, property):
        functions = [each for each in (value.fget, value.fset, value.fdel) if each is not None]
    else:
        functions = [value.__func__ if isinstance(value, staticmethod | classmethod) else value]
    return bool(functions) and all(
        isinstance(each, types.FunctionType)
        and each.__module__ == cls.__module__
        and (each.__qualname__ == f"{cls.__qualname__}.{name}" or each.__code__.co_filename.startswith("<"))
        for each in functions
    )


def _is_constant(defaults: Any) -> bool:
    """Whether a function's defaults can't change: nothing, or values that don't."""
    values = defaults.values() if isinstance(defaults, dict) else defaults or ()
    return all(isinstance(value, str | bytes | int | float | complex | None) for value in values)


def _registered(cls: type) -> list[type]:
    own: Any = importlib.import_module("_abc")  # abc's own account of it: there is no public one
    found = [reference() for reference in own._get_dump(cls)[0]]
    return sorted((each for each in found if each is not None), key=lambda each: (each.__module__, each.__qualname__))
