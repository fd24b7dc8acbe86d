"""Promoted flows in real Metaflow: what one step leaves is what the next one finds."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

FLOWS = Path(__file__).parent / "flows"
Runs = Callable[[str], Any]


def test_shared_objects_stay_shared(ran: Runs) -> None:
    """Two names of one list are still that in a later step, also after a step that touched only one of them."""
    run = ran("identity")
    assert run.status == 0, run.log
    assert run.texts("look")["names"] == "True True [1, 2] [1]\n"


def test_functions_and_classes_arrive(ran: Runs) -> None:
    """Lambdas, closures, methods and classes arrive, see the flow's globals, and are its own where it has them."""
    lines = ran("identity").texts("look")["functions"].splitlines()
    assert lines == [
        "6 True True True 24",
        "20 20 30 2.0",
        "2",
        "[1, 2, 3]",
        "True True <class '__main__.Local'> Config(rate=0.5)",
    ]


def test_views_show_the_same_memory(ran: Runs) -> None:
    """A view of an array, or of a frame's column, still changes its base; a copy still doesn't."""
    assert ran("identity").texts("look")["arrays"] == "99.0 q 7 1 1\n"


def test_what_is_written_onto_definitions_arrives(ran: Runs) -> None:
    """Attributes of functions and classes of the flow's module are process state."""
    assert ran("identity").texts("look")["definitions"] == "7 {'a': Config(rate=2.0)} 5\n"


def test_only_what_is_shared_is_pickled_together(ran: Runs) -> None:
    """A frame, its copy and a selection of it share nothing that changes: no hidden artifact for them."""
    index = ran("identity").task("make")["_workbench_shared"].data
    together = {name for names in index.values() for name in names}
    assert {"a", "b", "inside", "base", "view", "frame", "column"} <= together
    assert together.isdisjoint({"copied", "selected", "apart", "factor"})


def test_anybody_can_read_the_artifacts(ran: Runs) -> None:
    """Metaflow and cloudpickle alone read every artifact elsewhere, functions and notebook classes included."""
    run = ran("identity")
    script = (
        "import sys, metaflow; metaflow.namespace(None); metaflow.metadata(sys.argv[1])\n"
        "d = metaflow.Flow('IdentityFlow').latest_run['make'].task.data\n"
        "print(d.a, d.times(2), d.kit['partial'](), d.config.rate, d.local.scaled(), d.fact(4), d.frame.shape)\n"
        "assert not any(name.startswith('workbench') for name in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, f"local@{run.folder}"], capture_output=True, text=True, cwd=run.folder
    )
    assert done.stdout == "[1] 6 6 0.5 9 24 (3, 3)\n", done.stderr


def test_process_state_crosses_steps(ran: Runs) -> None:
    """Random generators, environment, folder, path, locale, warnings, logging and the decimal context go along."""
    run = ran("state")
    assert run.status == 0, run.log
    random.seed(1)
    random.random()
    assert run.texts("look")["look"].splitlines() == [
        f"{random.random()} green False None",
        "sub True 5",
        "C.UTF-8",
        "raised special",
        "INFO: told",
    ]


def test_state_of_libraries_waits_for_their_import(ran: Runs) -> None:
    """numpy, pandas and matplotlib are not imported for their state, and have it when the cells import them."""
    import numpy

    run = ran("state")
    generator = numpy.random.RandomState(2)
    generator.rand()
    assert run.texts("look")["opts"] == "setup False False\n"
    assert run.texts("look")["late"].splitlines() == [f"{generator.rand()} [0.333] ignore", "2 7", "4.5"]
    displayed = [each["data"]["text/plain"] for each in run.cells("look")["late"]["outputs"] if "data" in each]
    assert displayed == ["0.333"]


def test_figure_format_crosses_steps(ran: Runs) -> None:
    """What %config InlineBackend sets is process state too."""
    (figure,) = ran("state").cells("look")["plot"]["outputs"][-1:]
    assert "image/svg+xml" in figure["data"]


def test_secrets_are_not_persisted(ran: Runs) -> None:
    """A variable whose name looks like a credential stays out of the datastore, and a warning says so."""
    run = ran("state")
    assert "MY_API_KEY looks like a credential" in run.log
    assert b"hidden-value" not in b"".join(run.task("change")["_workbench_state"].data.values())


def test_branches_that_get_along_join(ran: Runs) -> None:
    """Sharing survives a split and a join; one branch may draw random numbers, or change what only it uses."""
    run = ran("branches")
    assert run.status == 0, run.log
    random.seed(3)
    drawn = round(random.random(), 3)
    want = f"True [1, 2, 3] {{'k': 2}} {3 + drawn + 2} {round(random.random(), 3)} 0.5\n"
    assert run.texts("last")["last"] == want


def test_metaflows_own_decorators_work(ran: Runs) -> None:
    """@retry, @catch, @timeout and @resources stand above a promoted step as above any other; so does a foreach."""
    run = ran("decorated")
    assert run.status == 0, run.log
    assert run.texts("flaky")["a1"] == "attempt 1\n"
    assert run.texts("last")["d4"] == "[2, 4, 6] builtins.ZeroDivisionError\n"
    assert run.cells("caught")["c3"]["outputs"][0]["ename"] == "ZeroDivisionError"


def test_an_ordinary_step_pays_nothing(ran: Runs) -> None:
    """Nothing shared, nothing changed on the side: no hidden artifact but the record of the cells."""
    run = ran("whole")
    assert run.status == 0, run.log
    task = run.task("only")
    assert not [name for name in ("shared", "state", "branch", "experiment") if f"_workbench_{name}" in task]


def test_a_failed_step_resumes(tmp_path: Path, run_flow: Any) -> None:
    """After an edit of the failed step, resume takes over what the steps before it handed over."""
    source = (FLOWS / "identity.py").read_text()
    file = tmp_path / "source" / "identity.py"
    file.parent.mkdir()
    file.write_text(source.replace("a.append(2)", "a.append(missing)"))
    assert run_flow(file, tmp_path / "run").status != 0
    file.write_text(source)
    run = run_flow(file, tmp_path / "run", "resume")
    assert run.status == 0, run.log
    assert run.texts("look")["names"] == "True True [1, 2] [1]\n"


def test_libraries_imported_with_the_module_show_as_in_a_notebook(ran: Runs) -> None:
    """pandas and matplotlib, imported before there is a shell, still print and draw as in a kernel."""
    run = ran("early")
    assert run.status == 0, run.log
    wide = run.cells("only")["wide"]["outputs"][0]["data"]["text/plain"]
    assert wide.endswith("[1 rows x 40 columns]")
    assert "\\" in wide.splitlines()[0]  # wrapped, not cut to a terminal's width
    (figure,) = run.cells("only")["plot"]["outputs"]
    assert "image/png" in figure["data"]
