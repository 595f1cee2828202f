"""Small pictures as SVG, drawn from numbers. Pure; colours come from the page's style sheet."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 660, 230
LEFT, TOP, BOTTOM = 40, 10, 28
GAP = 1


def nice_ceiling(value: float) -> int:
    """Return the least of 1, 2, 5, 10, 20, 50 … that is not under the value."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def stacked_days(days: Sequence[tuple[str, Mapping[str, int]]], parts: Sequence[str], *, title: str) -> str:
    """Return a bar a day, stacked in the order of the parts from the ground up."""
    top = nice_ceiling(max((sum(counts.values()) for _, counts in days), default=1) or 1)
    inner_height = HEIGHT - TOP - BOTTOM
    width = (WIDTH - LEFT) / max(len(days), 1)
    shapes = [_grid(top, inner_height)]
    for number, (day, counts) in enumerate(days):
        x = LEFT + number * width + width * 0.18
        y = float(TOP + inner_height)
        for part in parts:
            height = inner_height * counts.get(part, 0) / top
            if height <= 0:
                continue
            y -= height
            drawn = max(height - GAP, 0.5)
            shapes.append(
                f'<rect class="{escape(part)}" x="{x:.1f}" y="{y:.1f}" width="{width * 0.64:.1f}" height="{drawn:.1f}">'
                f"<title>{escape(day)}: {counts[part]} {escape(part)}</title></rect>"
            )
        shapes.append(
            f'<text x="{x + width * 0.32:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
            f"{escape(day.split('-')[-1])}</text>"
        )
    return (
        f'<svg class="em-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(shapes)}</svg>"
    )


def _grid(top: int, inner_height: float) -> str:
    lines = []
    for share in (0.0, 0.5, 1.0):
        value = top * share
        if value != int(value):
            continue
        y = TOP + inner_height * (1 - share)
        lines.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{int(value)}</text>'
        )
    return "".join(lines)


def stacked_bar(counts: Mapping[str, int], parts: Sequence[str], *, title: str) -> str:
    """Return one bar whose parts add up to its whole length."""
    total = sum(counts.values()) or 1
    x, shapes = 0.0, []
    for part in parts:
        width = 240 * counts.get(part, 0) / total
        if width:
            shapes.append(
                f'<rect class="{escape(part)}" x="{x:.1f}" y="1" width="{max(width - GAP, 0.5):.1f}" height="12"/>'
            )
            x += width
    return f'<svg class="em-bar" viewBox="0 0 240 14" role="img" aria-label="{escape(title)}">{"".join(shapes)}</svg>'


def whisker(share: float, low: float, high: float) -> str:
    """Return a dot with its interval on an axis from 0 to 1."""
    scale = 118
    return (
        '<svg class="em-whisker" viewBox="0 0 120 14" aria-hidden="true">'
        '<line class="axis" x1="1" x2="119" y1="7" y2="7"/>'
        f'<line class="range" x1="{1 + low * scale:.1f}" x2="{1 + high * scale:.1f}" y1="7" y2="7"/>'
        f'<circle cx="{1 + share * scale:.1f}" cy="7" r="3.5"/></svg>'
    )


def belief_steps(steps: Sequence[float], *, title: str) -> str:
    """Return a line that steps from belief to belief, each in [0, 1], evenly spaced."""
    if not steps:
        return ""
    width, height, pad = 360.0, 64.0, 6.0
    each = (width - 2 * pad) / max(len(steps), 1)
    points = [f"M{pad:.1f} {height - pad:.1f}"]
    dots = []
    for number, belief in enumerate(steps):
        x, y = pad + number * each, height - pad - belief * (height - 2 * pad)
        points.append(f"H{x:.1f}V{y:.1f}")
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    points.append(f"H{width - pad:.1f}")
    return (
        f'<svg class="em-belief" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f'<line class="axis" x1="0" x2="{width:.0f}" y1="{height - pad}" y2="{height - pad}"/>'
        f'<line class="axis" x1="0" x2="{width:.0f}" y1="{pad}" y2="{pad}"/>'
        f'<path d="{"".join(points)}"/>{"".join(dots)}</svg>'
    )
