"""Two pictures: their size, and then every pixel."""

from __future__ import annotations

import base64
import io


def difference(left: str, right: str) -> str:
    """What sets two pictures apart, '' where nothing does. left, right: PNG or JPEG, in base64."""
    if left == right:
        return ""
    from PIL import Image, ImageChops, UnidentifiedImageError

    try:
        one, other = (Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA") for text in (left, right))
    except (UnidentifiedImageError, OSError, ValueError):
        return "the pictures can't be read, and their bytes differ"
    if one.size != other.size:
        return f"the size: {one.width}×{one.height} and {other.width}×{other.height} pixels"
    bands = [band.getextrema() for band in ImageChops.difference(one, other).split()]
    most = max(int(high) for _, high in bands)  # type: ignore[arg-type]  # one band's extrema are numbers
    if most == 0:
        return ""
    changed = _changed(one.tobytes(), other.tobytes())
    return f"{changed:,} of {one.width * one.height:,} pixels, by up to {most} of 255"


def _changed(left: bytes, right: bytes) -> int:
    return sum(left[at : at + 4] != right[at : at + 4] for at in range(0, len(left), 4))
