"""What differs between two texts is noise only where a rule names it; everything else is a difference."""

from __future__ import annotations

import base64
import io
import time
from datetime import datetime
from typing import Any

import pytest
from PIL import Image

from workbench.runs.comparison import images
from workbench.runs.comparison.noise import Run, close, markup_noise, noise
from workbench.runs.comparison.outputs import OutputsCompared, compare

NOW = time.time()
RUNS = (Run(NOW - 100, NOW - 60), Run(NOW - 50, NOW - 5, "/p/flows/a.py"))
THEN = [datetime.fromtimestamp(NOW - ago) for ago in (80, 20)]

# (left, right, the rule that sets them apart); None: they are different
TEXTS: list[tuple[str, str, str | None]] = [
    ("<A object at 0x7f12ab34cd56>", "<A object at 0x7f99ab34cd56>", "memory addresses"),
    ("flags 0x7f12ab34cd56", "flags 0x7f99ab34cd56", None),
    ("<A object at 0x7f12ab34cd56>", "<B object at 0x7f99ab34cd56>", None),
    ("CPU times: user 3 ms\nWall time: 4 ms\n", "CPU times: user 9 s\nWall time: 8 s\n", "times taken"),
    ("1.2 µs ± 3 ns per loop (mean ± std. dev. of 7 runs, 10 loops each)",
     "2.2 µs ± 9 ns per loop (mean ± std. dev. of 7 runs, 100 loops each)", "times taken"),
    ("fit took 3.2 seconds", "fit took 0.4 seconds", "times taken"),
    ("done in 3.2s", "done in 4 s", "times taken"),
    ("mean delivery time: 34.2 min", "mean delivery time: 34.3 min", None),
    ("lag 5 s", "lag 6 s", None),
    ("a trip took 12.5 min", "a trip took 12.6 min", None),
    ("took 3 tries", "took 4 tries", None),
    ("score 0.25", "score 0.26", None),
    ("4,000 rows · 0.31 s · query 01b2-3", "4,000 rows · 0.29 s · query 01b2-4", "query times and ids"),
    ("4,000 rows · 0.31 s · query 01b2-3", "4,001 rows · 0.31 s · query 01b2-3", None),
    (f"at {THEN[0]}", f"at {THEN[1]}", "clock times"),
    (f"{THEN[0]:%a %b %d %H:%M:%S %Y}", f"{THEN[1]:%a %b %d %H:%M:%S %Y}", "clock times"),
    (f"Time: {THEN[0]:%H:%M:%S}", f"Time: {THEN[1]:%H:%M:%S}", "clock times"),
    (f"{NOW - 80:.6f}", f"{NOW - 20:.6f}", "clock times"),
    ("last order 2026-10-01 10:00:00", "last order 2026-10-01 10:00:01", None),
    (f"{NOW - 80:.6f}", "12.5", None),
    ("  0%|   | 0/3 [00:00<?, ?it/s]\r100%|███| 3/3 [00:00<00:00, 9.7it/s]\n",
     "\r 33%|█  | 1/3 [00:00<00:00,  9it/s]\r100%|███| 3/3 [00:00<00:00, 9.9it/s]\n", "progress bars"),
    ("100%|███| 3/3 [00:00<00:00, 9.7it/s]\n", "100%|███| 4/4 [00:00<00:00, 9.7it/s]\n", None),
    ("10/10 ━━━━━━ 1s 3ms/step - loss: 0.5", "10/10 ━━━━━━ 2s 4ms/step - loss: 0.5", "progress bars"),
    ("10/10 ━━━━━━ 1s 3ms/step - loss: 0.5", "10/10 ━━━━━━ 2s 4ms/step - loss: 0.6", None),
    ("PID 123 ended", "PID 4567 ended", "process ids"),
    ("pid: 123", "pid: 4567", None),
    ("rows 123", "rows 4567", None),
    ("wrote /tmp/tmpab12cd34/x.csv", "wrote /tmp/tmpzz12cd34/x.csv", "temporary paths"),
    ("wrote /data/a.csv", "wrote /data/b.csv", None),
    ("/tmp/ipykernel_12/34.py:3: UserWarning: x", "/p/flows/a.py:57: UserWarning: x", "places in the code"),
    ("/tmp/ipykernel_12/34.py:3: UserWarning: x", "/p/other.py:57: UserWarning: x", None),
    ("{'b', 'a', 3}", "{3, 'a', 'b'}", "set order"),
    ("frozenset({'b', 'a'})", "frozenset({'a', 'b'})", "set order"),
    ("{'b', 'a'}", "{'a', 'c'}", None),
    ("['b', 'a']", "['a', 'b']", None),
    ("3f2b8c1e-5d4a-4b6c-9e8f-0a1b2c3d4e5f", "4f2b8c1e-5d4a-4b6c-9e8f-0a1b2c3d4e5f", "unique ids"),
    ("peak memory: 120.5 MiB, increment: 0.1 MiB", "peak memory: 99 MiB, increment: -0.2 MiB", "memory use"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "rule"), TEXTS, ids=range(len(TEXTS)))
def test_a_text_is_noise_where_a_rule_says_so(left: str, right: str, rule: str | None) -> None:
    """Each rule names what it takes out on both sides, and lets nothing else pass."""
    assert noise(left, right, *RUNS) == (None if rule is None else [rule])
    assert noise(left, left, RUNS[0], RUNS[0]) == []


def test_markup_has_ids_of_its_own() -> None:
    """Element ids that each rendering makes anew are noise; the table's numbers aren't."""
    one = '<table id="T_1a2b3"><td id="T_1a2b3_row0">0.5</td></table>'
    assert markup_noise(one, one.replace("1a2b3", "9f8e7"), *RUNS) == ["element ids"]
    assert markup_noise(one, one.replace("0.5", "0.6"), *RUNS) is None


def test_a_tolerance_is_for_printed_numbers_too() -> None:
    """Only numbers may differ, and only as far as was said."""
    assert close("loss 0.50000001, n 3", "loss 0.5, n 3", 1e-6, 0)
    assert not close("loss 0.51, n 3", "loss 0.5, n 3", 1e-6, 0)
    assert not close("loss 0.5", "gain 0.5", 1.0, 0)
    assert not close("1 2", "1", 1.0, 1.0)
    assert not close("0.50000001", "0.5", 0, 0)


def picture(red: int, size: tuple[int, int] = (4, 3)) -> str:
    """A PNG in base64."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (red, 0, 0)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_pictures_are_the_same_to_the_pixel() -> None:
    """Their size and every pixel count; how the file is packed doesn't."""
    buffer = io.BytesIO()
    Image.new("RGBA", (4, 3), (9, 0, 0, 255)).save(buffer, "PNG", compress_level=0)
    assert images.difference(picture(9), base64.b64encode(buffer.getvalue()).decode()) == ""
    assert images.difference(picture(9), picture(10)) == "12 of 12 pixels, by up to 1 of 255"
    assert images.difference(picture(9), picture(9, (4, 4))) == "the size: 4×3 and 4×4 pixels"
    assert "can't be read" in images.difference(picture(9), "AAAA")


def stream(name: str, text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(kind: str = "display_data", **data: Any) -> dict[str, Any]:
    named = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": kind, "data": named, "metadata": {}}


def failed(name: str, value: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [str(id(value))]}


def found(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> OutputsCompared:
    return compare(left, right, RUNS)


@pytest.mark.parametrize(
    ("left", "right", "where"),
    [
        ([], [], []),
        ([stream("stdout", ["a\n", "b\n"])], [stream("stdout", "a\nb\n")], []),
        ([stream("stdout", "a"), stream("stderr", "x"), stream("stdout", "b")],
         [stream("stderr", "x"), stream("stdout", "ab")], []),
        ([stream("stdout", "a"), display(text_plain="1"), stream("stdout", "b")],
         [stream("stdout", "ab"), display(text_plain="1")], ["stdout", "stdout"]),
        ([stream("stdout", "a")], [stream("stderr", "a")], ["stdout", "stderr"]),
        ([display(text_plain="1")], [display("execute_result", text_plain="1")], ["the kind of an output"]),
        ([display(text_plain="1")], [], ["a display"]),
        ([], [display(text_plain="1"), display(text_plain="2")], ["a display", "a display"]),
        ([display(text_plain="1", text_html="<b>1</b>")], [display(text_plain="1")], ["text/html"]),
        ([display(text_plain="x", image_png=picture(1))], [display(text_plain="x", image_png=picture(2))],
         ["image/png"]),
        ([failed("KeyError", "'a'")], [failed("KeyError", "'a'")], []),
        ([failed("KeyError", "'a'")], [failed("ValueError", "'a'")], ["the error's type"]),
        ([display(application_json={"a": 1, "b": 2})], [display(application_json={"b": 2, "a": 1})], []),
        ([display(application_json={"a": 1})], [display(application_json={"a": 2})], ["application/json"]),
    ],
)  # fmt: skip
def test_outputs_are_compared_part_by_part(left: Any, right: Any, where: list[str]) -> None:
    """Streams between displays, formats of a display, errors by type and message; and so from both sides."""
    assert [one.where for one in found(left, right).differences] == where
    assert len(found(right, left).differences) == len(where)


def test_warnings_are_told_by_what_they_say() -> None:
    """A cell's own warning is the same in the flow's file; a library's is said once a process."""
    kernel = "/tmp/ipykernel_12/34.py:3: UserWarning: careful\nvery\n  warn(x)\n"
    flow = "/p/flows/a.py:57: UserWarning: careful\nvery\n  show(warn(x))\n"
    assert found([stream("stderr", kernel)], [stream("stderr", flow)]).noise == ("places in the code",)
    assert found([stream("stderr", kernel)], []).differences
    library = "/v/lib/site-packages/tqdm/auto.py:21: TqdmWarning: no widgets\n  from .x import y\n"
    assert found([stream("stderr", library + kernel)], [stream("stderr", flow)]).noise[0] == "warnings of libraries"
    assert found([stream("stdout", library)], []).differences
