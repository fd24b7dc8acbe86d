"""What the repository promises about itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# what conda-forge calls a package of PyPI, where the names differ
CONDA_NAMES = {"duckdb": "python-duckdb", "types-pyyaml": "types-pyyaml"}


def split(requirement: str) -> tuple[str, str]:
    """A requirement's name, without extras and in lower case, and its specifier."""
    match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)", requirement)
    assert match
    return match[1].lower(), match[2].replace(" ", "")


def test_conda_and_pip_install_the_same_versions() -> None:
    """environment.yml has pyproject.toml's requirements with the same specifiers, and no others."""
    extras = PROJECT["optional-dependencies"].values()
    wanted = dict(split(one) for group in [PROJECT["dependencies"], *extras] for one in group)
    wanted = {CONDA_NAMES.get(name, name): specifier for name, specifier in wanted.items()}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(one["pip"] for one in listed if isinstance(one, dict))
    found = dict(split(one) for one in [*(one for one in listed if isinstance(one, str)), *pip])
    assert found.pop("python") == PROJECT["requires-python"]
    found.pop("pip")
    assert found == wanted


def test_the_lock_has_names_versions_and_hashes_only() -> None:
    """No registry's address is in the lock, so that it installs from wherever the reader installs from."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+( ; .+)? \\$")
    assert all(
        pinned.match(line) or re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", line) or line[:1] == "#"
        for line in lines
    )
    assert not any("://" in line for line in lines)


def test_the_lock_satisfies_the_project() -> None:
    """Every requirement of pyproject.toml is locked to a version that it allows."""
    from packaging.requirements import Requirement

    locked: dict[str, set[str]] = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if match := re.match(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", line):
            locked.setdefault(match[1].lower(), set()).add(match[2])
    for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]:
        for text in group:
            requirement = Requirement(text)
            versions = locked[requirement.name.lower()]
            assert all(requirement.specifier.contains(version) for version in versions), text


def test_the_public_api_is_small_and_known() -> None:
    """What `import workbench` offers is a decision: change this list on purpose."""
    import workbench

    exploring = ["describe", "features", "lineage", "preview", "profile", "queries", "tables"]
    assert sorted(workbench.__all__) == sorted(
        [*exploring, "log_figure", "log_metric", "log_parameter", "sql", "table", "write"]
    )
    assert all(callable(getattr(workbench, name)) for name in workbench.__all__)


def test_help_and_promote_import_nothing_heavy(tmp_path: Path) -> None:
    """The commands that a person waits for at the prompt import nothing that takes its time."""
    heavy = {"metaflow", "nbformat", "pandas", "comet_ml", "IPython", "click", "dataclasses", "pathlib", "typing"}
    notebook = ROOT / "tests" / "golden" / "next_product" / "notebook.ipynb"
    for arguments in (["--help"], ["promote", str(notebook), "-o", str(tmp_path / "flow.py")]):
        program = (
            "import sys; sys.argv[1:] = sys.argv[1:]; before = set(sys.modules)\n"
            "from workbench.cli.start import main\n"
            "try: main()\n"
            "except SystemExit as end: assert not end.code, end.code\n"
            "print('imported', *(set(sys.modules) - before), file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        imported = set(done.stderr.rpartition("imported ")[2].split())
        assert not imported & heavy
