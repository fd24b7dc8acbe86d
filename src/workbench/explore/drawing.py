"""Bars: as SVG for a notebook, as eight heights of a block for a terminal. Pure; text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.explore import look

WIDTH, HEIGHT = 200, 40
_BLOCKS = "▁▂▃▄▅▆▇█"


def spark(bars: Sequence[int], longest: int = 24) -> str:
    """The bars as text, `▁▃█▂`; those with no rows are blank. More bars than `longest` are put together."""
    if len(bars) > longest:
        together = -(-len(bars) // longest)
        bars = [sum(bars[start : start + together]) for start in range(0, len(bars), together)]
    most = max(bars, default=0)
    return "".join(" " if not bar else _BLOCKS[(bar * 8 - 1) // most] for bar in bars) if most else ""


def svg(bars: Sequence[int], labels: Sequence[str], *, pale: tuple[bool, bool] = (False, False)) -> str:
    """A histogram. labels: what each bar holds, said when the pointer is on it; pale: the first, the last bar."""
    most = max(bars, default=0)
    if not most:
        return ""
    step = WIDTH / len(bars)
    gap = 1.0 if step > 3 else 0.4
    parts = []
    for place, (bar, label) in enumerate(zip(bars, labels, strict=True)):
        said = f"<title>{look.esc(label)}: {bar:,} row{'' if bar == 1 else 's'}</title>"
        hover = (
            f'<rect x="{place * step:.2f}" y="0" width="{step:.2f}" height="{HEIGHT}" fill="transparent">{said}</rect>'
        )
        if bar:
            high = max(1.0, HEIGHT * bar / most)
            kind = "wb-pale" if (pale[0] and place == 0) or (pale[1] and place == len(bars) - 1) else "wb-bar"
            parts.append(
                f'<rect class="{kind}" x="{place * step + gap / 2:.2f}" y="{HEIGHT - high:.2f}" '
                f'width="{min(step - gap, 24):.2f}" height="{high:.2f}"/>'
            )
        parts.append(hover)
    return _framed(parts)


def svg_two(left: Sequence[int], right: Sequence[int], labels: Sequence[str]) -> str:
    """Two histograms on one axis, each as shares of its rows: the left one filled, the right one beside it."""
    shares = [[bar / (sum(side) or 1) for bar in side] for side in (left, right)]
    most = max([*shares[0], *shares[1]], default=0)
    if not most:
        return ""
    step = WIDTH / len(left)
    wide = min(step * 0.44, 12)
    parts = []
    for place, label in enumerate(labels):
        for side, kind in ((0, "wb-left"), (1, "wb-right")):
            if share := shares[side][place]:
                high = max(1.0, HEIGHT * share / most)
                x = place * step + side * wide
                parts.append(
                    f'<rect class="{kind}" x="{x:.2f}" y="{HEIGHT - high:.2f}" width="{wide:.2f}" height="{high:.2f}"/>'
                )
        said = f"{look.esc(label)}: {shares[0][place]:.2%} and {shares[1][place]:.2%}"
        parts.append(
            f'<rect x="{place * step:.2f}" y="0" width="{step:.2f}" height="{HEIGHT}" fill="transparent">'
            f"<title>{said}</title></rect>"
        )
    return _framed(parts)


def _framed(parts: Sequence[str]) -> str:
    base = f'<line class="wb-axis" x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>'
    return (
        f'<svg class="wb-svg" viewBox="0 0 {WIDTH} {HEIGHT + 1}" width="{WIDTH}" height="{HEIGHT + 1}" '
        f'role="img">{"".join(parts)}{base}</svg>'
    )


def meter(share: float, kind: str = "wb-left") -> str:
    """A thin bar that is filled to the share."""
    filled = 0.0 if share <= 0 else max(1.5, 100 * min(1.0, share))
    return f'<span class="wb-meter"><i class="{kind}" style="width:{filled:.1f}%"></i></span>'
