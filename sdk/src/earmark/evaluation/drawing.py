"""Reports of teaching as SVG pictures that stand by themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, LEFT, TOP, BOTTOM, MARGIN = 640, 48, 40, 44, 24
CURVE_HEIGHT = 320
NAMES_WIDTH, PART_HEIGHT = 180, 36
GREEN, GREY, GRID = "#0b665a", "#6f716a", "#e3e3dd"
STEPS = (0.5, 1, 2, 5, 10, 20, 50)
MOST_TICKS = 8
SIGN_WIDTH, NAMES_APART = 7, 8


def curve_drawn(told: Mapping[str, Any]) -> str:
    """Return a curve (see `teaching.curve`): each draw a dot, their mean a line, the hybrid a dashed one."""
    points = [(each["examples"], each["figures"]) for each in told["learned"]]
    means = [(size, sum(figures) / len(figures)) for size, figures in points]
    every = [*(each for _, figures in points for each in figures), told["hybrid"]]
    ticks = _ticks(max(0.0, min(every) - 0.5), min(100.0, max(every) + 0.5))
    first, last = points[0][0], points[-1][0]
    right, ground = WIDTH - MARGIN, CURVE_HEIGHT - BOTTOM

    def x(size: float) -> float:
        return LEFT + (right - LEFT) * (math.log(size / first) / math.log(last / first) if last > first else 1.0)

    def y(figure: float) -> float:
        return ground - (ground - TOP) * (figure - ticks[0]) / (ticks[-1] - ticks[0])

    usual = y(told["hybrid"])
    path = " ".join(f"{'ML'[at > 0]}{x(size):.1f} {y(mean):.1f}" for at, (size, mean) in enumerate(means))
    shapes = [
        *(f'<path d="M{LEFT} {y(tick):.1f}H{right}" stroke="{GRID}"/>' for tick in ticks),
        *(_text(LEFT - 8, y(tick) + 4, f"{tick:g}", anchor="end") for tick in ticks),
        *(
            _text(at, CURVE_HEIGHT - 22, name, anchor="middle")
            for at, name in _apart((x(size), f"{size:,}") for size, _ in points)
        ),
        f'<path d="M{LEFT} {usual:.1f}H{right}" stroke="{GREY}" stroke-width="2" stroke-dasharray="6 4"/>',
        _text(LEFT + 4, usual + (16 if usual + 20 < ground else -8), f"hybrid, no labels: {told['hybrid']:.1f}"),
        f'<path d="{path}" fill="none" stroke="{GREEN}" stroke-width="2"/>',
        *(_dot(x(size), y(each), GREEN) for size, figures in points for each in figures),
        _text(right, y(means[-1][1]) - 10, f"learned: {means[-1][1]:.1f}", anchor="end", colour=GREEN),
    ]
    return _picture(CURVE_HEIGHT, f"{told['measure']} by number of examples", shapes)


def ablation_drawn(told: Mapping[str, Any]) -> str:
    """Return an ablation (see `teaching.ablation`): a row a part, a dot with its 95 % interval for each suggester."""
    parts: Sequence[Mapping[str, Any]] = told["without"]
    ends = [part[name][end] for part in parts for name in ("hybrid", "learned") for end in ("low", "high")]
    ticks = _ticks(min([*ends, -0.5]), max([*ends, 0.5]))
    height = TOP + 24 + PART_HEIGHT * len(parts) + BOTTOM
    right, ground = WIDTH - MARGIN, height - BOTTOM

    def x(points: float) -> float:
        return NAMES_WIDTH + (right - NAMES_WIDTH) * (points - ticks[0]) / (ticks[-1] - ticks[0])

    def rows() -> Iterator[str]:
        for at, part in enumerate(parts):
            middle = TOP + 24 + PART_HEIGHT * (at + 0.5)
            yield _text(NAMES_WIDTH - 12, middle + 4, part["part"], anchor="end")
            for name, colour, off in (("hybrid", GREY, -6), ("learned", GREEN, 6)):
                lost = part[name]
                where = f"M{x(lost['low']):.1f} {middle + off:.1f}H{x(lost['high']):.1f}"
                yield f'<path d="{where}" stroke="{colour}" stroke-width="2"/>'
                yield _dot(x(lost["difference"]), middle + off, colour)

    shapes = [
        *(f'<path d="M{x(t):.1f} {TOP + 24}V{ground}" stroke="{GRID if t else GREY}"/>' for t in ticks),
        *(_text(x(tick), height - 22, f"{tick:+g}" if tick else "0", anchor="middle") for tick in ticks),
        _text(NAMES_WIDTH, TOP + 12, f"hybrid: {told['hybrid']:.1f}", colour=GREY),
        _text(NAMES_WIDTH + 110, TOP + 12, f"learned: {told['learned']:.1f}", colour=GREEN),
        *rows(),
    ]
    return _picture(height, f"Points of {told['measure']} without a part, 95 % interval", shapes)


def _apart(names: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return names with their middles, from left to right and in the picture, without those that touch the next."""
    kept: list[tuple[float, str]] = []
    free = float(WIDTH)
    for middle, name in reversed(list(names)):
        half = SIGN_WIDTH * len(name) / 2
        at = min(middle, WIDTH - half)
        if at + half <= free:
            kept.insert(0, (at, name))
            free = at - half - NAMES_APART
    return kept


def _picture(height: float, title: str, shapes: Sequence[str]) -> str:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        "<style>text{font:12px system-ui,sans-serif}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(16, 22, title),
        *shapes,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#5b5d57") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}" opacity=".7"/>'


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers that hold a range, at most MOST_TICKS and a few."""
    step = next((step for step in STEPS if (high - low) / step <= MOST_TICKS), STEPS[-1])
    return [step * at for at in range(math.floor(low / step), math.ceil(high / step) + 1)]
