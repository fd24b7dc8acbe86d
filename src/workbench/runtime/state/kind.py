"""A kind of process state: something that cells change on the side, and that later cells rely on."""

from __future__ import annotations

import sys
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


class Kind:
    """name: key in the artifact; title: as people are told of it; module: the kind exists once this is imported.

    consumed: to use it is to change it, as with random generators, so who leaves it as it was didn't use it;
    seeds: for those, the functions (module, name) that make what was before irrelevant.
    by_imports: libraries change it when they are imported, which is not the cells' doing.
    compared: branches and iterations have to agree on it.
    by_each: each task makes it for itself, so who doesn't change it needn't know of others.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    module: ClassVar[str]
    consumed: ClassVar[bool] = False
    seeds: ClassVar[tuple[tuple[str, str], ...]] = ()
    by_imports: ClassVar[bool] = False
    compared: ClassVar[bool] = True
    by_each: ClassVar[bool] = False

    @property
    def library(self) -> Any:
        """The module, which is imported whenever the methods below are called."""
        return sys.modules[self.module]

    def read(self) -> Any:
        """A snapshot, that later changes don't reach."""
        raise NotImplementedError

    def change(self, before: Any, after: Any) -> Any:
        """What to hand over after the snapshots differ; None if they don't."""
        return None if before == after else after

    def left_out(self, before: Any, after: Any) -> list[str]:
        """What changed and is not handed over, a sentence each."""
        return []

    def merge(self, earlier: Any, later: Any) -> Any:
        """Two changes in a row as one."""
        return later

    def restore(self, change: Any) -> None:
        """Make the change in this process."""
        raise NotImplementedError

    def essence(self, change: Any) -> dict[str, Any]:
        """What has to be equal for two branches to agree, by name where there are several."""
        return {"": change}


class MappingKind(Kind):
    """State of named values: only those that changed are handed over; None stands for one that is gone."""

    def change(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
        changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
        changed |= dict.fromkeys(before.keys() - after.keys())
        return changed or None

    def merge(self, earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
        return {**earlier, **later}

    def essence(self, change: dict[str, Any]) -> dict[str, Any]:
        return change


class ListKind(Kind):
    """State that is a list: what was put in front, put at the end, and taken out."""

    def change(self, before: list[Any], after: list[Any]) -> dict[str, list[Any]] | None:
        if before == after:
            return None
        kept = [item for item in after if item in before]
        head = after.index(kept[0]) if kept else len(after)
        return {
            "front": after[:head],
            "back": [item for item in after[head:] if item not in before],
            "removed": [item for item in before if item not in after],
        }

    def merge(self, earlier: dict[str, list[Any]], later: dict[str, list[Any]]) -> dict[str, list[Any]]:
        gone = later["removed"]
        return {
            "front": later["front"] + [item for item in earlier["front"] if item not in gone],
            "back": [item for item in earlier["back"] if item not in gone] + later["back"],
            "removed": earlier["removed"] + [item for item in gone if item not in earlier["removed"]],
        }

    @staticmethod
    def applied(change: dict[str, list[Any]], current: list[T]) -> list[T]:
        """The list with a change made."""
        added = change["front"] + change["back"]
        kept = [item for item in current if item not in change["removed"] and item not in added]
        return [*change["front"], *kept, *change["back"]]
