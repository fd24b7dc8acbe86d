"""The tag grammar: which cell tags are ours and what they say.

    parameters          each assignment becomes a Metaflow Parameter
    step:NAME           the cell belongs to that step
    setup               the cell runs in every step
    skip                the cell is left behind, as one with no tag is
    after:NAME          the step runs after that one alone
    foreach             the cell's loop becomes a Metaflow foreach
    @decorator(...)     a Metaflow decorator for the step

Other tools' tags (hide-input, raises-exception, ...) are none of our business, unless one looks like a slip of ours.
"""

from __future__ import annotations

from workbench.records import NamedTuple

WORDS = ("parameters", "setup", "skip", "foreach")
PREFIXES = ("step", "after")
FOREIGN_PREFIXES = ("workbench",)  # our own managed cells
RUNS_TAG = "workbench:runs"


class CellTags(NamedTuple):
    """A cell's tags, read. unknown: (tag, what it may have meant) for each that looks like a slip."""

    parameters: bool = False
    setup: bool = False
    skip: bool = False
    foreach: bool = False
    step: str | None = None
    steps: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    raises: bool = False
    unknown: tuple[tuple[str, str], ...] = ()


def read(tags: tuple[str, ...]) -> CellTags:
    """Read a cell's tags. Never raises: what isn't understood is in `unknown`."""
    steps = tuple(dict.fromkeys(tag[5:].strip() for tag in tags if tag.startswith("step:")))
    return CellTags(
        parameters="parameters" in tags,
        setup="setup" in tags,
        skip="skip" in tags or RUNS_TAG in tags,
        foreach="foreach" in tags,
        step=steps[0] if steps else None,
        steps=steps,
        after=tuple(dict.fromkeys(tag[6:].strip() for tag in tags if tag.startswith("after:"))),
        decorators=tuple(tag for tag in tags if tag.startswith("@")),
        raises="raises-exception" in tags,
        unknown=tuple((tag, meant) for tag in tags if (meant := _meant(tag))),
    )


def _meant(tag: str) -> str:
    """What a tag that isn't ours may have meant, or '' where it is ours or another tool's."""
    if tag in WORDS or tag.startswith("@"):
        return ""
    prefix, colon, rest = tag.partition(":")
    if colon and prefix in PREFIXES + FOREIGN_PREFIXES:
        return ""
    from difflib import get_close_matches

    if colon:
        close = get_close_matches(prefix.strip().lower(), PREFIXES, n=1, cutoff=0.6)
        return f"{close[0]}:{rest.strip()}" if close else ""
    close = get_close_matches(tag.lower(), WORDS, n=1, cutoff=0.8)
    return close[0] if close else ""
