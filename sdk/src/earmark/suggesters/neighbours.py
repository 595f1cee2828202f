"""Labels by neighbours: those that the most similar items have, as far as people decided on them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from earmark.suggesters.index import ItemIndex
from earmark.suggesters.labelled import LabelledItem, labels_of, rates_of, useful
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.protocol import Suggester, Suggestion
from earmark.types import Item

ALGORITHM = "1"
DEPTH = 100
SHARPNESSES = (0.5, 1.0, 2.0)
PRIOR_WEIGHTS = (0.03, 0.1, 0.3, 1.0)
USUAL_SHARPNESS, USUAL_PRIOR_WEIGHT = 1.0, 0.3
LEAST_TO_CHOOSE, MOST_TO_CHOOSE = 20, 300
"""From how many labelled items on the numbers above are chosen by them, and by how many at most."""
TITLES, TITLE_SIGNS = 2, 60
LEAST_CHANCE = 1e-6
MOST_AT_ALL = 0.5
"""How often a tag is taken to fit at all, at most: people seldom say what does not fit."""

LookUp = Callable[[Sequence[str]], Iterable[LabelledItem]]


@dataclass(frozen=True)
class _Neighbour:
    """A labelled item near the one asked about: how similar, and which labels are known to fit it or not."""

    item: Item
    similarity: float
    weight: float
    fits: Mapping[str, bool]


class NeighbourLabels:
    """Labels of the most similar items whose labels are known (k nearest neighbours, weighted by similarity).

    `finder`: the suggester of items that finds similar ones; none: LexicalSuggester, in any order of time.
    `look_up`: gives what is known of items by their ids, where that lies in a store of the host's; then
    the index that `suggest` is given is searched. None: what `fit` is given is kept and searched.

    The chance of a label is the share of those among the `neighbours` nearest whom it is known to fit,
    each weighing its similarity to the power `sharpness`, drawn to how often it fits at all by a weight of
    `prior_weight`: the further the neighbours, the nearer to that. Where these two are None, `fit` chooses
    them by leaving one out, so that chances are likely (log loss).

    With `one_of`, for choices, chances sum to 1. Only labels with a chance of `least_score` or more that a
    neighbour has are guessed. It abstains where no labelled item is as similar as `least_similarity`.
    `suggest` raises nothing that the finder and `look_up` do not.
    """

    name = "neighbours"

    def __init__(
        self,
        finder: Suggester | None = None,
        look_up: LookUp | None = None,
        *,
        one_of: bool = False,
        neighbours: int = 15,
        sharpness: float | None = None,
        prior_weight: float | None = None,
        least_similarity: float = 0.03,
        least_score: float = 0.2,
    ) -> None:
        self.finder: Suggester = finder if finder is not None else LexicalSuggester(only_earlier=False)
        self.look_up = look_up
        self.one_of = one_of
        self.neighbours = neighbours
        self.sharpness = sharpness
        self.prior_weight = prior_weight
        self.least_similarity = least_similarity
        self.least_score = least_score
        self.sharpness_ = USUAL_SHARPNESS if sharpness is None else sharpness
        self.prior_weight_ = USUAL_PRIOR_WEIGHT if prior_weight is None else prior_weight
        self.rates_: dict[str, float] = {}
        self._known: dict[str, list[LabelledItem]] = {}
        self._index: ItemIndex | None = None

    @property
    def version(self) -> str:
        """Return the algorithm's version and a checksum of the hyperparameters; labels do not change it."""
        mine = (self.one_of, self.neighbours, self.sharpness_, self.prior_weight_, self.least_similarity)
        told = repr((*mine, self.least_score, self.finder.name, self.finder.version))
        return f"{ALGORITHM}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    def fit(self, labelled: Iterable[LabelledItem]) -> Self:
        """Keep labelled items to be searched among, and choose the hyperparameters that are None."""
        known = useful(labelled, one_of=self.one_of)
        self.rates_ = self._rates(known)
        self._known = {}
        for each in known:
            self._known.setdefault(each.item.id, []).append(each)
        self._index = ItemIndex()
        self._index.apply({each.item.id: each.item for each in known}.values())
        self._choose(known)
        return self

    def chances(self, item: Item, index: ItemIndex) -> dict[str, float]:
        """Return the chance of each label that the neighbours tell something of; nothing where none is near."""
        near, rates = self._near(item, index)
        return self._chances(near, rates, self.sharpness_, self.prior_weight_)

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` labels, best first, of equals in the order of the alphabet."""
        near, rates = self._near(item, index)
        chances = self._chances(near, rates, self.sharpness_, self.prior_weight_)
        told = {label for each in near for label, fits in each.fits.items() if fits}
        good = [label for label, chance in chances.items() if label in told and chance >= self.least_score]
        best = sorted(good, key=lambda label: (-chances[label], label))[: max(k, 0)]
        return [Suggestion(label, min(1.0, chances[label]), [_sentence(label, near)]) for label in best]

    def evidence(self, item: Item, index: ItemIndex) -> dict[str, float]:
        """Return by label how far the neighbours move its log odds (a choice: log chance) from how often it fits."""
        return self.weigh(item, index)[0]

    def weigh(self, item: Item, index: ItemIndex) -> tuple[dict[str, float], dict[str, list[str]]]:
        """Return the evidence by label, and reasons for the labels that a neighbour has, from one search."""
        near, rates = self._near(item, index)
        chances = self._chances(near, rates, self.sharpness_, self.prior_weight_)
        having = {label for each in near for label, fits in each.fits.items() if fits}
        evidence = {label: self._log(chance) - self._log(rates[label]) for label, chance in chances.items()}
        return evidence, {label: [_sentence(label, near)] for label in sorted(having)}

    def _log(self, chance: float) -> float:
        kept = min(1 - LEAST_CHANCE, max(LEAST_CHANCE, chance))
        return math.log(kept) - (0.0 if self.one_of else math.log(1 - kept))

    def _rates(self, known: Sequence[LabelledItem]) -> dict[str, float]:
        rates = rates_of(known, labels_of(known), one_of=self.one_of)
        return rates if self.one_of else {label: min(MOST_AT_ALL, rate) for label, rate in rates.items()}

    def _near(self, item: Item, index: ItemIndex) -> tuple[list[_Neighbour], dict[str, float]]:
        """Return the nearest labelled items, and how often labels fit at all, as far as that can be seen from here."""
        if self.look_up is None and self._index is None:
            return [], {}
        found = self.finder.suggest(item, self._index or index, DEPTH)
        similarity = {each.candidate_id: each.score for each in found if each.score >= self.least_similarity}
        similarity.pop(item.id, None)
        known = list(self._looked_up(list(similarity)))
        rates = self.rates_ or self._rates(known)
        near = [
            _Neighbour(each.item, similarity[each.item.id], each.weight, each.known(rates.keys(), one_of=self.one_of))
            for each in known
            if each.item.id in similarity
        ]
        near.sort(key=lambda each: (-each.similarity, each.item.id))
        return near[: self.neighbours], rates

    def _looked_up(self, ids: Sequence[str]) -> Iterable[LabelledItem]:
        if not ids:
            return []
        if self.look_up is not None:
            return useful(self.look_up(ids), one_of=self.one_of)
        return [each for key in ids for each in self._known.get(key, ())]

    def _chances(
        self, near: Sequence[_Neighbour], rates: Mapping[str, float], sharpness: float, prior_weight: float
    ) -> dict[str, float]:
        fitting: dict[str, float] = {}
        asked: dict[str, float] = {}
        for each in near:
            weight = each.weight * each.similarity**sharpness
            for label, fits in each.fits.items():
                asked[label] = asked.get(label, 0.0) + weight
                fitting[label] = fitting.get(label, 0.0) + weight * fits
        return {
            label: (fitting[label] + prior_weight * rates[label]) / (asked[label] + prior_weight) for label in asked
        }

    def _choose(self, known: Sequence[LabelledItem]) -> None:
        """Choose what is None by how likely the labels of some items are, each by its neighbours alone."""
        self.sharpness_ = USUAL_SHARPNESS if self.sharpness is None else self.sharpness
        self.prior_weight_ = USUAL_PRIOR_WEIGHT if self.prior_weight is None else self.prior_weight
        if len(known) < LEAST_TO_CHOOSE or self._index is None or self.look_up is not None:
            return
        some = sorted(known, key=lambda each: hashlib.sha256(each.item.id.encode(errors="replace")).digest())
        tried = [(each, self._near(each.item, self._index)[0]) for each in some[:MOST_TO_CHOOSE]]
        grid = [
            (sharpness, prior_weight)
            for sharpness in ([self.sharpness] if self.sharpness is not None else SHARPNESSES)
            for prior_weight in ([self.prior_weight] if self.prior_weight is not None else PRIOR_WEIGHTS)
        ]
        self.sharpness_, self.prior_weight_ = min(grid, key=lambda pair: self._surprise(tried, *pair))

    def _surprise(
        self, tried: Sequence[tuple[LabelledItem, Sequence[_Neighbour]]], sharpness: float, prior_weight: float
    ) -> float:
        """Return minus the logarithm of how likely the labels of these items are, by their neighbours."""
        whole = 0.0
        for each, near in tried:
            chances = self.rates_ | self._chances(near, self.rates_, sharpness, prior_weight)
            for label, fits in each.known(self.rates_.keys(), one_of=self.one_of).items():
                if fits or not self.one_of:
                    chance = chances[label] if fits else 1 - chances[label]
                    whole -= each.weight * math.log(max(LEAST_CHANCE, chance))
        return whole


def _sentence(label: str, near: Sequence[_Neighbour]) -> str:
    told = [each for each in near if label in each.fits]
    having = [each for each in told if each.fits[label]]
    titles = [_quoted(each.item) for each in having[:TITLES]]
    examples = " and ".join(title for title in dict.fromkeys(titles) if title)
    if len(told) == 1:
        said = "the most similar one known has it"
    else:
        said = f"{len(having)} of the {len(told)} most similar have it"
    return f"{said}: {examples}" if examples else said


def _quoted(item: Item) -> str:
    text = " ".join((item.title.strip() or item.body[: 4 * TITLE_SIGNS]).split())
    clipped = text if len(text) <= TITLE_SIGNS else f"{text[: TITLE_SIGNS - 1].rstrip()}…"
    return f"“{clipped}”" if clipped else ""
