"""Figures as pages tell them: one way in all of them."""


def two_places(value: float | None) -> str:
    """Return a chance, a score or an agreement as all pages tell it: `.40`, `−.12`, and a dash where there is none."""
    if value is None:
        return "–"
    told = f"{abs(value):.2f}".removeprefix("0")
    return f"−{told}" if value < 0 and told != ".00" else told
