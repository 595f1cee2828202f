"""How much each kind of evidence counts for the suggester `hybrid`, where a question wants it otherwise than usual."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = ("words", "title", "meaning", "fields", "time")
"""Words of the text; title words that the other text says; embeddings; the host's own fields; nearness in time."""
LARGEST_WEIGHT = 5.0


def fault_of_weights(weights: object) -> str:
    """Return what is wrong with weights by kind of evidence, as a sentence; empty where nothing is.

    A weight says how many times its usual share a kind counts: a number from 0 (not at all) to LARGEST_WEIGHT.
    """
    rule = f"Weights are {', '.join(KINDS)}, each from 0 to {LARGEST_WEIGHT:g}; 1 is the usual."
    if not isinstance(weights, Mapping):
        return rule
    for kind, weight in weights.items():
        if kind not in KINDS:
            return f"{str(kind)[:80]!r} is no weight. {rule}"
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 <= weight <= LARGEST_WEIGHT:
            return f"The weight of {kind} is not a number from 0 to {LARGEST_WEIGHT:g}. {rule}"
    return ""
