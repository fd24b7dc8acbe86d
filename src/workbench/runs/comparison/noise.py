"""What may differ between two runs' texts without meaning anything. Each rule has a name and says how to recognise it.

A rule takes out what it recognises, on both sides alike: two texts are noise apart where nothing else differs. A number
that merely differs is never noise.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Run:
    """What a run's texts may hold of the run itself. began, ended: epoch seconds; file: the flow's, where it is one."""

    began: float
    ended: float
    file: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """name: what a report calls it. found: a match's stand-in, or None where it is no noise after all."""

    name: str
    pattern: re.Pattern[str]
    found: Callable[[re.Match[str], Run], str | None]

    def taken_out(self, text: str, run: Run) -> tuple[str, list[str]]:
        """The text with stand-ins, and what they stand for."""
        taken: list[str] = []

        def replace(match: re.Match[str]) -> str:
            instead = self.found(match, run)
            if instead is None:
                return match[0]
            taken.append(match[0])
            return instead

        return self.pattern.sub(replace, text), taken


def noise(left: str, right: str, left_run: Run, right_run: Run, *, rules: Sequence[Rule] = ()) -> list[str] | None:
    """The names of the rules that set two texts apart: none where they are equal, None where there is more to it."""
    names: list[str] = []
    for rule in rules or RULES:
        if left == right:
            break
        left, left_taken = rule.taken_out(left, left_run)
        right, right_taken = rule.taken_out(right, right_run)
        if left_taken != right_taken:
            names.append(rule.name)
    return names if left == right else None


def _as(text: str) -> Callable[[re.Match[str], Run], str]:
    return lambda match, run: match.expand(text)


_SLACK_SECONDS = 2.0
_DAY = 24 * 3600
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%a %d %b %Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")


def _clock(match: re.Match[str], run: Run) -> str | None:
    """A moment within the run, in the local zone or in UTC."""
    zone = match.groupdict().get("zone") or ""
    plain = re.sub(r"[,T]", " ", match["moment"]) if match["moment"][:1].isdigit() else match["moment"].replace(",", "")
    plain = " ".join(plain.split())
    for known in _FORMATS:
        try:
            moment = datetime.strptime(plain, known)
        except ValueError:
            continue
        readings = [moment.timestamp(), moment.replace(tzinfo=UTC).timestamp()]
        if zone:
            readings.append(datetime.fromisoformat(f"{moment.isoformat()}{zone.replace('Z', '+00:00')}").timestamp())
        return "<moment>" if any(_within(reading, run) for reading in readings) else None
    return None


def _within(moment: float, run: Run) -> bool:
    return run.began - _SLACK_SECONDS <= moment <= run.ended + _SLACK_SECONDS


def _epoch(match: re.Match[str], run: Run) -> str | None:
    number = float(match[0])
    return "<moment>" if _within(number, run) or _within(number / 1000, run) else None


def _time_of_day(match: re.Match[str], run: Run) -> str | None:
    """hh:mm:ss within the run, in the local zone or in UTC."""
    hours, minutes, seconds = (int(part) for part in match["moment"].split(":"))
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    wanted = hours * 3600 + minutes * 60 + seconds
    for zone in (None, UTC):
        began = datetime.fromtimestamp(run.began, zone)
        start = began.hour * 3600 + began.minute * 60 + began.second
        if (wanted - start + _SLACK_SECONDS) % _DAY <= run.ended - run.began + 2 * _SLACK_SECONDS:
            return "<moment>"
    return None


def _set(match: re.Match[str], run: Run) -> str | None:
    """A set's elements in one order, however it had them."""
    try:
        value = ast.literal_eval(match[0])
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return "{" + ", ".join(sorted(map(repr, value))) + "}" if isinstance(value, set) else None


def _place(match: re.Match[str], run: Run) -> str | None:
    """A line of the notebook's own code, as a kernel and as a flow name it."""
    name = match["file"]
    ours = name.startswith("<ipython-input-") or "/ipykernel_" in name or (run.file and name == run.file)
    return "<cell>" if ours else None


def _taken(match: re.Match[str], run: Run) -> str | None:
    """A time that something within the run can have taken."""
    seconds = float(match["number"]) * _UNITS[match["unit"]]
    return f"{match['says']}<taken>" if seconds <= run.ended - run.began + _SLACK_SECONDS else None


_UNITS = {"ns": 1e-9, "µs": 1e-6, "μs": 1e-6, "us": 1e-6, "ms": 1e-3}
_UNITS |= dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0)
_UNITS |= dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0) | dict.fromkeys(("h", "hour", "hours"), 3600.0)
_DURATION = rf"(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s?(?P<unit>{'|'.join(sorted(_UNITS, reverse=True))})\b"
# a delivery's time is a result: only what says that something ran for so long
_SAYS_TIME = (
    r"(?i:\b(?:took|elapsed|(?:finished|completed|done|ran|trained|fitted|loaded) in"
    r"|(?:elapsed|execution|fit|run|running|total|training|wall)[ _-]?time)\b)"
)
_DAY_NAMES, _MOMENT = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", r"\d\d:\d\d:\d\d"
_DATES = (
    rf"\d{{4}}-\d\d-\d\d[T ]{_MOMENT}|\d\d/\d\d/\d{{4}},? {_MOMENT}"
    rf"|{_DAY_NAMES} +\w{{3}} +\d{{1,2}} +{_MOMENT} +\d{{4}}|{_DAY_NAMES},? +\d{{1,2}} +\w{{3}} +\d{{4}} +{_MOMENT}"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "progress bars",
        # tqdm writes a bar again and again behind a carriage return; Keras's own bars say how long a step took
        re.compile(
            r"^(?:[^\r\n]*\r)*(?:(?P<what>[^\r\n|]*?)\d+%\|[^|\n]*\|\s*(?P<count>[^\s/]+/\S+) \[[^\]\n]*\]"
            r"(?:\r(?=\n|$))?"
            r"|(?:[^\n]*[\r\b]+)?(?P<steps>\d+/\d+) [━=>.\[\] ]+[^\n]*?/step)",
            re.MULTILINE,
        ),
        lambda match, run: f"{(match['what'] or '').strip()} {match['count'] or match['steps']}",
    ),
    Rule("memory addresses", re.compile(r"(?<=\bat )0x[0-9a-fA-F]{6,16}\b"), _as("0x")),
    Rule("times taken", re.compile(r"^(CPU times|Wall time): .*$", re.MULTILINE), _as(r"\1")),
    Rule(
        "times taken",
        re.compile(r"\d[\d.]*\s[nµμum]?s ± \d[\d.]*\s[nµμum]?s per loop \(mean ± std\. dev\. of [^)]*\)"),
        _as("<per loop>"),
    ),
    Rule(
        "times taken",
        re.compile(rf"(?P<says>{_SAYS_TIME}[^\n\d]{{0,24}}?){_DURATION}"),
        _taken,
    ),
    Rule(
        "query times and ids",
        re.compile(
            r"(?P<rows>[\d,]+ rows?) · \d+\.\d+ s(?: · query [\w-]+)?"
            r"(?: · (?:from the cache|kept in the cache|not cached)[^\n<]*)?"
        ),
        _as(r"\g<rows>"),
    ),
    Rule("clock times", re.compile(rf"(?P<moment>{_DATES})(?:[.,]\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?"), _clock),
    Rule("clock times", re.compile(r"(?<![\d.])1\d{9}(?:\d{3})?(?:\.\d+)?(?![\d.])"), _epoch),
    Rule("clock times", re.compile(r"(?<![\d:])(?P<moment>\d\d:\d\d:\d\d)(?:[.,]\d+)?(?![\d:])"), _time_of_day),
    Rule("memory use", re.compile(r"peak memory: [\d.]+ MiB, increment: -?[\d.]+ MiB"), _as("<memory>")),
    Rule("process ids", re.compile(r"\b(?P<says>(?:PID|[Pp]rocess (?:id|ID))[ =:#]{1,3})\d+\b"), _as(r"\g<says>")),
    Rule("places in the code", re.compile(r"(?P<file><ipython-input-[^>]+>|/[^\s:]+\.py):\d+(?=:)"), _place),
    Rule(
        "temporary paths",
        re.compile(r"(?:/tmp|/var/tmp|/var/folders/\S+?/T|/private/var/folders/\S+?/T)/tmp\w{8}(?!\w)"),
        _as("<temporary>"),
    ),
    Rule(
        "unique ids",
        re.compile(
            r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-f-])"
        ),
        _as("<uuid>"),
    ),
    Rule("set order", re.compile(r"\{[^{}:\n]+\}"), _set),
)

# the message may have lines of its own; the line of code comes last, with two spaces before it
_WARNING = r":\d+: (?P<what>(?:\w+\.)*\w*Warning: [^\n]*\n)(?:(?P<more>(?:(?!  |/\S+:\d+: )[^\n]*\n)*?)  [^\n]*\n)?"


def _warning(match: re.Match[str], run: Run) -> str | None:
    """A warning of a cell's own line, whose place and text are the flow's in a flow."""
    return f"<cell>: {match['what']}{match['more'] or ''}" if _place(match, run) else None


# what is warned of comes with a place in the code; and a process says each of a library's warnings once, where a
# flow's tasks are several, and have their imports at the top
STDERR_RULES: tuple[Rule, ...] = (
    Rule(
        "warnings of libraries",
        re.compile(rf"^/\S+/(?:site|dist)-packages/[^\s:]+{_WARNING}", re.MULTILINE),
        _as(""),
    ),
    Rule("places in the code", re.compile(rf"^(?P<file>/[^\s:]+\.py){_WARNING}", re.MULTILINE), _warning),
    *RULES,
)

# what only marked-up text has: made anew by each rendering
MARKUP_RULES: tuple[Rule, ...] = (
    Rule("element ids", re.compile(r"\bT_[0-9a-f]{5}(?=_|\b)"), _as("T_")),
    Rule("element ids", re.compile(r"(?<=[-_])[0-9a-f]{32}\b"), _as("<id>")),
    Rule("element ids", re.compile(r"""(?<=id=["'])[0-9a-f]{8,32}(?=["'])"""), _as("<id>")),
    Rule("element ids", re.compile(r"(?<=[\"'#(])[mpi][0-9a-f]{10}(?=[\"')])"), _as("<id>")),  # matplotlib's SVG
    Rule("clock times", re.compile(r"<dc:date>[^<]*</dc:date>"), _as("<date>")),
    Rule("element ids", re.compile(r"(?<=model_id\": \")[0-9a-f]{32}|(?<=model_id=)[0-9a-f]{32}"), _as("<id>")),
)


def markup_noise(left: str, right: str, left_run: Run, right_run: Run) -> list[str] | None:
    """As noise, for HTML, SVG and JSON."""
    names: list[str] = []
    for rule in MARKUP_RULES:
        left, left_taken = rule.taken_out(left, left_run)
        right, right_taken = rule.taken_out(right, right_run)
        if left_taken != right_taken:
            names.append(rule.name)
    others = noise(left, right, left_run, right_run)
    return None if others is None else list(dict.fromkeys([*names, *others]))


_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def close(left: str, right: str, rtol: float, atol: float) -> bool:
    """Whether two texts differ only in numbers, and those by no more than the tolerance."""
    if not (rtol or atol) or " ".join(_NUMBER.sub("#", left).split()) != " ".join(_NUMBER.sub("#", right).split()):
        return False
    pairs = zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True)
    return all(math.isclose(float(one), float(other), rel_tol=rtol, abs_tol=atol) for one, other in pairs)
