"""Labels by words of a dictionary, by neighbours and by a linear model, each as far as it proved right."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from earmark.errors import NotTrained
from earmark.suggesters.artefact import CHECKSUMS, MODEL, read_parts, write_parts
from earmark.suggesters.dictionary import DictionarySuggester
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.labelled import LabelledItem, rates_of, useful
from earmark.suggesters.linear import LinearLabels, cells_of, moved
from earmark.suggesters.neighbours import LookUp, NeighbourLabels
from earmark.suggesters.protocol import Suggestion
from earmark.types import Item

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALGORITHM, FORMAT = "1", 1
LINEAR = "linear"
LEAST_ITEMS = 10
MOST_DICTIONARY_WEIGHT = 8.0
REASONS = 3


class StackedLabels:
    """What three sources say of each label, added up by shares (stacking, Wolpert 1992).

    The sources: a dictionary, if one is given; NeighbourLabels; LinearLabels. How much each counts is chosen
    by log loss on items that it did not learn from; where together they do not beat how often labels fit at
    all, they count nothing. So long as fewer than LEAST_ITEMS items are labelled, it guesses as the dictionary.

    With `one_of`, for choices, chances sum to 1. Labels with a chance of `least_score` or more for which a
    source gives a reason are guessed. It abstains where no source that counts knows anything of the item. `fit`
    raises LearningMissing where the extra `learned` is not installed; `suggest` raises nothing.
    """

    name = "stacked"

    def __init__(
        self,
        dictionary: Mapping[str, Sequence[str]] | None = None,
        neighbours: NeighbourLabels | None = None,
        linear: LinearLabels | None = None,
        *,
        one_of: bool = False,
        least_score: float = 0.2,
    ) -> None:
        self.one_of = one_of
        self.least_score = least_score
        self.dictionary = DictionarySuggester(dictionary)
        self.neighbours = neighbours if neighbours is not None else NeighbourLabels(one_of=one_of)
        self.linear = linear if linear is not None else LinearLabels(one_of=one_of)
        self._learned: dict[str, Any] = {}

    @property
    def version(self) -> str:
        """Return the algorithm's version and a checksum of its sources' versions and of their shares."""
        sources = [self.dictionary.version, self.neighbours.version, self.linear.version]
        told = json.dumps([sources, self.one_of, self.least_score, self._learned])
        return f"{ALGORITHM}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @property
    def report_(self) -> Mapping[str, Any]:
        """Return how much each source counts and what that gains in log loss an answer, held out."""
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
        told: Mapping[str, Any] = self._learned["report"]
        return told

    def fit(self, labelled: Iterable[LabelledItem]) -> Self:
        """Teach the sources, and learn how much each counts."""
        known = useful(labelled, one_of=self.one_of)
        self.linear.fit(known)
        self.neighbours.fit(known)
        self._learned = {}
        if len({each.item.id for each in known}) >= LEAST_ITEMS and len(self.linear.labels_) > self.one_of:
            self._weigh(known)
        return self

    def chances(self, item: Item, index: ItemIndex) -> dict[str, float]:
        """Return the chance of each label; nothing where it abstains."""
        return self._weighed(item, index)[0]

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` labels, best first, of equals in the order of the alphabet, with reasons."""
        if not self._learned:
            return self._as_dictionary(item, index, k)
        chances, by_neighbours = self._weighed(item, index)
        reasons = self._reasons(item, index, by_neighbours) if chances else {}
        good = [label for label, chance in chances.items() if chance >= self.least_score and reasons.get(label)]
        best = sorted(good, key=lambda label: (-chances[label], label))[: max(k, 0)]
        return [Suggestion(label, chances[label], reasons[label]) for label in best]

    def words_kept_of(self, item: Item) -> set[str]:
        """Return by their names the words and categories of an item that are kept among what was learned."""
        return self.linear.words_kept_of(item)

    def without(self, names: Collection[str]) -> Self:
        """Return the same without some words and categories: see LinearLabels."""
        linear = self.linear.without(names)
        made = type(self)(
            self.dictionary.dictionary, self.neighbours, linear, one_of=self.one_of, least_score=self.least_score
        )
        made._learned = self._learned
        return made

    def save(self, folder: Path | str) -> None:
        """Write what was learned into a folder: JSON and checksums, no code. Raises NotTrained, OSError.

        Labelled items are not written: `load` is told how to look them up.
        """
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
        into = Path(folder)
        self.linear.save(into / LINEAR)
        near = self.neighbours
        facts = {
            "one_of": self.one_of,
            "least_score": self.least_score,
            "dictionary": self.dictionary.dictionary,
            "neighbours": {"sharpness": near.sharpness_, "prior_weight": near.prior_weight_, "rates": near.rates_},
            "learned": self._learned,
        }
        told = (into / LINEAR / CHECKSUMS).read_text(encoding="utf-8")
        write_parts(into, {MODEL: json.dumps(facts), f"{LINEAR}/{CHECKSUMS}": told}, format_number=FORMAT)

    @classmethod
    def load(cls, folder: Path | str, look_up: LookUp | None = None) -> Self:
        """Return what `save` wrote; `look_up` tells which labels similar items have (none: that source is silent).

        Raises NotTrained where there is no such thing, ChecksumMismatch where it is not what was written.
        """
        within = Path(folder)
        try:
            facts = json.loads(read_parts(within, [MODEL, f"{LINEAR}/{CHECKSUMS}"], format_number=FORMAT)[MODEL])
            one_of, near = facts["one_of"], facts["neighbours"]
            neighbours = NeighbourLabels(
                look_up=look_up, one_of=one_of, sharpness=near["sharpness"], prior_weight=near["prior_weight"]
            )
            neighbours.rates_ = near["rates"]
            made = cls(
                facts["dictionary"],
                neighbours,
                LinearLabels.load(within / LINEAR),
                one_of=one_of,
                least_score=facts["least_score"],
            )
            made._learned = facts["learned"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotTrained(f"In {folder} lies no stacked suggester: {type(error).__name__}: {error}") from error
        return made

    def _weighed(self, item: Item, index: ItemIndex) -> tuple[dict[str, float], dict[str, list[str]]]:
        """Return the chances, and the reasons of the neighbours, which are looked for once."""
        if not self._learned:
            return {}, {}
        near, reasons = self.neighbours.weigh(item, index)
        sources = [self._of_dictionary(item), near, self.linear.evidence(item)]
        shares: Sequence[float] = self._learned["shares"]
        if not any(share and any(told.values()) for share, told in zip(shares, sources, strict=True)):
            return {}, {}
        added = {
            label: self._learned["offset"]
            + sum(share * told.get(label, 0.0) for share, told in zip(shares, sources, strict=True))
            for label in self._learned["rates"]
        }
        return moved(self._learned["rates"], added, one_of=self.one_of), reasons

    def _as_dictionary(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        found = self.dictionary.suggest(item, index, max(k, 2))
        is_tie = self.one_of and len(found) > 1 and found[0].score == found[1].score
        return [] if is_tie else found[: min(k, 1) if self.one_of else k]

    def _reasons(
        self, item: Item, index: ItemIndex, by_neighbours: Mapping[str, Sequence[str]]
    ) -> dict[str, list[str]]:
        """Return what the sources that count say for labels, each thing once, the dictionary's first."""
        said = self.dictionary.suggest(item, index, len(self.dictionary.labels))
        by_dictionary = {each.candidate_id: each.reasons for each in said}
        sources = (by_dictionary, by_neighbours, self.linear.reasons(item))
        found: dict[str, list[str]] = {}
        for at in (0, 2, 1):
            for label, told in sources[at].items() if self._learned["shares"][at] else ():
                found.setdefault(label, []).extend(told)
        return {label: list(dict.fromkeys(told))[:REASONS] for label, told in found.items()}

    def _of_dictionary(self, item: Item) -> dict[str, float]:
        """Return what the dictionary's words weigh; what it says of no label is nothing said."""
        if not self.dictionary.labels:
            return {}
        told = self.dictionary.suggest(item, ItemIndex(), len(self.dictionary.labels))
        return {each.candidate_id: _weight(each.score) for each in told}

    def _weigh(self, known: Sequence[LabelledItem]) -> None:
        import numpy as np

        from earmark.suggesters import label_fitting

        labels, held = list(self.linear.labels_), self.linear.held_out_
        if held is None:
            return
        cells = cells_of(known, labels, one_of=self.one_of)
        index = ItemIndex()
        sources: list[NDArray[np.float64]] = [
            _as_array([self._of_dictionary(each.item) for each in known], labels),
            _as_array([self.neighbours.evidence(each.item, index) for each in known], labels),
            held.held_out,
        ]
        found = label_fitting.shares_of(held.base_held_out, sources, cells, self.one_of)
        self._learned = {
            "shares": found.shares,
            "offset": found.offset,
            "rates": rates_of(known, labels, one_of=self.one_of),
            "report": {
                "items": len({each.item.id for each in known}),
                "labels": len(labels),
                "shares": {
                    name: round(share, 3)
                    for name, share in zip(("dictionary", "neighbours", "linear"), found.shares, strict=True)
                },
                "prior_log_loss": round(found.prior_loss, 4),
                "gain": round(found.gain, 4),
                "standard_error": round(found.standard_error, 4),
            },
        }


def _weight(score: float) -> float:
    return min(MOST_DICTIONARY_WEIGHT, -math.log2(max(1 - score, 2**-MOST_DICTIONARY_WEIGHT)))


def _as_array(told: Sequence[Mapping[str, float]], labels: Sequence[str]) -> NDArray[Any]:
    import numpy as np

    return np.array([[each.get(label, 0.0) for label in labels] for each in told], dtype=np.float64)
