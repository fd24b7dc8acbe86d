"""Passwords in notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli.group import group

SECRET = "planted-secret-7Q"
IMPORTED = "import snowflake.connector\n"


def promoted(folder: Path, *cells: str) -> tuple[int, str]:
    """Exit status and all that promoting a notebook of one step says and writes."""
    content = {
        "cells": [
            {"cell_type": "code", "id": f"c{at}", "metadata": {"tags": ["step:a"]}, "outputs": [], "source": source,
             "execution_count": None}
            for at, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    notebook = folder / "n.ipynb"
    notebook.write_text(json.dumps(content))
    (folder / ".workbench").mkdir(exist_ok=True)
    result = CliRunner().invoke(group, ["promote", str(notebook)])
    written = [file.read_text() for file in folder.rglob("*.py")]
    return result.exit_code, result.output + "".join(written)


@pytest.mark.parametrize(
    "cells",
    [
        (f'{IMPORTED}x = snowflake.connector.connect(user="a", password="{SECRET}")',),
        (f"from snowflake import connector as sc\nx = sc.connect(token='{SECRET}')",),
        (f"from snowflake.connector import connect\nx = connect(\n    user='a',\n    private_key=b'{SECRET}',\n)",),
        (f"pw = '{SECRET}'", f"{IMPORTED}x = snowflake.connector.connect(password=pw)"),
        (f"{IMPORTED}x = snowflake.connector.connect(**{{'password': '{SECRET}'}})",),
        (f"given = dict(user='a', password='{SECRET}')", f"{IMPORTED}x = snowflake.connector.connect(**given)"),
        (f"def go():\n    import snowflake.connector\n    return snowflake.connector.connect(password='{SECRET}')",),
    ],
)
def test_a_password_in_a_notebook_is_refused(tmp_path: Path, cells: tuple[str, ...]) -> None:
    """However it reaches the connection; and what is said of it, and what is written, doesn't have it."""
    status, said = promoted(tmp_path, *cells)
    assert status == 1
    assert "WB323" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    "cell",
    [
        f'{IMPORTED}import os\nx = snowflake.connector.connect(password=os.environ["PW"])',
        f"{IMPORTED}import getpass\npw = getpass.getpass()\nx = snowflake.connector.connect(password=pw)",
        f'{IMPORTED}x = snowflake.connector.connect(user="a", password="")',
        f'{IMPORTED}x = snowflake.connector.connect(connection_name="prod")',
        'def connect(password):\n    return password\nx = connect(password="of-a-game")',
    ],
)
def test_what_is_no_password(tmp_path: Path, cell: str) -> None:
    """A value that comes from elsewhere, an empty one, and a function of the notebook's own."""
    assert "WB323" not in promoted(tmp_path, cell)[1]
