"""Lineage over a real warehouse's catalogue, its history and its loads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import workbench
from workbench.cli.lineage import command
from workbench.errors import MissingTable, ParameterError
from workbench.project import Project
from workbench.runs import record
from workbench.runs.record import RunRecord

Ask = Callable[..., Any]
FLOW = """
import workbench
from metaflow import FlowSpec, step

__notebook__ = "../notebooks/look.ipynb"


class LookFlow(FlowSpec):
    @step
    def start(self):
        self.x = workbench.sql("select * from {schema}.base")
        self.next(self.end)

    @step
    def end(self):
        pass
"""


class Here:
    """A project with a notebook, its flow and a run of it, over a RAW table, a table and what the notebook wrote."""

    def __init__(self, ask: Ask, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ask, self.root = ask, project.root
        self.schema = ask("select current_schema() as s").s[0]
        ask("create table landed (data variant, load_id varchar, loaded_at timestamp_ntz, file_name varchar)")
        for load, at in (
            ("aaaa", "2026-01-01 00:00:00"),
            ("bbbb", "2026-01-02 00:00:00"),
            ("cccc", "2099-01-01 00:00:00"),
        ):
            ask(f"insert into landed select parse_json('1'), '{load}', '{at}', '{load}.jsonl' from (values (1), (2))")
        ask("create table base as select 1 as a")
        ask('create table "Odd ""<b>" as select 1 as a')
        self.write("flows/look.py", FLOW.format(schema=self.schema))
        query = f"%%sql\nselect * from {self.schema}.landed"
        cells = [self.cell("c-read", query), self.cell("c-import", "import workbench"), self.cell("c-md", "x = 1")]
        self.write(
            "notebooks/look.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        )
        self.run = RunRecord(
            name="LookFlow/7",
            kind="flow",
            status="succeeded",
            started="2026-06-01T00:00:00+00:00",
            notebook="notebooks/look.ipynb",
            flow="flows/look.py",
            commit="0123456789abcdef0123456789abcdef01234567",
            changed=["notebooks/look.ipynb"],
            dbt={"invocation_id": "11111111-2222", "command": "build", "generated_at": "2026-05-31T00:00:00Z"},
        )
        record.write(project, self.run)
        self.write(".workbench/runs/LookFlow-7/look.py", FLOW.format(schema=self.schema))
        monkeypatch.setenv("JPY_SESSION_NAME", str(self.root / "notebooks" / "look.ipynb"))
        ask('insert into base select a from "Odd ""<b>"')
        monkeypatch.delenv("JPY_SESSION_NAME")

    def cell(self, name: str, source: str) -> dict[str, Any]:
        return {
            "cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None
        }  # fmt: skip

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def here(ask: Ask, project: Project, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.chdir(project.root)
    return Here(ask, project, monkeypatch)


def edges(found: Any) -> set[tuple[str, str, str]]:
    rows = found.frame.to_dict("records")
    return {(row["from_name"], row["to_name"], " ".join([row["how"], *row["places"]]).strip()) for row in rows}


def test_a_run_has_its_whole_chain(here: Here) -> None:
    """The flow and the notebook it is of, what its own text read, the dbt invocation, the commit; a change is said."""
    found = workbench.lineage("LookFlow/7")
    assert {one.name for one in found.upstream} >= {"LookFlow", "notebooks/look.ipynb", f"{here.schema}.BASE"}
    assert (f"{here.schema}.BASE", "LookFlow/7", "read start") in edges(found)
    assert found.chain["commit"] == here.run.commit
    assert found.chain["dbt_invocation"]["invocation_id"] == "11111111-2222"
    assert f"changed since the run began: {here.schema}.BASE" in found.notes
    text = repr(found)
    assert "dbt     build 11111111-2222" in text
    assert "with changes in notebooks/look.ipynb" in text


def test_loads_of_a_raw_table(here: Here, ask: Ask) -> None:
    """They come before the table; of a run, those that were there when it began."""
    found = workbench.lineage(f"{here.schema}.landed")
    (load,) = [one for one in found.upstream if one.kind == "load"]
    assert load.name == "3 loads, the last cccc"
    here.write(".workbench/runs/LookFlow-7/look.py", FLOW.format(schema=here.schema).replace("base", "landed"))
    facts = workbench.lineage("LookFlow/7").chain
    assert [(one["load_id"], one["rows"], one["file"]) for one in facts["loads"]] == [
        ("bbbb", 2, "bbbb.jsonl"),
        ("aaaa", 2, "aaaa.jsonl"),
    ]


def test_queries_and_texts_of_a_notebook(here: Here) -> None:
    """By the tags of what ran, and by what stands in its cells; a table is seen from the other side as well."""
    found = workbench.lineage("notebooks/look.ipynb")
    known = edges(found)
    assert (f"{here.schema}.LANDED", "notebooks/look.ipynb", "read c-read") in known
    assert (f'{here.schema}.Odd "<b>', "notebooks/look.ipynb", "read") in known
    assert ("notebooks/look.ipynb", f"{here.schema}.BASE", "written") in known
    assert ("notebooks/look.ipynb", "LookFlow", "promoted") in known
    assert ("LookFlow", "LookFlow/7", "ran") in known
    odd = workbench.lineage(f'{here.schema}."Odd ""<b>"', upstream=False)
    assert odd.upstream == ()
    assert "notebooks/look.ipynb" in {one.name for one in odd.downstream}
    bundle = odd._repr_mimebundle_()
    assert set(bundle) == {"text/vnd.mermaid", "text/plain"}
    assert "Odd #34;#60;b#62;" in bundle["text/vnd.mermaid"]


def test_a_name_is_what_it_was_where_the_query_ran(here: Here, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query of a table that is gone isn't one of another schema's table by that name."""
    other = f"{here.schema}_OTHER"
    ask(f"create schema {other}")
    ask(f"create table {other}.only_there (a int)")
    ask(f"use schema {here.schema}")
    ask("create table only_there (a int)")
    monkeypatch.setenv("JPY_SESSION_NAME", str(here.root / "notebooks" / "look.ipynb"))
    ask("select * from only_there")
    monkeypatch.delenv("JPY_SESSION_NAME")
    try:
        assert "notebooks/look.ipynb" not in {one.name for one in workbench.lineage(f"{other}.only_there").downstream}
        ask("drop table only_there")
        assert "notebooks/look.ipynb" not in {one.name for one in workbench.lineage(f"{other}.only_there").downstream}
    finally:
        ask(f"drop schema {other} cascade")


def test_two_runs_of_one_number(here: Here, project: Project) -> None:
    """The number alone is asked about: it names both."""
    other = RunRecord(name="OtherFlow/7", kind="flow", status="succeeded", started=here.run.started)
    record.write(project, other)
    try:
        with pytest.raises(ParameterError, match=r"7 may be .*Flow/7 or .*Flow/7"):
            workbench.lineage("7")
    finally:
        shutil.rmtree(record.folder_of(project, other))


def test_what_it_asks_itself_is_nobodys_reading(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lineage that is asked for in a notebook doesn't make it a reader of the tables."""
    here.write("notebooks/asks.ipynb", json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(here.root / "notebooks" / "asks.ipynb"))
    for _ in range(2):
        found = workbench.lineage(f"{here.schema}.landed")
    assert "notebooks/asks.ipynb" not in {one.name for one in found.downstream}


def test_what_is_not_known(here: Here, ask: Ask) -> None:
    """A clear error with the closest names, also for a table that several schemas have."""
    with pytest.raises(MissingTable, match=r"did you mean .*LookFlow"):
        workbench.lineage("LokFlow")
    with pytest.raises(MissingTable, match=r"did you mean .*\.LANDED"):
        workbench.lineage("landd")
    with pytest.raises(ParameterError, match="no lineage"):
        workbench.lineage(3)
    ask('create table "LookFlow" (a int)')
    with pytest.raises(ParameterError, match="may be the"):
        workbench.lineage("LookFlow")


def test_the_command(here: Here) -> None:
    """Text, JSON and Mermaid of one side or both."""
    name = f"{here.schema}.base"
    text = CliRunner().invoke(command, [name, "--downstream"])
    assert text.exit_code == 0, text.output
    assert "used by" in text.output
    assert "comes from" not in text.output
    found = json.loads(CliRunner().invoke(command, [name, "--format", "json"]).stdout)
    assert found["of"]["name"] == f"{here.schema}.BASE"
    assert {"kind", "key", "name", "detail"} == set(found["downstream"][0])
    drawn = CliRunner().invoke(command, [name, "--format", "mermaid", "--upstream"]).stdout
    assert drawn.startswith("flowchart LR\n")
    assert "LookFlow" not in drawn


def test_without_a_warehouse(here: Here, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The code's side is known all the same, and it is said what isn't."""
    from workbench.errors import WarehouseDown
    from workbench.explore.trace import gathering

    def down(*_: object, **__: object) -> None:
        raise WarehouseDown("nobody answers")

    monkeypatch.setattr(gathering, "catalogue", down)
    found = workbench.lineage("LookFlow")
    assert {one.name for one in found.upstream} == {"notebooks/look.ipynb"}
    assert any("nobody answers" in note for note in found.notes)
