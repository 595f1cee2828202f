"""How sure a share is."""

Z = 1.96
"""Standard errors on either side, for 95 %."""


def wilson_interval(right: int, of: int, *, z: float = Z) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927); (0, 1) without evidence."""
    if of == 0:
        return 0.0, 1.0
    share = right / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5) / (1 + z * z / of)
    return max(0.0, centre - half), min(1.0, centre + half)
