"""pandas', xarray's and polars' tables, matplotlib's figures."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.runs.comparison import images

if TYPE_CHECKING:
    from workbench.runs.comparison.values import Comparing

    Comparer = Callable[[Comparing, str, Any, Any], None]

_SHOWN = 3


def _frames(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """pandas.DataFrame: index, columns, types, attrs, and then column by column."""
    before = len(comparing.found)
    comparing.values(f"{path}.index", left.index, right.index)
    comparing.values(f"{path}.columns", left.columns, right.columns)
    comparing.values(f"{path}.attrs", left.attrs, right.attrs)
    if len(comparing.found) > before:
        return
    for at, name in enumerate(left.columns):
        _columns(comparing, f"{path}[{name!r}]", left.iloc[:, at], right.iloc[:, at])


def _series(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    before = len(comparing.found)
    comparing.values(f"{path}.name", left.name, right.name)
    comparing.values(f"{path}.index", left.index, right.index)
    comparing.values(f"{path}.attrs", left.attrs, right.attrs)
    if len(comparing.found) == before:
        _columns(comparing, path, left, right)


def _columns(comparing: Comparing, path: str, left: Any, right: Any, indexer: str = ".loc") -> None:
    """Two series with one index: their types and values, told by label."""
    from workbench.runs.comparison.values import said, shown

    if left.dtype != right.dtype:
        comparing.differ(f"{path}.dtype", said(str(left.dtype)), said(str(right.dtype)))
        return
    wrong = _wrong(comparing, path, left.array, right.array)
    for at in wrong[:_SHOWN]:
        note = f"{len(wrong):,} of {len(left):,} differ" if len(wrong) > 1 else ""
        where = f"{path}{indexer}[{shown(_plain(left.index[at]))}]"
        comparing.differ(where, _plain(left.iloc[at]), _plain(right.iloc[at]), note)


def _wrong(comparing: Comparing, path: str, left: Any, right: Any) -> list[int]:
    """Where two extension arrays of one type differ; what is in an array of objects is compared one by one."""
    import numpy as np
    import pandas as pd

    if isinstance(left.dtype, np.dtype) and not left.dtype.hasobject:
        from workbench.runs.comparison.arrays import where_same

        return [int(at) for at in np.flatnonzero(~where_same(comparing, np.asarray(left), np.asarray(right)))]
    if isinstance(left.dtype, pd.CategoricalDtype):
        comparing.values(f"{path}.categories", left.categories, right.categories)
        return [int(at) for at in np.flatnonzero(left.codes != right.codes)]
    if left.dtype == object:
        for at, (one, other) in enumerate(zip(left, right, strict=True)):
            if one is not other:
                comparing.values(f"{path}.iloc[{at}]", one, other)
        return []
    missing = np.asarray(left.isna()), np.asarray(right.isna())
    numbers = comparing.numbers if pd.api.types.is_float_dtype(left.dtype) else None
    return [
        at
        for at, (one, other) in enumerate(zip(left, right, strict=True))
        if missing[0][at] != missing[1][at]
        or (not missing[0][at] and not (numbers(one, other) if numbers else bool(one == other)))
    ]


def _plain(value: Any) -> Any:
    """A numpy scalar as Python's: what differs is to be read."""
    return value.item() if hasattr(value, "item") else value


def _indexes(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """pandas.Index of every kind: names, types, labels."""
    from workbench.runs.comparison.values import said

    comparing.values(f"{path}.names", list(left.names), list(right.names))
    if len(left) != len(right):
        comparing.differ(path, said(f"{len(left):,} labels"), said(f"{len(right):,} labels"), "the length")
        return
    if left.nlevels > 1:
        for level in range(left.nlevels):
            where = f"{path}.get_level_values({level})"
            _columns(comparing, where, _labels(left, level), _labels(right, level), indexer="")
        return
    if getattr(left, "freq", None) != getattr(right, "freq", None):
        comparing.differ(f"{path}.freq", left.freq, right.freq)
    _columns(comparing, path, left.to_series(range(len(left))), right.to_series(range(len(right))), indexer="")


def _labels(index: Any, level: int) -> Any:
    return index.get_level_values(level).to_series(range(len(index)))


def _extension_arrays(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    import pandas as pd

    if len(left) != len(right):
        comparing.differ(path, left, right, "the length")
        return
    _columns(comparing, path, pd.Series(left, copy=False), pd.Series(right, copy=False), indexer="")


def _scalars(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """Timestamps, periods and intervals; a missing one is the same as a missing one."""
    missing = left != left and right != right
    if not missing and (left != right or repr(left) != repr(right)):
        comparing.differ(path, left, right)


def _stylers(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """A styled table, but for the id that each one makes up for itself."""
    from workbench.runs.comparison.values import attributes

    attributes(comparing, path, *({k: v for k, v in vars(each).items() if k != "uuid"} for each in (left, right)))


def _xarrays(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """xarray's arrays and datasets, which make their empty attrs only when somebody looks at them."""
    from workbench.runs.comparison.values import objects

    comparing.values(f"{path}.attrs", left.attrs, right.attrs)
    objects(comparing, path, left, right)


def _polars(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    from workbench.runs.comparison.values import said

    one, other = (str(getattr(each, "schema", getattr(each, "dtype", ""))) for each in (left, right))
    if one != other:
        comparing.differ(f"{path}.schema", said(one), said(other))
    elif left.shape != right.shape:
        comparing.differ(f"{path}.shape", left.shape, right.shape)
    elif hasattr(left, "get_columns"):
        for a, b in zip(left.get_columns(), right.get_columns(), strict=True):
            _polars(comparing, f"{path}[{a.name!r}]", a, b)
    elif not left.equals(right, null_equal=True):
        comparing.values(path, left.to_list(), right.to_list())


def _figures(comparing: Comparing, path: str, left: Any, right: Any) -> None:
    """A figure is what it looks like; a part of one is told by its figure."""
    from workbench.runs.comparison.values import said

    figures = [each if hasattr(each, "savefig") else each.figure for each in (left, right)]
    if None in figures:
        if figures != [None, None]:
            comparing.differ(f"{path}.figure", *figures)
        return
    if what := images.difference(*(_drawn(figure.get_figure() or figure) for figure in figures)):
        comparing.differ(path, said("a picture"), said("another picture"), what)


def _drawn(figure: Any) -> str:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    FigureCanvasAgg(figure)  # drawn without a window, wherever it came from
    figure.savefig(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()


PANDAS: dict[str, Comparer] = {
    "DataFrame": _frames,
    "Series": _series,
    "Index": _indexes,
    "ExtensionArray": _extension_arrays,
    "Styler": _stylers,
    **dict.fromkeys(("Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType"), _scalars),
}
POLARS: dict[str, Comparer] = {"DataFrame": _polars, "Series": _polars}
XARRAY: dict[str, Comparer] = dict.fromkeys(("Dataset", "DataArray", "Variable"), _xarrays)
MATPLOTLIB: dict[str, Comparer] = {"Artist": _figures}
