"""The warehouse that the contract is held to: the local one, or the one WORKBENCH_CONTRACT_CONNECTION names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from workbench.project import Project
from workbench.warehouse import local, sessions, sql
from workbench.warehouse.connection import LOCAL

Ask = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def profile() -> str:
    return os.environ.get("WORKBENCH_CONTRACT_CONNECTION", LOCAL)


@pytest.fixture
def only_local(profile: str) -> None:
    """What the local warehouse alone does: an account answers these."""
    if profile != LOCAL:
        pytest.skip("an account supports this")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of its own, and its warehouse stopped at the end."""
    project = Project(tmp_path_factory.mktemp("warehouse"))
    yield project
    local.stop(project)


@pytest.fixture
def ask(profile: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """sql(), in a schema that is made for the test and dropped after it."""
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    monkeypatch.setenv("WORKBENCH_CONNECTION", profile)
    schema = f"WB_TEST_{uuid.uuid4().hex[:12].upper()}"
    sql(f"create schema {schema}")
    sql(f"use schema {schema}")
    yield sql
    sql(f"drop schema {schema} cascade")
    sessions.forget(profile, project)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose warehouse is this test's alone, and is down."""
    project = Project(tmp_path)
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_CONNECTION", LOCAL)
    yield project
    sessions.forget(LOCAL, project)
    local.stop(project)
