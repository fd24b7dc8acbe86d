"""dbt's `target/manifest.json`: the models, sources and seeds, what is said of them, and what is made of what.

`Manifest.of(project)` reads the one that dbt wrote last. dbt itself is never run here: `dbt parse` and `dbt build`
write the manifest anew, and `Manifest.stale()` says when that is due.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ManifestUnreadable, MissingTable, NoManifest
from workbench.project import Project

Relation = tuple[str, str, str]  # database, schema and name, each as the warehouse keeps it

PARSE = "`dbt parse` (or `dbt build`) writes it"
OLDEST = 9  # of the manifest's schema versions: dbt 1.5, the first with `attached_node` and `config.meta`
TABLES = frozenset({"model", "source", "seed", "snapshot"})
_WATCHED = frozenset({".sql", ".yml", ".yaml", ".md", ".csv", ".py"})
_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


@dataclass(frozen=True, slots=True)
class Test:
    """A data test. name: `unique`, `relationships`, or a singular test's own; column: in lower case, None for a whole
    table's; arguments: a generic test's, without the model and the column; node: what it is attached to, by unique id.
    """

    unique_id: str
    name: str
    column: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: str = "error"
    where: str | None = None
    node: str | None = None

    def __str__(self) -> str:
        """As people say it: `unique`, `one of low, high`, `in product_features.sku`, `not null where …`."""
        text = self.name.replace("_", " ")
        if self.name == "accepted_values" and isinstance(self.arguments.get("values"), list):
            text = "one of " + ", ".join(map(str, self.arguments["values"]))
        elif self.name == "relationships":
            to = re.sub(r"^(?:ref|source)\((.*)\)$", r"\1", str(self.arguments.get("to", "")).strip())
            to = ".".join(re.findall(r"['\"]([^'\"]*)['\"]", to)) or to
            text = f"in {to}.{self.arguments.get('field', '')}"
        return f"{text} where {self.where}" if self.where else text


@dataclass(frozen=True, slots=True)
class Column:
    """What dbt says of a column. name: as it is written there; type: where one is declared."""

    name: str
    description: str = ""
    type: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A model, source, seed, snapshot or exposure. relation: None where the warehouse has nothing: ephemeral, exposure.

    columns: by name in lower case. tests: those of the whole table. path: from the dbt project's folder. source: the
    name of the source that a table of one belongs to. raw: the node's entry in the manifest, for what isn't here.
    """

    unique_id: str
    kind: str
    name: str
    package: str
    relation: Relation | None
    description: str
    columns: Mapping[str, Column]
    tests: tuple[Test, ...]
    meta: Mapping[str, Any]
    tags: tuple[str, ...]
    owner: str | None
    depends_on: tuple[str, ...]
    path: str
    materialized: str | None = None
    primary_key: tuple[str, ...] = ()
    source: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read. folder: the dbt project's; nodes: by unique id; invocation_id: the dbt run's that wrote
    it; generated_at: ISO 8601, UTC.
    """

    path: Path
    folder: Path
    project_name: str
    dbt_version: str
    generated_at: str
    invocation_id: str
    nodes: Mapping[str, Node]
    tests: Mapping[str, Test]
    written: float  # the file's modification time
    _by_relation: Mapping[Relation, Node] = field(repr=False, default_factory=dict)
    _children: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, project: Project | None = None) -> Manifest:
        """The project's manifest, kept in this process until dbt writes it anew.

        Raises NoManifest where dbt has written none, ManifestUnreadable where it isn't one that is understood.
        """
        project = project or Project.around()
        folder = dbt_folder(project)
        if folder is None:
            raise NoManifest(
                f"there is no dbt project in {project.root}", hint="DBT_PROJECT_DIR names the folder of dbt_project.yml"
            )
        path = target_folder(folder) / "manifest.json"
        try:
            stat = path.stat()
        except OSError as error:
            raise NoManifest(f"dbt has written no {_shown(path, project)} yet", hint=PARSE) from error
        stamp = (str(path), stat.st_mtime_ns, stat.st_size)
        if stamp not in _read:
            _read.clear()
            _read[stamp] = _parsed(path, folder, stat.st_mtime)
        return _read[stamp]

    @classmethod
    def find(cls, project: Project | None = None) -> Manifest | None:
        """`of`, or None where dbt has written no manifest. Raises ManifestUnreadable."""
        try:
            return cls.of(project)
        except NoManifest:
            return None

    def of_table(self, database: str, schema: str, name: str) -> Node | None:
        """The node whose table or view this is, by its names as the warehouse keeps them."""
        return self._by_relation.get((database, schema, name))

    def ref(self, name: str, package: str | None = None) -> Node:
        """What `{{ ref('name') }}` means: a model, seed or snapshot. Raises MissingTable, with the closest name."""
        found = [node for node in self._refs() if node.name == name and package in (None, node.package)]
        # of a model's versions, the one that dbt takes where none is named
        found.sort(key=lambda one: (one.package != self.project_name, not _latest(one), one.unique_id))
        if found:
            return found[0]
        raise self._unknown(f"dbt has no model named {name!r}", name, [node.name for node in self._refs()])

    def source(self, source: str, table: str) -> Node:
        """What `{{ source('source', 'table') }}` means. Raises MissingTable, with the closest name."""
        sources = [node for node in self.nodes.values() if node.kind == "source"]
        for node in sources:
            if (node.source, node.name) == (source, table):
                return node
        wanted = f"{source}.{table}"
        raise self._unknown(f"dbt has no source {wanted!r}", wanted, [f"{one.source}.{one.name}" for one in sources])

    def parents(self, unique_id: str) -> tuple[str, ...]:
        """What the node reads, by unique id."""
        return self.nodes[unique_id].depends_on

    def children(self, unique_id: str) -> tuple[str, ...]:
        """What reads the node, by unique id."""
        return self._children.get(unique_id, ())

    def stale(self) -> str | None:
        """Why the manifest may not say what the project says now, in a sentence; None where it does.

        A model counts as changed when its text has another checksum; a file of another kind when it is newer.
        """
        known = {self.folder / str(node.raw.get("original_file_path", "")): node.raw for node in self.nodes.values()}
        for file in self._files():
            try:
                if file.stat().st_mtime > self.written and not _as_parsed(file, known.get(file, {})):
                    return f"{file.relative_to(self.folder)} has changed since dbt wrote the manifest; {PARSE} anew"
            except OSError:
                continue
        for file, raw in known.items():
            if raw.get("package_name") == self.project_name and not file.exists():
                return f"{file.relative_to(self.folder)} is gone since dbt wrote the manifest; {PARSE} anew"
        return None

    def _refs(self) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.kind in TABLES and node.kind != "source")

    def _unknown(self, message: str, name: str, known: list[str]) -> MissingTable:
        close = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        return MissingTable(message + meant, hint=self.stale() or f"the manifest is {self.path}")

    def _files(self) -> Iterator[Path]:
        """The project's own files that make the manifest: those in the folders that its nodes are in."""
        own = [node.path for node in self.nodes.values() if node.package == self.project_name and node.path]
        yield self.folder / "dbt_project.yml"
        for top in sorted({Path(path).parts[0] for path in own if len(Path(path).parts) > 1}):
            for folder, _, names in os.walk(self.folder / top):
                yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in _WATCHED)


_read: dict[tuple[str, int, int], Manifest] = {}


def dbt_folder(project: Project) -> Path | None:
    """The folder of dbt_project.yml: DBT_PROJECT_DIR, the project's own, `dbt`, or the one folder that has one."""
    if chosen := os.environ.get("DBT_PROJECT_DIR"):
        return Path(chosen).resolve()
    for folder in (project.root, project.root / "dbt"):
        if (folder / "dbt_project.yml").is_file():
            return folder
    found = [file.parent for file in sorted(project.root.glob("*/dbt_project.yml"))]
    return found[0] if len(found) == 1 else None


def target_folder(folder: Path) -> Path:
    """Where dbt writes: DBT_TARGET_PATH, dbt_project.yml's target-path, or `target`."""
    chosen = os.environ.get("DBT_TARGET_PATH")
    if not chosen:
        try:
            text = (folder / "dbt_project.yml").read_text(errors="replace")
        except OSError:
            text = ""
        match = re.search(r"""^target-path:\s*["']?([^"'#\s]+)""", text, re.MULTILINE)
        chosen = match[1] if match else "target"
    return folder / chosen


def parts(relation_name: str) -> tuple[str, ...]:
    """`WORKBENCH.raw."Odd"` as the warehouse keeps it: WORKBENCH, RAW, Odd."""
    return tuple(
        quoted.replace('""', '"') if quoted or not plain else plain.strip().upper()
        for quoted, plain in _PART.findall(relation_name)
    )


def _parsed(path: Path, folder: Path, written: float) -> Manifest:
    unreadable = "it is not a manifest of dbt 1.5 or later"
    try:
        content = json.loads(path.read_bytes())
        metadata = content["metadata"]
        version = re.search(r"/v(\d+)\.json$", metadata["dbt_schema_version"])
        if version is None or int(version[1]) < OLDEST:
            raise ManifestUnreadable(f"{path} can't be read: {unreadable}", hint=PARSE)
        groups = content.get("groups") or {}
        entries = {**content["nodes"], **content["sources"], **content.get("exposures", {})}
        tests = {key: _test(key, one) for key, one in entries.items() if one["resource_type"] == "test"}
        attached: dict[str | None, list[Test]] = {}
        for test in tests.values():
            attached.setdefault(test.node, []).append(test)
        nodes = {key: _node(key, one, attached.get(key, []), groups) for key, one in entries.items() if _is_node(one)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestUnreadable(f"{path} can't be read: {unreadable}", hint=PARSE) from error
    children: dict[str, list[str]] = {}
    for key, node in nodes.items():
        for parent in node.depends_on:
            children.setdefault(parent, []).append(key)
    return Manifest(
        path=path,
        folder=folder,
        project_name=str(metadata.get("project_name") or ""),
        dbt_version=str(metadata.get("dbt_version") or ""),
        generated_at=str(metadata.get("generated_at") or ""),
        invocation_id=str(metadata.get("invocation_id") or ""),
        nodes=nodes,
        tests=tests,
        written=written,
        _by_relation={node.relation: node for node in nodes.values() if node.relation is not None},
        _children={key: tuple(ids) for key, ids in children.items()},
    )


def _is_node(entry: Mapping[str, Any]) -> bool:
    return entry["resource_type"] in TABLES or entry["resource_type"] == "exposure"


def _test(key: str, entry: Mapping[str, Any]) -> Test:
    generic = entry.get("test_metadata") or {}
    arguments = dict(generic.get("kwargs") or {})
    arguments.pop("model", None)
    column = entry.get("column_name") or arguments.pop("column_name", None)
    arguments.pop("column_name", None)
    config = entry.get("config") or {}
    attached = entry.get("attached_node")
    if attached is None and len(entry["depends_on"]["nodes"]) == 1:
        attached = entry["depends_on"]["nodes"][0]  # a singular test of one table
    return Test(
        unique_id=key,
        name=str(generic.get("name") or entry["name"]),
        column=None if column is None else _bare(column),
        arguments=arguments,
        severity=str(config.get("severity") or "error").lower(),
        where=config.get("where"),
        node=attached,
    )


def _bare(column: str) -> str:
    return column.strip().strip('"').lower()


def _node(key: str, entry: Mapping[str, Any], own: list[Test], groups: Mapping[str, Any]) -> Node:
    columns = {
        _bare(one["name"]): Column(
            name=one["name"],
            description=one.get("description") or "",
            type=one.get("data_type"),
            meta=_meta(one),
            tags=tuple(one.get("tags") or ()),
            tests=tuple(test for test in own if test.column == _bare(one["name"])),
        )
        for one in (entry.get("columns") or {}).values()
    }
    for test in own:  # a test of a column that is described nowhere
        if test.column is not None and test.column not in columns:
            columns[test.column] = Column(test.column, tests=tuple(one for one in own if one.column == test.column))
    relation = parts(entry.get("relation_name") or "")
    return Node(
        unique_id=key,
        kind=entry["resource_type"],
        name=entry["name"],
        package=entry["package_name"],
        relation=(relation[0], relation[1], relation[2]) if len(relation) == 3 else None,
        description=entry.get("description") or "",
        columns=columns,
        tests=tuple(test for test in own if test.column is None),
        meta=_meta(entry),
        tags=tuple(entry.get("tags") or ()),
        owner=_owner(entry, groups),
        depends_on=tuple((entry.get("depends_on") or {}).get("nodes") or ()),
        path=entry.get("original_file_path") or "",
        materialized=(entry.get("config") or {}).get("materialized"),
        primary_key=tuple(map(_bare, entry.get("primary_key") or ())),
        source=entry.get("source_name"),
        raw=entry,
    )


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """dbt 1.10 moved `meta` into `config`; both places are read."""
    return {**(entry.get("meta") or {}), **((entry.get("config") or {}).get("meta") or {})}


def _owner(entry: Mapping[str, Any], groups: Mapping[str, Any]) -> str | None:
    """meta's `owner`, an exposure's, or that of the node's group."""
    said = _meta(entry).get("owner") or entry.get("owner")
    if not said and (name := (entry.get("config") or {}).get("group") or entry.get("group")):
        said = next((group.get("owner") for group in groups.values() if group.get("name") == name), None) or name
    if isinstance(said, Mapping):
        said = said.get("name") or said.get("email")
        said = ", ".join(map(str, said)) if isinstance(said, list) else said
    return str(said) if said else None


def _as_parsed(file: Path, entry: Mapping[str, Any]) -> bool:
    """Whether a file that is newer has the text that dbt read all the same: dbt's checksum is of the stripped text."""
    known = (entry.get("checksum") or {}).get("checksum")
    return bool(known) and hashlib.sha256(file.read_text(errors="replace").strip().encode()).hexdigest() == known


def _latest(node: Node) -> bool:
    return node.raw.get("version") == node.raw.get("latest_version")


def _shown(path: Path, project: Project) -> str:
    return str(path.relative_to(project.root)) if path.is_relative_to(project.root) else str(path)
