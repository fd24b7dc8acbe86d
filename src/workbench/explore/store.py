"""The offline feature store: dbt's models whose `meta` says what a row is about, and since when it was known.

models:
  - name: product_activity
    config:
      meta:
        entity: sku            # the columns that name what a row is about: one, or a list
        event_time: known_at   # from when on the row's values were known
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.errors import MissingTable, ParameterError
from workbench.manifest import Manifest, Node
from workbench.warehouse.base import identifier

ENTITY, EVENT_TIME = "entity", "event_time"
_HOW = f"its `meta` says `{ENTITY}` and `{EVENT_TIME}`, then its other columns are features"


@dataclass(frozen=True, slots=True)
class FeatureModel:
    """A model with features. keys: the columns that name what a row is about; time: since when its values are known."""

    node: Node
    keys: tuple[str, ...]
    time: str

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def described(self) -> dict[str, str]:
        """dbt's descriptions of the features that it has columns for, by name."""
        own = {*map(str.lower, self.keys), self.time.lower()}
        return {one.name: one.description for name, one in self.node.columns.items() if name not in own}


def feature_models(manifest: Manifest) -> dict[str, FeatureModel]:
    """The models that declare features, by name. Raises ParameterError for a declaration that is none."""
    found = {}
    for node in manifest.nodes.values():
        entity, time = node.meta.get(ENTITY), node.meta.get(EVENT_TIME)
        if node.relation is None or (entity is None and time is None):
            continue
        keys = (entity,) if isinstance(entity, str) else tuple(entity or ()) if isinstance(entity, list) else ()
        if not keys or not all(isinstance(key, str) and key for key in keys) or not isinstance(time, str) or not time:
            raise ParameterError(
                f"dbt's model {node.name} has features by half: {ENTITY} is {entity!r}, {EVENT_TIME} is {time!r}",
                hint=f"in {node.path}, {ENTITY} names one column or a list of them, {EVENT_TIME} one column",
            )
        found[node.name] = FeatureModel(node, keys, time)
    return dict(sorted(found.items()))


def asked(wanted: Iterable[str], models: dict[str, FeatureModel], manifest: Manifest) -> dict[str, list[str]]:
    """The features that are asked for as `model.column`, by model, each once and in order.

    Raises ParameterError for what is no such name, MissingTable for models and features that there are none of.
    """
    found: dict[str, list[str]] = {}
    for each in wanted:
        name, _, column = each.partition(".") if isinstance(each, str) else ("", "", "")
        if not name or not column:
            raise ParameterError(f"{each!r} names no feature", hint="a feature is `model.column`")
        if name not in models:
            raise _no_model(name, models, manifest)
        model = models[name]
        if column.lower() in {*map(str.lower, model.keys), model.time.lower()}:
            raise ParameterError(f"{each} is no feature: it says which row is meant", hint="leave it out")
        if "\0" in column:
            raise ParameterError(f"{each!r} names no feature", hint="a column has no NUL in its name")
        known = model.described
        if known and identifier(column) not in map(identifier, known):
            close = difflib.get_close_matches(column, known, n=1)
            meant = f"; did you mean {name}.{close[0]}?" if close else ""
            hint = manifest.stale() or f"dbt describes {', '.join(known)}"
            raise MissingTable(f"there is no feature {each}{meant}", hint=hint)
        columns = found.setdefault(name, [])
        if column not in columns:
            columns.append(column)
    if not found:
        raise ParameterError("no features are asked for", hint='name them: ["product_activity.n_views_7d"]')
    return found


def _no_model(name: str, models: dict[str, FeatureModel], manifest: Manifest) -> MissingTable:
    if any(node.name == name and node.kind != "exposure" for node in manifest.nodes.values()):
        return MissingTable(f"dbt's model {name} declares no features", hint=_HOW)
    close = difflib.get_close_matches(name, models, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    known = f"models with features: {', '.join(models)}" if models else f"no model has features yet: {_HOW}"
    return MissingTable(f"there is no model {name}{meant}", hint=manifest.stale() or known)
