"""numpy's and torch's arrays, scipy's sparse matrices: type, shape, and every number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs.comparison.values import Comparing

    Comparer = Callable[[Comparing, str, Any, Any], None]

_SHOWN = 3


def arrays(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """numpy.ndarray and what derives from it."""
    from workbench.runs.comparison.values import said

    for what in ("dtype", "shape"):
        one, other = getattr(left, what), getattr(right, what)
        if one != other:
            comparing.differ(f"{path}.{what}", said(str(one)), said(str(other)))
            return
    if hasattr(left, "mask"):
        before = len(comparing.found)
        comparing.values(f"{path}.mask", _plain(left.mask), _plain(right.mask))
        if len(comparing.found) > before:
            return
        left, right = left.filled(), right.filled()
    elements(comparing, path, _plain(left), _plain(right))


def _plain(array: Any) -> Any:
    import numpy as np

    return np.asarray(array)


def elements(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Two plain arrays of one type and shape."""
    import numpy as np

    from workbench.runs.comparison.values import said

    if left.dtype.names is not None:
        for name in left.dtype.names:
            elements(comparing, f"{path}[{name!r}]", left[name], right[name])
        return
    if left.dtype.hasobject:
        for at in np.ndindex(left.shape):
            comparing.values(f"{path}[{_index(at)}]", left[at], right[at])
        return
    same = where_same(comparing, left, right)
    wrong = np.argwhere(~same) if left.ndim else np.zeros((0 if same else 1, 0), dtype=int)
    for place in wrong[:_SHOWN]:
        at = tuple(int(number) for number in place)
        where = f"{path}[{_index(at)}]" if at else path
        note = f"{len(wrong):,} of {left.size:,} differ" if len(wrong) > 1 else ""
        comparing.differ(where, said(str(left[at])), said(str(right[at])), note)


def where_same(comparing: Comparing, left: Any, right: Any) -> Any:
    """Where two arrays of one type are the same."""
    import numpy as np

    if left.dtype.kind not in "fc":
        same = left == right
        return same | (np.isnat(left) & np.isnat(right)) if left.dtype.kind in "mM" else same
    missing = np.isnan(left) & np.isnan(right)
    if comparing.rtol or comparing.atol:
        # the same bound for both sides, as math.isclose has it
        with np.errstate(all="ignore"):
            largest = np.maximum(np.abs(left), np.abs(right))
            near = np.abs(left - right) <= np.maximum(comparing.rtol * largest, comparing.atol)
        return missing | (left == right) | near
    if left.dtype.kind == "c":
        signs = np.signbit(left.real) == np.signbit(right.real)
        signs &= np.signbit(left.imag) == np.signbit(right.imag)
    else:
        signs = np.signbit(left) == np.signbit(right)
    return missing | ((left == right) & signs)


def _index(at: tuple[int, ...]) -> str:
    return ", ".join(map(str, at)) if at else "()"


def _scalars(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    import numpy as np

    arrays(comparing, path, np.asarray(left), np.asarray(right))


def _dtypes(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    if left != right:
        comparing.differ(path, left, right)


def _generators(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """numpy.random.Generator: where it stands."""
    comparing.values(f"{path}.bit_generator", left.bit_generator, right.bit_generator)


def _bit_generators(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    comparing.values(f"{path}.state", left.state, right.state)


def _random_states(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    comparing.values(f"{path}.get_state()", left.get_state(legacy=False), right.get_state(legacy=False))


def _sparse(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """scipy.sparse: by coordinates, for a format may hold the same numbers in several ways."""
    from workbench.runs.comparison.values import said

    for what in ("dtype", "shape"):
        one, other = getattr(left, what), getattr(right, what)
        if one != other:
            comparing.differ(f"{path}.{what}", said(str(one)), said(str(other)))
            return
    one, other = (_coordinates(each) for each in (left, right))
    if len(one) == len(other) and all((a == b).all() for a, b in zip(one[:-1], other[:-1], strict=True)):
        same = where_same(comparing, one[-1], other[-1])
        wrong = [at for at, good in enumerate(same.tolist()) if not good]
        for at in wrong[:_SHOWN]:
            place = ", ".join(str(int(axis[at])) for axis in one[:-1])
            note = f"{len(wrong):,} of {len(same):,} stored numbers differ" if len(wrong) > 1 else ""
            comparing.differ(f"{path}[{place}]", said(str(one[-1][at])), said(str(other[-1][at])), note)
    else:
        comparing.differ(
            path, said(f"{len(one[-1]):,} stored numbers"), said(f"{len(other[-1]):,} stored numbers"), "where they are"
        )


def _coordinates(matrix: Any) -> tuple[Any, ...]:
    """Each axis's indices and the numbers, in one order."""
    import numpy as np

    coo = matrix.tocoo(copy=True)
    coo.sum_duplicates()
    axes = coo.coords if hasattr(coo, "coords") else (coo.row, coo.col)
    order = np.lexsort(tuple(reversed(axes)))
    return (*(axis[order] for axis in axes), coo.data[order])


def _tensors(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    from workbench.runs.comparison.values import said

    for what in ("dtype", "shape", "device", "requires_grad"):
        one, other = getattr(left, what), getattr(right, what)
        if one != other:
            comparing.differ(f"{path}.{what}", said(str(one)), said(str(other)))
            return
    elements(comparing, path, *(each.detach().cpu().numpy() for each in (left, right)))


NUMPY: dict[str, Comparer] = {
    "ndarray": arrays,
    "generic": _scalars,
    "dtype": _dtypes,
    "Generator": _generators,
    "BitGenerator": _bit_generators,
    "RandomState": _random_states,
}
SCIPY: dict[str, Comparer] = {
    f"{form}_{kind}": _sparse for form in "bsr coo csc csr dia dok lil".split() for kind in ("matrix", "array")
}
TORCH: dict[str, Comparer] = {"Tensor": _tensors}
