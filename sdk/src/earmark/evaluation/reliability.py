"""Chances beside what came true, drawn: a reliability diagram (DeGroot and Fienberg 1983) as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from earmark.evaluation.calibration import Bin

WIDTH, HEIGHT = 360, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 12, 44
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LEAST_RADIUS, LARGEST_RADIUS = 3.0, 8.0
LIGHT = (
    "text{font:11px system-ui,sans-serif;fill:#5b5d57}line{stroke:#e3e3dd}.honest{stroke:#85867e;stroke-dasharray:4 4}"
    ".range{stroke:#0b665a;stroke-width:2}circle{fill:#0b665a}.off .range{stroke:#b34a12}.off circle{fill:#b34a12}"
)


def reliability_diagram(bins: Sequence[Bin], *, title: str) -> str:
    """Return an SVG for a page: a dot for each part with its interval, the larger the more lie in it.

    On the dashed line chances are what they claim; a part whose interval misses its chance has the class `off`.
    """
    most = max((each.count for each in bins), default=1)
    shapes = [_axes(), *(_dot(each, most) for each in bins)]
    return (
        f'<svg class="em-chart em-reliability" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{"".join(shapes)}</svg>'
    )


def as_file(diagram: str) -> str:
    """Return a diagram as the text of a file of its own, with its colours."""
    style = f'<style>{LIGHT}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    opened = diagram.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return opened.replace(">", f">{style}", 1) + "\n"


def _axes() -> str:
    lines = []
    for tick in TICKS:
        x, y = _x(tick), _y(tick)
        lines.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:.0f} %</text>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{100 * tick:.0f} %</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    lines.append(f'<line class="honest" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}"/>')
    lines.append(f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">chance that was said</text>')
    lines.append(f'<text x="{LEFT + 6}" y="{TOP + 14}">came true</text>')
    return "".join(lines)


def _dot(each: Bin, most: int) -> str:
    low, high = each.interval
    x, radius = _x(each.mean_chance), LEAST_RADIUS + (LARGEST_RADIUS - LEAST_RADIUS) * (each.count / most) ** 0.5
    told = f"said {100 * each.mean_chance:.0f} %, came true {each.right_count} of {each.count}"
    return (
        f'<g class="{"off" if each.is_off else "on"}"><title>{told}</title>'
        f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(low):.1f}" y2="{_y(high):.1f}"/>'
        f'<circle cx="{x:.1f}" cy="{_y(each.share):.1f}" r="{radius:.1f}"/></g>'
    )


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
