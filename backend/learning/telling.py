"""What is told of a trained version in words, on the command line and in the admin."""

from collections.abc import Mapping

from earmark.suggesters import SequenceSpans

from backend.projects.figures import two_places
from backend.suggestions.models import LEARNED, TrainedVersion


def counted(count: int, what: str) -> str:
    """Return a count of something in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def told_of_gain(gain: Mapping[str, float]) -> str:
    """Return how far a version is ahead, with the middle 95 % of resamples, and whether that is sure."""
    surely = "surely better" if gain["low"] > 0 else "not surely better"
    return f"{gain['difference']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f}), {surely}"


def told_of_shares(trained: TrainedVersion) -> str:
    """Return how much what it learned counts beside what it began with."""
    report = trained.report
    if trained.name == LEARNED:
        if not report["share"] and not report["tree_share"]:
            return "too little to move the hybrid: it orders as that does"
        return f"shares {report['share']:g} of the regression, {report['tree_share']:g} of the trees"
    if trained.name == SequenceSpans.name:
        return f"it guesses from a score of {two_places(report['least_score'])}" if "pull" in report else "it abstains"
    if "shares" not in report:
        return f"share {report['share']:g} of words and fields"
    return f"shares {', '.join(f'{share:g} of {name}' for name, share in report['shares'].items())}"
