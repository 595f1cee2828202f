"""A drawing of two measures beside the peers', as SVG."""

from dataclasses import dataclass
from html import escape

WIDTH, LEFT, BAR, GAP, PANEL_GAP = 720, 190, 18, 10, 44
OURS, THEIRS = "#0b665a", "#9a9a94"
STYLE = "text{font:13px system-ui,sans-serif;fill:#1f2421}.title{font-weight:600}" + (
    "@media (prefers-color-scheme:dark){text{fill:#e8e8e3}}"
)


@dataclass(frozen=True)
class Panel:
    """One measure: a title, and rows of name, value, words beside the bar and whether it is ours."""

    title: str
    rows: list[tuple[str, float, str, bool]]


def drawn(panels: list[Panel]) -> str:
    """Return the panels below each other, each to its own scale that begins at nought."""
    parts, top = [], 24
    for panel in panels:
        parts.append(f'<text class="title" x="0" y="{top}">{escape(panel.title)}</text>')
        top += 14
        most = max(value for _, value, _, _ in panel.rows) or 1
        for row in panel.rows:
            parts.append(_bar(row, top, most))
            top += BAR + GAP
        top += PANEL_GAP - GAP
    height = top - PANEL_GAP + GAP
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "; ".join(panel.title for panel in panels)
    return "\n".join([head, f"<title>{escape(title)}</title><style>{STYLE}</style>", *parts, "</svg>", ""])


def _bar(row: tuple[str, float, str, bool], top: int, most: float) -> str:
    name, value, words, is_ours = row
    width = max(1.0, max(value, 0) / most * (WIDTH - LEFT - 120))
    middle = top + BAR - 4
    return (
        f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2" fill="{OURS if is_ours else THEIRS}"/>'
        f'<text x="{LEFT + width + 8:.1f}" y="{middle}">{escape(words)}</text>'
    )
