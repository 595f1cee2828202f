"""What suggesters of labels are taught with: items of which it is known whether a label fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from earmark.types import Item

POOLED = 2.0
"""As how many answers what holds of all labels counts for each tag."""
BEFORE_ANY = 0.5
"""As how often chosen each label of a choice counts before any answer (Krichevsky and Trofimov 1981)."""


@dataclass(frozen=True)
class LabelledItem:
    """An item and whether each label fits it; of a label that is not named nothing is known.

    Of a choice the one label that was chosen is named as fitting; the others then do not. `weight` is how
    many such answers it stands for.
    """

    item: Item
    fits: Mapping[str, bool] = field(default_factory=dict)
    weight: float = 1.0

    @classmethod
    def chosen(cls, item: Item, label: str, weight: float = 1.0) -> LabelledItem:
        """Return an item of which one label was chosen."""
        return cls(item, {label: True}, weight)

    def known(self, labels: Collection[str], *, one_of: bool) -> dict[str, bool]:
        """Return what is known of these labels."""
        if one_of and any(self.fits.get(label) for label in labels):
            return {label: bool(self.fits.get(label)) for label in labels}
        return {label: fits for label, fits in self.fits.items() if label in labels}


def useful(labelled: Iterable[LabelledItem], *, one_of: bool) -> list[LabelledItem]:
    """Return those that tell something, in the order of their ids: of a choice, which label it is."""
    told = (each for each in labelled if each.weight > 0 and (any(each.fits.values()) if one_of else each.fits))
    return sorted(told, key=lambda each: (each.item.id, sorted(each.fits.items()), each.weight))


def labels_of(labelled: Iterable[LabelledItem]) -> list[str]:
    """Return the labels that fit some item, in the order of the alphabet."""
    return sorted({label for each in labelled for label, fits in each.fits.items() if fits})


def rates_of(labelled: Sequence[LabelledItem], labels: Sequence[str], *, one_of: bool) -> dict[str, float]:
    """Return how often each label fits where that is known, strictly between 0 and 1; of a choice they sum to 1.

    Each tag's own share is drawn to what holds of all tags, as by POOLED answers more; each label of a choice
    counts as chosen BEFORE_ANY times more.
    """
    fitting: dict[str, float] = defaultdict(float)
    asked: dict[str, float] = defaultdict(float)
    for each in labelled:
        for label, fits in each.known(labels, one_of=one_of).items():
            asked[label] += each.weight
            fitting[label] += each.weight * fits
    if one_of:
        whole = sum(fitting.values()) + BEFORE_ANY * len(labels)
        return {label: (fitting[label] + BEFORE_ANY) / whole for label in labels}
    pooled = (sum(fitting.values()) + 1) / (sum(asked.values()) + 2)
    return {label: (fitting[label] + POOLED * pooled) / (asked[label] + POOLED) for label in labels}
