"""`:name` in a query's text becomes a placeholder, and Python values what the connector can bind.

A value never becomes part of the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import ParameterError
from workbench.sqltext import with_placeholders

_MARK = "\0"


def bound(text: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The text with `?` for each `:name`, and the values in the order of the placeholders.

    A list, tuple, set, Series, Index or array becomes as many placeholders as it has items: `where sku in (:skus)`.
    Raises ParameterError for a name without a value, a value without a name, an empty list, or a value of a type that
    the warehouse has no word for.
    """
    if _MARK in text:
        raise ParameterError("the query's text has a NUL character", hint="remove it")
    marked, names = with_placeholders(text, _MARK)
    _all_known(names, values)
    head, *tails = marked.split(_MARK)
    parts, bindings = [head], []
    for name, tail in zip(names, tails, strict=True):
        items = _items(name, values[name])
        bindings += [plain(name, item) for item in items]
        # `?::date` with nothing in between is a token of its own to the local warehouse's parser
        parts += [", ".join("?" * len(items)), f" {tail}" if tail.startswith("::") else tail]
    return "".join(parts), bindings


def _all_known(names: tuple[str, ...], values: Mapping[str, Any]) -> None:
    if missing := [name for name in dict.fromkeys(names) if name not in values]:
        listed = ", ".join(f":{name}" for name in missing)
        raise ParameterError(
            f"the query wants a value for {listed}", hint=f"give {missing[0]} a value: {missing[0]}=…, or assign it"
        )
    if unused := [name for name in values if name not in names]:
        raise ParameterError(
            f"the query has no :{unused[0]}", hint="a bind is `:name` in the text, outside of quotes and comments"
        )


def _items(name: str, value: Any) -> list[Any]:
    """The values that stand at one `:name`."""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    elif not isinstance(value, list | tuple):
        if getattr(value, "ndim", 0) != 1:
            return [value]
        value = value.tolist()
    if not value:
        raise ParameterError(f"the list for :{name} is empty", hint="SQL has no empty list; leave the condition out")
    return list(value)


def plain(name: str, value: Any) -> Any:
    """The value as one of the types that the connector binds: numpy's and pandas' scalars become Python's."""
    import datetime
    import decimal

    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    if hasattr(value, "to_pytimedelta"):
        raise _no_word(name, value)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | bytes | decimal.Decimal | datetime.date | datetime.time):
        return value
    for known in (int, float, str):
        if isinstance(value, known):
            return known(value)  # the connector looks at the type's name: a subclass must become the type itself
    raise _no_word(name, value)


def _no_word(name: str, value: Any) -> ParameterError:
    kind = type(value).__name__
    return ParameterError(
        f":{name} is a {kind}, which can't be bound", hint="bind a number, text, date, time, bytes, None, or a list"
    )
