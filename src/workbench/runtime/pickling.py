"""The pickle that goes from one task of a flow to the next.

Beyond plain pickle it holds functions of every kind (closures that share a cell go on sharing it, and what was written
in the flow's module sees that module's globals, not a copy), classes made inside a step, modules, and arrays that are
views of one another. What is defined at the top of the flow's module goes by name: the next task has it too.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import io
import linecache
import marshal
import pickle
import sys
import types
from collections.abc import Callable, Collection
from typing import Any

import cloudpickle

from workbench.runtime import belongings, instances, sentinels
from workbench.runtime.reducers import reduced
from workbench.runtime.setorder import insertion_order, is_kept, is_the_same_in_every_process, made

PROTOCOL = 5


def dumps(value: Any, module: types.ModuleType, view_roots: Collection[int] = ()) -> bytes:
    """Pickle a value for the next task. module: the flow's; view_roots: ids of arrays whose views stay views.

    Raises what pickle raises where it can't: TypeError, PicklingError, AttributeError and others.
    """
    file = io.BytesIO()
    FlowPickler(file, module, view_roots=view_roots).dump(value)
    return file.getvalue()


def loads(content: bytes) -> Any:
    """What dumps pickled."""
    return _Unpickler(io.BytesIO(content)).load()


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self._known: dict[int, Any] = {}

    def persistent_load(self, key: Any) -> Any:
        """The one object that a NaN was, a library's or the value's own; or a set whose order plain pickle loses."""
        if isinstance(key, str):
            return importlib.import_module(key).nan
        if isinstance(key, int):
            return self._known.setdefault(key, float("nan"))
        number, *content = key
        if not content:
            return self._known.setdefault(number, set())
        order, slots, kind = content
        elements = made(order, slots, kind)
        if number in self._known and kind is set:  # an element refers to it
            self._known[number].update(elements)
        return self._known.setdefault(number, elements)


def nan_key(value: Any) -> str | int | None:
    """Which object a NaN is: no NaN equals another, so `in`, `set` and `Counter` go by that. None for all else."""
    if type(value) is not float or value == value:
        return None
    for module in ("numpy", "math"):
        if value is getattr(sys.modules.get(module), "nan", None):
            return module
    return id(value)


def digest(value: Any, module: types.ModuleType) -> bytes | None:
    """A fingerprint of a value's whole content; None for what can't be pickled. Equal for the same unchanged object."""
    file = _Hashing()
    try:
        FlowPickler(file, module, buffer_callback=file.take).dump(value)
    except Exception:  # whatever a value's own reducer raises
        return None
    return file.digest()


class _Hashing:
    """A file that keeps a hash of what is written."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def write(self, content: Any) -> int:
        self._hash.update(content)
        return len(content)

    def take(self, buffer: pickle.PickleBuffer) -> None:
        """Hash an array's memory where it lies."""
        self._hash.update(buffer.raw())

    def digest(self) -> bytes:
        return self._hash.digest()


class FlowPickler(cloudpickle.Pickler):
    """special: whether something was pickled that only another task of this flow can load, or plain pickle can't do."""

    def __init__(
        self,
        file: Any,
        module: types.ModuleType,
        *,
        view_roots: Collection[int] = (),
        buffer_callback: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(file, protocol=PROTOCOL, buffer_callback=buffer_callback)
        self._module = module
        self._view_roots = view_roots
        self._numpy = sys.modules.get("numpy")
        self.special = False
        self._numbers: dict[int, int] = {}  # of NaNs and sets, by id
        self._picklable: dict[int, bool] = {}  # of instances, by id
        self._trusting = False  # whether those are taken for it that were never tried

    def persistent_id(self, obj: Any) -> Any:
        """The same NaN is to be the same object again, and a set is to come out in its order."""
        kind = type(obj)
        if kind is float:
            key = nan_key(obj)
            return self._numbers.setdefault(key, len(self._numbers)) if isinstance(key, int) else key
        if (kind is set or kind is frozenset) and not is_kept(obj):
            return self._ordered_set(obj)
        return None

    def _ordered_set(self, elements: set[Any] | frozenset[Any]) -> Any:
        if id(elements) in self._numbers:
            return (self._numbers[id(elements)],)
        found = insertion_order(elements)
        if found is None and all(map(is_the_same_in_every_process, elements)):
            raise pickle.PicklingError("the order of a set's elements can't be made again in another process")
        if found is None:
            return None  # texts, whose order is another one in each kernel
        number = self._numbers.setdefault(id(elements), len(self._numbers))
        return (number, *found, type(elements))

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is types.FunctionType:
            return self._function(obj)
        if kind is types.CellType:
            return _new_cell, (), _cell_state(obj), None, None, _fill_cell
        if kind is types.ModuleType:
            self.special = True
        elif issubclass(kind, type):
            return self._class(obj)
        elif self._view_roots and isinstance(obj, self._numpy.ndarray):  # type: ignore[union-attr]
            parts = self._array(obj)
            return self._known_object(obj) if parts is NotImplemented else parts
        return self._known_object(obj)

    def _function(self, function: types.FunctionType) -> Any:
        owner = function.__globals__.get("__name__")
        if self.is_importable(function):
            self.special |= function.__module__ == self._module.__name__
            return NotImplemented
        self.special = True
        if getattr(sys.modules.get(owner), "__dict__", None) is not function.__globals__:  # type: ignore[arg-type] # no module is called None
            return super().reducer_override(function)  # made by exec: its globals go along
        state = {name: getattr(function, name) for name in _FUNCTION_ATTRIBUTES}
        # version 2 has no references, which depend on who else holds the code: equal code is to give equal bytes
        arguments = (marshal.dumps(function.__code__, 2), owner, function.__closure__)
        return _new_function, arguments, (state, function.__dict__), None, None, _fill_function

    def _class(self, cls: type) -> Any:
        if self.is_importable(cls):
            self.special |= cls.__module__ == self._module.__name__
            return NotImplemented
        self.special = self.special or cls not in NAMELESS
        parts = super().reducer_override(cls)
        if isinstance(parts, tuple) and len(parts) > 2 and cls.__qualname__ != cls.__name__:
            parts[2][0]["__qualname__"] = cls.__qualname__  # cloudpickle leaves it out
        return parts

    def is_importable(self, definition: Any) -> bool:
        """Whether the definition's module has it under its name, in every process."""
        if definition.__module__ == self._module.__name__:
            known = defined_at_top(getattr(self._module, "__file__", None))
            if known is not None and definition.__qualname__.partition(".")[0] not in known:
                return False  # a step made it, and put it there under `global`
        found: Any = sys.modules.get(definition.__module__)
        for name in definition.__qualname__.split("."):
            found = getattr(found, name, None)
        return found is definition

    def _array(self, array: Any) -> Any:
        root = root_of(array)
        if root is array or id(root) not in self._view_roots:
            return NotImplemented
        if not (root.flags.c_contiguous or root.flags.f_contiguous):
            raise pickle.PicklingError("it shares the memory of an array whose layout is neither C's nor Fortran's")
        offset = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        shown = (root, array.shape, array.dtype, offset, array.strides, array.flags.writeable)
        kind = type(array)
        if kind is self._numpy.ndarray:  # type: ignore[union-attr] # there is an array, so there is numpy
            return _new_view, shown
        plain: Any = (self._numpy.ndarray, self._numpy.ma.MaskedArray)  # type: ignore[union-attr] # as above
        if kind.__reduce__ not in [each.__reduce__ for each in plain]:
            raise pickle.PicklingError(f"it shares its memory, and {kind.__name__} has a pickle of its own")
        return _new_view, (*shown, kind), getattr(array, "__dict__", {}), None, None, _fill_attributes

    def _known_object(self, obj: Any) -> Any:
        """The process's own generators stay the process's own."""
        random = sys.modules.get("random")
        if random is not None and obj is random._inst:
            self.special = True
            return _global_generator, ("random", "_inst")
        mtrand = sys.modules.get("numpy.random.mtrand")
        if mtrand is not None and obj is mtrand._rand:
            self.special = True
            return _global_generator, ("numpy.random.mtrand", "_rand")
        if (parts := reduced(obj)) is not None:
            self.special = True
            return parts
        if (parts := belongings.reduced(obj)) is not None:
            self.special = True
            return parts
        if (parts := instances.reduced(obj, self._module, self._can_be_pickled)) is not None:
            self.special = True
            return parts
        if (parts := sentinels.reduced(obj, self._module.__name__)) is not None:
            self.special = True
            return parts
        return self._array_with_attributes(obj)

    def _can_be_pickled(self, obj: Any, state: Any) -> bool:
        """Whether what an instance consists of can be pickled. It is tried: with all that is within, or one by one."""
        if id(obj) not in self._picklable:
            self._picklable[id(obj)] = True  # it may hold itself
            if not self._trusting:
                self._picklable[id(obj)] = self._try(state, trusting=True) or self._try(state, trusting=False)
        return self._picklable[id(obj)]

    def _try(self, value: Any, *, trusting: bool) -> bool:
        file = _Hashing()
        trial = FlowPickler(file, self._module, view_roots=self._view_roots, buffer_callback=file.take)
        trial._picklable, trial._trusting = dict(self._picklable), trusting
        try:
            trial.dump(value)
        except Exception:  # whatever a value's own reducer raises
            return False
        self._picklable |= trial._picklable
        return True

    def _array_with_attributes(self, obj: Any) -> Any:
        """An array of a subclass keeps its attributes, which numpy's own pickle drops without a word."""
        if self._numpy is None or not isinstance(obj, self._numpy.ndarray):
            return NotImplemented
        attributes = getattr(obj, "__dict__", None)
        if not attributes or type(obj).__reduce__ is not self._numpy.ndarray.__reduce__:
            return NotImplemented
        self.special = True
        make, arguments, state = obj.__reduce__()
        return make, arguments, (state, attributes), None, None, _fill_array


@functools.lru_cache(maxsize=1)
def defined_at_top(file: str | None) -> frozenset[str] | None:
    """The functions and classes that the flow's file defines at its top; None where it can't be read."""
    lines = linecache.getlines(file) if file else []
    if not lines:
        return None
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.parse("".join(lines)).body if isinstance(node, definitions))


_FUNCTION_ATTRIBUTES = (
    "__name__",
    "__qualname__",
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__doc__",
    "__module__",
)
NAMELESS = (type(None), type(...), type(NotImplemented))
"""Types that pickle knows, though no module has them under their name."""


def root_of(array: Any) -> Any:
    """The array whose memory a view shows; the array itself where it isn't a view of an array."""
    numpy = sys.modules["numpy"]
    while isinstance(array.base, numpy.ndarray):
        array = array.base
    return array


def _cell_state(cell: types.CellType) -> tuple[Any, ...] | None:
    try:
        return (cell.cell_contents,)
    except ValueError:  # not yet filled
        return None


def _new_cell() -> types.CellType:
    return types.CellType()


def _fill_cell(cell: types.CellType, state: tuple[Any, ...]) -> None:
    cell.cell_contents = state[0]


def _new_function(code: bytes, owner: str, closure: tuple[types.CellType, ...] | None) -> types.FunctionType:
    module = sys.modules.get(owner) or importlib.import_module(owner)
    return types.FunctionType(marshal.loads(code), module.__dict__, closure=closure)  # noqa: S302 - our own artifact


def _fill_function(function: types.FunctionType, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    attributes, namespace = state
    for name, value in attributes.items():
        setattr(function, name, value)
    function.__dict__.update(namespace)


def _new_view(
    root: Any,
    shape: tuple[int, ...],
    dtype: Any,
    offset: int,
    strides: tuple[int, ...],
    writeable: bool,
    kind: type | None = None,
) -> Any:
    import numpy

    flat = root.reshape(-1, order="A")
    if dtype.hasobject:  # no buffer of objects: step by whole elements instead
        view = numpy.lib.stride_tricks.as_strided(flat[offset // flat.itemsize :], shape, strides)
    else:
        view = numpy.ndarray(shape, dtype, buffer=flat, offset=offset, strides=strides)
    if not writeable:
        view.flags.writeable = False
    return view if kind is None else view.view(kind)


def _fill_attributes(array: Any, attributes: dict[str, Any]) -> None:
    array.__dict__.update(attributes)


def _fill_array(array: Any, state: tuple[Any, dict[str, Any]]) -> None:
    array.__setstate__(state[0])
    array.__dict__.update(state[1])


def _global_generator(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)
