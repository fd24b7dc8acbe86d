"""The tag grammar."""

from __future__ import annotations

import pytest

from workbench.notebook import tags


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("stpe:train", "step:train"),
        ("Step:train", "step:train"),
        ("paramters", "parameters"),
        ("set-up", "setup"),
        ("hide-input", ""),
        ("nbsphinx-thumbnail", ""),
        ("step:train", ""),
        ("workbench:runs", ""),
        ("@resources(memory=1)", ""),
        ("remove_cell", ""),
    ],
)
def test_a_slip_of_ours_is_told_from_another_tool_s_tag(tag: str, meant: str) -> None:
    """Only a tag that looks like one of the grammar's is a finding."""
    assert tags.read((tag,)).unknown == (((tag, meant),) if meant else ())


def test_a_cell_s_tags_are_read() -> None:
    """Each kind of tag goes where it belongs."""
    read = tags.read(("step:train", "after:load", "@retry(times=3)", "raises-exception"))
    assert (read.step, read.after, read.decorators, read.raises) == ("train", ("load",), ("@retry(times=3)",), True)
    assert tags.read(("step:a", "skip")).skip
    assert tags.read((tags.RUNS_TAG, "step:a")).skip
