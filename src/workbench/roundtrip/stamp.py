"""The line by which a flow file says what `promote` wrote last: where the rest differs, it was edited by hand.

    __notebook__ = "../notebooks/next_product.ipynb"
    __promoted__ = "crc32:9b02fe61"

The checksum is that of the text without this line. After a merge it still names what the notebook alone gave: that is
what the next merge starts from.
"""

from __future__ import annotations

import binascii  # hashlib takes longer to import than a flow to emit, and nobody forges a flow to lose its edits
import re

# patterns are compiled where they are first needed: it takes longer than to look for a match
_LINE = r"(?m)^__promoted__ = [\"'](?P<stamp>[\w:]*)[\"'][ \t]*\n"
_NOTEBOOK = r"(?m)^__notebook__ = [\"'](?P<path>[^\n]*)[\"'][ \t]*\n"


def checksum(text: str) -> str:
    """What names an emitted text: `crc32:` and eight hexadecimal digits."""
    return f"crc32:{binascii.crc32(text.encode()):08x}"


def stamped(text: str, base: str | None = None) -> str:
    """A flow's text with its line. base: the emitted text that it names (default: the text itself)."""
    line = f'__promoted__ = "{checksum(text if base is None else base)}"\n'
    match = re.search(_NOTEBOOK, text)
    return text[: match.end()] + line + text[match.end() :] if match else text


def unstamped(text: str) -> tuple[str, str]:
    """A flow file's text without its line, its line ends as promote writes them; and the checksum, "" without one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    match = re.search(_LINE, text)
    return (text[: match.start()] + text[match.end() :], match["stamp"]) if match else (text, "")


def as_emitted(text: str) -> bool:
    """Whether a flow file is what promote wrote, to the letter: then nothing in it can be lost."""
    text, stamp = unstamped(text)
    return checksum(text) == stamp


def notebook_of(text: str) -> str | None:
    """The path of the notebook that a flow file names, seen from its own folder; None where it is no promoted flow."""
    match = re.search(_NOTEBOOK, unstamped(text)[0])
    return match["path"] if match else None
