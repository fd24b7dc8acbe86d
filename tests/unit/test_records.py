"""Records: NamedTuples whose constructors are compiled when they are first called."""

from __future__ import annotations

import copy
import pickle

import pytest

from workbench.records import NamedTuple


class Point(NamedTuple):
    """A point."""

    x: int
    y: int = 0

    @property
    def total(self) -> int:
        """The sum of both."""
        return self.x + self.y


def test_a_record_is_a_tuple_with_names() -> None:
    """Fields are given by place, name or default; a record is equal to its tuple, can be replaced and copied."""
    one = Point(1, y=2)
    assert (one, one.x, one.total, Point(1)) == ((1, 2), 1, 3, (1, 0))
    assert (one._replace(y=5), one._asdict(), repr(one)) == ((1, 5), {"x": 1, "y": 2}, "Point(x=1, y=2)")
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), Point._make([1, 2])):
        assert type(again) is Point
        assert again == one
    match one:
        case Point(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_a_record_has_its_fields_and_no_others(values: tuple[int, ...], named: dict[str, int]) -> None:
    """A missing, unknown or repeated field is a TypeError that names the record, at the first call and later."""

    class Fresh(NamedTuple):
        x: int
        y: int = 0

    for _ in range(2):
        with pytest.raises(TypeError, match="Fresh"):
            Fresh(*values, **named)
    with pytest.raises(TypeError, match="z"):
        Fresh(1)._replace(**{"z": 1})
