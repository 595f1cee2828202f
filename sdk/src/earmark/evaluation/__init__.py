"""Evaluation: how well a suggester finds what is known to be right, and whether another one is better."""

from earmark.evaluation.files import Pair, Query, Ranking, read_items, read_pairs, read_queries, read_rankings
from earmark.evaluation.measures import Comparison, compared, compared_shares, measured, summary

__all__ = [
    "Comparison",
    "Pair",
    "Query",
    "Ranking",
    "compared",
    "compared_shares",
    "measured",
    "read_items",
    "read_pairs",
    "read_queries",
    "read_rankings",
    "summary",
]
