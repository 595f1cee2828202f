"""Figures as pages tell them: one way in all of them."""


def two_places(value: float | None) -> str:
    """Return a chance or a score as all pages tell it: `.40`, and a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".removeprefix("0")
