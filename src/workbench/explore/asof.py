"""`workbench.features(…)`: for each row, features as they were known at its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError, WarehouseError
from workbench.explore.store import FeatureModel, asked, feature_models
from workbench.manifest import Manifest
from workbench.warehouse.base import Cursor, identifier, joined

if TYPE_CHECKING:
    import pandas as pd

_ROW, _AT = "wb_row", "wb_at"


def features(
    entities: pd.DataFrame, wanted: Sequence[str], /, *, at: str, connection: str | None = None
) -> pd.DataFrame:
    """Give each row the features as they were known at its time: nothing that was known later ever changes it.

    entities: a frame with the columns that name what its rows are about (`sku`), and a time. wanted: features as
    `model.column`, of dbt's models whose meta declares `entity` and `event_time`. at: the column with the row's time;
    a time with a zone counts as its instant, one without as UTC. connection: a profile's name.

    Returns the entities' columns and index, in their order, and a column for each feature: the one of the latest row
    whose event time is the row's own or before, missing (NULL) where there is none. A feature is named by its column,
    or `model__column` where that name is taken. The join is the warehouse's ASOF JOIN, one statement a model.

    Raises ParameterError for a frame or a name that can't be meant, MissingTable for a model or feature that isn't
    there, WarehouseError where a model has two rows of one entity and time, and what `workbench.sql` raises.
    """
    from workbench.warehouse.bulk import staged
    from workbench.warehouse.columns import columns_of
    from workbench.warehouse.connection import own_session

    manifest = Manifest.of()
    models = feature_models(manifest)
    chosen = asked(wanted, models, manifest)
    rows = _rows(entities, [models[name] for name in chosen], at)
    found: dict[str, Any] = {}
    with own_session(connection) as session, staged(session, *columns_of(rows)) as load:
        for name, columns in chosen.items():
            _unambiguous(session.cursor(), models[name], load)
            frame = _joined(session.cursor(), models[name], load, columns)
            found |= {f"{name}.{column}": frame.iloc[:, place + 1] for place, column in enumerate(columns)}
    return _beside(entities, found)


def _rows(entities: pd.DataFrame, models: list[FeatureModel], at: str) -> pd.DataFrame:
    """What the warehouse is told: each row's number, time and keys, and nothing else."""
    import pandas as pd

    if not isinstance(entities, pd.DataFrame):
        raise ParameterError(f"a {type(entities).__name__} is no frame of entities", hint="give a pandas DataFrame")
    rows = pd.DataFrame({_ROW: range(len(entities)), _AT: _times(entities, at).to_numpy()})
    for model in models:
        for key in model.keys:
            if key not in entities.columns:
                hint = f"{model.name} is about {', '.join(model.keys)}: rename or add the column"
                raise ParameterError(f"the entities have no column {key!r}", hint=hint)
            rows[key] = entities[key].to_numpy()
    return rows


def _times(entities: pd.DataFrame, at: str) -> pd.Series[Any]:
    import pandas as pd

    if at not in entities.columns:
        listed = ", ".join(map(str, entities.columns))
        raise ParameterError(
            f"the entities have no column {at!r}", hint=f"`at` names the row's time; there is {listed}"
        )
    times = entities[at]
    if times.dtype == object:
        try:
            times = pd.to_datetime(times, format="ISO8601")
        except (ValueError, TypeError) as error:
            raise ParameterError(
                f"the column {at!r} holds no times: {error}", hint="pandas.to_datetime makes them"
            ) from error
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        return times.dt.tz_convert("UTC").dt.tz_localize(None)
    if not pd.api.types.is_datetime64_dtype(times):
        raise ParameterError(f"the column {at!r} is {times.dtype}, no times", hint="pandas.to_datetime makes them")
    return times


def _known(model: FeatureModel, columns: Sequence[str] = ()) -> str:
    """The model's rows as the joins want them: its keys by their names, the time as `wb_time`, features as f0, f1, …"""
    assert model.node.relation is not None  # such a model has no features
    keys = ", ".join(identifier(key) for key in model.keys)
    features = "".join(f", {identifier(column)} as f{place}" for place, column in enumerate(columns))
    time = identifier(model.time)
    return (
        f"(select {keys}, {time}::timestamp_ntz as wb_time{features} "  # noqa: S608  names are quoted
        f"from {joined(*model.node.relation)} where {time} is not null)"
    )


def _joined(cursor: Cursor, model: FeatureModel, load: str, columns: Sequence[str]) -> pd.DataFrame:
    from workbench.warehouse.frame import batches, names, table_of, to_pandas

    same = " and ".join(f"e.{identifier(key)} = f.{identifier(key)}" for key in model.keys)
    listed = "".join(f", f.f{place}" for place in range(len(columns)))
    cursor.execute(
        f"select e.{_ROW}{listed} from {load} as e asof join {_known(model, columns)} as f "  # noqa: S608  names are quoted
        f"match_condition (e.{_AT} >= f.wb_time) on {same} order by e.{_ROW}"
    )
    return to_pandas(table_of(list(batches(cursor)), names(cursor)), cursor.description)


def _unambiguous(cursor: Cursor, model: FeatureModel, load: str) -> None:
    """Of two rows of one entity and time nobody can say which was known."""
    keys = [identifier(key) for key in model.keys]
    listed = ", ".join(f"f.{key}" for key in keys)
    same = " and ".join(f"e.{key} = f.{key}" for key in keys)
    twice = cursor.execute(
        f"select {listed}, f.wb_time from {_known(model)} as f "  # noqa: S608  names are quoted
        f"join (select distinct {', '.join(keys)} from {load}) as e on {same} "
        f"group by {listed}, f.wb_time having count(*) > 1 limit 1"
    ).fetchall()
    if twice:
        *values, time = twice[0]
        which = ", ".join(f"{key} {value}" for key, value in zip(model.keys, values, strict=True))
        raise WarehouseError(
            f"{model.name} has several rows of {which} at {time}",
            hint="a model with features has one row an entity and time",
        )


def _beside(entities: pd.DataFrame, found: dict[str, Any]) -> pd.DataFrame:
    """The entities and their features, named by column where the name is free."""
    result = entities.copy()
    columns = [name.partition(".")[2] for name in found]
    for (name, values), column in zip(found.items(), columns, strict=True):
        taken = column in entities.columns or columns.count(column) > 1
        values.index = entities.index
        result[name.replace(".", "__", 1) if taken else column] = values
    return result
