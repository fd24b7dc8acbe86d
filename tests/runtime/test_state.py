"""Kinds of process state: read, changed, merged and restored, in this process."""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.errors import HandOverError
from workbench.runtime.imports import ImportWatch
from workbench.runtime.pickling import dumps, loads
from workbench.runtime.state import ProcessState, kinds, live_kinds, merged
from workbench.runtime.state.kind import Kind, ListKind
from workbench.runtime.state.live import LiveState
from workbench.runtime.state.patches import targets

MODULE = sys.modules[__name__]


def counted() -> int:
    return 0


class Registry:
    known: list[int] = []  # noqa: RUF012 - what cells write onto classes


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Put back whatever a test changes."""
    every = [kind for kind in kinds(MODULE) if kind.module in sys.modules]
    before = {kind: kind.read() for kind in every}
    yield
    for kind, seen in before.items():
        change = kind.change(kind.read(), seen)
        if change is not None:
            kind.restore(change)


def crossed(change: Any) -> ProcessState:
    """The state of a step whose cells do something, and that of a next step to which it was handed."""
    first = ProcessState({}, MODULE)
    first.begin()
    change()
    changes = first.end()
    handed = first.handed_on(changes)
    for name, each in changes.items():
        undo = {kind.name: kind for kind in kinds(MODULE)}[name]
        undo.restore(undo.change(undo.read(), first._before[name]) or each)
    second = ProcessState(handed, MODULE)
    second.begin()
    second.stop()
    return second


def crossed_live(change: Any) -> None:
    """Make the change, take it back, and install what was handed over, pickled in between."""
    first = LiveState(live_kinds(MODULE), MODULE)
    first.arrive({})
    before = {kind.name: kind.look() for kind in live_kinds(MODULE)}
    change()
    left = loads(dumps(first.leave(), MODULE))
    for kind in live_kinds(MODULE):
        for key in left.get(kind.name, {}):
            kind.install(key, before[kind.name].get(key, ()))
    second = LiveState(live_kinds(MODULE), MODULE)
    second.arrive(left)
    second.stop()


def test_numpys_generator_goes_on() -> None:
    """The next step draws what the kernel would draw next."""
    np.random.seed(5)
    np.random.rand()
    want = np.random.rand()
    crossed(lambda: (np.random.seed(5), np.random.rand()))
    assert np.random.rand() == want


def test_options_go_along() -> None:
    """pandas' and numpy's options are set again, and only those that changed are handed over."""

    def change() -> None:
        pd.set_option("display.precision", 2)
        np.set_printoptions(threshold=5)

    state = crossed(change)
    assert pd.get_option("display.precision") == 2
    assert np.get_printoptions()["threshold"] == 5
    assert loads(state._handed["pandas.options"]) == {"display.precision": 2}


def test_warnings_filters_keep_their_order() -> None:
    """A filter in front of the others is in front again."""
    crossed(lambda: warnings.filterwarnings("error", message="mine"))
    with pytest.raises(UserWarning, match="mine"):
        warnings.warn("mine", stacklevel=1)


def test_definitions_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attributes of functions and of classes of the flow's module, and what was put into them."""
    monkeypatch.setattr(Registry, "known", [])

    def change() -> None:
        counted.calls = 3  # type: ignore[attr-defined]
        Registry.known.append(1)

    crossed(change)
    assert counted.calls == 3  # type: ignore[attr-defined]
    assert Registry.known == [1]
    del counted.calls  # type: ignore[attr-defined]


def test_loggers_are_configured_again(tmp_path: Path) -> None:
    """Levels, and the handlers themselves, with their formats and filters; one to a file opens it again."""
    name = "workbench.tests.logger"
    made: list[logging.Handler] = []

    def levels() -> None:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False

    def handlers() -> None:
        handler = logging.FileHandler(tmp_path / "log.txt")
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        handler.addFilter(without_secrets)
        logging.getLogger(name).handlers = [handler, logging.NullHandler()]
        made.append(handler)

    crossed(levels)
    crossed_live(handlers)
    assert made[0] not in logging.getLogger(name).handlers
    logging.getLogger(name).debug("told")
    logging.getLogger(name).debug("a secret")
    assert (tmp_path / "log.txt").read_text() == "DEBUG told\n"
    for handler in [*made, *logging.getLogger(name).handlers]:
        handler.close()


def without_secrets(record: logging.LogRecord) -> bool:
    return "secret" not in record.getMessage()


def test_a_modules_own_data_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a module beside the notebook gathers is there in the next step, once it imports the module."""
    (tmp_path / "gathering.py").write_text("items = []\n\ndef add(item):\n    items.append(item)\n")
    monkeypatch.syspath_prepend(tmp_path)
    first = LiveState(live_kinds(MODULE), MODULE)
    first.arrive({})
    __import__("gathering").add(1)
    left = first.leave()
    assert left is not None
    monkeypatch.delitem(sys.modules, "gathering")
    second = LiveState(live_kinds(MODULE), MODULE)
    second.arrive(loads(dumps(left, MODULE)))
    assert __import__("gathering").items == [1]
    assert second.leave() == left, "a step that only passes it on passes on the same"


def test_what_modules_hold_but_cant_be_pickled_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that puts a lock on a module fails with the name, and doesn't lose it silently."""
    (tmp_path / "guarded.py").write_text("guard = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    state = LiveState(live_kinds(MODULE), MODULE)
    state.arrive({})
    __import__("guarded").guard = threading.Lock()
    with pytest.raises(HandOverError, match="`guard` of the module `guarded` holds a lock"):
        state.leave()


@pytest.mark.parametrize(
    ("source", "attributes", "places"),
    [
        ("import math\nmath.tau = 7", {("math", ("tau",))}, set()),
        ("import pandas as pd\nFrame = pd.DataFrame\nFrame.share = len", {("pandas", ("DataFrame", "share"))}, set()),
        (
            "from json import JSONEncoder\ndef f():\n    setattr(JSONEncoder, 'x', 1)",
            {("json", ("JSONEncoder", "x"))},
            set(),
        ),
        ("import csv\ncsv.known.append(1)\ncsv.other['a'] = 2", set(), {("csv", ("known",)), ("csv", ("other",))}),
        ("import os, sys\nos.environ['A'] = 'b'\nsys.path.insert(0, '.')\nx = 1\nx.y = 2", set(), set()),
    ],
)
def test_patches_are_read_from_the_source(source: str, attributes: set[Any], places: set[Any]) -> None:
    """The attributes that code sets on what it imports, under any name; not what has a kind of its own."""
    assert targets(source) == (attributes, places)


def test_secrets_stay_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Variables that look like credentials are named on stderr, and nowhere else."""
    state = ProcessState({}, MODULE)
    state.begin()
    monkeypatch.setenv("DB_PASSWORD", "x1y2z3")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x1y2z3")
    monkeypatch.setenv("GITHUB_TOKEN", "x1y2z3")
    monkeypatch.setenv("COLOUR", "green")
    changes = state.end()
    assert changes["environ"] == {"COLOUR": "green"}
    told = capsys.readouterr().err
    assert all(name in told for name in ("DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN"))
    assert "x1y2z3" not in told


def test_nothing_changed_is_nothing_handed() -> None:
    """A step that leaves the process as it was hands nothing over, and what came goes on."""
    state = ProcessState({}, types.ModuleType("flow"))
    state.begin()
    sum(range(10))
    assert state.end() == {}


def test_what_imports_do_is_not_the_cells_doing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that sets a variable or a warnings filter when it is imported makes no change; the cells' own do."""
    (tmp_path / "noisy_library.py").write_text(
        "import os, warnings\nos.environ['NOISY'] = '1'\nwarnings.filterwarnings('ignore', message='noise')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("NOISY", raising=False)
    state = ProcessState({}, MODULE)
    state.begin()
    import noisy_library  # type: ignore[import-not-found]  # noqa: F401

    os.environ["OURS"] = "1"
    assert {name: change for name, change in state.end().items() if name != "sources"} == {"environ": {"OURS": "1"}}


def test_an_import_is_told_when_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a module is called once, with the module complete and its loader as if nobody had watched."""
    (tmp_path / "awaited_module.py").write_text("import awaited_inner\nvalue = 1\n")
    (tmp_path / "awaited_inner.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen: list[str] = []

    def around() -> Any:
        seen.append("begin")
        return lambda: seen.append("end")

    watch = ImportWatch(around)
    watch.when("awaited_module", lambda: seen.append(str(sys.modules["awaited_module"].value)))
    watch.start()
    import awaited_module  # type: ignore[import-not-found]

    watch.stop()
    assert seen == ["begin", "1", "end"]
    assert type(awaited_module.__loader__).__name__ == "SourceFileLoader"
    assert type(awaited_module.__spec__.loader).__name__ == "SourceFileLoader"


@pytest.mark.parametrize(
    ("before", "after", "current", "want"),
    [
        (["a", "b"], ["x", "a", "b"], ["a", "b", "c"], ["x", "a", "b", "c"]),
        (["a", "b"], ["a", "b", "x"], ["a", "b", "c"], ["a", "b", "c", "x"]),
        (["a", "b"], ["b"], ["a", "b", "c"], ["b", "c"]),
        (["a", "b"], [], ["a", "b", "c"], ["c"]),
        (["a"], ["x"], ["a", "c"], ["x", "c"]),
    ],
)
def test_lists_change_by_what_was_added_and_taken(
    before: list[str], after: list[str], current: list[str], want: list[str]
) -> None:
    """A list's change is made to the next process's own list, whatever else that has."""
    assert ListKind.applied(ListKind().change(before, after) or {}, current) == want


def test_branches_are_merged_in_order() -> None:
    """After a join each branch's own changes hold, and the later one's where both made them."""

    def handed(**changes: Any) -> dict[str, bytes]:
        state = ProcessState({}, MODULE)
        return state.handed_on({name.replace("_", "."): change for name, change in changes.items()})

    left = handed(environ={"A": "1", "B": "1"}, decimal=(5,))
    right = handed(environ={"B": "2"})
    result = merged([(left, {"environ", "decimal"}), (right, {"environ"})], MODULE)
    assert {name: loads(content) for name, content in result.items()} == {
        "environ": {"A": "1", "B": "2"},
        "decimal": (5,),
    }


def test_every_kind_can_be_handed() -> None:
    """Each kind's snapshot of this process can be pickled, and equals itself when read again."""
    for kind in kinds(types.ModuleType("empty")):
        if kind.module in sys.modules:
            first = kind.read()
            assert kind.change(first, kind.read()) is None, kind.name
            assert isinstance(kind, Kind)
    assert random.getstate()


def test_a_librarys_counter_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library numbers on its classes goes on from where the last step left it, imported before or after."""
    (tmp_path / "numbering.py").write_text(
        "class Thing:\n    made = 0\n\n    def __init__(self):\n        Thing.made += 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    first = ProcessState({}, MODULE)
    first.begin()
    __import__("numbering").Thing()
    handed = first.handed_on(first.end())
    monkeypatch.delitem(sys.modules, "numbering")
    second = ProcessState(handed, MODULE)
    second.begin()
    again = __import__("numbering")
    again.Thing()
    assert again.Thing.made == 2
    assert second.end()["counters"] == {"numbering:Thing.made": 2}
    again.Thing.made = 0
    third = ProcessState(handed, MODULE)
    third.begin()
    third.stop()
    assert again.Thing.made == 1
    monkeypatch.delitem(sys.modules, "numbering")
