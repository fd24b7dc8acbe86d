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
from collections.abc import Callable, Collection, Hashable, Mapping
from types import MappingProxyType
from typing import Any

import cloudpickle

from workbench.runtime import arrays, belongings, instances, sentinels
from workbench.runtime.reducers import reduced
from workbench.runtime.setorder import insertion_order, is_kept, is_the_same_in_every_process, made
from workbench.runtime.source import file_of

PROTOCOL = 5


def dumps(
    value: Any,
    module: types.ModuleType,
    view_roots: Collection[int] = (),
    elsewhere: Mapping[int, Hashable] = MappingProxyType({}),
) -> bytes:
    """Pickle a value for the next task. module: the flow's; view_roots: ids of arrays whose views stay views.

    elsewhere: id → key of the objects in whose place `loads` puts others. Raises what pickle raises where it can't:
    TypeError, PicklingError, AttributeError and others.
    """
    file = io.BytesIO()
    FlowPickler(file, module, view_roots=view_roots, elsewhere=elsewhere).dump(value)
    return file.getvalue()


def loads(content: bytes, elsewhere: Mapping[Any, Any] = MappingProxyType({})) -> Any:
    """What dumps pickled. elsewhere: key → the object that stands there."""
    return _Unpickler(io.BytesIO(content), elsewhere).load()


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, elsewhere: Mapping[Any, Any]) -> None:
        super().__init__(file)
        self._elsewhere = elsewhere
        self._known: dict[int, Any] = {}

    def persistent_load(self, key: Any) -> Any:
        """The one object that a NaN was, a library's or the value's own; a library's text; or a set in its order."""
        if isinstance(key, str):
            return importlib.import_module(key).nan
        if isinstance(key, int):
            return self._known.setdefault(key, float("nan"))
        number, *content = key
        if number is None:
            return self._elsewhere[content[0]]
        if isinstance(number, str):
            return sentinels.named(number, content[0])
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


def digest(value: Any, module: types.ModuleType, *, kept_orders: bool = False) -> bytes | None:
    """A fingerprint of a value's whole content; None for what can't be pickled. Equal for the same unchanged object.

    kept_orders: whether a set whose order can't be made again is to count as what can't be pickled; it takes longer.
    """
    file = _Hashing()
    try:
        FlowPickler(file, module, buffer_callback=file.take, kept_orders=kept_orders).dump(value)
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
    """special: whether something was pickled that only another task of this flow can load, or plain pickle can't do.

    kept_orders: whether sets are to come out in their order when they are loaded.
    """

    def __init__(
        self,
        file: Any,
        module: types.ModuleType,
        *,
        view_roots: Collection[int] = (),
        buffer_callback: Callable[[Any], Any] | None = None,
        elsewhere: Mapping[int, Hashable] = MappingProxyType({}),
        kept_orders: bool = True,
    ) -> None:
        super().__init__(file, protocol=PROTOCOL, buffer_callback=buffer_callback)
        self._elsewhere = elsewhere
        self._kept_orders = kept_orders
        self._module = module
        self._view_roots = view_roots
        self._numpy = sys.modules.get("numpy")
        self.special = False
        self._texts: dict[int, tuple[str, str]] = {}  # by id: the constants of the libraries whose instances are there
        self._numbers: dict[int, int] = {}  # of NaNs and sets, by id
        self._picklable: dict[int, bool] = {}  # of instances, by id
        self._trusting = False  # whether those are taken for it that were never tried

    def persistent_id(self, obj: Any) -> Any:
        """The same NaN is to be the same object again, and a set is to come out in its order."""
        kind = type(obj)
        if self._elsewhere and id(obj) in self._elsewhere:
            return (None, self._elsewhere[id(obj)])
        if kind is float:
            key = nan_key(obj)
            return self._numbers.setdefault(key, len(self._numbers)) if isinstance(key, int) else key
        if kind is str and id(obj) in self._texts:
            return self._text(obj)
        if (kind is set or kind is frozenset) and self._kept_orders and not is_kept(obj):
            return self._ordered_set(obj)
        return None

    def _text(self, text: str) -> tuple[str, str] | None:
        """Where a text stands that a library knows by its identity; None for any other text."""
        found = self._texts.get(id(text))
        if found is None or getattr(sys.modules.get(found[0]), found[1], None) is not text:
            return None
        self.special = True
        return found

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
        elif self._numpy is not None and isinstance(obj, self._numpy.ndarray):
            return self._array(obj)
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
            known = defined_at_top(file_of(self._module))
            if known is not None and definition.__qualname__.partition(".")[0] not in known:
                return False  # a step made it, and put it there under `global`
        found: Any = sys.modules.get(definition.__module__)
        for name in definition.__qualname__.split("."):
            found = getattr(found, name, None)
        return found is definition

    def _array(self, array: Any) -> Any:
        shown = arrays.are_looked_at(self._module)
        parts = arrays.reduced(array, self._view_roots, shown=shown)
        self.special |= parts is not None
        return arrays.plain(array) if parts is None else parts

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
        if (texts := sentinels.texts_of(type(obj).__module__)) and self._module.__name__ != type(obj).__module__:
            self._texts.update(texts)
        return NotImplemented

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


def _global_generator(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)
