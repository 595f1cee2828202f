"""Measures of guessed labels: how often they are right, and whether their chances are what they claim."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DEPTHS = (1, 3, 5)
BINS = 10
LEAST_CHANCE = 1e-6


@dataclass(frozen=True)
class Labelled:
    """What was guessed of an item, best first with chances, and whether each label fits, as far as that is known."""

    guessed: Sequence[tuple[str, float]]
    fits: Mapping[str, bool] = field(default_factory=dict)

    @property
    def right(self) -> frozenset[str]:
        """Return the labels that fit."""
        return frozenset(label for label, fits in self.fits.items() if fits)


def of_choices(answers: Sequence[Labelled], rates: Mapping[str, float]) -> dict[str, float]:
    """Return the measures of a choice; where nothing was guessed, the commonest label counts as guessed.

    `rates` is how often each label was chosen among those taught. Chances of labels that were not guessed are
    what is left, in the proportion of `rates`. The calibration error is that of the first label's chance, in
    BINS parts of equal width (Guo and others 2017), over items of which something was guessed.
    """
    usual = max(sorted(rates), key=lambda label: rates[label])
    chances = [_filled_up(each.guessed, rates) for each in answers]
    firsts = [each.guessed[0][0] if each.guessed else usual for each in answers]
    right = [next(iter(each.right)) for each in answers]
    said = [(each.guessed[0][1], each.guessed[0][0] in each.right) for each in answers if each.guessed]
    return {
        "accuracy": _mean([first == label for first, label in zip(firsts, right, strict=True)]),
        "accuracy_when_guessed": _mean([is_right for _, is_right in said]),
        "majority_accuracy": _mean([label == usual for label in right]),
        "macro_f1": _macro_f1(firsts, right),
        "log_loss": _mean([_surprise(each, label) for each, label in zip(chances, right, strict=True)]),
        "prior_log_loss": _mean([_surprise(rates, label) for label in right]),
        "calibration_error": calibration_error(said),
        "coverage": _mean([bool(each.guessed) for each in answers]),
    }


def of_tags(answers: Sequence[Labelled], rates: Mapping[str, float]) -> dict[str, float]:
    """Return the measures of tags, over items that some label fits; guesses of which nothing is known are passed over.

    Precision@k is over the first k that were guessed, fewer where fewer were (none: 0). For recall@k and MAP
    (Manning, Raghavan, Schütze 2008) what was not guessed follows in the order of `rates`, how often tags fit
    among those taught. Those called `usual_` guess in that order for every item. Log loss and calibration
    error are over all that was guessed.
    """
    asked = [each for each in answers if each.right]
    usual = sorted(rates.items(), key=lambda pair: (-pair[1], pair[0]))
    found = {}
    for prefix, lists in (("", [each.guessed for each in asked]), ("usual_", [usual for _ in asked])):
        short = [[label for label, _ in listed if label in one.fits] for listed, one in zip(lists, asked, strict=True)]
        pairs = [(labels, _followed(labels, usual, one), one.right) for labels, one in zip(short, asked, strict=True)]
        for depth in DEPTHS:
            found[f"{prefix}P@{depth}"] = _mean([_precision(labels[:depth], right) for labels, _, right in pairs])
            found[f"{prefix}R@{depth}"] = _mean([_recall(whole[:depth], right) for _, whole, right in pairs])
        found[f"{prefix}MAP"] = _mean([_average_precision(whole, right) for _, whole, right in pairs])
    said = [(chance, each.fits[label]) for each in answers for label, chance in each.guessed if label in each.fits]
    found["log_loss"] = _mean([-math.log(max(LEAST_CHANCE, chance if fits else 1 - chance)) for chance, fits in said])
    found["calibration_error"] = calibration_error(said)
    found["coverage"] = _mean([bool(each.guessed) for each in answers])
    return found


def said_of(answers: Sequence[Labelled], *, one_of: bool) -> list[tuple[float, bool]]:
    """Return each chance that was said of a label, and whether it fits, as far as that is known.

    Of a choice that is known of every label: one fits, the others do not.
    """
    return [
        (chance, each.fits.get(label, False))
        for each in answers
        for label, chance in each.guessed
        if one_of or label in each.fits
    ]


def right_share(answer: Labelled, *, one_of: bool, most: int) -> float:
    """Return how right the first `most` guesses of an item are, in [0, 1]; nothing guessed is not right.

    Of a choice whether the first guess is the label. Of tags F1 (van Rijsbergen 1979) over guesses of which it is
    known whether they fit; where no tag fits, 1 if none of these was guessed.
    """
    labels = [label for label, _ in answer.guessed if one_of or label in answer.fits][: 1 if one_of else most]
    if not answer.right:
        return float(not labels)
    both = len(answer.right.intersection(labels))
    return 2 * both / (len(labels) + len(answer.right))


def calibration_error(said: Sequence[tuple[float, bool]]) -> float:
    """Return how far chances are from how often they came true: the mean over BINS parts, by how many lie in each."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, is_right in said:
        bins[min(BINS - 1, int(chance * BINS))].append((chance, is_right))
    off = [abs(sum(chance - is_right for chance, is_right in part)) for part in bins.values()]
    return sum(off) / len(said) if said else 0.0


def _filled_up(guessed: Sequence[tuple[str, float]], rates: Mapping[str, float]) -> dict[str, float]:
    """Return a chance for each label, together 1; labels that were not guessed share what is left."""
    told = {label: max(LEAST_CHANCE, chance) for label, chance in guessed}
    others = {label: rate for label, rate in rates.items() if label not in told}
    left = max(LEAST_CHANCE, 1 - sum(told.values())) if others else 0.0
    whole = sum(told.values()) + left
    shared = {label: left * rate / sum(others.values()) for label, rate in others.items()}
    return {label: chance / whole for label, chance in (told | shared).items()}


def _followed(labels: Sequence[str], usual: Sequence[tuple[str, float]], one: Labelled) -> list[str]:
    """Return labels, and after them the usual ones of which it is known whether they fit."""
    return list(dict.fromkeys([*labels, *(label for label, _ in usual if label in one.fits)]))


def _surprise(chances: Mapping[str, float], label: str) -> float:
    return -math.log(max(LEAST_CHANCE, chances.get(label, 0.0)))


def _macro_f1(guessed: Sequence[str], right: Sequence[str]) -> float:
    """Return the mean of F1 over the labels that are right for some item."""
    each = []
    for label in sorted(set(right)):
        both = sum(one == label == other for one, other in zip(guessed, right, strict=True))
        each.append(2 * both / (guessed.count(label) + right.count(label)))
    return _mean(each)


def _precision(labels: Sequence[str], right: frozenset[str]) -> float:
    return _mean([label in right for label in labels])


def _recall(labels: Sequence[str], right: frozenset[str]) -> float:
    return len(right.intersection(labels)) / len(right)


def _average_precision(labels: Sequence[str], right: frozenset[str]) -> float:
    ranks = [rank for rank, label in enumerate(labels, start=1) if label in right]
    return sum(count / rank for count, rank in enumerate(ranks, start=1)) / len(right)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
