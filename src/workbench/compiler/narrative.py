"""A step's markdown as a docstring."""

from __future__ import annotations

WIDTH = 100


def docstring(narrative: list[str], name: str = "") -> list[str]:
    """The lines of a docstring, quotes included, or none where there is nothing to say.

    name: the step's; a heading that only repeats it is left out.
    """
    text = "\n\n".join(part for one in narrative if (part := _plain(one, name)))
    if not text:
        return []
    text = text.replace('"""', "'''")
    prefix = "r" if "\\" in text else ""
    lines = [line.rstrip() for line in text.split("\n")]
    if len(lines) == 1 and len(lines[0]) + 8 <= WIDTH and not lines[0].endswith('"'):
        return [f'{prefix}"""{lines[0]}"""' if not lines[0].endswith("\\") else f'{prefix}"""{lines[0]} """']
    return [f'{prefix}"""{lines[0]}', *lines[1:], '"""']


def _plain(markdown: str, name: str) -> str:
    """Markdown with its headings as plain lines, its long lines wrapped, and embedded pictures left out."""
    lines: list[str] = []
    fenced = False
    for line in markdown.strip().split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if "](data:" in line or 'src="data:' in line or "](attachment:" in line:
            continue
        heading = line.lstrip("#") if line.startswith("#") and not fenced else ""
        if heading.startswith(" "):
            text = heading.strip()
            if not name or slug(text) != name:
                lines += [text if text[-1:] in ".?!:" else f"{text}.", ""]
        elif len(line) > WIDTH and not fenced and not line.lstrip().startswith(("|", "<")):
            import textwrap

            lines += textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        else:
            lines.append(line.rstrip())
    text = "\n".join(lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def slug(heading: str) -> str:
    """A heading as an identifier: its ASCII words in lower case, numbering left out."""
    plain = heading.lower()
    if not plain.isascii():
        import unicodedata

        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = "".join(char if char.isalnum() else " " for char in plain.replace("'", "")).split()
    while words and words[0].isdigit():
        words.pop(0)
    return "_".join(words)[:40].strip("_")
