"""Parameters from the command line, typed against those that a flow or a notebook has."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import ParameterError

_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
_NAMES = {bool: "true or false", int: "a whole number", float: "a number", list: "a list", dict: "a dictionary"}


@dataclass(frozen=True, slots=True)
class Known:
    """A parameter that there is. kind: bool, int, float, str, list or dict; None: any literal, or else text.

    default: its value where none is given; required: it has none and must be given.
    """

    name: str
    kind: type | None
    default: object = None
    required: bool = False


def typed(known: Sequence[Known], given: Iterable[tuple[str, str]], *, owner: str) -> dict[str, object]:
    """The given parameters as Python values, by name.

    owner: what has the parameters, for messages ("next_product.ipynb"). Raises ParameterError for a name that isn't
    known or is given twice, a text that isn't of the parameter's type, or a required parameter that isn't given.
    """
    by_name = {parameter.name: parameter for parameter in known}
    values: dict[str, object] = {}
    for name, text in given:
        # a name that Metaflow keeps for itself has an underscore more in the flow
        found = by_name.get(name) or by_name.get(f"{name}_")
        if found is None:
            raise _unknown(name, by_name, owner)
        if found.name in values:
            raise ParameterError(f"parameter {name!r} is given twice", hint="give each parameter once")
        values[found.name] = _value(found, text)
    for parameter in known:
        if parameter.required and parameter.name not in values:
            raise ParameterError(
                f"{owner} wants the parameter {parameter.name!r}", hint=f"add -p {parameter.name} VALUE"
            )
    return values


def literal_kind(value: object) -> type | None:
    """The kind of a parameter whose default is this value; None where any value will do."""
    for kind in (bool, int, float, str, list, dict):
        if isinstance(value, kind):
            return kind
    return list if isinstance(value, tuple) else None


def _value(parameter: Known, text: str) -> object:
    kind = parameter.kind
    if kind is str:
        return text
    if kind is bool:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise _mistyped(parameter, text)
    if kind in (int, float):
        try:
            return int(text) if kind is int else float(text)
        except ValueError:
            raise _mistyped(parameter, text) from None
    value = _literal(text)
    if kind is not None and not isinstance(value, kind):
        raise _mistyped(parameter, text)
    return value


def _literal(text: str) -> object:
    """What JSON says, or what a Python literal says, or the text itself. Tuples become lists, as JSON has them."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return list(value) if isinstance(value, tuple) else value


def _unknown(name: str, known: Iterable[str], owner: str) -> ParameterError:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        hint = f"did you mean {close[0]!r}?"
    elif names:
        hint = f"it has {', '.join(names)}"
    else:
        hint = "it has no parameters: tag a cell `parameters`"
    return ParameterError(f"{owner} has no parameter {name!r}", hint=hint)


def _mistyped(parameter: Known, text: str) -> ParameterError:
    wanted = _NAMES.get(parameter.kind or object, "a value")
    return ParameterError(
        f"parameter {parameter.name!r} is {wanted}, found {text!r}", hint=f"give it as -p {parameter.name} VALUE"
    )
