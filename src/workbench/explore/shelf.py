"""`workbench features`: which features there are, how fresh they are, and which flows and notebooks ask for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.errors import WarehouseError
from workbench.explore import look, words
from workbench.explore.store import FeatureModel, feature_models
from workbench.manifest import Manifest
from workbench.project import Project
from workbench.warehouse.base import identifier, joined

if TYPE_CHECKING:
    import pandas as pd

_ASKING = ("flows/*.py", "notebooks/**/*.ipynb")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature. model: dbt's; entity: the columns that name what it is about; known: its latest event time, UTC, None
    where the warehouse couldn't say; used: the flows and notebooks that ask for it, from the project's folder.
    """

    model: str
    name: str
    entity: tuple[str, ...]
    event_time: str
    description: str
    owner: str | None
    known: datetime | None
    used: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.model}.{self.name}"


class Features:
    """The features that there are. notes: what the reader should know; frame: a row a feature."""

    def __init__(self, found: tuple[Feature, ...], notes: tuple[str, ...]) -> None:
        self.found = found
        self.notes = notes

    def __len__(self) -> int:
        return len(self.found)

    @property
    def frame(self) -> pd.DataFrame:
        """feature, entity, event_time, description, owner, known (UTC), used; a row a feature."""
        import pandas as pd

        titles = ["feature", "entity", "event_time", "description", "owner", "known", "used"]
        rows = [
            (str(one), ", ".join(one.entity), one.event_time, one.description, one.owner, one.known, list(one.used))
            for one in self.found
        ]
        frame = pd.DataFrame(rows, columns=pd.Index(titles))
        return frame.assign(known=pd.to_datetime(frame["known"], utc=True))

    def as_json(self) -> list[dict[str, Any]]:
        """The features as JSON has them."""
        return [
            {
                "feature": str(one),
                "model": one.model,
                "entity": list(one.entity),
                "event_time": one.event_time,
                "description": one.description,
                "owner": one.owner,
                "known": one.known and one.known.isoformat(),
                "used": list(one.used),
            }
            for one in self.found
        ]

    def _cells(self) -> list[list[str]]:
        return [
            [
                str(one),
                ", ".join(one.entity),
                "" if one.known is None else f"{one.known:%Y-%m-%d %H:%M}".removesuffix(" 00:00"),
                one.owner or "",
                ", ".join(one.used),
                words.one_line(one.description),
            ]
            for one in self.found
        ]

    def __repr__(self) -> str:
        titles = ["feature", "about", "known to", "owner", "used by", "description"]
        listed = words.aligned(titles, self._cells(), wide=look.terminal_width()) if self.found else "no features yet"
        return "\n".join([listed, *self.notes])

    def _repr_html_(self) -> str:
        headers = [("feature", "wb-n"), ("about", "wb-n"), ("known to", "wb-n"), ("owner", ""), ("used by", "")]
        rows = [[f"<b>{look.esc(name)}</b>", *map(look.esc, cells)] for name, *cells in self._cells()]
        shown = look.filled([*headers, ("description", "")], rows) if rows else ""
        title = look.caption(words.count(len(self.found), "feature"))
        return look.page(title + shown + "".join(map(look.note, self.notes)))


def shelf(connection: str | None = None, *, project: Project | None = None) -> Features:
    """Every feature that dbt's models declare. Raises NoManifest, ManifestUnreadable, ParameterError.

    A warehouse that can't be asked leaves `known` empty, and a note says why.
    """
    project = project or Project.around()
    manifest = Manifest.of(project)
    models = feature_models(manifest)
    known, notes = _freshness(models, connection)
    texts = {str(file.relative_to(project.root)): text for file, text in _files(project)}
    found = [
        Feature(
            model=model.name,
            name=name,
            entity=model.keys,
            event_time=model.time,
            description=description,
            owner=model.node.owner,
            known=known.get(model.name),
            used=tuple(file for file, text in texts.items() if _asks(text, model.name, name)),
        )
        for model in models.values()
        for name, description in model.described.items()
    ]
    stale = manifest.stale()
    return Features(tuple(found), (*notes, *([stale] if stale else [])))


def _freshness(models: dict[str, FeatureModel], connection: str | None) -> tuple[dict[str, datetime], list[str]]:
    """The latest event time of each model, in one query; what couldn't be asked, and why."""
    from workbench.warehouse.query import sql

    if not models:
        return {}, []
    parts = [
        f"select {place} as place, max({identifier(model.time)}::timestamp_ntz) as known "  # noqa: S608  names are quoted
        f"from {joined(*model.node.relation)}"
        for place, model in enumerate(models.values())
        if model.node.relation is not None
    ]
    try:
        rows = sql(" union all ".join(parts), connection=connection)
    except WarehouseError as error:
        return {}, [f"how fresh they are can't be said: {error.message}"]
    names = list(models)
    moments = zip(rows["place"].tolist(), rows["known"].tolist(), strict=True)
    known = {names[place]: moment.replace(tzinfo=UTC) for place, moment in moments if not words.is_null(moment)}
    return known, []


def _files(project: Project) -> list[tuple[Any, str]]:
    files = sorted({file for pattern in _ASKING for file in project.root.glob(pattern)})
    return [(file, file.read_text(errors="replace")) for file in files if ".ipynb_checkpoints" not in file.parts]


def _asks(text: str, model: str, name: str) -> bool:
    """Whether a flow or a notebook names the feature within quotes, as `features` wants it."""
    return re.search(rf"""["']{re.escape(model)}\.{re.escape(name)}\\?["']""", text) is not None
