"""How numpy's arrays go to the next task: with their layout and flags, and as views of what they show.

numpy's own pickle keeps C's and Fortran's order, and loses all else: that an array can't be written to, the strides of
a part of another (sums go along them, and round as they go), the attributes of a subclass's. Who owns the memory is
kept where a notebook's text asks for it, because to keep it means to hand over all that a view is a part of.
"""

from __future__ import annotations

import array as arrays_of_python
import math
import pickle
import re
import sys
import types
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from workbench.runtime.source import text_of

_MEMORY = re.compile(
    r"\.\s*(base|ctypes|flags|resize|setflags|strides|__array_\w+__)\b|\b(byte_bounds|(np|numpy)\.info)\b"
)
_HANDED = re.compile(r"\bself\.\w+|\binputs\.\w+\.\w+")
"""Artifacts, whose names may be such words."""
_SHARED = (bytearray, arrays_of_python.array)


@lru_cache(maxsize=1)
def are_looked_at(module: types.ModuleType) -> bool:
    """Whether the flow's cells ask whose memory an array shows, or how it lies there. module: the flow's."""
    return _MEMORY.search(_HANDED.sub("", text_of(module))) is not None


def reduced(array: Any, roots: Collection[int], *, shown: bool) -> Any:
    """What a pickler's reducer_override returns for an array; None where numpy's own pickle keeps all there is.

    roots: ids of arrays whose views stay views; shown: whether cells look at how arrays lie in memory.
    Raises PicklingError where an array shares memory, and can't be made a view of it again.
    """
    numpy = sys.modules["numpy"]
    kind, root = type(array), root_of(array)
    if root is not array and id(root) in roots:
        return _view(array, root)
    if kind.__reduce__ is not numpy.ndarray.__reduce__:
        is_masked = root is not array and kind.__reduce__ is numpy.ma.MaskedArray.__reduce__
        return _view(array, root) if is_masked and shown else None
    is_part = root is not array and array.nbytes > root.nbytes  # its elements overlap, as those of a broadcast one
    if root is not array and (shown or is_part):
        return _view(array, root)
    if (owner := _buffer(root)) is not None:
        return _shown_at(array, owner)
    if not array.flags.forc:
        return _strided(array)
    attributes = getattr(array, "__dict__", None) or {}
    if kind is numpy.ndarray and not array.dtype.hasobject:
        return _owned(array) if array.itemsize and (shown or not array.flags.writeable) else None
    if array.flags.writeable and not attributes:
        return None
    make, arguments, state = array.__reduce__()
    return make, arguments, (state, attributes, array.flags.writeable), None, None, _fill


def root_of(array: Any) -> Any:
    """The array whose memory a view shows; the array itself where it isn't a view of an array."""
    ndarray = sys.modules["numpy"].ndarray
    while True:
        base = array.base
        if hasattr(base, "__array_interface__") and not isinstance(base, ndarray):
            base = getattr(base, "base", None)  # as_strided puts a stand-in between
        if not isinstance(base, ndarray):
            return array
        array = base


def bounds(array: Any) -> tuple[int, int]:
    """The lowest address of an array's elements, and the one behind the highest."""
    low = high = _address(array)
    for count, stride in zip(array.shape, array.strides, strict=True):
        low += min(0, (count - 1) * stride)
        high += max(0, (count - 1) * stride)
    return low, high + array.itemsize


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _view(array: Any, root: Any) -> Any:
    if not root.flags.forc:
        raise pickle.PicklingError("it shares the memory of an array whose layout is neither C's nor Fortran's")
    numpy: Any = sys.modules["numpy"]
    offset = _address(array) - _address(root)
    shown = (root, array.shape, array.dtype, offset, array.strides, array.flags.writeable)
    kind = type(array)
    if kind is numpy.ndarray:
        return _new_view, shown
    if kind.__reduce__ not in (numpy.ndarray.__reduce__, numpy.ma.MaskedArray.__reduce__):
        raise pickle.PicklingError(f"it shares its memory, and {kind.__name__} has a pickle of its own")
    return _new_view, (*shown, kind), getattr(array, "__dict__", {}), None, None, _fill_attributes


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
    if root.dtype.hasobject:  # no buffer of objects: step by whole elements, or by a field of each
        whole, within = divmod(offset, flat.itemsize)
        cells = flat[whole:] if dtype == root.dtype else flat[whole:].getfield(dtype, within)
        view = numpy.lib.stride_tricks.as_strided(cells, shape, strides)
    else:
        view = numpy.ndarray(shape, dtype, buffer=flat, offset=offset, strides=strides)
    if not writeable:
        view.flags.writeable = False
    return view if kind is None else view.view(kind)


def _fill_attributes(array: Any, attributes: dict[str, Any]) -> None:
    array.__dict__.update(attributes)


def _buffer(root: Any) -> Any:
    """What an array shows that is no array, and that others may write to."""
    owner = root.base.obj if isinstance(root.base, memoryview) else root.base
    return owner if isinstance(owner, _SHARED) and type(root) is sys.modules["numpy"].ndarray else None


def _shown_at(array: Any, owner: Any) -> Any:
    numpy: Any = sys.modules["numpy"]
    offset = _address(array) - _address(numpy.frombuffer(owner, numpy.uint8))
    return _new_at, (owner, array.shape, array.dtype, offset, array.strides, array.flags.writeable)


def _new_at(owner: Any, shape: Any, dtype: Any, offset: int, strides: Any, writeable: bool) -> Any:
    import numpy

    array = numpy.ndarray(shape, dtype, buffer=owner, offset=offset, strides=strides)
    _set(array, {}, writeable)
    return array


def plain(array: Any) -> Any:
    """What the reducer returns where numpy's own pickle would do, between the tasks of a flow."""
    is_plain = type(array) is sys.modules["numpy"].ndarray and not array.dtype.hasobject and array.itemsize
    return _owned(array) if is_plain and array.flags.forc else NotImplemented


def _owned(array: Any) -> Any:
    """An array that owns its memory, which numpy's own pickle leaves to a bytearray: that would be seen as shared."""
    order = "C" if array.flags.c_contiguous else "F"
    content = pickle.PickleBuffer(array.reshape(-1, order="A").view("u1"))
    return _new_owned, (content, array.dtype, array.shape, order, array.flags.writeable)


def _new_owned(content: Any, dtype: Any, shape: tuple[int, ...], order: Any, writeable: bool) -> Any:
    import numpy

    array = numpy.empty(shape, dtype, order)
    array.reshape(-1, order="A").view("u1")[:] = numpy.frombuffer(content, "u1")
    _set(array, {}, writeable)
    return array


def _strided(array: Any) -> Any:
    """An array with gaps between its elements: what stands in them isn't its own, and doesn't go along."""
    low, high = bounds(array)
    numpy: Any = sys.modules["numpy"]
    made = (array.shape, array.dtype, array.strides, _address(array) - low, high - low, type(array))
    content = numpy.array(array, order="C", copy=True, subok=False)
    attributes = getattr(array, "__dict__", None) or {}
    return _new_strided, made, (content, attributes, array.flags.writeable), None, None, _fill_strided


def _new_strided(
    shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...], start: int, size: int, kind: type
) -> Any:
    import numpy

    if dtype.hasobject:
        unit = math.gcd(*(stride for stride, count in zip(strides, shape, strict=True) if count > 1))
        padded = numpy.dtype({"names": ["one"], "formats": [dtype], "itemsize": unit})
        cells = numpy.zeros(size // unit + 1, padded)["one"]
        array = numpy.lib.stride_tricks.as_strided(cells[start // unit :], shape, strides)
    else:
        array = numpy.ndarray(shape, dtype, buffer=numpy.zeros(size, "u1"), offset=start, strides=strides)
    return array if kind is numpy.ndarray else array.view(kind)


def _fill_strided(array: Any, state: tuple[Any, dict[str, Any], bool]) -> None:
    content, attributes, writeable = state
    array.view(type(content))[...] = content
    _set(array, attributes, writeable)


def _fill(array: Any, state: tuple[Any, dict[str, Any], bool]) -> None:
    content, attributes, writeable = state
    array.__setstate__(content)
    _set(array, attributes, writeable)


def _set(array: Any, attributes: dict[str, Any], writeable: bool) -> None:
    if not writeable:
        array.flags.writeable = False
    if attributes:
        array.__dict__.update(attributes)
